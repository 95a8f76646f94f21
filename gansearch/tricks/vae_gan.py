"""A variational autoencoder whose decoder is the generator (VAE/GAN). Source: Larsen et al. 2016, arXiv:1512.09300."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, Int, static, traced
from gansearch.gan import Parameter
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.layers import Elementwise, Linear, Reshape, Sequential
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Lanes, Scalar, Sizes, Trick
from gansearch.tricks._numbers import ANY, below

LARGEST_LOG_VARIANCE = 10.0
"""Bound of the encoder's log variance on either side: e^10 is within every number format."""


@dataclass(frozen=True, kw_only=True, eq=False)
class VaeGan(Trick):
    """Makes the generator's loss ``gamma * L + reconstruction * E |x - G(z)|^2 / 2 + beta * KL(q(z|x) || N(0, I))``.

    L is the generator's own loss, and ``z = mu + sigma * eps`` the code of an encoder with one hidden layer, which is
    trained with the generator; x are real samples as they lie in the data. At ``gamma=0, reconstruction=1, beta=1`` it
    is the negative evidence lower bound of a variational autoencoder with unit variance. It makes sense where a GAN
    loses modes or will not start: every real sample has a place. Latents that other tricks put behind the network's
    own are those of the fakes at hand.
    """

    name: ClassVar[str] = "vae_gan"
    slot: ClassVar[str] = "hybrid"
    facts: ClassVar[Facts] = Facts(shapes_latents=True)
    paper: ClassVar[str] = "Larsen et al. 2016, arXiv:1512.09300"
    neutral: ClassVar[Mapping[str, float]] = {"gamma": 1.0, "reconstruction": 0.0, "beta": 0.0}

    gamma: Scalar = traced(1.0, Float(0.0, 2.0), "weight of the generator's own loss", limits=Float(0.0, 1e6))
    reconstruction: Scalar = traced(
        0.1, Float(0.001, 10.0, log=True), "weight of the reconstruction error", limits=Float(0.0, 1e6)
    )
    beta: Scalar = traced(
        0.1, Float(0.001, 10.0, log=True), "weight of the codes' divergence from the prior", limits=Float(0.0, 1e6)
    )
    width: int = static(
        256,
        Int(64, 1024, log=True),
        "outputs of the encoder's hidden layer; shape of weights",
        limits=Int(1, 16384),
    )

    def generator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Weights and biases of the encoder."""
        return _encoder(sizes.geometry.numel, self.width, sizes.latents).parameters

    def adversarial_loss(self, lanes: Lanes, loss: Tensor) -> Tensor:
        """The weighted loss per lane, shape [K]."""
        return self.gamma * loss

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """The autoencoder's weighted loss per lane, shape [K]."""
        assert batch.latents is not None
        count, size = batch.latents.shape[1], lanes.sizes.latents
        images = lanes.real(below(lanes.uniform((count,)), ANY)).images
        encoder = _encoder(lanes.sizes.geometry.numel, self.width, size)
        mean, log_variance = encoder(lanes.own, images, None).tensor_split(2, 2)
        log_variance = log_variance.clamp(-LARGEST_LOG_VARIANCE, LARGEST_LOG_VARIANCE)
        code = mean + torch.exp(log_variance / 2) * lanes.normal((count, size))
        made = lanes.generate(torch.cat([code, batch.latents[..., size:]], 2))
        error = half_square_error(images, made)
        return self.reconstruction * error + self.beta * divergence_from_normal(mean, log_variance)


@cache
def _encoder(numel: int, width: int, latents: int) -> Sequential:
    hidden, codes = Linear("hidden", numel, width), Linear("codes", width, 2 * latents)
    return Sequential((Reshape((numel,)), hidden, Elementwise(ACTIVATIONS["leaky_relu"]), codes))


def half_square_error(real: Floats[Tensor, "K B *S"], made: Floats[Tensor, "K B *S"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of half the squared distance: ``-log N(x; G(z), I)`` without its constant."""
    return (real - made).flatten(2).square().sum(2).mean(1) / 2


def divergence_from_normal(
    mean: Floats[Tensor, "K B Z"], log_variance: Floats[Tensor, "K B Z"]
) -> Floats[Tensor, " K"]:
    """Mean over the batch of ``KL(N(mean, variance) || N(0, I))``, in nats."""
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(2).mean(1) / 2
