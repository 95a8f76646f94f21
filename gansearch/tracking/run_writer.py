"""Writes pending runs into MLflow. Each call can be repeated: what has been written is taken off, and found again.

Runs are found by the tag ``gansearch.identity``. How far each stream of points and images has come is kept as the
tags ``gansearch.cursor.<stream>``, written with the batch. Within one process a repeated batch carries the same time
stamps, and MLflow's stores keep equal points once; after a crash the last steps of the run's own history count.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gansearch.tracking.location import artifact_location
from gansearch.tracking.pending import File, PendingRun, Point, StepImage

POINTS_PER_BATCH = 900
PAIRS_PER_BATCH = 90
CURSOR = "gansearch.cursor."
IMAGES = "image."
_HISTORY = {"train": "train/d_loss", "evaluation": "epoch"}
"""One metric of each stream, whose history tells how far a stream has really come."""


class RunWriter:
    """The MLflow client, one experiment, and the ids of its runs.

    Args:
        uri: the tracking store.
        study: name of the study and of its experiment.
        root: folder or object store for artifacts, where no server decides.
        study_id: tells apart studies that had the same name one after the other; part of what finds a run again.
    """

    def __init__(self, uri: str, study: str, root: str, study_id: str | None) -> None:
        from mlflow import MlflowClient

        self._client = MlflowClient(tracking_uri=uri)
        self._study_id = study_id
        self._cursors: dict[str, dict[str, int]] = {}
        self.run_ids: dict[str, str] = {}
        self.experiment_id = self._experiment(study, artifact_location(uri, root, study))

    def write(self, key: str, run: PendingRun) -> None:
        """Write all that ``run`` holds, oldest first, taking off what has been written.

        Args:
            key: under which the run is known: the trial's identity, or the launch's key.
            run: what to write.

        Raises:
            MlflowException: where the store refuses or cannot be reached; the rest stays with ``run``.
        """
        if key not in self.run_ids and not self._find(key):
            self._create(key, run)
        run_id = self.run_ids[key]
        if run.is_started:
            self._client.update_run(run_id, status="RUNNING")
            run.is_started = False
        self._write_pairs(run_id, run)
        self._write_points(run_id, run)
        while run.images:
            self._write_image(run_id, run.images[0])
            run.images.popleft()
        while run.files:
            self._write_file(run_id, run.files[0])
            run.files.popleft()
        if run.status is not None:
            self._write_status(run_id, run)
            run.status = None

    def close_left_launches(self) -> None:
        """Mark launches that still count as running, though their driver has gone, as killed."""
        for run in self._search("tags.`gansearch.kind` = 'launch' and attributes.status = 'RUNNING'"):
            self._client.set_tag(run.info.run_id, "gansearch.outcome", "lost")
            self._client.set_terminated(run.info.run_id, status="KILLED")

    def next_launch(self) -> int:
        """The number of the next launch: 1 for a study's first."""
        return 1 + len(self._search("tags.`gansearch.kind` = 'launch'"))

    # --- finding ----------------------------------------------------------------------------------------------------

    def _experiment(self, study: str, location: str | None) -> str:
        from mlflow.entities import LifecycleStage

        known = self._client.get_experiment_by_name(study)
        if known is None:
            return str(self._client.create_experiment(study, artifact_location=location))
        if known.lifecycle_stage == LifecycleStage.DELETED:
            self._client.restore_experiment(known.experiment_id)
        return str(known.experiment_id)

    def _find(self, key: str) -> bool:
        found = self._search(f"tags.`gansearch.identity` = {quoted(key)}")
        if not found:
            return False
        run_id = str(found[0].info.run_id)
        self._cursors[run_id] = self._cursors_of(found[0])
        self.run_ids[key] = run_id
        return True

    def _create(self, key: str, run: PendingRun) -> None:
        tags = {"gansearch.identity": key}
        if self._study_id is not None:
            tags["gansearch.study_id"] = self._study_id
        if run.parent in self.run_ids:
            tags["mlflow.parentRunId"] = self.run_ids[run.parent]
        started = now_ms() if run.started_ms is None else run.started_ms
        made = self._client.create_run(self.experiment_id, start_time=started, tags=tags, run_name=run.name)
        run_id = str(made.info.run_id)
        self._cursors[run_id] = {}
        self.run_ids[key] = run_id
        run.is_started = False

    def _cursors_of(self, run: Any) -> dict[str, int]:
        """How far each stream of a run that exists already has come."""
        cursors = {
            name.removeprefix(CURSOR): int(value) for name, value in run.data.tags.items() if name.startswith(CURSOR)
        }
        for stream, metric in _HISTORY.items():
            if metric in run.data.metrics:
                steps = [point.step for point in self._client.get_metric_history(run.info.run_id, metric)]
                cursors[stream] = max([cursors.get(stream, -1), *steps])
        return cursors

    def _search(self, condition: str) -> list[Any]:
        if self._study_id is not None:
            condition += f" and tags.`gansearch.study_id` = {quoted(self._study_id)}"
        return list(self._client.search_runs([self.experiment_id], condition, max_results=1000))

    # --- writing ----------------------------------------------------------------------------------------------------

    def _write_pairs(self, run_id: str, run: PendingRun) -> None:
        from mlflow.entities import Param, RunTag

        for part in portions(run.params.items(), PAIRS_PER_BATCH):
            self._client.log_batch(run_id, params=[Param(name, value) for name, value in part])
            _forget(run.params, part)
        for part in portions(run.tags.items(), PAIRS_PER_BATCH):
            self._client.log_batch(run_id, tags=[RunTag(name, value) for name, value in part])
            _forget(run.tags, part)

    def _write_points(self, run_id: str, run: PendingRun) -> None:
        from mlflow.entities import Metric, RunTag

        cursors = self._cursors[run_id]
        while run.points:
            part = whole_steps(run.points, POINTS_PER_BATCH)
            fresh = {(point.key, point.step): point for point in reversed(part)}
            new = [point for point in reversed(fresh.values()) if point.step > cursors.get(point.stream, -1)]
            ahead = {point.stream: max(each.step for each in new if each.stream == point.stream) for point in new}
            if new:
                metrics = [Metric(point.key, point.value, point.timestamp_ms, point.step) for point in new]
                tags = [RunTag(CURSOR + stream, str(step)) for stream, step in ahead.items()]
                self._client.log_batch(run_id, metrics=metrics, tags=tags)
            cursors.update(ahead)
            for _ in part:
                run.points.popleft()

    def _write_image(self, run_id: str, image: StepImage) -> None:
        stream = IMAGES + image.key
        if image.step <= self._cursors[run_id].get(stream, -1):
            return
        self._client.log_image(run_id, image.pixels, key=image.key, step=image.step, timestamp=image.timestamp_ms)
        self._client.set_tag(run_id, CURSOR + stream, str(image.step))
        self._cursors[run_id][stream] = image.step

    def _write_file(self, run_id: str, file: File) -> None:
        folder, _, name = file.path.rpartition("/")
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / name
            path.write_bytes(file.content)
            self._client.log_artifact(run_id, str(path), folder or None)

    def _write_status(self, run_id: str, run: PendingRun) -> None:
        if run.ended_ms is None:
            self._client.update_run(run_id, status=run.status)
        else:
            self._client.set_terminated(run_id, status=run.status, end_time=run.ended_ms)


def quoted(text: str) -> str:
    """``text`` as a string of MLflow's filter language, which has no escapes.

    Raises:
        ValueError: where it has quotes of both kinds.
    """
    for mark in ("'", '"'):
        if mark not in text:
            return f"{mark}{text}{mark}"
    raise ValueError(f"a name must not have quotes of both kinds; got {text!r}")


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


def now_ms() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def _forget(pending: dict[str, str], written: Iterable[tuple[str, str]]) -> None:
    """Take off what has been written, unless it has changed meanwhile."""
    for name, value in dict(written).items():
        if pending.get(name) == value:
            del pending[name]
