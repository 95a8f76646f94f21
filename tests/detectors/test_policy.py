from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pytest

from gansearch.detectors import Policy, Trace, Verdict, default_detectors, detectors, policy_from_settings
from gansearch.detectors.mode_collapse import ModeCollapse
from gansearch.detectors.policy import Combine, Mode
from gansearch.errors import PluginError
from gansearch.records import Finding, Setting
from gansearch.testing.traces import trace

COLLAPSED = {"classes_covered": 1.0, "class_share_largest": 1.0}


def policy(mode: Mode = "enforce", grace_epochs: float = 2.0, patience: int = 1) -> Policy:
    return Policy(mode, grace_epochs, patience, default_detectors())


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
    assert stopped == 13  # evaluations at 1,000, 1,100 and 1,200 steps, seen at epochs 12 and 13


def test_divergence_comes_before_anything_else() -> None:
    both = trace(signals={"g_grad_norm": np.nan}, metrics=COLLAPSED)
    verdict = policy().decide(both, [])
    assert {finding.kind for finding in verdict.findings} == {"diverged", "mode_collapse"}
    assert verdict.stop is not None
    assert verdict.stop.kind == "diverged"


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
