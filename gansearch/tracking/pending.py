"""What has been reported and is not yet in MLflow, run by run. Only the tracker's own thread touches it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gansearch.records import Evaluation, Setting, TrialEnd, TrialIdentity
from gansearch.tracking.run_status import run_status
from gansearch.tracking.thinning import Thinner

PLANNED_EPOCHS = 100
"""Assumed where a trial's settings do not say."""
RUNNING = "running"
"""The tag ``gansearch.end`` of a trial that has none yet, so that a resumed one does not show its last rest."""


@dataclass(frozen=True)
class Point:
    """One value of one metric."""

    stream: str
    """What its cursor is called: points of one stream come in the order of their steps."""
    key: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True, eq=False)
class StepImage:
    """An image of one moment of a run."""

    key: str
    step: int
    pixels: NDArray[np.uint8]
    timestamp_ms: int


@dataclass(frozen=True)
class File:
    """An artifact of a run."""

    path: str
    content: bytes


@dataclass(eq=False)
class PendingRun:
    """Everything that one run still has to be told."""

    name: str
    """Name of the run: the trial's identity, or ``launch <n>`` once n is known."""
    parent: str | None
    """Key of its parent among the pending runs, or None."""
    tags: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    points: deque[Point] = field(default_factory=deque)
    images: deque[StepImage] = field(default_factory=deque)
    files: deque[File] = field(default_factory=deque)
    status: str | None = None
    """The status to set once everything else is written."""
    started_ms: int | None = None
    ended_ms: int | None = None
    generator: str | None = None
    thinner: Thinner = field(default_factory=lambda: Thinner(PLANNED_EPOCHS))
    is_resting: bool = False
    """Whether its last end is one from which it can go on."""
    is_started: bool = False
    """Whether it has yet to be created or found again."""

    def count(self) -> int:
        """Things that are still to be written."""
        many = (self.tags, self.params, self.points, self.images, self.files)
        return sum(len(part) for part in many) + (self.status is not None) + self.is_started

    def drop_first(self) -> int:
        """Drop what is written first, because it is refused for good; how many things that was."""
        if self.is_started:  # without a run there is nowhere to write to
            dropped = self.count()
            for part in (self.tags, self.params, self.points, self.images, self.files):
                part.clear()
            self.is_started, self.status = False, None
            return dropped
        for many in (self.params, self.tags, self.points):
            if many:
                dropped = len(many)
                many.clear()
                return dropped
        for queue in (self.images, self.files):
            if queue:
                queue.popleft()
                return 1
        self.status = None
        return 1

    def start(
        self,
        settings: str,
        parameters: Mapping[str, Setting],
        tags: Mapping[str, str],
        epochs: int,
        started_ms: int,
    ) -> None:
        """A trial starts, or goes on after a rest."""
        self.is_started = True
        self.is_resting = False
        self.status = None
        self.started_ms = started_ms
        self.params.update({name: str(value) for name, value in parameters.items()})
        self.tags.update({"gansearch.end": RUNNING, **tags})
        self.generator = tags.get("gansearch.generator", self.generator)
        self.files.append(File("settings.json", settings.encode()))
        self.thinner = Thinner(epochs)

    def signals(self, first_step: int, names: Sequence[str], values: NDArray[np.float32], now_ms: int) -> None:
        """Training signals [S, steps] of the steps since ``first_step``, thinned."""
        self._go_on()
        for step, means in self.thinner.add(first_step, names, values):
            self._window(step, means, now_ms)

    def evaluation(self, evaluation: Evaluation, now_ms: int) -> None:
        """One evaluation.

        Values of the final protocol carry their number of samples in their name, and those of another generator than
        the run's own carry its name: neither belongs on the curve of the others.
        """
        self._go_on()
        if self.generator is None:
            self.generator = evaluation.generator
            self.tags["gansearch.generator"] = evaluation.generator
        tail = "" if evaluation.generator == self.generator else f".{evaluation.generator}"
        stream = ("final" if evaluation.final else "evaluation") + tail
        values = {
            f"{metric.name}_n{metric.protocol.samples}{tail}" if evaluation.final else metric.name + tail: metric.value
            for metric in evaluation.metrics
        }
        values["epoch"] = float(evaluation.epoch)
        values["evaluation_seconds"] = evaluation.cost_s
        self.points.extend(Point(stream, key, value, evaluation.step, now_ms) for key, value in values.items())

    def end(self, end: TrialEnd, now_ms: int) -> None:
        """The trial is over, or rests."""
        self.tags.update({"gansearch.end": str(end.end), "gansearch.reason": end.reason})
        self.tags["gansearch.finding"] = "" if end.finding is None else end.finding.kind
        self.status = run_status(end.end)
        self.is_resting = not end.end.is_final
        if end.end.is_final:
            self.ended_ms = now_ms
            for step, means in self.thinner.rest():
                self._window(step, means, now_ms)

    def _go_on(self) -> None:
        """Whoever trains does not rest: the records of a resumed trial hold its earlier rests as well."""
        if self.is_resting:
            self.is_resting = False
            self.tags["gansearch.end"] = RUNNING
            self.status = "RUNNING"

    def _window(self, step: int, means: Mapping[str, float], now_ms: int) -> None:
        self.points.extend(Point("train", f"train/{name}", value, step, now_ms) for name, value in means.items())


def trial_tags(identity: TrialIdentity, tags: Mapping[str, Setting]) -> dict[str, str]:
    """The tags of a trial's run: its identity, its number, and ``tags`` under ``gansearch.``."""
    own = {"gansearch.identity": str(identity), "gansearch.number": str(identity.number), "gansearch.kind": "trial"}
    if identity.replicate is not None:
        own["gansearch.replicate"] = str(identity.replicate)
    return {**{prefixed(name): str(value) for name, value in tags.items()}, **own}


def prefixed(name: str) -> str:
    """``name`` as one of gansearch's tags."""
    return name if name.startswith(("gansearch.", "mlflow.")) else f"gansearch.{name}"
