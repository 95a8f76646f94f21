"""Whether MLflow has all of a trial's run: read back, and compared with what its records say."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from gansearch.errors import CorruptFileError
from gansearch.records import TrialIdentity
from gansearch.tracking.pending import PendingRun, Point, StepImage
from gansearch.tracking.run_index import KnownRun
from gansearch.tracking.source import Source, TrialAbout
from gansearch.tracking.trial_projection import TrialProjection


def expected_run(identity: TrialIdentity, about: TrialAbout, source: Source) -> PendingRun | None:
    """Everything that a trial's run must hold; None where it needs none.

    A damaged record is expected to show its end alone: what could be read of it before may be there too.
    """
    trial = TrialProjection(identity, about, source)
    with suppress(CorruptFileError):
        trial.take(source.records(identity, 0)[0])
    trial.settle(about)
    return None if trial.started_s is None else trial.pending


def lacks(client: Any, run: KnownRun | None, expected: PendingRun, source: Source) -> list[str]:
    """What a run lacks, or has twice, in words; empty where it is complete.

    Of every stream of points one metric is read back whole, of the others only whether they are there: they are
    written together.

    Args:
        client: MLflow's.
        run: None where there is none.
        expected: what it must hold.
        source: tells whether a picture can be drawn at all.
    """
    if run is None:
        return ["the run"]
    found = client.get_run(run.run_id)
    wrong = [f"parameter {name}" for name in expected.params if name not in found.data.params]
    shown = (found.info.status, found.data.tags.get("gansearch.end"))
    wanted = (expected.status, expected.tags["gansearch.end"])
    if shown != wanted:
        wrong.append(f"its end: must be {wanted}, is {shown}")
    wrong += [f"metric {key}" for key in {point.key for point in expected.points} if key not in found.data.metrics]
    for key, steps in _by_stream(expected.points).items():
        history = [point.step for point in client.get_metric_history(run.run_id, key)]
        wrong += _differences(f"points of {key}", steps, history)
    names = [each.path.rpartition("/")[2] for each in client.list_artifacts(run.run_id, "images")]
    for key, images in _by_key(expected.images).items():
        there = [int(name.split("+")[2]) for name in names if name.startswith(f"{key}+step+") and name.endswith(".png")]
        drawable = {step for step, path in images.items() if step in there or source.picture(path) is not None}
        wrong += _differences(f"images {key}", drawable, there)
    return wrong + _files_lacking(client, run, expected, source)


def _by_stream(points: Iterable[Point]) -> dict[str, set[int]]:
    """The steps of the first metric of each stream, by its key."""
    first: dict[str, str] = {}
    steps: dict[str, set[int]] = {}
    for point in points:
        if first.setdefault(point.stream, point.key) == point.key:
            steps.setdefault(point.key, set()).add(point.step)
    return steps


def _by_key(images: Iterable[StepImage]) -> dict[str, dict[int, str]]:
    """Path of each image by key and step."""
    found: dict[str, dict[int, str]] = {}
    for image in images:
        found.setdefault(image.key, {})[image.step] = image.path
    return found


def _differences(what: str, wanted: set[int], found: list[int]) -> list[str]:
    lacking, twice = wanted - set(found), len(found) - len(set(found))
    said = [f"{len(lacking)} of {len(wanted)} {what}"] if lacking else []
    return said + ([f"{twice} {what} are there twice"] if twice else [])


def _files_lacking(client: Any, run: KnownRun, expected: PendingRun, source: Source) -> list[str]:
    """Pictures are left out: they are looked for among the images, and runs of older versions have them there alone."""
    files = (file for file in expected.files if file.picture_of is None)
    wanted = {file.path for file in files if file.content is not None or source.content(file.path) is not None}
    folders = {path.rpartition("/")[0] for path in wanted}
    there = {each.path for folder in folders for each in client.list_artifacts(run.run_id, folder or None)}
    return [f"file {path}" for path in sorted(wanted - there)]
