"""Where detectors fire in recorded runs, each found out once; from it, where any policy over them would have stopped.

What a detector finds does not depend on the policy, so that policies are compared without looking at a run again. The
policy's own rules (grace, patience, votes) are not written a second time: it is asked, with detectors that repeat what
was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Detector, Policy, Trace
from gansearch.detectors.walk import first_stop, walk
from gansearch.records import Finding
from gansearch.trial.tracing import trace_of


class _Stand(Detector):
    """Stands for another detector before the policy, which knows it by its name, kind and mode."""

    def __init__(self, of: Detector) -> None:
        # What is said of a class is of another one for each: of an instance it is its own.
        for name in ("name", "kind", "default_mode"):
            object.__setattr__(self, name, getattr(of, name))
        self.of = of


class _Watched(_Stand):
    """Keeps the steps at which a detector finds something."""

    def __init__(self, of: Detector) -> None:
        super().__init__(of)
        self.steps: list[int] = []

    def check(self, trace: Trace) -> Finding | None:
        if self.of.check(trace) is not None:
            self.steps.append(trace.steps)
        return None


class _Repeated(_Stand):
    """Finds something at the steps at which it is known to have found something."""

    def __init__(self, of: Detector, steps: frozenset[int]) -> None:
        super().__init__(of)
        self.steps = steps

    def check(self, trace: Trace) -> Finding | None:
        if trace.steps not in self.steps:
            return None
        return self.found(trace, signal="", value=0.0, threshold=0.0, since_step=0, evidence={}, sentence="")


class Walks:
    """Remembers where detectors fire in runs."""

    def __init__(self) -> None:
        self._steps: dict[tuple[str, Detector], frozenset[int]] = {}

    def prepare(self, runs: Iterable[CorpusRun], detectors: Sequence[Detector]) -> None:
        """Go through runs once for all of these detectors that have not gone through them."""
        for run in runs:
            missing = [each for each in dict.fromkeys(detectors) if (run.key, each) not in self._steps]
            if missing:
                self._go(run, missing)

    def fired(self, run: CorpusRun, detector: Detector) -> frozenset[int]:
        """The steps at whose checks a detector finds something, whatever a policy makes of it."""
        self.prepare((run,), (detector,))
        return self._steps[run.key, detector]

    def stop(self, run: CorpusRun, policy: Policy) -> Finding | None:
        """What the policy would have stopped the run for, as ``first_stop``; the finding has no numbers or sentence."""
        self.prepare((run,), policy.detectors)
        stands = tuple(_Repeated(each, self._steps[run.key, each]) for each in policy.detectors)
        if not any(stand.steps for stand in stands):
            return None
        # A trace without columns: nothing but its steps is asked for.
        bare = replace(trace_of(run), signals={}, evaluations={}, non_finite={})
        return first_stop(replace(policy, detectors=stands), bare)

    def stops(self, runs: Sequence[CorpusRun], policy: Policy) -> list[Finding | None]:
        """The same of each run."""
        self.prepare(runs, policy.detectors)
        return [self.stop(run, policy) for run in runs]

    def _go(self, run: CorpusRun, detectors: Sequence[Detector]) -> None:
        watched = tuple(_Watched(each) for each in detectors)
        everyone = Policy("shadow", 0.0, 1, watched, kinds={each.kind: "shadow" for each in watched})
        for _ in walk(everyone, trace_of(run)):
            pass
        for each in watched:
            self._steps[run.key, each.of] = frozenset(each.steps)


def alone(policy: Policy, detector: Detector) -> Policy:
    """The policy with one detector, which enforces."""
    return replace(policy, detectors=(detector,), combine="any", kinds={detector.kind: "enforce"})
