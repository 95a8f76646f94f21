"""Networks of a user's own, for tests: one plug-in file's worth of ``torch.nn.Module``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from gansearch.dimensions import Choice, Int, static
from gansearch.gan.torch_module import TorchDiscriminator, TorchGenerator
from gansearch.records import Facts, Geometry


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnGenerator(TorchGenerator):
    """A perceptron; with batch normalisation on demand."""

    name: ClassVar[str] = "own_mlp"

    width: int = static(16, Int(4, 64, log=True), "hidden units")
    norm: str = static(
        "none", Choice(("none", "batch")), "what normalises hidden units", implies={"batch": ("couples_batch",)}
    )

    def module(self, geometry: Geometry) -> nn.Module:
        """Two layers."""
        norm = [nn.BatchNorm1d(self.width)] if self.norm == "batch" else []
        end = [nn.Tanh()] if geometry.bounded else []
        return nn.Sequential(
            nn.Linear(self.latent_size, self.width),
            *norm,
            nn.ReLU(),
            nn.Linear(self.width, geometry.numel),
            *end,
            nn.Unflatten(1, geometry.shape),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnDiscriminator(TorchDiscriminator):
    """A perceptron with dropout."""

    name: ClassVar[str] = "own_mlp"

    width: int = static(16, Int(4, 64, log=True), "hidden units")

    def module(self, geometry: Geometry) -> nn.Module:
        """Two layers."""
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(geometry.numel, self.width),
            nn.SiLU(),
            nn.Dropout(0.25),
            nn.Linear(self.width, 1),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class OneLaneDiscriminator(TorchDiscriminator):
    """Weight normalisation, for which vmap has no rule; whole channels are dropped."""

    name: ClassVar[str] = "own_one_lane"

    width: int = static(16, Int(4, 64, log=True), "hidden units")

    def module(self, geometry: Geometry) -> nn.Module:
        """Two layers."""
        hidden = parametrizations.weight_norm(nn.Linear(geometry.numel, self.width))
        return nn.Sequential(nn.Flatten(), hidden, nn.SiLU(), nn.Dropout1d(0.25), nn.Linear(self.width, 1))


class ConvolvedScores(nn.Module):
    """Convolutions, a frozen random projection, a fixed table, tied weights, and several kinds of dropout."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.seen = nn.Conv2d(1, width, 4, 2, 1)
        self.norm = nn.BatchNorm2d(width)
        self.drop_channels = nn.Dropout2d(0.25)
        self.table: Tensor
        self.register_buffer("table", torch.linspace(0, 1, 16).view(1, 1, 4, 4))
        self.projection = nn.Parameter(torch.randn(16 * width, width), requires_grad=False)
        self.once = nn.Linear(width, width)
        self.again = nn.Linear(width, width)
        self.again.weight = self.once.weight
        self.drop = nn.AlphaDropout(0.25)
        self.score = nn.Linear(width, 1)

    def forward(self, images: Tensor) -> Tensor:
        """[B, 1, 8, 8] to [B]."""
        hidden = self.drop_channels(torch.selu(self.norm(self.seen(images)))) + self.table
        flat = self.drop(hidden.flatten(1) @ self.projection / 4)
        scores: Tensor = self.score(torch.selu(self.again(torch.selu(self.once(flat))))).squeeze(1)
        return scores


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvolvedDiscriminator(TorchDiscriminator):
    """Of everything something."""

    name: ClassVar[str] = "own_convolved"
    facts: ClassVar[Facts] = Facts(couples_batch=True)

    width: int = static(8, Int(4, 64, log=True), "channels")

    def module(self, geometry: Geometry) -> nn.Module:
        """For images of 8 x 8 pixels."""
        return ConvolvedScores(self.width)
