"""Networks as plain PyTorch: the source of a ``torch.nn.Module`` that needs nothing of gansearch, and its tensors.

A lane-wise layer says by ``plain_layers`` which layers of ``torch.nn`` it is for one lane; a network made of such
layers one after the other is then plain by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import indent
from typing import Protocol, runtime_checkable

from torch import Tensor

from gansearch.errors import PluginError


@dataclass(frozen=True)
class PlainLayer:
    """One layer of ``torch.nn``."""

    code: str
    """What makes it, as ``nn.Linear(100, 256)``."""
    tensors: Mapping[str, str] = field(default_factory=dict)
    """Names of its tensors, as ``weight``, and the keys of the network's parameters that they hold."""
    sources: tuple[str, ...] = ()
    """Classes that ``code`` needs and torch lacks, the source of each; it may use ``torch``, ``nn`` and ``Tensor``."""
    draws: bool = False
    """Whether it draws random numbers in its mode of training, as it is to when samples are drawn."""


@runtime_checkable
class Plain(Protocol):
    """A lane-wise layer that torch has too."""

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """The same for one lane when samples are drawn: layers of ``torch.nn``, none where nothing is done."""
        ...


@dataclass(frozen=True, eq=False)
class PlainModule:
    """A network as plain PyTorch."""

    source: str
    """A class ``Generator(nn.Module)`` that needs no arguments, and what it needs itself; it may use ``torch``, ``nn``
    and ``Tensor``."""
    tensors: Mapping[str, str]
    """Names in its state and the keys of the network's parameters that they hold."""
    constants: Mapping[str, Tensor] = field(default_factory=dict)
    """The rest of its state: the same whatever the parameters."""
    draws: bool = False
    """Whether samples are drawn in its mode of training, in which some layers draw random numbers."""

    def state(self, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The state of the module, as ``load_state_dict`` takes it.

        Args:
            values: the network's parameters [1, *shape] by key.
        """
        learned = {name: values[key][0] for name, key in self.tensors.items()}
        # Copies: parameters are views of one buffer, some of them transposed.
        return {
            name: tensor.detach().cpu().contiguous().clone() for name, tensor in {**learned, **self.constants}.items()
        }


def plain_module(layers: Iterable[object], label: str) -> PlainModule:
    """Lane-wise layers, one after the other, as a module of ``torch.nn``.

    Args:
        layers: of the network, for one lane.
        label: the network's class, for messages.

    Raises:
        PluginError: where torch has no such layer, with what to add.
    """
    plain: list[PlainLayer] = []
    for layer in layers:
        if not isinstance(layer, Plain):
            raise PluginError(
                f"{label} cannot be exported: its layer {type(layer).__name__} does not say which layers of torch.nn "
                f"it is; give that layer a method plain_layers, or {label} a method plain (gansearch/gan/plain.py)"
            )
        plain.extend(layer.plain_layers())
    tensors = {f"layers.{name}": key for name, key in placed_tensors(plain).items()}
    code = _SEQUENTIAL.format(layers=indent(",\n".join(layer.code for layer in plain), " " * 12))
    helpers = dict.fromkeys(source for layer in plain for source in layer.sources)
    source = "\n\n".join((*helpers, code))
    return PlainModule(source, tensors, draws=any(layer.draws for layer in plain))


def placed_tensors(layers: Iterable[PlainLayer]) -> dict[str, str]:
    """Names and keys of the tensors of layers one after the other, as ``nn.Sequential`` names them."""
    return {f"{place}.{name}": key for place, layer in enumerate(layers) for name, key in layer.tensors.items()}


_SEQUENTIAL = '''\
class Generator(nn.Module):
    """Maps latents [n, LATENT_SIZE] to samples [n, *SHAPE]."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
{layers},
        )

    def forward(self, latents: Tensor) -> Tensor:
        return self.layers(latents)
'''
