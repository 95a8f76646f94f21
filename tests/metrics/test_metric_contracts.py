"""Every metric, of the package or a plug-in, keeps the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch

from gansearch.metrics import Direction, Measured, Metric, metrics
from gansearch.testing.contracts.metrics import check_metric


@pytest.mark.parametrize("name", metrics.names())
def test_metric_keeps_the_contract(name: str) -> None:
    check_metric(metrics.get(name))


@dataclass(frozen=True, kw_only=True)
class FirstFeature(Metric):
    """It depends on the order of the samples."""

    name: ClassVar[str] = "first_feature"
    unit: ClassVar[str] = "none"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "none"

    def measure(self, *, real: Measured, fake: Measured) -> float:
        return fake.features[0, 0].item()


@dataclass(frozen=True, kw_only=True)
class Noisy(FirstFeature):
    """It draws from the global generator."""

    name: ClassVar[str] = "noisy"

    def measure(self, *, real: Measured, fake: Measured) -> float:
        torch.rand(1)
        return 1.0


def test_the_suite_refuses_a_metric_of_the_order() -> None:
    with pytest.raises(AssertionError, match="FirstFeature must not depend on the order"):
        check_metric(FirstFeature)


def test_the_suite_refuses_a_metric_that_draws() -> None:
    with pytest.raises(AssertionError, match="Noisy must not draw from torch's global generator"):
        check_metric(Noisy)
