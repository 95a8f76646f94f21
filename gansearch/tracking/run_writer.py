"""Writes pending runs into MLflow. Each call can be repeated: what has been written is taken off, and found again.

How far each stream of points and images has come is kept as the tags ``gansearch.cursor.<stream>``, written with the
batch; that the run has everything is written with the last one. MLflow writes a batch's tags after its metrics, and a
request costs its server more than a hundred points do. Points carry the times of their records, and MLflow's databases
keep equal points once; images have names that follow from run and step, so that one written twice is there once.
"""

from __future__ import annotations

import io
import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gansearch.tracking.experiment import Experiment
from gansearch.tracking.experiment_tags import experiment_tags
from gansearch.tracking.pending import File, PendingRun, Point, StepImage, milliseconds
from gansearch.tracking.run_index import (
    CURSOR,
    END,
    PROJECTION,
    VERSION,
    WRITTEN,
    KnownRun,
    cursors_of,
    find_runs,
)
from gansearch.tracking.source import Source

if TYPE_CHECKING:
    from mlflow.entities import Metric

POINTS_PER_BATCH = 900
PAIRS_PER_BATCH = 90
IMAGES_PER_BATCH = 20
IMAGES = "image."


@dataclass
class Written:
    """How much has been written."""

    runs: int = 0
    points: int = 0
    images: int = 0
    files: int = 0

    @property
    def total(self) -> int:
        """Everything together: what grows while there is progress."""
        return self.runs + self.points + self.images + self.files


@dataclass(frozen=True)
class Mark:
    """Says that a run has everything up to a place in its records."""

    written: str
    """The place."""
    end: str | None = None
    """Digest of the end that it shows; None for a launch."""


