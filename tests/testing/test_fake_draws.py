from __future__ import annotations

import pytest
import torch

from gansearch.gan import Draws
from gansearch.testing.draws import FakeDraws


def test_masks_keep_the_mean_of_what_they_drop_from() -> None:
    draws: Draws = FakeDraws((0, 1))
    mask = draws.keep_mask("dropout.0", (50_000,), torch.tensor([0.0, 0.6]))
    assert torch.equal(mask[0], torch.ones_like(mask[0]))
    assert sorted(set(mask[1].tolist())) == pytest.approx([0.0, 2.5], abs=1e-6)
    assert mask[1].mean().item() == pytest.approx(1.0, abs=0.03)


def test_a_lane_depends_on_its_seed_and_the_consumer_alone() -> None:
    p = torch.tensor([0.5, 0.5])
    together = FakeDraws((3, 4)).keep_mask("a", (100,), p)
    assert torch.equal(together[1], FakeDraws((4,)).keep_mask("a", (100,), p[:1])[0])
    assert not torch.equal(together[1], FakeDraws((4,)).keep_mask("b", (100,), p[:1])[0])


def test_noise_is_standard_normal_and_a_lane_has_its_own() -> None:
    draws: Draws = FakeDraws((0, 1))
    noise = draws.normal("noise.0", (50_000,))
    assert noise.std(1).tolist() == pytest.approx([1, 1], abs=0.02)
    assert noise.mean(1).tolist() == pytest.approx([0, 0], abs=0.02)
    assert torch.equal(noise[1:], draws.lanes(1, 2).normal("noise.0", (50_000,)))


@pytest.mark.parametrize("is_sampling", [False, True])
def test_some_lanes_are_drawn_for_what_all_are(is_sampling: bool) -> None:
    draws: Draws = FakeDraws((0, 1), is_sampling=is_sampling)
    assert draws.is_sampling is draws.lanes(0, 1).is_sampling is is_sampling
    assert not FakeDraws((0,)).is_sampling
