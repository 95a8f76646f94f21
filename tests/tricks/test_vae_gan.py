"""Row 34 of the table of tricks: VAE + GAN."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch
from gansearch.tricks.vae_gan import VaeGan, divergence_from_normal, half_square_error

BATCH = 8


class Remembering(FakeLanes):
    """Keeps what its generator made, and of what, and which samples were read."""

    asked: Tensor
    made: Tensor
    read: Tensor

    def generate(self, latents: Tensor, parameters: Tensor | None = None) -> Tensor:
        self.asked, self.made = latents, super().generate(latents, parameters)
        return self.made

    def real(self, indices: Tensor):  # type: ignore[no-untyped-def]
        shown = super().real(indices)
        self.read = shown.images
        return shown


def started(trick: VaeGan, lanes: Remembering) -> Batch:
    give_parameters(trick, lanes)
    fake = lanes.samples("fake", BATCH)
    latents = lanes.numbers("latents", (BATCH, lanes.latent_size + 2))
    return Batch(real=fake, fake=fake, real_scores=None, fake_scores=lanes.discriminate(fake), latents=latents)


def log_density(points: Tensor, mean: Tensor) -> Tensor:
    """Of a normal density of unit variance, by sample."""
    density: Tensor = Normal(mean, 1.0).log_prob(points)  # type: ignore[no-untyped-call]
    return density.flatten(2).sum(2)


def encoded(lanes: Remembering) -> tuple[Tensor, Tensor]:
    """Mean and log variance of what was read, by hand."""
    own = lanes.own
    hidden = lanes.read.flatten(2) @ own["hidden.weight"].mT + own["hidden.bias"][:, None]
    codes = torch.nn.functional.leaky_relu(hidden, 0.2) @ own["codes.weight"].mT + own["codes.bias"][:, None]
    mean, log_variance = codes.chunk(2, 2)
    return mean, log_variance


def test_the_divergence_is_the_closed_form() -> None:
    mean, log_variance = (FakeLanes().numbers(name, (BATCH, 5)) for name in ("mean", "log variance"))
    expected = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(2).mean(1)
    torch.testing.assert_close(divergence_from_normal(mean, log_variance), expected, rtol=1e-12, atol=0)


def test_the_prior_itself_diverges_by_nothing() -> None:
    zeros = torch.zeros(1, 3, 2)
    assert divergence_from_normal(zeros, zeros).item() == 0.0
    assert divergence_from_normal(zeros + 2, zeros).item() == pytest.approx(2 * 4 / 2)


def test_the_error_is_that_of_a_normal_density() -> None:
    lanes = FakeLanes()
    real, made = lanes.samples("real", BATCH), lanes.samples("made", BATCH)
    density = log_density(real, made).mean(1)
    constant = 64 * math.log(2 * math.pi) / 2
    torch.testing.assert_close(half_square_error(real, made), -density - constant, rtol=1e-12, atol=1e-12)


def test_without_the_adversarial_loss_it_is_the_evidence_lower_bound() -> None:
    trick, lanes = VaeGan(gamma=0.0, reconstruction=1.0, beta=1.0, width=16), Remembering()
    loss = trick.generator_loss(lanes, started(trick, lanes))
    mean, log_variance = encoded(lanes)
    code = lanes.asked[..., : lanes.latent_size]
    prior, posterior = Normal(0.0, 1.0), Normal(mean, (log_variance / 2).exp())
    likelihood = log_density(lanes.read, lanes.made)
    bound = (likelihood - kl_divergence(posterior, prior).sum(2)).mean(1)
    torch.testing.assert_close(loss, -bound - 64 * math.log(2 * math.pi) / 2, rtol=1e-12, atol=1e-12)
    assert trick.adversarial_loss(lanes, torch.tensor([1.0, -2.0, 3.0])).tolist() == [0.0] * 3
    # The code is a draw of the posterior: its noise is standard normal.
    noise = (code - mean) / (log_variance / 2).exp()
    assert noise.mean().item() == pytest.approx(0.0, abs=5 / math.sqrt(noise.numel()))
    assert noise.square().mean().item() == pytest.approx(1.0, abs=5 * math.sqrt(2 / noise.numel()))


def test_the_parts_have_weights() -> None:
    lanes = Remembering()
    trick = VaeGan(reconstruction=0.3, beta=0.7, width=16)
    loss = trick.generator_loss(lanes, started(trick, lanes))
    expected = 0.3 * half_square_error(lanes.read, lanes.made) + 0.7 * divergence_from_normal(*encoded(lanes))
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    assert VaeGan(gamma=0.5).adversarial_loss(lanes, torch.tensor([1.0, -2.0])).tolist() == [0.5, -1.0]


def test_latents_of_other_tricks_are_kept() -> None:
    lanes, trick = Remembering(), VaeGan(width=16)
    batch = started(trick, lanes)
    trick.generator_loss(lanes, batch)
    assert batch.latents is not None
    assert torch.equal(lanes.asked[..., lanes.latent_size :], batch.latents[..., lanes.latent_size :])


def test_the_encoder_learns_through_the_generator() -> None:
    lanes, trick = Remembering(), VaeGan(beta=0.0, width=16)
    loss = trick.generator_loss(lanes, started(trick, lanes))
    for slope in torch.autograd.grad(loss.sum(), list(lanes.own.values())):
        assert slope.abs().sum() > 0
