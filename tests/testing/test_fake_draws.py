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
