"""The entropy of a coin."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.gan.entropy import binary_entropy


def test_binary_entropy_of_a_half_is_the_logarithm_of_two() -> None:
    assert binary_entropy(torch.tensor(0.5).double()).item() == pytest.approx(math.log(2), abs=1e-12)


def test_outside_of_probabilities_it_is_that_of_the_nearest() -> None:
    assert binary_entropy(torch.tensor([-0.1, 0.0, 1.0, 1.2]).double()).tolist() == [0.0, 0.0, 0.0, 0.0]
