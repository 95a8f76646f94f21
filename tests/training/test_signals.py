"""Signals: closed forms, and the buffer that hands them out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.training.signals import (
    HELD,
    NAMES,
    SignalBuffer,
    image_gradient_norm,
    label_accuracy,
    sample_looks,
    spread,
)


def test_spread_is_the_standard_deviation_over_the_batch() -> None:
    samples = torch.tensor([[[0.0, 5.0], [2.0, 5.0]], [[1.0, 1.0], [1.0, 1.0]]])

    assert spread(samples).tolist() == [0.5, 0.0]


def test_spread_keeps_small_differences_of_large_numbers() -> None:
    samples = 1 + 1e-3 * torch.randn(1, 4096, 3, generator=torch.Generator().manual_seed(0))

    assert spread(samples).item() == pytest.approx(1e-3, rel=0.05)


def test_looks_are_spreads_and_shares_of_extreme_numbers() -> None:
    real = torch.tensor([[[-1.0, 0.5], [0.2, 1.0]], [[-4.0, 0.0], [0.0, 0.0]]])
    fake = torch.tensor([[[-1.0, 0.98], [1.0, 0.995]], [[4.0, 9.0], [3.0, -5.0]]])

    fake_spread, real_spread, fake_extreme, real_extreme = sample_looks(real, fake)

    assert fake_spread.tolist() == spread(fake).tolist()
    assert real_spread.tolist() == spread(real).tolist()
    assert fake_extreme.tolist() == [0.75, 0.75]
    assert real_extreme.tolist() == [0.5, 0.25]


def test_label_accuracy_rounds_the_labels() -> None:
    says_real = torch.tensor([[True, True, False, True]])

    # y = .93 and D = .6 agree; y = .5 rounds to 0, half to even.
    assert label_accuracy(says_real, torch.tensor([[0.93, 0.2, 0.1, 0.5]])).tolist() == [0.5]
    assert label_accuracy(says_real, torch.ones(1, 4)).tolist() == [0.75]


def test_image_gradient_norm_does_not_shrink_with_the_batch() -> None:
    def norm(batch: int) -> float:
        images: Tensor = torch.zeros(1, batch, 1, 2, 2, dtype=torch.float64, requires_grad=True)
        loss = (3 * images[..., 0, 0] + 4 * images[..., 1, 1]).flatten(2).sum(2).mean(1)
        (slope,) = torch.autograd.grad(loss.sum(), images)
        return image_gradient_norm(slope).item()

    assert norm(2) == pytest.approx(5.0, abs=1e-12)
    assert norm(64) == pytest.approx(5.0, abs=1e-12)


def test_signals_of_tricks_come_last() -> None:
    buffer = SignalBuffer(torch.zeros(1, 3), steps=1, further=("a.x", "a.y"))
    told = {"a.y": 3.0, "a.x": 2.0, "a.unused": 9.0, "d_loss": 0.0, "g_loss": 1.0}
    buffer.put(torch.tensor([0]), {name: torch.tensor([value]) for name, value in told.items()})
    buffer.hold(torch.tensor([0]), {name: torch.tensor([5.0]) for name in HELD})
    found = buffer.read()
    assert found.names == (*NAMES, "a.x", "a.y")
    assert [float(found.lane(0)[name][0]) for name in ("d_loss", "g_loss", "g_norm", "a.x", "a.y")] == [0, 1, 5, 2, 3]


def test_the_buffer_hands_out_every_position() -> None:
    buffer = SignalBuffer(torch.zeros(2, 9, dtype=torch.float64), steps=23)
    places, position = (buffer.told.data_ptr(), buffer.held.data_ptr()), torch.zeros(1, dtype=torch.int64)

    for step in range(23):
        numbers = {name: torch.tensor([step, -step]).double() + 100 * i for i, name in enumerate(NAMES)}
        buffer.put(position, numbers)
        if step % 10 == 0:
            buffer.hold(position, numbers)
        position.add_(1)
    first = buffer.read()
    buffer.put(torch.tensor([1]), {name: torch.full((2,), 7.0).double() for name in NAMES})
    second = buffer.read()

    assert first.values.dtype == np.dtype(np.float32)
    assert first.names == NAMES
    assert first.values.shape == second.values.shape == (2, len(NAMES), 23)
    assert first.values.flags["C_CONTIGUOUS"]
    assert first.lane(1)["g_loss"].tolist() == [100.0 - step for step in range(23)]
    assert first.lane(0)["d_loss"].tolist() == [float(step) for step in range(23)]
    assert first.lane(1)["label_floor"].tolist() == [200.0] * 10 + [190.0] * 10 + [180.0] * 3
    assert second.lane(0)["d_loss"].tolist() == [0.0, 7.0, *range(2, 23)]
    assert second.lane(1)["label_floor"].tolist() == first.lane(1)["label_floor"].tolist()
    assert (buffer.told.data_ptr(), buffer.held.data_ptr()) == places
