"""All parameters of one player as one buffer [K, P], a row per lane; networks read views of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, groupby, pairwise
from math import prod
from types import MappingProxyType
from typing import Final, TypeAlias

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.gan import Parameter, forms

_RUN: Final = 64
"""Numbers that every CPU's kernels take in whole runs."""

Columns: TypeAlias = "slice | Int64[Tensor, ' p']"
"""Some columns of a buffer [K, P]."""


class Flat:
    """Parameters and gradients, flat.

    A parameter that only some lanes have (``Parameter.lanes``) takes its columns in every row; in the rows of the
    others they stay zero, and so do their gradients and every optimizer's state. A row ends with zeros that make it a
    whole number of runs: how a number is rounded must not depend on what else its row holds, and the CPU's kernels
    round what is left over at the end of a row in another way.

    Args:
        parameters: what the network reads, in the order of the buffer; those of one name share their columns.
        values: first values [K, *shape] of each, in the same order.
    """

    def __init__(self, parameters: Sequence[Parameter], values: Sequence[Tensor]) -> None:
        self._parameters = tuple(parameters)
        shapes = {parameter.name: parameter.shape for parameter in parameters}
        sizes = [prod(shape) for shape in shapes.values()]
        ends = accumulate(sizes)
        self._columns = {name: slice(end - size, end) for name, size, end in zip(shapes, sizes, ends, strict=True)}
        self._size = sum(sizes)
        self.values: Float[Tensor, "K P"] = values[0].new_zeros(len(values[0]), -(-self._size // _RUN) * _RUN)
        for view, value, parameter in zip(self.views(self.values).values(), values, parameters, strict=True):
            view.copy_(value[parameter.rows])
        self.gradients: Float[Tensor, "K P"] = torch.zeros_like(self.values)
        trained = [parameter for parameter in parameters if not parameter.is_frozen]
        self._slots = tuple(self._view(self.gradients, parameter) for parameter in trained)
        # A detached view shares the buffer's memory and its version counter, but starts a graph of its own.
        self.leaves: Mapping[str, Tensor] = MappingProxyType(
            {key: view.detach() for key, view in self.views(self.values).items()}
        )
        self.trained = tuple(self.leaves[parameter.key].requires_grad_() for parameter in trained)
        """The leaves that gradients reach, in the order of the parameters."""
        self._is_even = all(parameter.lanes is None for parameter in parameters) and len(trained) == len(parameters)
        self._rest = self.values[:, self._size :].clone()
        self._runs = tuple(self._equal_runs())

    def views(self, flat: Float[Tensor, "K P"]) -> dict[str, Tensor]:
        """The parameters [K, *shape] by key as views of a buffer of this form."""
        return {parameter.key: self._view(flat, parameter) for parameter in self._parameters}

    def _view(self, flat: Tensor, parameter: Parameter) -> Tensor:
        part = flat[parameter.rows, self._columns[parameter.name]]
        if not parameter.is_transposed:
            return part.view(-1, *parameter.shape)
        *head, rows, columns = parameter.shape
        return part.view(-1, *head, columns, rows).mT

    def gather(self, gradients: Sequence[Tensor]) -> None:
        """Lay the gradients of the ``trained`` leaves, in their order, into ``gradients``."""
        if self._is_even:
            rows = [
                (gradient.mT if parameter.is_transposed else gradient).flatten(1)
                for gradient, parameter in zip(gradients, self._parameters, strict=True)
            ]
            torch.cat([*rows, self._rest], 1, out=self.gradients)
            return
        for slot, gradient in zip(self._slots, gradients, strict=True):
            slot.copy_(gradient)

    def norms(self, flat: Float[Tensor, "K P"]) -> Float[Tensor, " K"]:
        """Euclidean norm of every lane's own numbers in a buffer of this form.

        Zeros among them would change the order in which they are added up, and so the last bits.
        """
        found = [_norm(flat[rows][:, columns]) for rows, columns in self._runs]
        return found[0] if len(found) == 1 else torch.cat(found)

    def owned(self, lane: int) -> Columns:
        """The columns of the parameters that a lane has, in their order."""
        place = range(len(self.values))[lane]
        return next(columns for rows, columns in self._runs if rows.start <= place < rows.stop)

    def _equal_runs(self) -> Iterator[tuple[slice, Columns]]:
        """Runs of lanes that have the same parameters, and the columns of these."""
        for names, group in groupby(range(len(self.values)), self._names):
            lanes = list(group)
            places = [place for name, place in self._columns.items() if name in names]
            yield slice(lanes[0], lanes[-1] + 1), self._joined(places)

    def _joined(self, places: Sequence[slice]) -> Columns:
        """Several columns as one slice where they lie side by side, since a slice needs no copy."""
        if all(one.stop == other.start for one, other in pairwise(places)):
            return slice(places[0].start, places[-1].stop)
        return torch.cat([torch.arange(place.start, place.stop, device=self.values.device) for place in places])

    def _names(self, lane: int) -> frozenset[str]:
        """Of the parameters that a lane has."""
        return frozenset(one.name for one in self._parameters if one.lanes is None or lane in range(*one.lanes))

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """A time in which no graph reaches the leaves, so that none of their gradients is worked out."""
        for leaf in self.trained:
            leaf.requires_grad_(False)
        try:
            yield
        finally:
            for leaf in self.trained:
                leaf.requires_grad_(True)


def _norm(rows: Float[Tensor, "k p"]) -> Float[Tensor, " k"]:
    """Euclidean norm of every row; one by one as a product with itself, a CPU takes a third of the time."""
    if forms.takes_lanes_at_once(rows.device):
        norm: Tensor = torch.linalg.vector_norm(rows, dim=1)
        return norm
    return torch.stack([torch.dot(row, row) for row in rows.unbind()]).sqrt_()