class RunWriter:
    """The MLflow client, one experiment, and its runs.

    Args:
        experiment: the study's; made where there is none.
        source: of files and pictures.
        tally: counts what is written.
    """

    def __init__(self, experiment: Experiment, source: Source, tally: Written) -> None:
        from mlflow import MlflowClient

        self.client = MlflowClient(tracking_uri=experiment.uri)
        self._study_id = experiment.study_id
        self._source = source
        self._tally = tally
        self.experiment_id = self._experiment(experiment)
        self.runs, surplus = find_runs(self.client, self.experiment_id, experiment.study_id)
        for run_id in surplus:
            self.client.delete_run(run_id)

    def create(self, key: str, started_s: float, parent: KnownRun | None) -> KnownRun:
        """Make a run.

        Args:
            key: under which it is known and shown: a trial's identity, or ``launch_key``.
            started_s: unix seconds.
            parent: the launch, or None.
        """
        tags = {"gansearch.identity": key}
        if self._study_id is not None:
            tags["gansearch.study_id"] = self._study_id
        if parent is not None:
            tags["mlflow.parentRunId"] = parent.run_id
        made = self.client.create_run(self.experiment_id, start_time=milliseconds(started_s), tags=tags, run_name=key)
        self.runs[key] = KnownRun(str(made.info.run_id))
        self._tally.runs += 1
        return self.runs[key]

    def write(self, run: KnownRun, pending: PendingRun, mark: Mark | None = None) -> None:
        """Write all that is pending, oldest first, taking off what has been written.

        Args:
            run: to which.
            pending: what it still has to be told.
            mark: noted with the last of it; None to note nothing.

        Raises:
            MlflowException: where the store refuses or cannot be reached; the rest stays pending.
        """
        if run.cursors is None:
            run.cursors = cursors_of(self.client, run.run_id)
        self._write_pairs(run.run_id, pending)
        while pending.points:
            self._write_points(run, run.cursors, pending, mark)
        while pending.images:
            self._write_images(run, run.cursors, pending, mark)
        while pending.files:
            self._write_file(run.run_id, pending.files[0])
            pending.files.popleft()
        if pending.status is not None:
            self._write_status(run.run_id, pending)
            pending.status = None
        if mark is not None and (run.written, run.end, run.version) != (mark.written, mark.end, PROJECTION):
            self._log(run, {}, mark=mark)

    def is_gone(self, run: KnownRun) -> bool:
        """Whether somebody has deleted a run, which MLflow then refuses to write to."""
        from mlflow.entities import LifecycleStage

        return bool(self.client.get_run(run.run_id).info.lifecycle_stage == LifecycleStage.DELETED)

    def describe(self, note: str) -> None:
        """Show a note on the experiment's page, unless somebody has written one of their own there."""
        tags = self.client.get_experiment(self.experiment_id).tags
        for name, value in experiment_tags(note, tags).items():
            self.client.set_experiment_tag(self.experiment_id, name, value)

    def drop_all(self) -> None:
        """Delete every run of the study."""
        for key, run in list(self.runs.items()):
            self.client.delete_run(run.run_id)
            del self.runs[key]

    def _experiment(self, experiment: Experiment) -> str:
        from mlflow.entities import LifecycleStage

        known = self.client.get_experiment_by_name(experiment.study)
        if known is None:
            return str(self.client.create_experiment(experiment.study, artifact_location=experiment.artifact_location))
        if known.lifecycle_stage == LifecycleStage.DELETED:
            self.client.restore_experiment(known.experiment_id)
        return str(known.experiment_id)

    def _write_pairs(self, run_id: str, pending: PendingRun) -> None:
        from mlflow.entities import Param, RunTag

        for part in portions(pending.params.items(), PAIRS_PER_BATCH):
            self.client.log_batch(run_id, params=[Param(name, value) for name, value in part])
            _forget(pending.params, part)
        for part in portions(pending.tags.items(), PAIRS_PER_BATCH):
            self.client.log_batch(run_id, tags=[RunTag(name, value) for name, value in part])
            _forget(pending.tags, part)

    def _write_points(self, run: KnownRun, cursors: dict[str, int], pending: PendingRun, mark: Mark | None) -> None:
        """Write the first points."""
        from mlflow.entities import Metric

        part = whole_steps(pending.points, POINTS_PER_BATCH)
        fresh = {(point.key, point.step): point for point in reversed(part)}
        new = [point for point in reversed(fresh.values()) if point.step > cursors.get(point.stream, -1)]
        ahead = last_steps((point.stream, point.step) for point in new)
        if new:
            metrics = [Metric(point.key, point.value, point.timestamp_ms, point.step) for point in new]
            tags = {CURSOR + stream: str(step) for stream, step in ahead.items()}
            self._log(run, tags, metrics, mark=mark if pending.count() == len(part) else None)
        cursors.update(ahead)
        self._tally.points += len(new)
        for _ in part:
            pending.points.popleft()

    def _write_images(self, run: KnownRun, cursors: dict[str, int], pending: PendingRun, mark: Mark | None) -> None:
        """Write the first images, in two sizes each: the pages show a small one until somebody clicks."""
        part = list(islice(pending.images, IMAGES_PER_BATCH))
        fresh = {(image.key, image.step): image for image in reversed(part)}  # of equal ones the first counts
        new = {at: image for at, image in fresh.items() if image.step > cursors.get(IMAGES + image.key, -1)}
        ahead = last_steps((IMAGES + key, step) for key, step in new)
        with tempfile.TemporaryDirectory() as scratch:
            drawn = [self._draw(run.run_id, image, Path(scratch)) for image in new.values()]
            if any(drawn):
                self.client.log_artifacts(run.run_id, scratch, "images")
        if new:
            tags = {CURSOR + stream: str(step) for stream, step in ahead.items()} | {"mlflow.loggedImages": "True"}
            self._log(run, tags, mark=mark if pending.count() == len(part) else None)
        cursors.update(ahead)
        self._tally.images += sum(drawn)
        for _ in part:
            pending.images.popleft()

    def _log(
        self, run: KnownRun, tags: Mapping[str, str], metrics: Sequence[Metric] = (), *, mark: Mark | None
    ) -> None:
        """One batch; ``mark`` with the last one."""
        from mlflow.entities import RunTag

        marks = {} if mark is None else {WRITTEN: mark.written, VERSION: PROJECTION}
        marks |= {} if mark is None or mark.end is None else {END: mark.end}
        every = [RunTag(name, value) for name, value in {**tags, **marks}.items()]
        self.client.log_batch(run.run_id, metrics=metrics, tags=every)
        if mark is not None:
            run.written, run.end, run.version = mark.written, mark.end, PROJECTION

    def _draw(self, run_id: str, image: StepImage, folder: Path) -> bool:
        """Put an image into ``folder`` as MLflow's own ``log_image`` names it; False where its samples are gone."""
        pixels = self._source.picture(image.path)
        if pixels is None:
            return False
        token = uuid.uuid5(uuid.NAMESPACE_OID, f"{run_id} {image.key} {image.step}")
        draw(pixels, folder / f"{image.key}+step+{image.step}+timestamp+{image.timestamp_ms}+{token}")
        return True

    def _write_file(self, run_id: str, file: File) -> None:
        content = self._content(file)
        if content is None:
            return
        folder, _, name = file.path.rpartition("/")
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / name
            path.write_bytes(content)
            self.client.log_artifact(run_id, str(path), folder or None)
        self._tally.files += 1

    def _content(self, file: File) -> bytes | None:
        """What the file holds; None where what it is made of is gone."""
        if file.picture_of is None:
            return self._source.content(file.path) if file.content is None else file.content
        pixels = self._source.picture(file.picture_of)
        return None if pixels is None else png(pixels)

    def _write_status(self, run_id: str, pending: PendingRun) -> None:
        if pending.ended_ms is None:
            self.client.update_run(run_id, status=pending.status)
        else:
            self.client.set_terminated(run_id, status=pending.status, end_time=pending.ended_ms)


def draw(pixels: NDArray[np.uint8], path: Path) -> None:
    """Write an image as ``<path>.png`` and, as small as MLflow shows it at first, ``<path>+compressed.webp``.

    Both quickly rather than small: as files of some kilobytes they took half of what a trial costs the tracker.
    """
    from mlflow.tracking.multimedia import compress_image_size
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8))
    image.save(f"{path}.png", compress_level=1)
    compress_image_size(image).save(f"{path}+compressed.webp", method=1)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """An image as a PNG file."""
    from PIL import Image

    drawn = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8)).save(drawn, format="PNG", compress_level=1)
    return drawn.getvalue()


def portions(pairs: Iterable[tuple[str, str]], size: int) -> list[list[tuple[str, str]]]:
    """``pairs`` in lists of at most ``size``."""
    every = list(pairs)
    return [every[start : start + size] for start in range(0, len(every), size)]


def whole_steps(points: Iterable[Point], size: int) -> list[Point]:
    """The first points, about ``size`` of them, never cutting the points of one step of one stream apart."""
    taken: list[Point] = []
    for point in points:
        if len(taken) >= size and (point.stream, point.step) != (taken[-1].stream, taken[-1].step):
            break
        taken.append(point)
    return taken


def last_steps(seen: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The highest step of each stream."""
    last: dict[str, int] = {}
    for stream, step in seen:
        last[stream] = max(step, last.get(stream, step))
    return last


def _forget(pending: dict[str, str], written: Iterable[tuple[str, str]]) -> None:
    """Take off what has been written, unless it has changed meanwhile."""
    for name, value in dict(written).items():
        if pending.get(name) == value:
            del pending[name]
