from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from gansearch.detectors import Detector, Policy, Trace, default_detectors
from gansearch.detectors.policy import Mode
from gansearch.detectors.walk import first_stop, walk
from gansearch.records import Finding
from gansearch.testing.traces import trace


@dataclass(frozen=True, kw_only=True)
class High(Detector):
    """Fires where the last d_loss is above 2."""

    name: ClassVar[str] = "high"
    kind: ClassVar[str] = "high"
    source: ClassVar[str] = "none"

    def check(self, trace: Trace) -> Finding | None:
        last = float(trace.signals["d_loss"][-1])
        if last <= 2:
            return None
        return self.found(
            trace, signal="d_loss", value=last, threshold=2.0, since_step=0, evidence={}, sentence="It is high."
        )


def run(epochs: Sequence[float], steps_per_epoch: int = 50) -> Trace:
    """A run whose d_loss is a number an epoch."""
    return trace(
        epochs=len(epochs),
        steps_per_epoch=steps_per_epoch,
        signals={"d_loss": np.repeat(np.array(epochs, np.float32), steps_per_epoch)},
    )


def policy(mode: Mode = "enforce", grace_epochs: float = 2.0, patience: int = 2) -> Policy:
    return Policy(mode, grace_epochs, patience, (High(),))


def test_a_check_at_the_end_of_each_epoch_sees_what_was_known_then() -> None:
    verdicts = list(walk(policy(), run([1, 3, 1, 3, 3])))
    assert [[finding.epoch for finding in verdict.findings] for verdict in verdicts] == [[], [2], [], [4], [5]]
    assert [verdict.stop is not None for verdict in verdicts] == [False, False, False, False, True]


def test_nothing_ends_the_walk() -> None:
    assert len(list(walk(policy(), run([3] * 10)))) == 10


@pytest.mark.parametrize("mode", ["shadow", "enforce"])
def test_the_first_stop_is_told_in_shadow_mode_too(mode: Mode) -> None:
    found = first_stop(policy(mode), run([3, 3, 3, 3]))
    assert found is not None
    assert (found.kind, found.epoch, found.step) == ("high", 3, 150)


def test_a_run_that_ends_well_has_no_stop() -> None:
    assert first_stop(policy(), run([1, 3, 1, 3, 1])) is None
    assert first_stop(policy("off"), run([3] * 10)) is None


def test_a_run_that_was_cut_within_an_epoch_is_checked_there() -> None:
    whole = run([1, 1, 1]).until(125)
    assert whole.steps == 125
    assert len(list(walk(policy(), whole))) == 3


def test_a_run_without_a_step_has_one_check() -> None:
    empty = trace(epochs=0)
    assert [verdict.findings for verdict in walk(Policy("enforce", 2.0, 2, default_detectors()), empty)] == [()]


def test_a_divergence_stops_at_its_epoch() -> None:
    values = np.ones(500, np.float32)
    values[120] = np.nan
    bad = trace(epochs=10, steps_per_epoch=50, signals={"d_loss": values})
    found = first_stop(Policy("enforce", 2.0, 2, default_detectors()), bad)
    assert found is not None
    assert (found.kind, found.epoch) == ("diverged", 3)


def test_the_walk_decides_as_checks_of_shorter_runs_do() -> None:
    losses = [1, 3, 3, 1, 3, 3, 3]
    chosen: Callable[[], Policy] = policy
    history: list[Finding] = []
    for epoch, verdict in enumerate(walk(chosen(), run(losses)), 1):
        alone = chosen().decide(run(losses[:epoch]), history)
        assert alone.findings == verdict.findings
        assert (alone.would_stop is None) == (verdict.would_stop is None)
        history += alone.findings
