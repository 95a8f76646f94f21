"""What has been read of a run's records and is not yet in MLflow: at most one portion a run."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Point:
    """One value of one metric."""

    stream: str
    """What its cursor is called: points of one stream come in the order of their steps."""
    key: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True)
class StepImage:
    """An image of one moment of a run; drawn when it is written."""

    key: str
    step: int
    path: str
    """Of the file that it is made of (samples, or a finding), in the study's storage."""
    timestamp_ms: int


@dataclass(frozen=True)
class File:
    """An artifact of a run."""

    path: str
    """Among the run's artifacts."""
    content: bytes | None = None
    """None where it is the file of this path in the study's storage; read when it is written."""
    picture_of: str | None = None
    """The file in the study's storage whose picture this is, as PNG; drawn when it is written."""


@dataclass(eq=False)
class PendingRun:
    """Everything that one run still has to be told."""

    tags: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    points: deque[Point] = field(default_factory=deque)
    images: deque[StepImage] = field(default_factory=deque)
    files: deque[File] = field(default_factory=deque)
    status: str | None = None
    """The status to set once everything else is written."""
    ended_ms: int | None = None

    def count(self) -> int:
        """Things that are still to be written."""
        many = (self.tags, self.params, self.points, self.images, self.files)
        return sum(len(part) for part in many) + (self.status is not None)

    def drop_first(self) -> int:
        """Drop what is written first, because it is refused for good; how many things that was."""
        for many in (self.params, self.tags, self.points):
            if many:
                dropped = len(many)
                many.clear()
                return dropped
        for queue in (self.images, self.files):
            if queue:
                queue.popleft()
                return 1
        dropped, self.status = int(self.status is not None), None
        return dropped


def prefixed(name: str) -> str:
    """``name`` as one of gansearch's tags."""
    return name if name.startswith(("gansearch.", "mlflow.")) else f"gansearch.{name}"


def milliseconds(unix_s: float) -> int:
    """Milliseconds since 1970, as MLflow keeps time."""
    return round(unix_s * 1000)
