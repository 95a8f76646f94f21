"""What became of runs that detectors would have stopped and that went on: how many of them were good in the end.

Runs are spared in shadow mode, or drawn by ``detectors.audit``. Where only the kind of a finding is in shadow mode they
are counted apart: the policy as it is would not stop them. One that ends among the best quarter of its study, by the
first objective, is a false kill that did not happen. Rates are pooled over studies: one has too few.

The quarter is that of the completed runs. Where detectors stop most runs and the audit spares a few, the stopped ones
are not among them, so that a spared run has better ones beside it than if all had gone on: of such studies the rate is
too low rather than too high, the more so the more is stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from gansearch.curves import Curve, read_curve
from gansearch.detectors.policy import Mode, mode_of_finding
from gansearch.errors import CorruptFileError
from gansearch.records import Finding, TrialIdentity
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.statistics import Estimate, share
from gansearch.space.plan import Aim
from gansearch.storage import Storage
from gansearch.study.study_reader import open_readonly

FEWEST_COMPLETED = 8
"""A study with fewer completed runs has no quarter worth the name, and does not count."""
FEWEST_SPARED = 20
"""Below so many spared runs no rate is shown."""


@dataclass(frozen=True)
class SparedRun:
    """A completed run that detectors would have stopped."""

    identity: TrialIdentity
    finding: Finding
    is_good: bool
    """Whether it ended in the best quarter of its study."""
    in_shadow: bool = False
    """Whether the kind of the finding is in shadow mode itself, so that the policy would not have stopped the run."""


@dataclass(frozen=True)
class StudyAudit:
    """What one study contributes."""

    study: str
    completed: int
    spared: tuple[SparedRun, ...]
    damaged: int = 0
    """Completed runs whose records cannot be read; nothing is known of what they were spared."""

    @property
    def counts(self) -> bool:
        """Whether it has enough completed runs."""
        return self.completed >= FEWEST_COMPLETED


@dataclass(frozen=True)
class AuditRate:
    """False kills among spared runs."""

    kind: str | None
    """None for all kinds together but for those in shadow mode."""
    spared: int
    good: int
    in_shadow: bool = False
    """Whether of runs alone that were spared because their kind is in shadow mode."""

    @property
    def rate(self) -> Estimate | None:
        """The share of false kills, with Wilson's interval; None below 20 spared runs."""
        return None if self.spared < FEWEST_SPARED else share(self.good, self.spared)


def audit_study(name: str, storage: Storage) -> StudyAudit:
    """The spared runs of one study.

    Args:
        name: of the study.
        storage: its folder.

    Raises:
        StudyNotFoundError: where there is none.
    """
    with open_readonly(name, storage) as study:
        rows, objective, policy = study.trials(), study.space.plan.objectives[0], study.space.detectors
    values = {row.identity: row.values[0] for row in rows if row.values is not None}
    if policy.mode == "off" or len(values) < FEWEST_COMPLETED:
        return StudyAudit(name, len(values), ())
    found: dict[TrialIdentity, Finding | None] = {}
    for identity in values:
        with suppress(CorruptFileError):  # counted as damaged
            found[identity] = Curve.of(read_curve(storage, identity)[0]).spared_for
    return _audited(name, values, found, objective.direction, policy.kinds)


def audit_of(material: StudyMaterial) -> StudyAudit:
    """The spared runs of a study whose records have been read."""
    values = {each.identity: each.values[0] for each in material.completed if each.values is not None}
    found = {each.identity: each.curve.spared_for for each in material.completed if each.is_readable}
    space = material.space
    return _audited(material.name, values, found, space.plan.objectives[0].direction, space.detectors.kinds)


def best_quarter(values: Mapping[TrialIdentity, float], direction: Aim) -> frozenset[TrialIdentity]:
    """The best quarter of completed runs, rounded down; runs as good as the last of them belong to it.

    Args:
        values: of the first objective, by run.
        direction: of that objective.
    """
    sign = 1.0 if direction == "minimize" else -1.0
    count = len(values) // 4
    if count == 0:
        return frozenset()
    limit = sorted(sign * value for value in values.values())[count - 1]
    return frozenset(identity for identity, value in values.items() if sign * value <= limit)


def _audited(
    name: str,
    values: Mapping[TrialIdentity, float],
    found: Mapping[TrialIdentity, Finding | None],
    direction: Aim,
    kinds: Mapping[str, Mode],
) -> StudyAudit:
    good = best_quarter(values, direction)
    spared = (
        SparedRun(identity, finding, identity in good, mode_of_finding(finding, kinds) == "shadow")
        for identity, finding in found.items()
        if finding is not None
    )
    return StudyAudit(name, len(values), tuple(spared), damaged=len(values) - len(found))


def pooled(studies: Iterable[StudyAudit]) -> tuple[AuditRate, ...]:
    """The rate over all kinds and studies, then one per kind, the most frequent first; at last kinds in shadow mode."""
    runs = [run for study in studies if study.counts for run in study.spared]
    called, doubted = ([run for run in runs if run.in_shadow is shadow] for shadow in (False, True))
    return _rate(None, called), *_by_kind(called), *_by_kind(doubted)


def _by_kind(spared: Sequence[SparedRun]) -> list[AuditRate]:
    kinds = sorted({run.finding.kind for run in spared})
    each = [_rate(kind, [run for run in spared if run.finding.kind == kind]) for kind in kinds]
    return sorted(each, key=lambda rate: -rate.spared)


def _rate(kind: str | None, spared: Sequence[SparedRun]) -> AuditRate:
    in_shadow = any(run.in_shadow for run in spared)
    return AuditRate(kind, len(spared), sum(run.is_good for run in spared), in_shadow)
