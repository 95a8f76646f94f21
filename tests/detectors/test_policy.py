from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import ClassVar

import numpy as np
import pytest

from gansearch.detectors import Detector, Policy, Trace, Verdict, default_detectors, detectors, policy_from_settings
from gansearch.detectors.mode_collapse import ModeCollapse
from gansearch.detectors.policy import Combine, Mode, mode_of_finding
from gansearch.errors import PluginError
from gansearch.records import Finding, Setting
from gansearch.testing.traces import trace

COLLAPSED = {"classes_covered": 1.0, "class_share_largest": 1.0}


def policy(mode: Mode = "enforce", grace_epochs: float = 2.0, patience: int = 1) -> Policy:
    return Policy(mode, grace_epochs, patience, default_detectors())


@dataclass(frozen=True, kw_only=True)
class Says(Detector):
    """Formula: always. Warm-up: none. Known false positives: all."""

    name: ClassVar[str] = "says"
    kind: ClassVar[str] = "mode_collapse"
    source: ClassVar[str] = "none"
    said: bool = True

    def check(self, trace: Trace) -> Finding | None:
        if not self.said:
            return None
        told: dict[str, float] = {"value": 1.0, "threshold": 0.0}
        return self.found(trace, signal="d_loss", since_step=0, evidence={}, sentence="It is 1.", **told)


@dataclass(frozen=True, kw_only=True)
class SaysToo(Says):
    """Another of the same kind."""

    name: ClassVar[str] = "says_too"


@dataclass(frozen=True, kw_only=True)
class Doubts(Says):
    """Another of a kind that is not trusted."""

    name: ClassVar[str] = "doubts"
    kind: ClassVar[str] = "oscillation"
    default_mode: ClassVar[Mode] = "shadow"


def collapsed(epochs: int = 30) -> Trace:
    return trace(epochs=epochs, signals={"g_update_ratio": 0.01}, metrics=COLLAPSED)


def diverged(epochs: int = 30) -> Trace:
    return trace(epochs=epochs, signals={"d_loss": np.nan})


def earlier(epoch: int, kind: str = "mode_collapse") -> Finding:
    return Finding("mode_collapse", kind, 100 * epoch, epoch, "classes_covered", 1.0, 3.0, {}, "1.")


@pytest.mark.parametrize(
    ("mode", "in_grace", "kept"), list(product(("off", "shadow", "enforce"), (True, False), (True, False)))
)
def test_what_stops_a_collapsed_run(mode: Mode, in_grace: bool, kept: bool) -> None:
    """``kept``: the epoch before has a finding of the same kind, and the patience is 2."""
    verdict = policy(mode, 40.0 if in_grace else 2.0, 2).decide(collapsed(), [earlier(29)] if kept else [])
    assert [finding.kind for finding in verdict.findings] == ([] if mode == "off" else ["mode_collapse"])
    stops = mode == "enforce" and not in_grace and kept
    assert verdict.stop is (verdict.findings[0] if stops else None)


@pytest.mark.parametrize("mode", ["off", "shadow", "enforce"])
def test_a_diverged_run_stops_in_its_grace_and_without_patience(mode: Mode) -> None:
    verdict = policy(mode, grace_epochs=40.0, patience=5).decide(diverged(epochs=1), [])
    assert (verdict.stop is not None) == (mode == "enforce")
    assert len(verdict.findings) == (0 if mode == "off" else 1)


def test_patience_counts_epochs_in_a_row_of_one_kind() -> None:
    three = policy(patience=3)
    assert three.decide(collapsed(), [earlier(28), earlier(29)]).stop is not None
    assert three.decide(collapsed(), [earlier(27), earlier(29)]).stop is None
    assert three.decide(collapsed(), [earlier(28, "stagnation"), earlier(29)]).stop is None
    assert three.decide(collapsed(), [earlier(29), earlier(29)]).stop is None


def test_the_verdict_needs_no_memory_of_its_own() -> None:
    """Replayed from its own findings, epoch by epoch, a run stops at the second finding."""
    history: list[Finding] = []
    stopped = None
    for epochs in range(1, 31):
        verdict = policy(patience=2).decide(collapsed(epochs), history)
        history += verdict.findings
        if verdict.stop is not None:
            stopped = epochs
            break
    assert stopped == 14  # evaluations from 1,000 to 1,300 steps, seen at epochs 13 and 14


def test_divergence_comes_before_anything_else() -> None:
    both = trace(signals={"g_grad_norm": np.nan}, metrics=COLLAPSED)
    verdict = policy().decide(both, [])
    assert {finding.kind for finding in verdict.findings} == {"diverged", "mode_collapse"}
    assert verdict.stop is not None
    assert verdict.stop.kind == "diverged"


def voting(*watching: Detector, combine: Combine = "any", kinds: Mapping[str, Mode] | None = None) -> Policy:
    return Policy("enforce", 0.0, 1, watching, combine, kinds or {})


def stopped_by(chosen: Policy) -> str | None:
    stop = chosen.decide(trace(), []).stop
    return None if stop is None else stop.detector


def test_any_all_and_votes() -> None:
    agreed, apart = (Says(), SaysToo()), (Says(), SaysToo(said=False))
    assert stopped_by(voting(*apart)) == "says"
    assert stopped_by(voting(*apart, combine="all")) is None
    assert stopped_by(voting(*agreed, combine="all")) == "says"
    assert stopped_by(voting(*agreed, combine=2)) == "says"
    assert stopped_by(voting(*agreed, combine=3)) is None


