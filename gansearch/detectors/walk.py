"""Goes through a run that is over as its detectors did: a check at the end of each epoch, with what was known then."""

from __future__ import annotations

from collections.abc import Iterator

from gansearch.detectors._base import Trace
from gansearch.detectors.policy import Policy, Verdict
from gansearch.records import Finding


def walk(policy: Policy, whole: Trace) -> Iterator[Verdict]:
    """The verdict of each epoch, the first to the last, as if no finding had stopped the run."""
    history: list[Finding] = []
    every = max(1, whole.steps_per_epoch)
    for step in [*range(every, whole.steps, every), whole.steps]:
        verdict = policy.decide(whole.until(step), history)
        history += verdict.findings
        yield verdict


def first_stop(policy: Policy, whole: Trace) -> Finding | None:
    """The finding for which the policy would have ended the run, were its mode ``enforce``; None where it ends well."""
    return next((verdict.would_stop for verdict in walk(policy, whole) if verdict.would_stop is not None), None)
