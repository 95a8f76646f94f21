"""Samples are continuous predictions: every generator passes a slope from each number of the latents to its samples."""

from __future__ import annotations

import pytest
import torch
from torch import autograd

from gansearch.gan import Generator, generators
from gansearch.testing.contracts.networks import BATCH, IMAGES, SEEDS, network_cases, parameter_values
from gansearch.testing.seeded import seeded_normal
from gansearch.testing.variants import stacked


@pytest.mark.parametrize("cls", tuple(generators), ids=lambda cls: cls.name)
def test_every_latent_moves_the_samples_smoothly(cls: type[Generator]) -> None:
    lanes, geometry = next(network_cases(cls, (IMAGES,)))
    network = stacked(lanes)
    module, seeds = network.build(geometry), SEEDS[: len(lanes)]
    parameters = {name: value / 4 for name, value in parameter_values(module, seeds).items()}
    latents = seeded_normal("latents", seeds, (BATCH, network.latent_size)).requires_grad_()

    def samples(at: torch.Tensor) -> torch.Tensor:
        return module(parameters, at, None).square().sum()

    (slope,) = autograd.grad(samples(latents), latents)
    assert (slope.abs().amax((0, 1)) > 1e-9).all()

    step = 1e-6 * seeded_normal("step", seeds, (BATCH, network.latent_size))
    rise = (samples(latents.detach() + step) - samples(latents.detach() - step)) / 2
    torch.testing.assert_close(rise, (slope * step).sum(), rtol=1e-4, atol=1e-10)
