"""Learning rate schedules: the list of ten in the table of tricks."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.optim import lr_scheduler

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.training.configuration import Optimizer
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.sgd import Sgd
from gansearch.training.player import _partly
from gansearch.tricks.learning_rate_schedule import LearningRateSchedule

STEPS = 20
FORMS = ("linear", "cosine", "exponential", "step")


def shares(trick: LearningRateSchedule, steps: int = STEPS) -> list[float]:
    """The factor at every step of a run, and at the step after its end."""
    found = []
    for step in range(steps + 1):
        lanes = FakeLanes(seeds=(0,), start=step, total_steps=steps)
        share = trick.update_share(lanes, torch.zeros(1, dtype=torch.float64), "generator")
        assert share is not None
        found.append(share.item())
    return found


@pytest.mark.parametrize("form", FORMS)
def test_the_rate_falls_to_its_end(form: str) -> None:
    got = shares(LearningRateSchedule(end=0.1, form=form))
    assert got[0] == 1.0
    assert got[-1] == pytest.approx(0.1, abs=1e-12)
    assert all(later <= earlier for earlier, later in pairwise(got))


@pytest.mark.parametrize(
    ("form", "half"), [("linear", 0.55), ("cosine", 0.55), ("exponential", math.sqrt(0.1)), ("step", 0.1)]
)
def test_half_way(form: str, half: float) -> None:
    assert shares(LearningRateSchedule(end=0.1, form=form))[STEPS // 2] == pytest.approx(half, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_it_is_whole_until_its_start(form: str) -> None:
    got = shares(LearningRateSchedule(start=0.5, end=0.1, form=form))
    assert got[: STEPS // 2 + 1] == [1.0] * (STEPS // 2 + 1)
    assert got[STEPS // 2 + 1] < 1.0


def test_it_rises_over_the_warm_up() -> None:
    got = shares(LearningRateSchedule(end=1.0, warm_up=0.25))
    assert got[:6] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0], abs=1e-12)


def test_an_exponential_never_reaches_zero() -> None:
    assert shares(LearningRateSchedule(end=0.0, form="exponential"))[-1] == pytest.approx(1e-3, rel=1e-9)


@pytest.mark.parametrize("player", ["both", "discriminator", "generator"])
def test_it_is_the_chosen_players_rate(player: str) -> None:
    trick, loss = LearningRateSchedule(player=player), torch.zeros(1, dtype=torch.float64)
    for each in ("discriminator", "generator"):
        share = trick.update_share(FakeLanes(seeds=(0,)), loss, each)
        assert (share is not None) == (player in (each, "both"))


def theirs(make: Callable[[list[Tensor]], torch.optim.Optimizer], form: str) -> list[float]:
    """Parameters after every step of torch's own optimizer and schedule."""
    parameter = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([parameter])
    schedule: lr_scheduler.LRScheduler
    if form == "linear":
        schedule = lr_scheduler.LinearLR(optimizer, 1.0, 0.1, STEPS)
    elif form == "cosine":
        schedule = lr_scheduler.CosineAnnealingLR(optimizer, STEPS, 0.1 * optimizer.param_groups[0]["lr"])
    else:
        schedule = lr_scheduler.ExponentialLR(optimizer, 0.1 ** (1 / STEPS))
    found = []
    for step in range(STEPS):
        parameter.grad = parameter.detach() + math.sin(step)
        optimizer.step()
        schedule.step()
        found.append(parameter.item())
    return found


@pytest.mark.parametrize("form", ["linear", "cosine", "exponential"])
@pytest.mark.parametrize(
    ("optimizer", "make"),
    [
        (Adam(lr=0.05), lambda values: torch.optim.Adam(values, lr=0.05, betas=(0.5, 0.999))),
        (Sgd(lr=0.05, momentum=0.0), lambda values: torch.optim.SGD(values, lr=0.05)),
        (Sgd(lr=0.05, momentum=0.9), lambda values: torch.optim.SGD(values, lr=0.05, momentum=0.9)),
    ],
    ids=["adam", "sgd", "momentum"],
)
def test_it_has_the_effect_of_torchs_own(
    optimizer: Optimizer, make: Callable[[list[Tensor]], torch.optim.Optimizer], form: str
) -> None:
    factors = shares(LearningRateSchedule(end=0.1, form=form))
    values = torch.ones(1, 1, dtype=torch.float64)
    state = optimizer.initial_state(values)
    found = []
    for step in range(STEPS):
        before = values.clone()
        optimizer.update(values, before + math.sin(step), state)
        values.copy_(_partly(before, values, torch.tensor(factors[step : step + 1], dtype=torch.float64)))
        found.append(values.item())
    assert found == pytest.approx(theirs(make, form), rel=1e-9)


def test_a_run_ends_with_small_updates(tiny_data: Data) -> None:
    lanes = [Lane(tiny_configuration(*tricks, epochs=10), 1) for tricks in ((LearningRateSchedule(),), ())]
    moved = []
    for lane in lanes:
        pack = Pack([lane], tiny_data)
        for _ in range(9):
            pack.train_epoch()
        before = pack._training.generator.flat.values.clone()
        pack.train_epoch()
        moved.append((pack._training.generator.flat.values - before).norm().item())
    assert moved[0] < 0.15 * moved[1]
