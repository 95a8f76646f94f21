"""The runs that MLflow has of a study, and how far each of them has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gansearch.tracking.launch_projection import launch_key

CURSOR = "gansearch.cursor."
WRITTEN = CURSOR + "records"
"""Tag: the cursor of the records behind which everything is in MLflow; of a launch, a hash of what was written."""
END = CURSOR + "end"
"""Tag: a hash of the end that was written; set together with ``WRITTEN``, last of all."""
VERSION = CURSOR + "version"
"""Tag: the ``PROJECTION`` that wrote the run; a run of an older one is looked at anew, for it may lack something."""
PROJECTION = "2"
"""2 since runs have ``best_*`` and ``final_*``, and what differs between arms among their parameters."""
PAGE = 1000
_HISTORY = {"train": "train/d_loss", "evaluation": "epoch"}
"""One metric of each stream, whose history tells how far a stream has really come."""


@dataclass(eq=False)
class KnownRun:
    """One run."""

    run_id: str
    written: str | None = None
    """Of the tag ``WRITTEN``; None where it was never whole."""
    end: str | None = None
    """Of the tag ``END``."""
    version: str | None = None
    """Of the tag ``VERSION``; None of a run that no projection has finished, or one before there were versions."""
    cursors: dict[str, int] | None = field(default_factory=dict)
    """The last step of each stream of points and images; None of a run found again that nobody has asked about yet."""


def find_runs(client: Any, experiment_id: str, study_id: str | None) -> tuple[dict[str, KnownRun], list[str]]:
    """Every run of a study.

    Args:
        client: MLflow's.
        experiment_id: the study's experiment.
        study_id: tells apart studies that had the same name one after the other.

    Returns:
        The runs by key (a trial's identity, or ``launch_key``), and the ids of surplus ones: a request that was taken
        for lost, and repeated, may have been heard after all.
    """
    found: dict[str, KnownRun] = {}
    surplus: list[str] = []
    for run in _pages(client, experiment_id, study_id):
        key = _key(run.data.tags)
        if key is None:
            continue
        tags = run.data.tags
        known = KnownRun(str(run.info.run_id), tags.get(WRITTEN), tags.get(END), tags.get(VERSION), None)
        if key not in found:
            found[key] = known
        elif found[key].written is None and known.written is not None:
            surplus.append(found[key].run_id)
            found[key] = known
        else:
            surplus.append(known.run_id)
    return found, surplus


def cursors_of(client: Any, run_id: str) -> dict[str, int]:
    """How far each stream of a run that exists already has come.

    A batch may be there without its tags: the history of a metric counts as well.
    """
    data = client.get_run(run_id).data
    cursors = {
        name.removeprefix(CURSOR): int(value)
        for name, value in data.tags.items()
        if name.startswith(CURSOR) and name not in (WRITTEN, END, VERSION)
    }
    for stream, metric in _HISTORY.items():
        if metric in data.metrics:
            steps = [point.step for point in client.get_metric_history(run_id, metric)]
            cursors[stream] = max([cursors.get(stream, -1), *steps])
    return cursors


def quoted(text: str) -> str:
    """``text`` as a string of MLflow's filter language, which has no escapes.

    Raises:
        ValueError: where it has quotes of both kinds.
    """
    for mark in ("'", '"'):
        if mark not in text:
            return f"{mark}{text}{mark}"
    raise ValueError(f"a name must not have quotes of both kinds; got {text!r}")


def _pages(client: Any, experiment_id: str, study_id: str | None) -> Iterator[Any]:
    condition = "" if study_id is None else f"tags.`gansearch.study_id` = {quoted(study_id)}"
    token: str | None = ""
    while token is not None:
        page = client.search_runs([experiment_id], condition, max_results=PAGE, page_token=token or None)
        yield from page
        token = page.token or None


def _key(tags: dict[str, str]) -> str | None:
    if tags.get("gansearch.kind") == "launch" and "gansearch.launch" in tags:
        return launch_key(int(tags["gansearch.launch"]))
    return tags.get("gansearch.identity")
