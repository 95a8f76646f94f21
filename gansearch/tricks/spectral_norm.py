"""Spectral normalisation of the discriminator's weights. Source: Miyato et al. 2018, arXiv:1802.05957."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import torch.nn.functional as F
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Int, static
from gansearch.tricks._base import Lanes, Trick

FIRST_ITERATIONS: Final = 15
"""Power iterations before the first step, as ``torch.nn.utils.parametrizations.spectral_norm`` does."""
SMALLEST: Final = 1e-12
"""What a length or a singular value is at least where it divides."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SpectralNorm(Trick):
    """The discriminator computes with ``W / sigma(W)`` for each weight ``W``, ``sigma`` its largest singular value.

    ``sigma = u^T W v`` with two vectors that a power iteration after each of the discriminator's updates keeps close to
    the singular ones; gradients go through the division. A kernel counts as the matrix [out, in * ...]. It bounds the
    slope of every layer, so that the discriminator cannot win by growing; it goes with any loss, hinge above all.
    """

    name: ClassVar[str] = "spectral_norm"
    paper: ClassVar[str] = "Miyato et al. 2018, arXiv:1802.05957"
    mixes: ClassVar[bool] = False

    iterations: int = static(1, Int(1, 5), "power iterations per update; each is code of the step", limits=Int(1, 100))

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Left and right singular vectors of each weight, nearly."""
        state: dict[str, Tensor] = {}
        for name, weight in lanes.discriminator_weights.items():
            if weight.ndim >= 3 and weight.requires_grad:
                matrix = weight.detach().flatten(2)
                left = F.normalize(lanes.normal((matrix.shape[1],)), dim=1, eps=SMALLEST)
                state[_left(name)], state[_right(name)] = iterated(matrix, left, FIRST_ITERATIONS)
        return state

    def discriminator_weights(self, lanes: Lanes, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """The parameters, each weight among them over its singular value."""
        state = lanes.state
        return {
            name: normalised(weight, state[_left(name)], state[_right(name)]) if _left(name) in state else weight
            for name, weight in weights.items()
        }

    def after_discriminator_update(self, lanes: Lanes) -> None:
        """Turn the vectors after the weights."""
        for name, weight in lanes.discriminator_weights.items():
            if _left(name) in lanes.state:
                left, right = lanes.state[_left(name)], lanes.state[_right(name)]
                new_left, new_right = iterated(weight.detach().flatten(2), left, self.iterations)
                left.copy_(new_left)
                right.copy_(new_right)


def iterated(
    matrix: Floats[Tensor, "K n m"], left: Floats[Tensor, "K n"], iterations: int
) -> tuple[Floats[Tensor, "K n"], Floats[Tensor, "K m"]]:
    """Left and right vectors of length 1 after ``iterations`` of ``v = W^T u``, ``u = W v``."""
    right = left
    for _ in range(iterations):
        right = F.normalize((matrix.mT @ left[..., None])[..., 0], dim=1, eps=SMALLEST)
        left = F.normalize((matrix @ right[..., None])[..., 0], dim=1, eps=SMALLEST)
    return left, right


def normalised(weight: Tensor, left: Floats[Tensor, "K n"], right: Floats[Tensor, "K m"]) -> Tensor:
    """``W / (u^T W v)`` for a weight [K, n, ...]; the vectors are constants to the gradient."""
    sigma = (left[:, None] @ weight.flatten(2) @ right[..., None]).clamp_min(SMALLEST)
    return weight / sigma.reshape(-1, *[1] * (weight.ndim - 1))


def _left(name: str) -> str:
    return f"left-{name.replace('.', '-')}"


def _right(name: str) -> str:
    return f"right-{name.replace('.', '-')}"
