"""A GAN of multi-layer perceptrons on flat images, in plain PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def perceptron(sizes: Sequence[int], dropout: float) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes[:-1]):
        layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(0.2)]
        if dropout > 0:
            layers.append(nn.Dropout(dropout))
    return [*layers, nn.Linear(sizes[-2], sizes[-1])]


class MlpGan:
    """Images are [B, pixels] in [-1, 1]."""

    def __init__(
        self,
        g_sizes: Sequence[int] = (100, 256, 256, 784),
        d_sizes: Sequence[int] = (784, 256, 1),
        *,
        dropout: float = 0.3,
        r1_gamma: float = 0.0,
        batch_size: int = 128,
        lr: float = 2e-4,
        fused: bool | None = None,
        autocast: bool = False,
        device: torch.device | str = "cpu",
    ) -> None:
        self.generator = nn.Sequential(*perceptron(g_sizes, dropout), nn.Tanh()).to(device)
        self.discriminator = nn.Sequential(*perceptron(d_sizes, dropout)).to(device)
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), lr=lr, betas=(0.5, 0.999), fused=fused)
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), lr=lr, betas=(0.5, 0.999), fused=fused)
        self.latent_size = g_sizes[0]
        self.batch_size = batch_size
        self.r1_gamma = r1_gamma
        self.autocast = torch.autocast(torch.device(device).type, torch.bfloat16, enabled=autocast)

    def step(self, real: Tensor, latents: Tensor) -> tuple[Tensor, Tensor]:
        with self.autocast:
            fake = self.generator(latents)
            real_scores, fake_scores = self.discriminator(real), self.discriminator(fake.detach())
            d_loss = F.binary_cross_entropy_with_logits(real_scores, torch.ones_like(real_scores))
            d_loss = d_loss + F.binary_cross_entropy_with_logits(fake_scores, torch.zeros_like(fake_scores))
            if self.r1_gamma > 0:
                d_loss = d_loss + self.r1_penalty(real)
        self.d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward()  # type: ignore[no-untyped-call]
        self.d_optimizer.step()

        with self.autocast:
            scores = self.discriminator(fake)
            g_loss = F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))
        self.g_optimizer.zero_grad(set_to_none=True)
        g_loss.backward()  # type: ignore[no-untyped-call]
        self.g_optimizer.step()
        return d_loss.detach(), g_loss.detach()

    def r1_penalty(self, real: Tensor) -> Tensor:
        real = real.detach().requires_grad_()
        (slope,) = torch.autograd.grad(self.discriminator(real).sum(), real, create_graph=True)
        return self.r1_gamma / 2 * slope.flatten(1).square().sum(1).mean()

    def epoch(self, images: Tensor) -> None:
        order = torch.randperm(len(images), device=images.device)
        for start in range(0, len(images) - self.batch_size + 1, self.batch_size):
            real = images[order[start : start + self.batch_size]]
            self.step(real, torch.randn(len(real), self.latent_size, device=images.device))
