"""Chooses thresholds on recorded runs, and which kinds of findings stop a trial. They must be judged on other runs.

The rule: a setting is admitted only where, under the policy's grace and patience, its detector alone stops no run of
the best quarter of a data set and no success. Among the admitted the one counts most that stops most total collapses
and saves most of their steps: the sum of both shares; of equals the first, and the detector's own comes first. A kind
stops trials where each of its detectors has an admitted setting; else it is in shadow. One that is in shadow by
default stays there where its detectors stop no total collapse: nothing speaks for it. Where the detectors together,
which share the patience of their kind, stop a run that none stops alone, the kind that did so is in shadow too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gansearch.detectors import Detector, Policy
from gansearch.detectors.policy import DIVERGED, Mode
from gansearch.dimensions import declared
from gansearch.records import Setting
from gansearch.reporting.calibration.candidates import candidates
from gansearch.reporting.calibration.judgement import judge, spent
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.truths import Truths
from gansearch.reporting.calibration.walks import Walks, alone
from gansearch.reporting.wording import setting

TRIALS: Final = 30
"""Settings that are tried of each detector."""


@dataclass(frozen=True)
class Chosen:
    """A detector as it was tuned."""

    detector: Detector
    default: Detector
    tried: int
    admitted: int
    score: float
    """Shares of total collapses stopped and of their steps saved, summed, on the tuning part; 0 with none admitted."""

    @property
    def changes(self) -> dict[str, Setting]:
        """The fields that differ from where it began."""
        names = declared(type(self.detector))
        pairs = {name: (getattr(self.detector, name), getattr(self.default, name)) for name in names}
        return {name: now for name, (now, before) in pairs.items() if now != before}


@dataclass(frozen=True)
class Tuned:
    """A policy as it was tuned."""

    policy: Policy
    chosen: tuple[Chosen, ...]

    @property
    def kinds(self) -> Mapping[str, Mode]:
        """Modes of kinds that differ from what their detectors say."""
        said = {each.detector.kind: each.detector.default_mode for each in self.chosen}
        return {kind: mode for kind, mode in sorted(self.policy.kinds.items()) if said.get(kind) != mode}


def tune(truths: Truths, policy: Policy, walks: Walks, *, trials: int = TRIALS, seed: int = 0) -> Tuned:
    """Tune every detector of a policy on these runs.

    Args:
        truths: the tuning part, with its own best quarters.
        policy: whose grace, patience and combination hold.
        walks: of any runs.
        trials: settings that are tried of each detector, its own among them.
        seed: of the settings.
    """
    material = _Material(truths, policy, walks)
    tried = {each: candidates(each, trials, seed) for each in policy.detectors}
    chosen = tuple(_chosen(material, each, settings) for each, settings in tried.items())
    doubted = {each.detector.kind for each in chosen if not each.admitted}
    kinds: dict[str, Mode] = {each.detector.kind: "shadow" for each in chosen}
    for each in chosen:
        if each.detector.kind not in doubted and (each.score > 0 or each.detector.default_mode == "enforce"):
            kinds[each.detector.kind] = "enforce"
    kinds.pop(DIVERGED, None)
    tuned = replace(policy, detectors=tuple(each.detector for each in chosen), kinds=kinds)
    return Tuned(_without_false_kills(material, tuned), chosen)


def to_yaml(tuned: Tuned) -> str:
    """What changes, as the section ``detectors`` of a space says it; one line where nothing does."""
    lines = [f"  kinds: {{{_pairs(tuned.kinds)}}}"] if tuned.kinds else []
    lines += [f"  {each.detector.name}: {{{_pairs(each.changes)}}}" for each in tuned.chosen if each.changes]
    return "\n".join(["detectors:", *lines]) if lines else "detectors: {}"


class _Material:
    """The runs that decide: those that must not be stopped, and the total collapses."""

    def __init__(self, truths: Truths, policy: Policy, walks: Walks) -> None:
        self.spared = truths.where(truths.is_best | truths.ended(Outcome.SUCCESS))
        self.collapsed = truths.where(truths.ended(Outcome.TOTAL))
        self.policy, self.walks = policy, walks

    def score(self, detector: Detector) -> float | None:
        """The sum of both shares; None where it stops what must not be stopped, which is found out first."""
        policy = alone(self.policy, detector)
        if any(self.walks.stop(run, policy) is not None for run in self.spared.runs):
            return None
        if len(self.collapsed) == 0:
            return 0.0
        stops = self.walks.stops(self.collapsed.runs, policy)
        judged = judge(self.collapsed, spent(self.collapsed, stops))
        return judged.collapses_stopped.share + judged.collapsed_steps_saved


def _chosen(material: _Material, detector: Detector, tried: Sequence[Detector]) -> Chosen:
    scores = [(material.score(each), each) for each in tried]
    admitted = [(score, each) for score, each in scores if score is not None]
    if not admitted:
        return Chosen(detector, detector, len(tried), 0, 0.0)
    score, best = max(admitted, key=lambda pair: pair[0])
    return Chosen(best, detector, len(tried), len(admitted), score)


def _without_false_kills(material: _Material, policy: Policy) -> Policy:
    while True:
        stops = material.walks.stops(material.spared.runs, policy)
        guilty = {stop.kind for stop in stops if stop is not None} - {DIVERGED}
        if not guilty:
            return policy
        policy = replace(policy, kinds={**policy.kinds, **dict.fromkeys(guilty, "shadow")})


def _pairs(values: Mapping[str, Setting]) -> str:
    return ", ".join(f"{name}: {setting(value)}" for name, value in values.items())
