"""Stops from remembered findings are those of the policy itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Detector, Policy, Trace, default_detectors
from gansearch.detectors.policy import Combine
from gansearch.detectors.walk import first_stop
from gansearch.records import Finding
from gansearch.reporting.calibration.walks import Walks, alone
from gansearch.trial.tracing import trace_of


@pytest.mark.parametrize("combine", ["any", "all", 2])
@pytest.mark.parametrize(("grace", "patience"), [(0.0, 1), (2.0, 2), (8.0, 4)])
def test_stops_are_those_of_the_policy(
    corpus: list[CorpusRun], few: Detector, combine: Combine, grace: float, patience: int
) -> None:
    policy = Policy("shadow", grace, patience, (*default_detectors(), few), combine)
    walks = Walks()
    for run in corpus[::3]:
        stop, expected = walks.stop(run, policy), first_stop(policy, trace_of(run))
        assert (stop is None) == (expected is None)
        if stop is not None and expected is not None:
            assert (stop.step, stop.kind, stop.detector) == (expected.step, expected.kind, expected.detector)


def test_a_detector_goes_through_a_run_once(
    corpus: list[CorpusRun], few: Detector, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks, own, calls = Walks(), type(few).check, []

    def counted(self: Detector, trace: Trace) -> Finding | None:
        calls.append(trace.steps)
        return own(self, trace)

    monkeypatch.setattr(type(few), "check", counted)
    for each in (policy, replace(policy, patience=5), alone(policy, few)):
        walks.stops(corpus, each)
    assert len(calls) == 20 * len(corpus)
    assert walks.fired(corpus[4], few) == set(range(600, 2001, 100))


def test_alone_it_enforces_whatever_its_mode(corpus: list[CorpusRun], few: Detector, policy: Policy) -> None:
    shadowed = replace(policy, kinds={"mode_collapse": "shadow"})
    assert Walks().stop(corpus[4], shadowed) is None
    stop = Walks().stop(corpus[4], alone(shadowed, few))
    assert stop is not None
    assert stop.step == 700
