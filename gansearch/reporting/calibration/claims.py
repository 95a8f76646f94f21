"""The sentences of the page on detectors: whether each target is met, with its numbers, and where it is not, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors.policy import DIVERGED
from gansearch.records import Finding
from gansearch.reporting.calibration.assessment import Assessment
from gansearch.reporting.calibration.baselines import BOTH, ELSEWHERE, Trial, relative
from gansearch.reporting.calibration.confusion import POLICY
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.equal_compute import BUDGET
from gansearch.reporting.calibration.judgement import judge, spent
from gansearch.reporting.calibration.outcomes import LIMITS, Outcome
from gansearch.reporting.calibration.recovery import Course, came_back, course, last_collapse, recovery
from gansearch.reporting.calibration.truths import Truths
from gansearch.reporting.wording import code, counted, percent, plural

RECALL: Final = 0.9
SAVED: Final = 0.35
LATE: Final = 0.9
"""Share of a run after which a collapse begins late."""
SEEN_CLASSES: Final = "classes_covered"
"""The metric of classes that detectors see."""
NAMED: Final = 10
"""Runs that a sentence names at most."""

OWN: Final = frozenset({POLICY, BOTH, ELSEWHERE})
"""Ways of stopping that are no baselines of the policy."""

Stops = Sequence[Finding | None]


@dataclass(frozen=True)
class Claim:
    """A target and what became of it."""

    target: str
    is_met: bool | None
    """None where nothing can be said."""
    sentence: str

    @property
    def verdict(self) -> str:
        """In one word."""
        return "not decided" if self.is_met is None else "met" if self.is_met else "missed"

    def __str__(self) -> str:
        return f"{self.target}: {self.verdict}. {self.sentence}"


def claims(found: Assessment) -> list[Claim]:
    """The targets, of the policy as it was assessed."""
    return [*claims_of_stops(found.truths, found.stops, found.seen), regret_at_equal_compute(found.ways)]


def claims_of_stops(truths: Truths, stops: Stops, seen: Sequence[frozenset[str]] | None = None) -> list[Claim]:
    """The targets that do not need the baselines.

    Args:
        truths: the runs.
        stops: for each, what it was stopped for, or None.
        seen: for each, the kinds that were found at any time; None where it is not known.
    """
    return [false_kills(truths, stops), recall(truths, stops, seen), saved(truths, stops)]


def false_kills(truths: Truths, stops: Stops) -> Claim:
    """None of the best quarter is to be stopped."""
    target = "No false kill among the best quarter of each data set"
    judged = judge(truths, spent(truths, stops))
    kills = judged.false_kills
    if kills.n == 0:
        return Claim(target, None, "No run of the best quarters is among these.")
    said = (
        f"{_of(kills, 'run')} of the best quarters {_was(kills.count)} stopped; with 95 % confidence less than "
        f"{_bound(kills.upper)} of such runs are."
    )
    if kills.count:
        killed = [
            f"{code(run.key)} ({run.dataset}, {run.loss}: {stop.kind} at step {stop.step:,} of {run.total_steps:,})"
            for run, stop, best in zip(truths.runs, stops, truths.is_best, strict=True)
            if best and stop is not None and stop.step < run.steps
        ]
        said += f" They are: {_some(killed)}."
    else:
        said += f" None of {kills.n:,} shows no more than that: less than about 3 / {kills.n:,}."
    successes = judged.successes_stopped
    if successes.n:
        said += f" Of all successes {successes.count:,} of {successes.n:,} {_was(successes.count)} stopped."
    return Claim(target, kills.count == 0, said)


def recall(truths: Truths, stops: Stops, seen: Sequence[frozenset[str]] | None = None) -> Claim:
    """Nine in ten total collapses are to be stopped."""
    target = f"At least {percent(RECALL)} of total collapses stopped"
    caught = judge(truths, spent(truths, stops)).collapses_stopped
    if caught.estimate is None:
        return Claim(target, None, "No run ended in total collapse.")
    said = f"{_of(caught, 'total collapse')} {_was(caught.count)} stopped ({counted(caught.estimate, 'percent')})."
    is_met = caught.share >= RECALL
    if caught.count < caught.n:
        said += f" {_missed(truths, stops, seen)}"
    both = _by_both(truths)
    if both.sum() < caught.n:
        again = judge(truths.where(both), spent(truths, stops)[both]).collapses_stopped
        said += (
            f" Of all, {caught.n - int(both.sum()):,} are no total collapse to the classifier that detectors see: "
            "their samples are spread, though of few classes to the second one, to which those near no mode are of "
            f"none. Of the total collapses by both, {again.count:,} of {again.n:,} {_was(again.count)} stopped."
        )
    return Claim(target, is_met, said)


def saved(truths: Truths, stops: Stops) -> Claim:
    """A third of the steps of total collapses is to be saved."""
    target = f"At least {percent(SAVED)} of the steps of total collapses saved"
    judged = judge(truths, spent(truths, stops))
    collapsed = truths.ended(Outcome.TOTAL)
    if not collapsed.any():
        return Claim(target, None, "No run ended in total collapse.")
    share = (spent(truths, stops) / np.maximum(1, truths.steps))[collapsed]
    n = plural(len(share), "total collapse")
    said = (
        f"{percent(judged.collapsed_steps_saved)} of their steps ({percent(judged.collapsed_seconds_saved)} of their "
        f"seconds) were saved (n = {n}); of all runs {percent(judged.steps_saved)} of the steps "
        f"and {percent(judged.seconds_saved)} of the seconds (n = {len(truths):,})."
    )
    is_met = judged.collapsed_steps_saved >= SAVED
    if not is_met:
        ended = int((share >= 1).sum())
        said += f" {plural(ended, 'collapse')} of {len(share):,} ran to the end"
        said += (
            f", the others to {percent(float(np.median(share[share < 1])))} of it at the median"
            if ended < len(share)
            else ""
        )
        said += "."
    return Claim(target, is_met, said)


def regret_at_equal_compute(ways: Sequence[Trial]) -> Claim:
    """The policy is to find no worse a run than any baseline with the same steps."""
    target = f"No more regret than any baseline at equal compute ({percent(BUDGET)} of all steps)"
    policy = next(each for each in ways if each.name == POLICY)
    said, worse = [], []
    for other in (each for each in ways if each.name not in OWN):
        mean, low, high = relative(policy, other, BUDGET)
        said.append(f"{other.name} {percent(other.regret(BUDGET)[0])} ({_signed(mean, low, high)})")
        worse += [other.name] if mean > 0 else []
    text = (
        f"With as many steps the policy's best distance is {percent(policy.regret(BUDGET)[0])} above the best of all "
        f"(geometric mean of {len(policy.regrets):,} orders of the runs, and of data sets). That of the baselines, and "
        "in brackets the policy's distance beside theirs in the same orders, its mean and the middle 95 % of orders: "
        f"{'; '.join(said)}."
    )
    if worse:
        text += (
            f" Better than the policy {_was(len(worse))} {_listed(worse)}: where a rule looks at the distance, it "
            "stops runs that are merely not the best, which detectors of failures leave alone."
            if set(worse) & {"ASHA", "median rule"}
            else f" Better than the policy {_was(len(worse))} {_listed(worse)}."
        )
    return Claim(target, not worse, text)


def of_recovery(runs: Sequence[CorpusRun], where: str) -> str:
    """What became of collapsed runs that nobody stopped (H20)."""
    courses = Counter(course(run) for run in runs)
    found = recovery(runs)
    born = courses[Course.BORN]
    apart = f"{plural(born, 'run')} born collapsed {_was(born)} counted apart"
    if found.estimate is None:
        return f"{where}: no run collapsed after it had reached its classes (n = {len(runs):,} runs); {apart}."
    collapsed = (Course.COLLAPSED, Course.RECOVERED)
    back = sum(came_back(run) for run in runs if course(run) in collapsed)
    return (
        f"{where}: {found.count:,} of {found.n:,} collapsed runs recovered ({percent(found.share)}, "
        f"{counted(found.estimate, 'percent')}); {back:,} ended with at least the classes that count as reached; "
        f"{apart}."
    )


def recovered_and_stopped(truths: Truths, stops: Stops) -> str:
    """How many runs that recovered would have been stopped before they could."""
    pairs = [(run, stop) for run, stop in zip(truths.runs, stops, strict=True) if course(run) is Course.RECOVERED]
    if not pairs:
        return "No run recovered that the policy could have stopped."
    stopped = Count(sum(stop is not None and stop.step < run.steps for run, stop in pairs), len(pairs))
    return f"The policy would have stopped {_of(stopped, 'recovered run')}."


def _missed(truths: Truths, stops: Stops, seen: Sequence[frozenset[str]] | None) -> str:
    """Which total collapses were not stopped, and what is known of why."""
    chosen = [
        index
        for index, (run, end, stop) in enumerate(zip(truths.runs, truths.outcomes, stops, strict=True))
        if end is Outcome.TOTAL and (stop is None or stop.step >= run.steps)
    ]
    where = Counter(f"{truths.runs[index].dataset} with {truths.runs[index].loss}" for index in chosen)
    said = f"Not stopped: {', '.join(f'{count:,} of {name}' for name, count in sorted(where.items()))}."
    began = [(last_collapse(truths.runs[index]), truths.runs[index].total_steps) for index in chosen]
    late = sum(start is not None and start > LATE * whole for start, whole in began)
    if late:
        said += f" In {late:,} of them the collapse began in the last tenth of the run."
    if seen is not None:
        shadowed = sum(bool(seen[index] - {DIVERGED}) for index in chosen)
        said += (
            f" In {shadowed:,} of them a detector found something that did not count (its kind is in shadow, or it was "
            f"too brief or too late); in {len(chosen) - shadowed:,} none found anything."
        )
    return said


def _by_both(truths: Truths) -> NDArray[np.bool_]:
    """Whether a total collapse is one by the classifier that detectors see, too, or that one has not counted [n]."""
    counted_few = [
        run.final.get(SEEN_CLASSES, 0.0) <= LIMITS[run.classes].total if end is Outcome.TOTAL else False
        for run, end in zip(truths.runs, truths.outcomes, strict=True)
    ]
    return np.array(counted_few, dtype=bool)


def _of(count: Count, what: str) -> str:
    return f"{count.count:,} of {plural(count.n, what)} ({percent(count.share)})"


def _bound(value: float) -> str:
    return f"{100 * value:.1f} %"


def _signed(mean: float, low: float, high: float) -> str:
    return f"{100 * mean:+.1f} %, {100 * low:+.1f} to {100 * high:+.1f}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _some(names: Sequence[str]) -> str:
    more = f", and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
