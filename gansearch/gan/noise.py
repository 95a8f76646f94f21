"""Gaussian noise behind the layers of a generator. Source: Zhao et al. 2017 (EBGAN), arXiv:1609.03126.

Beside it the dropout of generators, which may go on when samples are drawn (Isola et al. 2017, arXiv:1611.07004).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from torch import Tensor

from gansearch.dimensions import Choice, Float
from gansearch.gan._base import Draws, WithoutParameters
from gansearch.gan.plain import PlainLayer

NOISE: Final[dict[str, Any]] = {
    "default": 0.0,
    "dimension": Float(0.0, 0.2),
    "meaning": "standard deviation of the noise that is added behind every activation",
    "limits": Float(0.0, 10.0),
}
"""The field ``noise`` of a generator."""
DROPOUT: Final[dict[str, Any]] = {
    "default": 0.0,
    "dimension": Float(0.0, 0.9),
    "meaning": "probability that an output of an activation is dropped",
    "limits": Float(0.0, 0.99),
}
"""The field ``dropout`` of a generator."""
NOISE_WHEN_SAMPLING: Final[dict[str, Any]] = {
    "default": False,
    "dimension": Choice((False, True)),
    "meaning": "whether the noise is added also when samples are drawn for an evaluation",
}
"""The field ``noise_when_sampling`` of a generator."""
DROPOUT_WHEN_SAMPLING: Final[dict[str, Any]] = {
    "default": False,
    "dimension": Choice((False, True)),
    "meaning": "whether outputs are dropped also when samples are drawn for an evaluation",
}
"""The field ``dropout_when_sampling`` of a generator."""

_NOISE: Final = '''\
class Noise(nn.Module):
    """Adds normal noise in its mode of training."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs + self.sigma * torch.randn_like(inputs) if self.training else inputs
'''


@dataclass(frozen=True, eq=False)
class Noise(WithoutParameters):
    """``x + sigma * n`` with standard normal ``n``, another for every number."""

    name: str
    sigma: float | Tensor
    """Standard deviation: one number, or one a lane as a tensor [K]."""
    when_sampling: bool = False
    """Whether it is added also when samples are drawn for an evaluation."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape; without ``draws`` return the inputs as they are."""
        if draws is None or (draws.is_sampling and not self.when_sampling):
            return inputs
        sigma = self.sigma
        if isinstance(sigma, Tensor):
            sigma = sigma.reshape(-1, *[1] * (inputs.ndim - 1))
        return inputs + sigma * draws.normal(self.name, tuple(inputs.shape[1:]))

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """Noise where it is to be added when samples are drawn, else none."""
        if not self.when_sampling:
            return ()
        return (PlainLayer(f"Noise({float(self.sigma)})", sources=(_NOISE,), draws=True),)
