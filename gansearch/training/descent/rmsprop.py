"""RMSprop: steps by the gradient over the root of its running mean square. Source: Hinton 2012, Coursera lecture 6e."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Float, static, traced
from gansearch.training.configuration import Optimizer
from gansearch.training.descent._numbers import column


@dataclass(frozen=True, kw_only=True, eq=False)
class RmsProp(Optimizer):
    """``square = alpha * square + (1 - alpha) * gradient^2; values -= lr * gradient / (sqrt(square) + eps)``."""

    name: ClassVar[str] = "rmsprop"

    lr: float | Tensor = traced(1e-4, Float(1e-5, 1e-2, log=True), "learning rate", limits=Float(0.0, 10.0))
    alpha: float | Tensor = traced(
        0.99, Float(0.9, 0.999), "decay per update of the running mean of squares", limits=Float(0.0, 0.999999)
    )
    eps: float = static(
        1e-8, Float(1e-10, 1e-4, log=True), "what is added to the root of the mean square", limits=Float(1e-16, 1.0)
    )

    def initial_state(self, values: Tensor) -> dict[str, Tensor]:
        """``square`` [K, P]."""
        return {"square": torch.zeros_like(values)}

    def update(self, values: Tensor, gradients: Tensor, state: Mapping[str, Tensor]) -> None:
        """One update of all lanes in place."""
        alpha = column(self.alpha, values)
        square = state["square"]
        square.mul_(alpha.to(values.dtype)).addcmul_(gradients.square(), (1 - alpha).to(values.dtype))
        lr = column(self.lr, values).to(values.dtype)
        values.addcmul_(gradients / square.sqrt().add_(self.eps), lr, value=-1.0)
