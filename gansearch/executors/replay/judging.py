"""What detectors make of a recorded run, epoch by epoch, as they would have while it trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Policy, Trace
from gansearch.detectors.non_finite import NonFinite
from gansearch.records import Finding
from gansearch.trial.tracing import trace_of

REMEMBERED: Final = 10_000
"""Runs whose judgement is kept: searches under one policy meet the cells of a grid again and again."""


@dataclass(frozen=True)
class Judgement:
    """What detectors have called for up to some step, each for the first time."""

    diverged: Finding | None = None
    """A non-finite number, which ends a run in every mode."""
    called: Finding | None = None
    """The finding for which a policy that enforces ends it."""


class Judge:
    """Applies one policy to recorded runs as ``trial.lane_run`` applies it to one that trains.

    Args:
        policy: the detectors and when they stop a trial.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = _deciding(policy)
        self._judged = lru_cache(maxsize=REMEMBERED)(self._begun)

    def until(self, run: CorpusRun, step: int) -> Judgement:
        """What they call for in the epochs up to ``step``; worked out once, and no further than somebody looks."""
        return self._judged(run).until(step)

    def spares(self, seed: int) -> bool:
        """Whether a trial of this seed goes on though detectors call for its end."""
        return self._policy.mode == "enforce" and self._policy.spares(seed)

    def _begun(self, run: CorpusRun) -> _Judged:
        return _Judged(self._policy, run)


class _Judged:
    """One run, as far as it has been looked at."""

    def __init__(self, policy: Policy, run: CorpusRun) -> None:
        self._epochs = _epochs(policy, run)
        self._looked_at = 0
        self._found = Judgement()

    def until(self, step: int) -> Judgement:
        while self._looked_at < step:
            self._looked_at, self._found = next(self._epochs)
        return Judgement(_by(self._found.diverged, step), _by(self._found.called, step))


def _epochs(policy: Policy, run: CorpusRun) -> Iterator[tuple[int, Judgement]]:
    """Steps up to which the run has been looked at, each with what was called for by then."""
    whole = trace_of(run)
    every = max(1, whole.steps_per_epoch)
    ends = [*range(every, whole.steps, every), whole.steps]
    diverged = _divergence(whole, ends)
    if policy.mode == "enforce":
        count = len(ends) if diverged is None else ends.index(diverged.step)
        for looked_at, called in _calls(policy, whole, ends[:count]):
            if called is not None:
                yield whole.steps, Judgement(diverged, called)
                return
            yield looked_at, Judgement(diverged, None)
    yield whole.steps, Judgement(diverged, None)


def _divergence(whole: Trace, ends: Sequence[int]) -> Finding | None:
    """What is said at the end of the epoch with the first non-finite number."""
    detector = NonFinite()
    if detector.check(whole) is None:
        return None
    return next(finding for end in ends if (finding := detector.check(whole.until(end))) is not None)


def _calls(policy: Policy, whole: Trace, ends: Sequence[int]) -> Iterator[tuple[int, Finding | None]]:
    """The ends of epochs up to which nothing calls for an end, and the finding that does, with which it is over.

    A finding counts once as many epochs in a row have one of its kind as the patience says. So an epoch without any
    rules out an end in so many, itself counted, and not every epoch needs a look; detectors remember nothing between.
    """
    seen: dict[int, tuple[Finding, ...]] = {}

    def findings(index: int) -> tuple[Finding, ...]:
        if index not in seen:
            seen[index] = policy.decide(whole.until(ends[index]), []).findings
        return seen[index]

    is_whole = whole.steps % max(1, whole.steps_per_epoch) == 0
    index = int(policy.grace_epochs)
    while index < len(ends):
        called = None
        if findings(index):
            history = [each for back in range(max(0, index - policy.patience), index) for each in findings(back)]
            called = policy.decide(whole.until(ends[index]), history).stop
            index += 1
        else:
            index += policy.patience if is_whole else 1
        yield ends[min(index, len(ends)) - 1], called


def _by(finding: Finding | None, step: int) -> Finding | None:
    return finding if finding is not None and finding.step <= step else None


def _deciding(policy: Policy) -> Policy:
    """The policy with those detectors alone that can end a run: to look at the others takes most of the time.

    Of those that end none, the ones of a kind that does are kept, since their findings count for the patience.
    """
    kinds = {each.kind for each in policy.detectors if policy.mode_of(each) == "enforce"}
    left = (each for each in policy.detectors if each.kind in kinds and not isinstance(each, NonFinite))
    return replace(policy, detectors=tuple(left))
