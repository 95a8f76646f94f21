"""Stochastic gradient descent with momentum. Source: Polyak 1964, doi:10.1016/0041-5553(64)90137-5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.training.configuration import Optimizer
from gansearch.training.descent._numbers import column


@dataclass(frozen=True, kw_only=True, eq=False)
class Sgd(Optimizer):
    """``velocity = momentum * velocity + gradient; values -= lr * velocity``."""

    name: ClassVar[str] = "sgd"

    lr: float | Tensor = traced(1e-2, Float(1e-3, 1e-1, log=True), "learning rate", limits=Float(0.0, 10.0))
    momentum: float | Tensor = traced(
        0.0, Float(0.0, 0.9), "share of the velocity kept at every update", limits=Float(0.0, 0.9999)
    )

    def initial_state(self, values: Tensor) -> dict[str, Tensor]:
        """``velocity`` [K, P]."""
        return {"velocity": torch.zeros_like(values)}

    def update(self, values: Tensor, gradients: Tensor, state: Mapping[str, Tensor]) -> None:
        """One update of all lanes in place."""
        velocity = state["velocity"]
        velocity.mul_(column(self.momentum, values).to(values.dtype)).add_(gradients)
        values.addcmul_(velocity, column(self.lr, values).to(values.dtype), value=-1.0)
