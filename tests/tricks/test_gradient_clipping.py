"""Row 58 of the table of tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks.gradient_clipping import GradientClipping, clipping


def started(trick: GradientClipping) -> FakeLanes:
    lanes = FakeLanes()
    lanes.state.update(trick.initial_state(lanes))
    return lanes


@pytest.mark.parametrize("size", [10.0, 1e6, 1e100])
def test_a_longer_gradient_is_shortened_to_the_bound(size: float) -> None:
    trick = GradientClipping(discriminator=0.5, generator=0.25)
    lanes = started(trick)
    given = size * lanes.numbers("gradients", (12,))
    for player, limit in (("discriminator", 0.5), ("generator", 0.25)):
        got = trick.gradients(lanes, given, player)  # type: ignore[arg-type]
        assert got.norm(dim=1).tolist() == pytest.approx([limit] * 3, rel=1e-9)
        cosine = torch.nn.functional.cosine_similarity(got, given / size, dim=1)
        assert cosine.tolist() == pytest.approx([1.0] * 3, abs=1e-9)
        assert trick.measured(lanes)[player].tolist() == [1.0] * 3


def test_a_shorter_one_stays_as_it_is() -> None:
    trick = GradientClipping(discriminator=100.0)
    lanes = started(trick)
    given = lanes.numbers("gradients", (12,))
    assert torch.equal(trick.gradients(lanes, given, "discriminator"), given)
    assert trick.measured(lanes)["discriminator"].tolist() == [0.0] * 3


def test_squares_beyond_single_precision_do_not_matter() -> None:
    exploded = torch.full((1, 4), 1e30, dtype=torch.float32)
    shortened = exploded * clipping(exploded, 1.0)[:, None]
    assert shortened.norm().item() == pytest.approx(1.0, rel=1e-6)


def test_one_lane_that_explodes_shortens_no_other() -> None:
    given = torch.ones(3, 4, dtype=torch.float64)
    given[1] = 1e9
    given[2] = torch.nan
    assert clipping(given, 3.0).tolist() == pytest.approx([1.0, 3.0 / 2e9, 1.0], rel=1e-12)


def test_the_share_of_clipped_updates_is_recorded(tiny_data: Data) -> None:
    tricks = (GradientClipping(discriminator=1e-6, generator=1e6), GradientClipping(discriminator=1e6, generator=1e-6))
    signals = Pack([Lane(tiny_configuration(trick), 1) for trick in tricks], tiny_data).train_epoch()
    names = ("gradient_clipping.discriminator", "gradient_clipping.generator")
    shares = [[signals.lane(lane)[name].mean().item() for name in names] for lane in range(2)]
    assert shares == [[1.0, 0.0], [0.0, 1.0]]
