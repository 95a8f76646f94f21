"""``gansearch why`` on recorded runs of every end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.curves import CurveWriter, Record
from gansearch.detectors import Trace
from gansearch.records import (
    Assignment,
    End,
    Evaluation,
    Finding,
    LaneReport,
    MetricValue,
    Protocol,
    TrialEnd,
    to_json,
)
from gansearch.space import load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study
from gansearch.trial.post_mortem import write_post_mortem

Run = Callable[..., Any]
PROTOCOL = Protocol("points", "", 1000, 1000, "test")
FINDING = Finding(
    "mode_collapse", "mode_collapse", 200, 10, "modes_covered", 1.0, 2.0, {"modes": 8.0}, "One mode is left.", 99
)


@pytest.fixture
def study(rings: Path) -> Study:
    space = load_space(str(rings), {"training.epochs": 20, "detectors.audit": 0.05})
    return Study.create(space, name="rings", storage=Storage(study_dir("rings")), seed=1)


def play(
    study: Study, end: End | None, findings: Sequence[Mapping[str, Any]] = (), *, distance: float = 5.0
) -> Assignment:
    """A run of 10 epochs of 20 steps, recorded and reported as a worker would."""
    assignment = study.ask()
    assert assignment is not None
    writer = CurveWriter(study.storage, assignment.identity, 0)
    writer.append(Record("attempt", 0, {"from_step": 0, "started": 1.0}))
    values = {"d_loss": np.linspace(1.4, 0.2, 200, dtype=np.float32)}
    writer.append(Record("signals", 0, {"first_step": 0, "names": list(values), "values": values}))
    for epoch in range(2, 11, 2):
        measured = {"frechet_distance": distance, "modes_covered": float(max(1, 9 - epoch))}
        metrics = tuple(MetricValue(name, value, PROTOCOL) for name, value in measured.items())
        done = Evaluation(20 * epoch, epoch, "live", False, metrics, 0.1)
        writer.append(Record("evaluation", 0, to_json(done)))
        study.report(LaneReport(assignment.identity, 0, 20 * epoch, epoch, evaluation=done))
    for said in findings:
        writer.append(Record("finding", 0, said))
    if end is not None:
        stop = FINDING if end is End.COLLAPSED else None
        over = TrialEnd(end, stop.sentence if stop else "a reason", 200, 10, stop)
        writer.append(Record("end", 0, to_json(over)))
        study.report(LaneReport(assignment.identity, 0, 200, 10, end=over, seconds=2.0))
    writer.close()
    return assignment


def collapsed(study: Study) -> None:
    before = to_json(replace(FINDING, step=180, epoch=9, since_step=79))
    stopped = play(study, End.COLLAPSED, [{**before, "stopped": False}, {**to_json(FINDING), "stopped": True}])
    trace = Trace.of({}, {}, steps_per_epoch=20, total_steps=400, classes=8, is_probability_loss=True)
    write_post_mortem(study.storage, stopped.identity, FINDING, trace, b"samples")


def test_a_stopped_run_is_shown_with_everything_that_the_stop_rests_on(
    run: Run, study: Study, gansearch_home: Path
) -> None:
    with study:
        collapsed(study)
    ended = run("why", "rings", "0")
    assert ended.status == 0
    first, second, *_ = ended.out.splitlines()
    assert first == "rings-0 was stopped at step 200 (epoch 10 of 20): mode collapse."
    assert second == "One mode is left."
    rows = {line[:14].strip(): line[14:] for line in ended.out.splitlines() if line[:14].strip()}
    assert rows["detector"] == "mode_collapse"
    assert rows["source"].startswith("Goodfellow 2016")
    assert rows["can be wrong"].startswith("unbalanced data")
    assert rows["signal"] == "modes_covered"
    assert rows["window"] == "steps 100 to 200"
    assert rows["value"] == "1, threshold 2"
    assert rows["evidence"] == "modes 8"
    assert rows["policy"] == "mode shadow, grace 2 epochs, patience 2, combine any, audit 0.05"
    assert rows["left behind"] == f"{gansearch_home}/studies/rings/post_mortem/rings-0/curve.csv"
    assert "modes_covered (at evaluations; ╌╌ threshold; ══ the window)\n        7 │█" in ended.out
    assert "\nmode_collapse  2      9            10          mode_collapse\n" in ended.out
    assert "MLflow" not in ended.out


def test_a_spared_run_says_what_it_was_spared_and_what_became_of_it(run: Run, study: Study) -> None:
    with study:
        play(study, End.COMPLETED, distance=3.0)
        play(study, End.COMPLETED, [{**to_json(FINDING), "stopped": False, "spared": True}])
    said = run("why", "rings", "1").out
    assert said.startswith(
        "rings-1 would have been stopped at step 200 (epoch 10 of 20) for mode collapse; it went on, since\n"
        "its detectors are in shadow mode.\nOne mode is left.\nrings-1 completed: a reason.\n"
        "Its frechet_distance is 5, rank 2 of 2 completed runs.\n"
    )
    assert "threshold 2" in said


def test_what_became_of_a_spared_run_is_followed_to_its_end(run: Run, study: Study) -> None:
    early = {**to_json(replace(FINDING, step=80, epoch=4, value=5.0, threshold=6.0, since_step=39)), "stopped": False}
    with study:
        play(study, End.COMPLETED, [{**early, "spared": "shadow_mode"}])
        play(study, End.COLLAPSED, [{**early, "spared": "shadow_mode"}, {**to_json(FINDING), "stopped": True}])
    went_on, stopped = (run("why", "rings", number).out for number in "01")
    later = (
        "Later its modes_covered lay between 1 and 3, at last it was 1 (threshold 6).\n"
        "Its frechet_distance was 5 at epoch 4, 5 at epoch 10.\n"
    )
    assert f"One mode is left.\n{later}rings-0 completed: a reason.\n" in went_on
    assert f"One mode is left.\n{later}rings-1 was stopped at step 200 (epoch 10 of 20): mode collapse.\n" in stopped


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"mode": "enforce", "audit": 0.5}, "it was drawn by the audit"),
        ({"mode": "enforce", "kinds": {"mode_collapse": "shadow"}}, "findings of this kind are in shadow mode"),
        ({"mode": "shadow", "kinds": {"mode_collapse": "shadow"}}, "this kind are in shadow mode like all detectors"),
    ],
)
def test_what_spared_a_run_is_said(run: Run, rings: Path, settings: dict[str, Any], why: str) -> None:
    space = load_space(str(rings), {f"detectors.{name}": value for name, value in settings.items()})
    with Study.create(space, name="other", storage=Storage(study_dir("other")), seed=1) as study:
        play(study, End.COMPLETED, [{**to_json(FINDING), "stopped": False, "spared": True}])
    assert why in " ".join(run("why", "other", "0").out.split())


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        (End.COMPLETED, "rings-1 completed: a reason; no detector stopped it.\nIts frechet_distance is 5, rank 2 of 2"),
        (End.PRUNED, "rings-1 was pruned: a reason.\nAt epoch 10 its frechet_distance was 5, rank 2 of 2 trials"),
        (End.FAILED, "rings-1 failed at epoch 10 of 20: a reason\n"),
        (End.OUT_OF_MEMORY, "rings-1 ran out of memory at epoch 10 of 20: a reason\n"),
        (End.STOPPED_BY_USER, "rings-1 rests at epoch 10 of 20 (stopped by user): a reason.\n"),
        (End.DIVERGED, "rings-1 diverged at epoch 10 of 20: a reason\n"),
        (None, "rings-1 runs: epoch 10 of 20.\n"),
    ],
)
def test_every_end_has_its_sentences(run: Run, study: Study, end: End | None, wanted: str) -> None:
    with study:
        play(study, End.COMPLETED, distance=3.0)
        play(study, end)
        said = run("why", "rings", "1").out
    assert said.startswith(wanted)
    assert "╌" not in said


def test_a_run_that_no_worker_has_begun(run: Run, study: Study) -> None:
    with study:
        study.ask()
        assert run("why", "rings", "0").out.startswith("rings-0 is handed out; no worker has begun it.\n")


def test_a_damaged_record_leaves_what_the_study_was_told(run: Run, study: Study) -> None:
    with study:
        collapsed(study)
    path = study.storage.local_path("records/rings-0.records")
    assert path is not None
    content = path.read_bytes()
    path.write_bytes(content[:40] + b"?" + content[41:])
    said = run("why", "rings", "0").out
    assert said.startswith("rings-0 was stopped at step 200 (epoch 10 of 20): mode collapse.\nOne mode is left.\n")
    assert "Its record is damaged" in said


def test_json_has_the_same_as_data(run: Run, study: Study) -> None:
    with study:
        collapsed(study)
    said = json.loads(run("why", "rings", "0", "--json").out)
    assert (said["run"], said["end"], said["is_spared"]) == ("rings-0", "collapsed", False)
    assert said["finding"] == {**to_json(FINDING)}
    assert said["series"] == {
        "label": "modes_covered",
        "steps": [40, 80, 120, 160, 200],
        "values": [7.0, 5.0, 3.0, 1.0, 1.0],
        "threshold": 2.0,
        "is_evaluations": True,
    }
    assert said["history"] == [
        {"kind": "mode_collapse", "detectors": ["mode_collapse"], "times": 2, "first_epoch": 9, "last_epoch": 10}
    ]
    assert said["policy"]["mode"] == "shadow"
    assert len(said["files"]) == 4
    assert said["page"] is None


def test_what_is_not_there_is_told_with_what_is(run: Run, study: Study) -> None:
    with study:
        empty = run("why", "rings", "0")
        play(study, End.COMPLETED)
        play(study, End.COMPLETED)
    beyond, unknown = run("why", "rings", "4"), run("why", "nosuch", "0")
    assert (empty.status, beyond.status, unknown.status) == (1, 1, 1)
    assert empty.err == "error: the study 'rings' must have a trial 0 that has begun; there are none\n"
    assert beyond.err == "error: the study 'rings' must have a trial 4 that has begun; there are 0 to 1\n"
    assert unknown.err.startswith("error: there is no study 'nosuch'")
    assert run("why", "rings", "-1").status == 2


def test_of_several_replicates_one_must_be_named(run: Run, rings: Path) -> None:
    space = load_space(str(rings), {"training.epochs": 20, "plan.replicates": 2})
    with Study.create(space, name="twice", storage=Storage(study_dir("twice")), seed=1) as study:
        play(study, End.COMPLETED)
        play(study, End.COMPLETED)
        ended = run("why", "twice", "0")
        assert "has the replicates 0 to 1, of which one must be named (--replicate)" in ended.err
        assert run("why", "twice", "0", "--replicate", "1").out.startswith("twice-0-r1 completed: ")
