"""Every detector, of the package or a plug-in, keeps the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from gansearch.detectors import Detector, Trace, detectors
from gansearch.records import Finding
from gansearch.testing.contracts.detectors import check_detector


@pytest.mark.parametrize("name", detectors.names())
def test_detector_keeps_the_contract(name: str) -> None:
    check_detector(detectors.get(name))


def test_the_ways_to_fail_are_known() -> None:
    of_losses = {"diverged", "exploding", "discriminator_wins", "generator_frozen"}
    assert {cls.kind for cls in detectors} >= of_losses | {"mode_collapse", "stagnation"}


@dataclass(frozen=True, kw_only=True)
class Nervous(Detector):
    """Formula: always. Warm-up: none. Known false positives: all."""

    name: ClassVar[str] = "nervous"
    kind: ClassVar[str] = "nerves"
    source: ClassVar[str] = "none"

    def check(self, trace: Trace) -> Finding | None:
        return Finding(self.name, self.kind, trace.steps, trace.epoch, "d_loss", 1.0, 0.0, {}, "It is 1.")


@dataclass(frozen=True, kw_only=True)
class Vague(Nervous):
    """It says nothing about itself."""

    name: ClassVar[str] = "vague"


def test_the_suite_refuses_a_detector_that_always_fires() -> None:
    with pytest.raises(AssertionError, match="Nervous must find nothing in a trace that is empty"):
        check_detector(Nervous)


def test_the_suite_refuses_a_detector_without_formula() -> None:
    with pytest.raises(AssertionError, match="docstring of Vague must say its formula"):
        check_detector(Vague)
