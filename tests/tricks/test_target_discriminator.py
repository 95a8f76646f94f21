"""Row 47 of the table of tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks.target_discriminator import TargetDiscriminator, moved


def started(trick: TargetDiscriminator) -> FakeLanes:
    lanes = FakeLanes()
    lanes.state.update(trick.initial_state(lanes))
    return lanes


def test_it_starts_at_the_discriminator() -> None:
    lanes = started(TargetDiscriminator())
    assert torch.equal(TargetDiscriminator().opponent(lanes), lanes.discriminator_parameters)


@pytest.mark.parametrize("tau", [1e-3, 0.01, 0.1])
def test_it_follows_at_its_rate(tau: float) -> None:
    trick = TargetDiscriminator(tau=tau)
    lanes = started(trick)
    lanes.discriminator_parameters.add_(1)
    for update in range(1, 51):
        trick.after_discriminator_update(lanes)
        # Towards parameters that stay where they are, the gap is (1 - tau)^t.
        gap = lanes.discriminator_parameters - trick.opponent(lanes)
        assert gap.flatten().tolist() == pytest.approx([(1 - tau) ** update] * gap.numel(), rel=1e-9)


def test_at_1_it_is_the_live_one_to_the_bit() -> None:
    trick = TargetDiscriminator(tau=1.0)
    lanes = started(trick)
    lanes.discriminator_parameters.copy_(lanes.numbers("later", (12,)) / 3)
    trick.after_discriminator_update(lanes)
    assert torch.equal(trick.opponent(lanes), lanes.discriminator_parameters)


def test_at_0_it_stays_and_lanes_have_rates_of_their_own() -> None:
    average, parameters = torch.zeros(3, 2), torch.ones(3, 2)
    tau = torch.tensor([0.0, 0.25, 1.0])
    assert moved(average, parameters, tau).tolist() == [[0.0, 0.0], [0.25, 0.25], [1.0, 1.0]]


def test_the_generator_is_updated_against_it(tiny_data: Data) -> None:
    frozen, live = (
        Pack([Lane(tiny_configuration(*tricks), 1)], tiny_data, dtype=torch.float64)
        for tricks in ((TargetDiscriminator(tau=0.0),), ())
    )
    opponent = frozen._training.tricks["target_discriminator"]["average"]
    start = opponent.clone()
    for pack in (frozen, live):
        pack.train_epoch()
    assert torch.equal(opponent, start)
    assert not torch.equal(frozen._training.discriminator.flat.values, start)
    assert not torch.equal(frozen.sample(8, averaged=False), live.sample(8, averaged=False))
