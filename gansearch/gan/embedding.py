"""Embeddings: a learned vector for every class, in every lane its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.gan._base import Parameter


def embedding(table: Float[Tensor, "K N E"], labels: Int64[Tensor, "K B"]) -> Float[Tensor, "K B E"]:
    """The rows of each lane's table that its labels name; rows that none names get a gradient of zero.

    Args:
        table: one row a class.
        labels: in [0, N). They are not checked, since a check would have to wait for the device: a data set's own
            labels lie within its classes.
    """
    lanes, rows = table.shape[:2]
    # The tables of all lanes as one, whose gradient is summed in a fixed order; that of `gather` is not on a GPU.
    first = torch.arange(0, lanes * rows, rows, device=labels.device)
    return F.embedding(labels + first[:, None], table.flatten(0, 1))


@dataclass(frozen=True)
class Embedding:
    """Parameter ``<name>.weight`` [K, classes, features]."""

    name: str
    classes: int
    features: int

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The table; one number of the output is one number of it."""
        return (Parameter(f"{self.name}.weight", (self.classes, self.features), 1),)

    def __call__(self, parameters: Mapping[str, Tensor], labels: Int64[Tensor, "K B"]) -> Float[Tensor, "K B features"]:
        """Map labels to vectors. It takes no draws: a network calls it beside its layers."""
        return embedding(parameters[f"{self.name}.weight"], labels)
