"""Row 10 of the table of tricks: the first Wasserstein GAN."""

from __future__ import annotations

import pytest
import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack
from gansearch.tricks.weight_clipping import WeightClipping, clip


@pytest.mark.parametrize("architecture", ["mlp", "dcgan"])
def test_every_weight_lies_within_the_bound(architecture: str, tiny_data: Data) -> None:
    bounds = (0.003, 0.01)
    pack = Pack(
        [Lane(tiny_configuration(WeightClipping(bound=bound), architecture=architecture), 1) for bound in bounds],
        tiny_data,
        dtype=torch.float64,
    )
    before = pack._training.discriminator.flat.values.clone()
    pack.train_epoch()
    for lane, bound in enumerate(bounds):
        assert before[lane].abs().max().item() > 2 * bound
        assert pack._training.discriminator.flat.values[lane].abs().max().item() == pytest.approx(bound, rel=1e-12)
    # The generator's are left alone.
    assert pack._training.generator.flat.values.abs().max().item() > max(bounds)


def test_numbers_within_the_bound_stay_as_they_are() -> None:
    weight = torch.tensor([[-3.0, -0.5, 0.5, 3.0]] * 2)
    clip(weight, torch.tensor([1.0, 0.25]))
    assert weight.tolist() == [[-1.0, -0.5, 0.5, 1.0], [-0.25, -0.25, 0.25, 0.25]]


def test_what_is_not_trained_stays(tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(WeightClipping(bound=0.001)), 1)], tiny_data)
    trick, lanes = pack._hooks.bound[0]
    weights = lanes.discriminator_weights
    frozen = next(iter(weights.values())).requires_grad_(False)
    before = frozen.clone()
    with torch.no_grad():
        trick.after_discriminator_update(lanes)
    assert torch.equal(frozen, before)
    assert all(weight.abs().max() <= 0.001 for weight in weights.values() if weight.requires_grad)
