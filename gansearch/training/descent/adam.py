"""Adam: the running mean of the gradient over the root of that of its square. Source: Kingma & Ba, arXiv:1412.6980."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Float, static, traced
from gansearch.gan import forms
from gansearch.training.configuration import Optimizer
from gansearch.training.descent._numbers import column, per_lane


@dataclass(frozen=True, kw_only=True, eq=False)
class Adam(Optimizer):
    """``values -= lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)``; the defaults are those of DCGAN."""

    name: ClassVar[str] = "adam"

    lr: float | Tensor = traced(2e-4, Float(1e-5, 1e-2, log=True), "learning rate", limits=Float(0.0, 10.0))
    beta1: float | Tensor = traced(
        0.5, Float(0.0, 0.9), "decay per update of the running mean of gradients", limits=Float(0.0, 0.9999)
    )
    beta2: float | Tensor = traced(
        0.999, Float(0.9, 0.999), "decay per update of the running mean of squares", limits=Float(0.0, 0.999999)
    )
    eps: float = static(
        1e-8, Float(1e-10, 1e-4, log=True), "what is added to the root of the mean square", limits=Float(1e-16, 1.0)
    )

    def initial_state(self, values: Tensor) -> dict[str, Tensor]:
        """``mean`` and ``square`` [K, P], and the count of updates ``steps`` [K]."""
        return {
            "mean": torch.zeros_like(values),
            "square": torch.zeros_like(values),
            "steps": torch.zeros(values.shape[0], dtype=torch.float32, device=values.device),
        }

    def update(self, values: Tensor, gradients: Tensor, state: Mapping[str, Tensor]) -> None:
        """One update in place: row by row with torch's fused kernel on the CPU, all lanes at once elsewhere."""
        state["steps"].add_(1)
        if forms.takes_lanes_at_once(values.device):
            self._update_together(values, gradients, state)
        else:
            self._update_rows(values, gradients, state)

    def _update_rows(self, values: Tensor, gradients: Tensor, state: Mapping[str, Tensor]) -> None:
        numbers = self._per_lane(values.shape[0])
        buffers = (values, gradients, state["mean"], state["square"], state["steps"])
        rows = (buffer.unbind() for buffer in buffers)
        for lr, beta1, beta2, value, gradient, mean, square, steps in zip(*numbers, *rows, strict=True):
            torch._fused_adam_(
                [value],
                [gradient],
                [mean],
                [square],
                [],
                [steps],
                lr=lr,
                beta1=beta1,
                beta2=beta2,
                weight_decay=0.0,
                eps=self.eps,
                amsgrad=False,
                maximize=False,
            )

    def _per_lane(self, lanes: int) -> tuple[list[float], ...]:
        """Rates and decays as plain numbers; read from their tensors once."""
        known: tuple[list[float], ...] | None = self.__dict__.get("_numbers")
        if known is None or len(known[0]) != lanes:
            known = tuple(per_lane(number, lanes) for number in (self.lr, self.beta1, self.beta2))
            self.__dict__["_numbers"] = known
        return known

    def _update_together(self, values: Tensor, gradients: Tensor, state: Mapping[str, Tensor]) -> None:
        """In as few passes over memory as separate operations allow: that is what it costs on an accelerator."""
        lr, beta1, beta2 = (column(number, values) for number in (self.lr, self.beta1, self.beta2))
        steps = state["steps"].double()[:, None]
        rate = (lr / (1 - beta1**steps)).to(values.dtype)
        unbiased = (1 - beta2**steps).rsqrt().to(values.dtype)
        mean = state["mean"].lerp_(gradients, (1 - beta1).to(values.dtype))
        square = state["square"].lerp_(gradients.square(), (1 - beta2).to(values.dtype))
        values.addcdiv_(mean * rate, square.sqrt().mul_(unbiased).add_(self.eps), value=-1)
