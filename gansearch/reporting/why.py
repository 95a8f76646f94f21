"""Why a run ended as it did, or what it was spared, from its record alone."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gansearch.detectors import Trace, detectors
from gansearch.errors import PluginError
from gansearch.records import Finding
from gansearch.reporting.aftermath import afterwards
from gansearch.reporting.judged_series import JudgedSeries, judged_series
from gansearch.reporting.loading import load_run
from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.why_sentences import how_it_ended
from gansearch.space.plan import DetectorSettings
from gansearch.space.search_space import SearchSpace
from gansearch.storage import Storage
from gansearch.study.runs import find_run
from gansearch.study.study_reader import open_readonly
from gansearch.trial.tracing import evaluation_columns

FALSE_POSITIVES = re.compile(r"Known false positives:\s*(?P<what>.+?)(\n\s*\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class DetectorAbout:
    """What a detector says about itself."""

    source: str
    false_positives: str | None
    """None where its description names none."""


@dataclass(frozen=True)
class KindHistory:
    """The findings of one kind."""

    kind: str
    detectors: tuple[str, ...]
    times: int
    first_epoch: int
    last_epoch: int


@dataclass(frozen=True, eq=False)
class Why:
    """The answer."""

    trial: TrialMaterial
    sentences: tuple[str, ...]
    """How it ended and why."""
    finding: Finding | None
    """For which it was stopped, or would have been; None where no detector would have."""
    is_spared: bool
    """Whether it went on though the finding called for a stop."""
    detector: DetectorAbout | None
    """None without a finding, and where this process does not know the detector."""
    series: JudgedSeries | None
    """What the finding is about; None where it is not recorded as a finite number."""
    history: tuple[KindHistory, ...]
    """By kind, the first seen first."""
    policy: DetectorSettings
    files: tuple[str, ...]
    """What was left at the stop: paths of this machine, or in the study's storage where that is elsewhere."""
    samples: str | None
    """The last file of samples, in the same way."""


def why(name: str, number: int, replicate: int | None, storage: Storage) -> Why:
    """Why run ``number`` of a study ended.

    Args:
        name: of the study.
        number: of the trial.
        replicate: may be None where the trial has one.
        storage: the study's folder.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyError: where it has no such run, or one that has not begun.
    """
    with open_readonly(name, storage) as study:
        row, rows = find_run(study, number, replicate), study.trials()
    trial, space = load_run(row.identity, storage)
    curve, of_end = trial.curve, None if row.detail is None else row.detail.finding
    stopped_by = curve.stopped_by or of_end
    finding = stopped_by or curve.spared_for
    folder = f"post_mortem/{row.identity}"
    later = () if curve.spared_for is None else _later(trial, curve.spared_for, space)
    return Why(
        trial=trial,
        sentences=tuple(how_it_ended(trial, stopped_by, rows, space, later)),
        finding=finding,
        is_spared=finding is not None and stopped_by is None,
        detector=None if finding is None else about(finding.detector),
        series=None if finding is None else series_of(trial, finding),
        history=history(curve.findings),
        policy=space.detectors,
        files=tuple(_place(path, storage) for path in storage.list(folder)),
        samples=_place(curve.samples[-1].path, storage) if curve.samples else None,
    )


def about(detector: str) -> DetectorAbout | None:
    """What the detector of this name says about itself; None of one that this process does not know."""
    try:
        cls = detectors.get(detector)
    except PluginError:
        return None
    found = FALSE_POSITIVES.search(inspect.getdoc(cls) or "")
    return DetectorAbout(cls.source, None if found is None else " ".join(found["what"].split()))


def _later(trial: TrialMaterial, spared: Finding, space: SearchSpace) -> Iterator[str]:
    return afterwards(trial, spared, series_of(trial, spared, until=trial.step), space.plan.objectives[0])


def series_of(trial: TrialMaterial, finding: Finding, *, until: int | None = None) -> JudgedSeries | None:
    """What the finding is about, in windows as its detector saw it, up to it or to the step ``until``."""
    rungs = [done for done in trial.curve.evaluations if not done.final]
    trace = Trace.of(
        trial.curve.signals,
        evaluation_columns(rungs),
        steps_per_epoch=max(1, round(trial.steps_per_epoch)),
        total_steps=trial.step,
        classes=0,
        is_probability_loss=False,
    )
    return judged_series(finding, {"step": trace.window_ends, **trace.signals}, trace.evaluations, until=until)


def history(findings: Sequence[Finding]) -> tuple[KindHistory, ...]:
    """How often each kind was seen, and when."""
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    return tuple(
        KindHistory(
            kind=kind,
            detectors=tuple(dict.fromkeys(each.detector for each in found)),
            times=len(found),
            first_epoch=min(each.epoch for each in found),
            last_epoch=max(each.epoch for each in found),
        )
        for kind, found in by_kind.items()
    )


def _place(path: str, storage: Storage) -> str:
    local = storage.local_path(path)
    return path if local is None else str(local)
