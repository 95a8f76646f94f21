"""Maxout: a layer's outputs are the largest of several linear ones. Source: Goodfellow et al. 2013, arXiv:1302.4389."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Int
from gansearch.gan._base import Draws, WithoutParameters
from gansearch.gan.plain import PlainLayer

MAXOUT: Final = "maxout"
"""Its name among activations."""

PIECES: Final[dict[str, Any]] = {
    "default": 2,
    "dimension": Int(2, 5),
    "meaning": "linear outputs that maxout takes the largest of; the other activations have one",
}
"""The field ``pieces`` of a network."""

_MAXOUT: Final = '''\
class Maxout(nn.Module):
    """The largest of every few neighbouring numbers."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.unflatten(1, (-1, self.pieces)).amax(-1)
'''


def maxout(inputs: Float[Tensor, "K B P"], pieces: int) -> Float[Tensor, "K B O"]:
    """The largest of every ``pieces`` neighbouring numbers; where several are, they share the gradient."""
    return inputs.reshape(*inputs.shape[:-1], -1, pieces).amax(-1)


@dataclass(frozen=True)
class Maxout(WithoutParameters):
    """Maps [K, B, pieces * out] to [K, B, out]."""

    pieces: int

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """The largest of the pieces of every output."""
        return maxout(inputs, self.pieces)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A layer of the same name."""
        return (PlainLayer(f"Maxout({self.pieces})", sources=(_MAXOUT,)),)
