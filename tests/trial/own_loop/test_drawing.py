from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.errors import ScriptError
from gansearch.records import Geometry
from gansearch.trial.own_loop.drawing import drawn
from gansearch.trial.own_loop.random_states import RandomStates

IMAGES = Geometry(shape=(1, 4, 4), bounded=True, classes=2)


def noise(n: int) -> Tensor:
    return torch.rand(n, 1, 4, 4) * 2 - 1 + 0.0 * float(np.random.rand() + random.random())


def test_the_same_samples_every_time_and_no_trace_on_the_random_states() -> None:
    before = torch.get_rng_state(), RandomStates.now().numpy[1], random.getstate()
    one = drawn(noise, 600, 1000, IMAGES, seed=1)
    torch.rand(3)
    torch.set_rng_state(before[0])
    assert torch.equal(one, drawn(noise, 600, 1000, IMAGES, seed=1))
    assert not torch.equal(one, drawn(noise, 600, 1000, IMAGES, seed=2))
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == RandomStates.now().numpy[1]).all()
    assert before[2] == random.getstate()


def test_they_are_drawn_in_portions_without_gradients() -> None:
    asked: list[int] = []
    weight = torch.ones(1, requires_grad=True)

    def samples(n: int) -> Tensor:
        asked.append(n)
        assert not torch.is_grad_enabled()
        return (weight * torch.zeros(n, 1, 4, 4)).to(torch.bfloat16)

    found = drawn(samples, 600, 1000, IMAGES, seed=1)
    assert asked == [250, 250, 100]
    assert (found.dtype, found.device.type, found.requires_grad) == (torch.float32, "cpu", False)


def test_a_tensor_is_taken_as_far_as_it_is_wanted() -> None:
    whole = torch.zeros(1500, 1, 4, 4, requires_grad=True)
    assert len(drawn(whole, 1000, 1000, IMAGES, seed=1)) == 1000
    assert len(drawn(whole, 5000, 1000, IMAGES, seed=1)) == 1500


WRONG = {
    "few": (torch.zeros(64, 1, 4, 4), "at least 1,000 where they are measured.*; got 64"),
    "flat": (torch.zeros(1000, 16), r"\[n, 1, 4, 4\]; got \[1000, 16\]"),
    "pixels": (torch.full((1000, 1, 4, 4), 255.0), r"lie in \[-1, 1\].*from 255 to 255"),
    "whole numbers": (torch.zeros(1000, 1, 4, 4, dtype=torch.uint8), "real numbers; got torch.uint8"),
}


@pytest.mark.parametrize("name", WRONG)
def test_samples_of_another_form_are_refused(name: str) -> None:
    samples, said = WRONG[name]
    with pytest.raises(ScriptError, match=said):
        drawn(samples, 1000, 1000, IMAGES, seed=1)


def test_numbers_that_are_not_finite_pass_they_are_divergence() -> None:
    assert drawn(torch.full((1000, 1, 4, 4), float("nan")), 1000, 1000, IMAGES, seed=1).isnan().all()


def test_without_a_data_set_any_form_will_do() -> None:
    assert drawn(torch.zeros(3, 7), 60, 1, None, seed=1).shape == (3, 7)
