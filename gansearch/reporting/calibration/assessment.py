"""All that is measured of detectors on a corpus, before it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Policy, default_detectors
from gansearch.errors import ReportError
from gansearch.records import Finding
from gansearch.reporting.calibration.baselines import D_LOSS_ELSEWHERE, DRAWS, ELSEWHERE, Trial, compare, fixed_steps
from gansearch.reporting.calibration.confusion import Confusion, confusions
from gansearch.reporting.calibration.d_loss_alone import DLossAlone
from gansearch.reporting.calibration.splits import By, HeldOut, Part, held_out
from gansearch.reporting.calibration.thresholds import POINTS, Sweep, sweeps
from gansearch.reporting.calibration.truths import Truths, ground_truth
from gansearch.reporting.calibration.tuning import TRIALS
from gansearch.reporting.calibration.walks import Walks, alone
from gansearch.space.plan import DetectorSettings

ALL = "all"
BY: tuple[By, ...] = ("dataset", "loss")


@dataclass(frozen=True)
class Plan:
    """What to measure beside the policy itself."""

    tuned_on: Part | None = None
    """What the policy's thresholds were tuned on: its rates are those of the other runs. None: of nothing here."""
    trials: int = TRIALS
    """Settings of each detector that are tried where thresholds are tuned without a data set or a loss; 0: none are."""
    points: int = POINTS
    """Values of each threshold; 0 for no curves."""
    draws: int = DRAWS
    """Orders of the runs."""
    seed: int = 0
    leaves_tuned_out: bool = True
    """Whether runs that were tuned on are left out; else rates are of all runs, and the page says that some flatter."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """What was measured of a policy."""

    everyone: Truths
    truths: Truths
    """Those that thresholds were not tuned on: what follows is about them, but for what is held out."""
    policy: Policy
    stops: tuple[Finding | None, ...]
    """What the policy stops each run for."""
    seen: tuple[frozenset[str], ...]
    """The kinds that detectors find in each run at any time, stopping or not."""
    confusions: Mapping[str, tuple[Confusion, ...]]
    """By group: ``all``, a data set, a loss. The policy first, then each detector alone."""
    ways: tuple[Trial, ...]
    """The policy and the baselines."""
    held_out: tuple[HeldOut, ...]
    """The policy, tuned without each data set, and without each loss."""
    thumb_held_out: tuple[HeldOut, ...]
    """The rule of thumb on d_loss, tuned in the same way."""
    sweeps: tuple[Sweep, ...]
    plan: Plan

    def way(self, name: str) -> Trial:
        """One way of stopping."""
        return next(each for each in self.ways if each.name == name)


def default_policy() -> Policy:
    """What a space that says nothing of detectors has."""
    said = DetectorSettings()
    return Policy(
        said.mode, said.grace_epochs, said.patience, default_detectors(), said.combine, said.kinds, said.audit
    )


def assess(runs: Sequence[CorpusRun], policy: Policy, plan: Plan, walks: Walks | None = None) -> Assessment:
    """Measure a policy, its detectors and the baselines.

    Raises:
        ReportError: where no run has a known end, all diverged, or none is left beside those that were tuned on.
    """
    walks = walks or Walks()
    everyone = ground_truth(runs)
    truths = _not_tuned_on(everyone, plan.tuned_on if plan.leaves_tuned_out else None)
    walks.prepare(truths.runs, [*policy.detectors, DLossAlone()])
    folds = _folds(everyone, policy, walks, plan)
    thumb_folds = _folds(everyone, alone(policy, DLossAlone()), walks, plan)
    steps = fixed_steps(truths, policy, walks)
    steps |= {name: fold.spent_by(truths) for name, fold in _of_datasets(folds, thumb_folds)}
    return Assessment(
        everyone=everyone,
        truths=truths,
        policy=policy,
        stops=tuple(walks.stops(truths.runs, policy)),
        seen=tuple(frozenset(each.kind for each in policy.detectors if walks.fired(run, each)) for run in truths.runs),
        confusions={name: tuple(confusions(part, policy, walks)) for name, part in groups(truths).items()},
        ways=tuple(compare(truths, steps, draws=plan.draws, seed=plan.seed)),
        held_out=folds,
        thumb_held_out=thumb_folds,
        sweeps=tuple(sweeps(truths, policy, walks, policy.detectors, points=plan.points) if plan.points else ()),
        plan=plan,
    )


def _not_tuned_on(everyone: Truths, part: Part | None) -> Truths:
    kept = np.array([part is None or not part.holds(run) for run in everyone.runs], dtype=bool)
    if not kept.any():
        raise ReportError(f"a corpus must have runs beside those tuned on; all {len(everyone)} of it are of {part}")
    truths = everyone.where(kept)
    if not np.isfinite(truths.distances).any():
        raise ReportError(f"a corpus must have a run that did not diverge; all {len(truths)} of it did")
    return truths


def _folds(everyone: Truths, policy: Policy, walks: Walks, plan: Plan) -> tuple[HeldOut, ...]:
    if not plan.trials:
        return ()
    found = (held_out(everyone, policy, walks, by, trials=plan.trials, seed=plan.seed) for by in BY)
    return tuple(fold for fold in found if fold is not None)


def _of_datasets(folds: Sequence[HeldOut], thumb: Sequence[HeldOut]) -> list[tuple[str, HeldOut]]:
    """What was tuned without each data set, by the name of the way of stopping."""
    named = [*((ELSEWHERE, fold) for fold in folds), *((D_LOSS_ELSEWHERE, fold) for fold in thumb)]
    return [(name, fold) for name, fold in named if fold.by == "dataset"]


def groups(truths: Truths) -> dict[str, Truths]:
    """All runs, those of each data set, and those of each loss."""
    found = {ALL: truths}
    for kind, column in (("data set", truths.datasets), ("loss", truths.losses)):
        found |= {f"{kind} {name}": truths.where(column == name) for name in sorted(set(column.tolist()))}
    return found
