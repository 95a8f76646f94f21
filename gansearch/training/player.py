"""One of the two networks in training: its module, its parameters, its optimizer and the optimizer's state."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.gan import Draws, Module
from gansearch.gan.initialisation import Source, first_values
from gansearch.training.configuration import Optimizer
from gansearch.training.flat import Flat


class Player:
    """A network that learns.

    Args:
        module: the built network.
        initialisation: name of the initialisation of its parameters.
        source: random numbers of the initialisation.
        optimizer: its optimizer, traced fields as [K].
    """

    def __init__(self, module: Module, initialisation: str, source: Source, optimizer: Optimizer) -> None:
        self.module = module
        self.flat = Flat(module.parameters, first_values(module, initialisation, source))
        self.optimizer = optimizer
        self.optimizer_state = optimizer.initial_state(self.flat.values)
        self.update_ratio: Float[Tensor, " K"] = self.flat.values.new_zeros(self.flat.values.shape[0])
        """Norm of an update over the norm of the parameters, when last measured."""

    def __call__(self, inputs: Tensor, draws: Draws | None) -> Tensor:
        """Apply the network with its present parameters."""
        return self.module(self.flat.leaves, inputs, draws)

    @torch.no_grad()
    def update(self, gradients: Sequence[Tensor], *, measure: bool) -> None:
        """One optimizer update along the gradients of the trained leaves; ``measure`` takes the ratio anew."""
        values = self.flat.values
        self.flat.gather(gradients)
        before = values.clone() if measure else None
        self.optimizer.update(values, self.flat.gradients, self.optimizer_state)
        if before is not None:
            size = self.flat.norms(before)
            change = self.flat.norms(before.sub_(values))
            self.update_ratio.copy_(change / size.clamp(min=torch.finfo(values.dtype).tiny))

    def gradient_norm(self) -> Float[Tensor, " K"]:
        """Euclidean norm of the last gradient, per lane."""
        return self.flat.norms(self.flat.gradients)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that changes, [K, ...] by name; the tensors themselves, not copies."""
        state = {f"optimizer.{name}": tensor for name, tensor in self.optimizer_state.items()}
        return {"parameters": self.flat.values, **state}
