"""Every optimizer step by step against torch.optim, lane by lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from gansearch.plugins import Registry
from gansearch.training import Optimizer, optimizers
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.rmsprop import RmsProp
from gansearch.training.descent.sgd import Sgd
from gansearch.training.stacking import stack_traced

SIZE, STEPS = 50, 60

Peer = Callable[[list[Tensor]], torch.optim.Optimizer]

CASES: list[tuple[str, list[Optimizer], list[Peer]]] = [
    (
        "adam",
        [Adam(lr=2e-4), Adam(lr=1e-2, beta1=0.0, beta2=0.9), Adam(lr=1e-3, beta1=0.9)],
        [
            lambda p: torch.optim.Adam(p, lr=2e-4, betas=(0.5, 0.999)),
            lambda p: torch.optim.Adam(p, lr=1e-2, betas=(0.0, 0.9)),
            lambda p: torch.optim.Adam(p, lr=1e-3, betas=(0.9, 0.999)),
        ],
    ),
    (
        "sgd",
        [Sgd(), Sgd(lr=0.1, momentum=0.9)],
        [lambda p: torch.optim.SGD(p, lr=1e-2), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)],
    ),
    (
        "rmsprop",
        [RmsProp(), RmsProp(lr=1e-2, alpha=0.9)],
        [
            lambda p: torch.optim.RMSprop(p, lr=1e-4, alpha=0.99, eps=1e-8),
            lambda p: torch.optim.RMSprop(p, lr=1e-2, alpha=0.9, eps=1e-8),
        ],
    ),
]


def gradients(dtype: torch.dtype, lanes: int) -> list[Tensor]:
    """Of very different sizes, some of them zero, the same numbers in both formats."""
    stream = torch.Generator().manual_seed(0)
    size = torch.logspace(-6, 2, SIZE)
    size[::10] = 0
    return [(torch.randn(lanes, SIZE, generator=stream) * size).to(dtype) for _ in range(STEPS)]


def largest_gap(lanes: list[Optimizer], peers: list[Peer], dtype: torch.dtype, update: str = "update") -> float:
    """The largest difference from torch.optim at any step, relative to parameters of size 1."""
    stacked: Any = stack_traced(lanes, dtype=torch.float64)
    values = torch.ones(len(lanes), SIZE, dtype=dtype)
    state = stacked.initial_state(values)
    theirs = [torch.ones(SIZE, dtype=dtype) for _ in lanes]
    optims = [peer([value]) for peer, value in zip(peers, theirs, strict=True)]
    gap = 0.0
    for gradient in gradients(dtype, len(lanes)):
        if update != "update":
            state["steps"].add_(1)
        getattr(stacked, update)(values, gradient, state)
        for lane, (optim, value) in enumerate(zip(optims, theirs, strict=True)):
            value.grad = gradient[lane].clone()
            optim.step()
            gap = max(gap, ((values[lane] - value).abs() / value.abs().clamp(min=1)).max().item())
    return gap


@pytest.mark.parametrize(("name", "lanes", "peers"), CASES, ids=[case[0] for case in CASES])
def test_equals_torchs_own(name: str, lanes: list[Optimizer], peers: list[Peer]) -> None:
    assert largest_gap(lanes, peers, torch.float64) <= 1e-12
    # 60 steps whose rounding adds up: one step is within 1e-7.
    assert largest_gap(lanes, peers, torch.float32) <= 60 * 1e-7


def test_adam_for_all_lanes_at_once_equals_torchs_own() -> None:
    _, lanes, peers = CASES[0]

    assert largest_gap(lanes, peers, torch.float64, "_update_together") <= 1e-12
    assert largest_gap(lanes, peers, torch.float32, "_update_together") <= 60 * 1e-7


@pytest.mark.parametrize(("name", "lanes", "peers"), CASES, ids=[case[0] for case in CASES])
def test_one_step_in_single_precision(name: str, lanes: list[Optimizer], peers: list[Peer]) -> None:
    for optimizer, peer in zip(lanes, peers, strict=True):
        values = torch.ones(1, SIZE)
        theirs = torch.ones(SIZE)
        theirs.grad = gradients(torch.float32, 1)[0][0].clamp(-1, 1)
        optimizer.update(values, theirs.grad[None].clone(), optimizer.initial_state(values))
        peer([theirs]).step()
        assert (values[0] - theirs).abs().max() <= 1e-7


@pytest.mark.parametrize(("name", "lanes", "peers"), CASES, ids=[case[0] for case in CASES])
def test_a_lane_updates_alone(name: str, lanes: list[Optimizer], peers: list[Peer]) -> None:
    together = stack_traced(lanes, dtype=torch.float64)
    values = torch.ones(len(lanes), SIZE)
    state = together.initial_state(values)
    alone = [torch.ones(1, SIZE) for _ in lanes]
    states = [lane.initial_state(value) for lane, value in zip(lanes, alone, strict=True)]
    for step, gradient in enumerate(gradients(torch.float32, len(lanes))):
        if step == 3:
            gradient[0] = float("nan")
        together.update(values, gradient, state)
        for lane, optimizer in enumerate(lanes):
            optimizer.update(alone[lane], gradient[lane : lane + 1].clone(), states[lane])

    assert values[0].isnan().all()
    for lane in range(1, len(lanes)):
        assert torch.equal(values[lane], alone[lane][0])


def test_all_three_are_found() -> None:
    assert isinstance(optimizers, Registry)
    assert optimizers.names() == ("adam", "rmsprop", "sgd")
