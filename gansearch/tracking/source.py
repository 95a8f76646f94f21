"""What the projection reads: a study's trials, their records, and its launches. The executors provide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from gansearch.records import Setting, TrialEnd, TrialIdentity


class Recorded(Protocol):
    """One record of a trial, as ``gansearch.curves`` describes its kinds and payloads."""

    @property
    def kind(self) -> str:
        """As ``signals``."""
        ...

    @property
    def attempt(self) -> int:
        """Of the trial."""
        ...

    @property
    def payload(self) -> Mapping[str, Any]:
        """What the kind holds."""
        ...

    @property
    def time(self) -> float:
        """When it was written, unix seconds."""
        ...


@dataclass(frozen=True)
class TrialAbout:
    """What is known of a trial besides its records."""

    settings: Mapping[str, Setting]
    """Its whole configuration."""
    parameters: Mapping[str, Setting]
    """What differs between trials: what is searched, or what the arms of a plan change. Nothing that is fixed."""
    tags: Mapping[str, Setting]
    """Shown under ``gansearch.``."""
    end: TrialEnd | None = None
    """The end that the study gave it; None where it gave none, or a rest. It wins over the one recorded."""
    ended_s: float | None = None
    """When the study gave it, unix seconds; only used of a trial that recorded nothing."""


@dataclass(frozen=True)
class StudyAbout:
    """What is known of a study besides its trials and launches: for the note on the experiment's page."""

    name: str
    kind: str
    """Of its plan, as ``search``."""
    objectives: Sequence[str]
    """Metrics that it improves, the first first."""
    varying: Mapping[str, str]
    """What differs between trials, and which values it has; its keys are the parameters of runs."""
    arms: Mapping[str, str] = field(default_factory=dict)
    """Each arm's name and what it changes in the baseline, which comes first; empty of a study without arms."""
    experiments: Sequence[str] = ()
    """Names of the experiments that arms belong to."""
    replicates: int = 1
    """Runs per trial, at least."""


@dataclass(frozen=True)
class LaunchAbout:
    """What is known of a launch."""

    number: int
    """From 1."""
    document: Mapping[str, object]
    """Scalars become tags; everything is kept in ``launch.json``."""
    started_s: float
    """Unix seconds."""
    ended_s: float | None = None
    """None while it lasts, and where nobody knows."""
    outcome: str | None = None
    """``finished``, ``interrupted``, ``stopped``, anything else for a failure; None while it lasts."""
    has_report: bool = False
    """Whether the study's report belongs to it."""
    is_told: bool = True
    """False of a launch by an older version, whose end nobody kept: what MLflow shows of it stays as it is."""


class Source(Protocol):
    """A study, as the projection reads it, from one thread alone."""

    def trial(self, identity: TrialIdentity) -> TrialAbout | None:
        """What is known of a trial; None where the study does not know it (any more)."""
        ...

    def records(self, identity: TrialIdentity, cursor: int) -> tuple[Sequence[Recorded], int]:
        """What a trial has recorded since ``cursor`` (0 at first), and the cursor behind it.

        Raises:
            CorruptFileError: where the record is damaged.
            StorageError: where it cannot be read now.
        """
        ...

    def post_mortem(self, identity: TrialIdentity) -> Sequence[str]:
        """Paths of the files that a stopped trial has left behind."""
        ...

    def content(self, path: str) -> bytes | None:
        """A file of the study; None where it is gone."""
        ...

    def picture(self, path: str) -> NDArray[np.uint8] | None:
        """The picture of samples, or of a finding beside its curves, [H, W] or [H, W, 3]; None where it is gone."""
        ...

    def better(self, metric: str) -> Literal["minimize", "maximize"] | None:
        """Which values of a metric are the better ones; None where nobody says."""
        ...

    def study(self) -> StudyAbout:
        """What is known of the study as a whole."""
        ...

    def launches(self) -> Sequence[LaunchAbout]:
        """Every launch of the study, in order."""
        ...

    def report(self) -> Mapping[str, bytes]:
        """The files of the study's report by name; empty where there is none."""
        ...
