"""What MLflow shows of a study, run by run, and where that is not what the study holds."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlflow import MlflowClient

from benchmarks.tracked_points import standings
from gansearch.curves import Curve
from gansearch.study.status import TrialRow
from gansearch.tracking import default_uri
from gansearch.tracking.run_status import run_status

OTHER_METRICS = ("epoch", "evaluation_seconds", "reals_seen", "train/")
"""How metrics begin that are no values of an evaluation."""
PICTURE = re.compile(r"samples[+%]step[+%](\d+)[+%].*\.png")
Histories = dict[str, list[tuple[int, float]]]
"""Of each metric the steps and values, in the order of steps."""


@dataclass(frozen=True, eq=False)
class Run:
    """The run of one trial."""

    status: str
    params: dict[str, str]
    tags: dict[str, str]
    histories: Histories
    images: list[int]
    """Steps of the sample pictures, sorted."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The runs of one study."""

    runs: dict[str, Run]
    """By the trial's identity; of several with one identity, one."""
    duplicates: tuple[str, ...]
    running: tuple[str, ...]
    """Runs, of trials and launches, that count as running."""


def shown_in_mlflow(study: str) -> Shown:
    """Everything that MLflow has of a study."""
    client = MlflowClient(tracking_uri=default_uri())
    experiment = client.get_experiment_by_name(study)
    if experiment is None:
        return Shown({}, (), ())
    every = client.search_runs([experiment.experiment_id], max_results=10_000)
    trials = [run for run in every if run.data.tags.get("gansearch.kind") == "trial"]
    times = Counter(run.data.tags["gansearch.identity"] for run in trials)
    return Shown(
        runs={run.data.tags["gansearch.identity"]: _run(client, run) for run in trials},
        duplicates=tuple(f"{name}: {count} runs in MLflow" for name, count in times.items() if count > 1),
        running=tuple(f"run {run.info.run_name} in MLflow" for run in every if run.info.status == "RUNNING"),
    )


def _run(client: MlflowClient, run: Any) -> Run:
    histories = {
        name: sorted((point.step, point.value) for point in client.get_metric_history(run.info.run_id, name))
        for name in run.data.metrics
    }
    files = (file.path.rpartition("/")[2] for file in client.list_artifacts(run.info.run_id, "images"))
    steps = (int(found[1]) for name in files if (found := PICTURE.fullmatch(name)))
    return Run(run.info.status, dict(run.data.params), dict(run.data.tags), histories, sorted(steps))


def disagreements_of_run(run: Run, row: TrialRow, curve: Curve) -> Iterator[str]:
    """Where the run of a trial that is over is not what Optuna and the record say."""
    if row.end is not None and run.status != run_status(row.end):
        yield f"status {run.status} of a trial that ended as {row.end}"
    expected = {
        "end": row.end,
        "reason": row.reason,
        "finding": row.kind or "",
        "attempt": row.attempt,
        "number": row.number,
    }
    for name, value in expected.items():
        if run.tags.get(f"gansearch.{name}") != str(value):
            yield f"the tag {name} is {run.tags.get(f'gansearch.{name}')!r}, elsewhere {str(value)!r}"
    params = {path: str(value) for path, value in row.params.items()}
    if run.params != params:
        yield f"the parameters are {run.params}, elsewhere {params}"
    yield from _of_metrics(run.histories, curve)
    yield from _of_signals(run.histories, curve)
    if run.images != [sample.step for sample in curve.samples]:
        yield f"pictures of samples at steps {run.images}, recorded are {[sample.step for sample in curve.samples]}"


def _of_metrics(histories: Histories, curve: Curve) -> Iterator[str]:
    """Every point of every evaluation, once, and what is best and last among them."""
    recorded: Histories = {}
    for done in curve.evaluations:
        for metric in done.metrics:
            name = f"{metric.name}_n{metric.protocol.samples}" if done.final else metric.name
            recorded.setdefault(name, []).append((done.step, metric.value))
    for (name, step), value in standings(curve).items():
        recorded.setdefault(name, []).append((step, value))
    shown = {name: points for name, points in histories.items() if not name.startswith(OTHER_METRICS)}
    for name in sorted(recorded.keys() | shown.keys()):
        if not _are_equal(shown.get(name, []), recorded.get(name, [])):
            yield f"the metric {name} is {shown.get(name)}, recorded is {recorded.get(name)}"


def _of_signals(histories: Histories, curve: Curve) -> Iterator[str]:
    """Each point is the mean of the steps since the point before."""
    for name, values in curve.signals.items():
        points = histories.get(f"train/{name}", [])
        steps = [step for step, _ in points]
        if len(set(steps)) < len(steps):
            yield f"train/{name} has points at one step twice"
        elif not steps or steps[-1] != curve.steps:
            yield f"train/{name} ends at step {steps[-1] if steps else None}, recorded are {curve.steps}"
        else:
            means = [
                float(values[before:step].astype("float64").mean())
                for before, step in zip([0, *steps], steps, strict=False)
            ]
            wrong = [step for (step, value), mean in zip(points, means, strict=True) if not _is_close(value, mean)]
            if wrong:
                yield f"train/{name} differs from its record at steps {wrong[:5]}"


def _are_equal(shown: list[tuple[int, float]], recorded: list[tuple[int, float]]) -> bool:
    return [(step, str(value)) for step, value in shown] == [(step, str(value)) for step, value in recorded]


def _is_close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))