def test_a_kind_that_is_not_trusted_neither_stops_nor_votes() -> None:
    assert stopped_by(voting(Doubts())) is None
    assert len(voting(Doubts()).decide(trace(), []).findings) == 1
    assert stopped_by(voting(Doubts(), Says(), combine=2)) is None
    assert stopped_by(voting(Doubts(), Says(), combine="all")) == "says"


def test_modes_of_kinds() -> None:
    assert stopped_by(voting(Doubts(), kinds={"oscillation": "enforce"})) == "doubts"
    assert stopped_by(voting(Doubts(), Says(), combine=2, kinds={"oscillation": "enforce"})) == "doubts"
    assert stopped_by(voting(Says(), kinds={"mode_collapse": "shadow"})) is None
    assert voting(Says(), kinds={"mode_collapse": "off"}).decide(trace(), []) == Verdict((), None)


def test_in_shadow_mode_it_says_what_it_would_have_stopped() -> None:
    verdict = Policy("shadow", 0.0, 1, (Says(),)).decide(trace(), [])
    assert verdict.stop is None
    assert verdict.would_stop == verdict.findings[0]


@pytest.mark.parametrize("mode", ["shadow", "enforce"])
def test_a_kind_in_shadow_mode_says_what_it_would_have_stopped(mode: Mode) -> None:
    """By default or by name, in a policy of either mode; never in place of what the policy calls for."""
    doubts = replace(voting(Doubts()), mode=mode).decide(trace(), [])
    assert (doubts.stop, doubts.would_stop, doubts.in_shadow) == (None, None, doubts.findings[0])
    named = replace(voting(Says(), kinds={"mode_collapse": "shadow"}), mode=mode).decide(trace(), [])
    assert (named.would_stop, named.in_shadow) == (None, named.findings[0])
    both = replace(voting(Doubts(), Says()), mode=mode).decide(trace(), [])
    assert both.would_stop is not None
    assert (both.would_stop.detector, both.in_shadow) == ("says", None)


def test_what_is_in_shadow_mode_waits_for_grace_patience_and_votes_too() -> None:
    assert replace(voting(Doubts()), grace_epochs=40.0).decide(trace(), []).in_shadow is None
    patient = replace(voting(Doubts()), patience=2)
    assert patient.decide(trace(), []).in_shadow is None
    assert patient.decide(trace(), [earlier(29, "oscillation")]).in_shadow is not None
    assert voting(Doubts(), combine=2).decide(trace(), []).in_shadow is None
    voted = voting(Says(), Doubts(), combine=2).decide(trace(), []).in_shadow
    assert voted is not None
    assert voted.detector == "doubts"


def test_which_findings_the_policy_calls_a_stop_for() -> None:
    chosen = voting(Says(), Doubts())
    says, doubts = chosen.decide(trace(), []).findings
    assert (chosen.calls_for(says), chosen.calls_for(doubts)) == (True, False)
    assert chosen.calls_for(replace(doubts, kind="diverged"))
    assert not voting(Says(), kinds={"mode_collapse": "shadow"}).calls_for(says)


def test_the_mode_of_a_finding_follows_from_its_detector_and_the_study() -> None:
    onset = replace(earlier(1, "collapse_onset"), detector="collapse_onset")
    assert mode_of_finding(onset, {}) == "shadow"
    assert mode_of_finding(onset, {"collapse_onset": "enforce"}) == "enforce"
    assert mode_of_finding(earlier(1), {}) == "enforce"
    assert mode_of_finding(replace(earlier(1), detector="of_a_plugin"), {"mode_collapse": "shadow"}) == "shadow"
    assert mode_of_finding(replace(earlier(1), detector="of_a_plugin"), {}) == "enforce"


def test_an_audit_spares_its_share_of_seeds_and_each_seed_always() -> None:
    audited = replace(voting(Says()), audit=0.05)
    spared = [audited.spares(seed) for seed in range(10_000)]
    assert 400 < sum(spared) < 600
    assert spared == [audited.spares(seed) for seed in range(10_000)]
    assert not any(voting(Says()).spares(seed) for seed in range(1000))
    assert all(replace(audited, audit=1.0).spares(seed) for seed in range(1000))


def test_a_healthy_run_goes_on() -> None:
    assert policy(grace_epochs=0).decide(trace(), []) == Verdict((), None)


@dataclass(frozen=True)
class Settings:
    mode: Mode = "shadow"
    grace_epochs: float = 3.0
    patience: int = 4
    combine: Combine = "any"
    kinds: Mapping[str, Mode] = field(default_factory=dict)
    audit: float = 0.0
    detectors: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)


def test_settings_without_names_mean_every_detector() -> None:
    made = policy_from_settings(Settings())
    assert (made.mode, made.grace_epochs, made.patience) == ("shadow", 3.0, 4)
    assert [type(detector).name for detector in made.detectors] == list(detectors.names())


def test_named_detectors_are_the_only_ones() -> None:
    made = policy_from_settings(Settings(detectors={"mode_collapse": {"evaluations": 2}}))
    assert made.detectors == (ModeCollapse(evaluations=2),)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode_colapse": {}}, r"no detector is called 'mode_colapse' \(did you mean 'mode_collapse'\?\)"),
        ({"mode_collapse": {"evaluation": 2}}, r"evaluation is not a setting \(did you mean 'evaluations'\?\)"),
        ({"mode_collapse": {"spread": 2.0}}, r"detectors\.mode_collapse\.spread must be within .*; got 2\.0"),
    ],
)
def test_what_cannot_be_used_is_refused(settings: dict[str, dict[str, Setting]], message: str) -> None:
    with pytest.raises(PluginError, match=message):
        default_detectors(settings)
