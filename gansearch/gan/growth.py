"""Layers that are put into a network while it trains, without changing what it does at that moment.

Source: Karras et al. 2018 (progressive growing), arXiv:1710.10196, whose layers fade in as these do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jaxtyping import Float, Shaped
from torch import Tensor

from gansearch.dimensions import Int
from gansearch.errors import PluginError
from gansearch.gan._base import Draws, Module, Parameter
from gansearch.gan.plain import Plain, PlainLayer, placed_tensors

GROW_EVERY: Final[dict[str, Any]] = {
    "default": None,
    "dimension": Int(50, 5000, log=True),
    "meaning": "steps from one hidden layer that is put in to the next; left out, all are there from the start",
    "unit": "steps",
    "limits": Int(1, 10_000_000),
}
"""The field ``grow_every`` of a network."""
FADE: Final[dict[str, Any]] = {
    "default": 100,
    "dimension": Int(10, 1000, log=True),
    "meaning": "steps over which a layer that is put in gains its full share",
    "unit": "steps",
    "limits": Int(1, 10_000_000),
}
"""The field ``fade`` of a network; one at least, since a layer that is there at once would change the network."""

_GROWN: Final = '''\
class Grown(nn.Module):
    """Layers that have faded in by the share ``gate``."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.level = nn.Sequential(*layers)
        self.register_buffer("gate", torch.zeros(()))

    def forward(self, inputs: Tensor) -> Tensor:
        return (1 - self.gate) * inputs + self.gate * self.level(inputs)
'''


@dataclass(frozen=True)
class Gate:
    """``clamp((step - first) / fade, 0, 1)``: the share of a layer that is put in at the step ``first``."""

    first: int
    fade: int

    def __call__(self, steps: Shaped[Tensor, " K"]) -> Float[Tensor, " K"]:
        """The share in every lane, in [0, 1]."""
        return ((steps - self.first).double() / self.fade).clamp(0, 1)


@dataclass(frozen=True)
class Grown:
    """``(1 - g) h + g level(h)``: exactly ``h`` before the layer is put in, and exactly the layer when it has faded in.

    The gate ``g`` is the frozen parameter ``<name>``, which follows the steps.
    """

    name: str
    level: tuple[Module, ...]
    """Layers that keep the shape."""
    gate: Gate

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the level, then the gate."""
        own = (parameter for layer in self.level for parameter in layer.parameters)
        # A bias starts at zero, which is where the gate starts.
        return (*own, Parameter(self.name, (), 1, is_bias=True, is_frozen=True, follows=self.gate))

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape."""
        outputs = inputs
        for layer in self.level:
            outputs = layer(parameters, outputs, draws)
        share = parameters[self.name].reshape(-1, *[1] * (inputs.ndim - 1)).to(outputs.dtype)
        return (1 - share) * inputs + share * outputs

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A layer of the same name, with the gate where it stood.

        Raises:
            PluginError: where a layer of the level does not say what it is.
        """
        plain: list[PlainLayer] = []
        for layer in self.level:
            if not isinstance(layer, Plain):
                raise PluginError(
                    f"{self.name} cannot be exported: its layer {type(layer).__name__} needs a method plain_layers"
                )
            plain.extend(layer.plain_layers())
        tensors = {f"level.{name}": key for name, key in placed_tensors(plain).items()}
        sources = (*(source for layer in plain for source in layer.sources), _GROWN)
        code = f"Grown({', '.join(layer.code for layer in plain)})"
        return (PlainLayer(code, {**tensors, "gate": self.name}, sources, any(layer.draws for layer in plain)),)
