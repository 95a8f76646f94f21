"""Samples of several lanes in one pass: the same to the bit as one lane after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.data.mnist5k import Mnist5k
from gansearch.metrics import Measured
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.generated import Generated, groups
from gansearch.metrics.pixels import PixelsExtractor
from gansearch.metrics.reference import shipped_extractor


@dataclass(frozen=True)
class Counting:
    """The shipped extractor, which remembers how many samples it got at a time."""

    name: ClassVar[str] = "counting"
    hash: ClassVar[str] = ""
    passes: list[int] = field(default_factory=list)

    def __call__(self, samples: Tensor) -> Measured:
        self.passes.append(len(samples))
        return shipped_extractor()(samples)


@pytest.fixture(scope="module")
def digits() -> Data:
    return Mnist5k().load(None)


def sets(digits: Data, *counts: int) -> list[Generated]:
    """Digits that are dimmed, of one set more than of the other."""
    starts = torch.tensor((0, *counts)).cumsum(0).tolist()
    return [
        Generated(digits.train.batch(torch.arange(start, start + count)) * (0.9 - 0.1 * number))
        for number, (start, count) in enumerate(zip(starts, counts, strict=False))
    ]


def test_lanes_in_one_pass_have_the_values_that_they_have_alone(digits: Data) -> None:
    extractor = Counting()
    evaluator = Evaluator(digits, {"reference": extractor, "pixels": PixelsExtractor()})
    lanes = sets(digits, 500, 1000, 500)
    lanes[2].samples[7, 0, 3, 3] = torch.nan
    evaluator.evaluate_all(lanes)  # the real side is measured when it is first needed
    extractor.passes.clear()
    together = evaluator.evaluate_all(lanes)
    assert extractor.passes == [2000]
    alone = [evaluator.evaluate(lane) for lane in lanes]
    assert [len(values) for values in together] == [len(values) for values in alone]
    for ours, theirs in zip(together[:2], alone[:2], strict=True):
        assert ours == theirs
    assert str(together[2]) == str(alone[2])  # NaN throughout, and no other lane has any
    assert "nan" in str(together[2])
    assert "nan" not in str(together[:2])


def test_lanes_whose_chunks_would_shift_are_seen_one_by_one(digits: Data) -> None:
    extractor = Counting()
    evaluator = Evaluator(digits, {"reference": extractor})
    lanes = sets(digits, 300, 500)
    evaluator.evaluate_all(lanes)  # the real side is measured when it is first needed
    extractor.passes.clear()
    together = evaluator.evaluate_all(lanes)
    assert extractor.passes == [300, 500]
    assert together == [evaluator.evaluate(lane) for lane in lanes]


def test_memory_bounds_what_is_seen_together(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes = [Generated(torch.zeros(10, 600)) for _ in range(5)]
    assert [len(group) for group in groups(lanes)] == [5]
    monkeypatch.setattr("gansearch.metrics.generated.MOST_NUMBERS", 12_000)
    assert [len(group) for group in groups(lanes)] == [2, 2, 1]
    monkeypatch.setattr("gansearch.metrics.generated.MOST_NUMBERS", 10)
    assert [len(group) for group in groups(lanes)] == [1] * 5
    assert list(groups([])) == []
