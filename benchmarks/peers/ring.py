"""A small GAN on points of the plane, in plain PyTorch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def perceptron(inputs: int, width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, outputs),
    )


class RingGan:
    """Points are [B, 2]."""

    def __init__(
        self,
        width: int = 128,
        *,
        latent_size: int = 2,
        batch_size: int = 128,
        lr: float = 2e-4,
        fused: bool | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.generator = perceptron(latent_size, width, 2).to(device)
        self.discriminator = perceptron(2, width, 1).to(device)
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), lr=lr, betas=(0.5, 0.999), fused=fused)
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), lr=lr, betas=(0.5, 0.999), fused=fused)
        self.latent_size = latent_size
        self.batch_size = batch_size

    def step(self, real: Tensor, latents: Tensor) -> tuple[Tensor, Tensor]:
        fake = self.generator(latents)
        real_scores, fake_scores = self.discriminator(real), self.discriminator(fake.detach())
        d_loss = F.binary_cross_entropy_with_logits(real_scores, torch.ones_like(real_scores))
        d_loss = d_loss + F.binary_cross_entropy_with_logits(fake_scores, torch.zeros_like(fake_scores))
        self.d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward()  # type: ignore[no-untyped-call]
        self.d_optimizer.step()

        scores = self.discriminator(fake)
        g_loss = F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))
        self.g_optimizer.zero_grad(set_to_none=True)
        g_loss.backward()  # type: ignore[no-untyped-call]
        self.g_optimizer.step()
        return d_loss.detach(), g_loss.detach()

    def epoch(self, points: Tensor) -> None:
        order = torch.randperm(len(points), device=points.device)
        for start in range(0, len(points) - self.batch_size + 1, self.batch_size):
            real = points[order[start : start + self.batch_size]]
            self.step(real, torch.randn(len(real), self.latent_size, device=points.device))
