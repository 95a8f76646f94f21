from __future__ import annotations

import pytest
import torch
from jaxtyping import TypeCheckError

from gansearch.tricks.ema import moved
from gansearch.tricks.label_smoothing import LabelSmoothing


def test_shapes_are_enforced_in_tests() -> None:
    with pytest.raises(TypeCheckError, match="parameters"):
        moved(torch.zeros(2, 3), torch.zeros(2, 4), 0.5)


def test_whole_numbers_are_real_numbers() -> None:
    assert LabelSmoothing(real=1).real == 1
