"""All parameters of one player as one buffer [K, P], a row per lane; networks read views of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.gan import Parameter


class Flat:
    """Parameters and gradients, flat.

    Args:
        parameters: what the network reads, in the order of the buffer.
        values: first values [K, *shape] of each, in the same order.
    """

    def __init__(self, parameters: Sequence[Parameter], values: Sequence[Tensor]) -> None:
        self._parameters = tuple(parameters)
        self.values: Float[Tensor, "K P"] = torch.cat([value.flatten(1) for value in values], 1)
        self.gradients: Float[Tensor, "K P"] = torch.zeros_like(self.values)
        # A detached view shares the buffer's memory and its version counter, but starts a graph of its own.
        self.leaves: Mapping[str, Tensor] = MappingProxyType(
            {name: view.detach().requires_grad_() for name, view in self.views(self.values).items()}
        )

    def views(self, flat: Float[Tensor, "K P"]) -> dict[str, Tensor]:
        """The parameters [K, *shape] by name as views of a buffer of this form."""
        shapes = [parameter.shape for parameter in self._parameters]
        parts = torch.split(flat, [prod(shape) for shape in shapes], 1)
        return {
            parameter.name: part.view(-1, *shape)
            for parameter, part, shape in zip(self._parameters, parts, shapes, strict=True)
        }

    def gather(self, gradients: Sequence[Tensor]) -> None:
        """Lay the leaves' gradients, in the order of ``leaves``, into ``gradients``."""
        torch.cat([gradient.flatten(1) for gradient in gradients], 1, out=self.gradients)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """A time in which no graph reaches the leaves, so that none of their gradients is worked out."""
        for leaf in self.leaves.values():
            leaf.requires_grad_(False)
        try:
            yield
        finally:
            for leaf in self.leaves.values():
                leaf.requires_grad_(True)
