"""One of the two networks in training: its module, its parameters, its optimizer and the optimizer's state."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.gan import Draws, Module, Parameter
from gansearch.gan.initialisation import Source, drawn_values, first_values
from gansearch.training.configuration import Optimizer
from gansearch.training.flat import Flat


class Player:
    """A network that learns.

    Args:
        module: the built network.
        initialisation: name of the initialisation of its parameters.
        source: random numbers of the initialisation.
        optimizer: its optimizer, traced fields as [K].
        own: parameters of tricks that are trained with those of the module.
    """

    def __init__(
        self,
        module: Module,
        initialisation: str,
        source: Source,
        optimizer: Optimizer,
        own: Sequence[Parameter] = (),
    ) -> None:
        self.module = module
        values = first_values(module, initialisation, source) + drawn_values(own, initialisation, source)
        self.flat = Flat([*module.parameters, *own], values)
        self._following = [each for each in module.parameters if each.follows is not None]
        self.optimizer = optimizer
        self.optimizer_state = optimizer.initial_state(self.flat.values)
        self.update_ratio: Float[Tensor, " K"] = self.flat.values.new_zeros(self.flat.values.shape[0])
        """Norm of an update over the norm of the parameters, when last measured."""
        self.norm: Float[Tensor, " K"] = self.update_ratio.clone()
        """Of the parameters, before the update that was last measured."""

    def __call__(self, inputs: Tensor, draws: Draws | None) -> Tensor:
        """Apply the network with its present parameters."""
        return self.module(self.flat.leaves, inputs, draws)

    @torch.no_grad()
    def gather(self, gradients: Sequence[Tensor]) -> Float[Tensor, "K P"]:
        """Lay the gradients of the trained leaves into one buffer, and return that."""
        self.flat.gather(gradients)
        return self.flat.gradients

    @torch.no_grad()
    def update(self, gradients: Float[Tensor, "K P"], share: Float[Tensor, " K"] | None, *, measure: bool) -> None:
        """One optimizer update along gradients.

        Args:
            gradients: flat.
            share: of the update that is made; None for all of it. At 0 the optimizer's state stays as it is, too.
            measure: whether to take the update ratio and the norm anew.
        """
        values = self.flat.values
        before = values.clone() if measure or share is not None else None
        kept = {} if share is None else {name: each.clone() for name, each in self.optimizer_state.items()}
        self.optimizer.update(values, gradients, self.optimizer_state)
        if before is not None and share is not None:
            values.copy_(_partly(before, values, share))
            for name, state in kept.items():
                self.optimizer_state[name].copy_(_partly(state, self.optimizer_state[name], (share != 0).to(share)))
        if before is not None and measure:
            size = self.flat.norms(before)
            change = self.flat.norms(before.sub_(values))
            self.norm.copy_(size)
            self.update_ratio.copy_(change / size.clamp(min=torch.finfo(values.dtype).tiny))

    @torch.no_grad()
    def follow(self, clock: Int64[Tensor, " K"]) -> None:
        """Set the parameters that follow the lanes' steps."""
        for parameter in self._following:
            assert parameter.follows is not None
            leaf = self.flat.leaves[parameter.key]
            leaf.copy_(parameter.follows(clock[parameter.rows]).reshape(leaf.shape))

    def gradient_norm(self) -> Float[Tensor, " K"]:
        """Euclidean norm of the last gradient, per lane."""
        return self.flat.norms(self.flat.gradients)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that changes, [K, ...] by name; the tensors themselves, not copies."""
        state = {f"optimizer.{name}": tensor for name, tensor in self.optimizer_state.items()}
        return {"parameters": self.flat.values, **state}


def _partly(before: Tensor, after: Tensor, share: Float[Tensor, " K"]) -> Tensor:
    """``before`` [K, ...] where the share is 0, ``after`` where it is 1, to the bit; between them in proportion."""
    part = share.to(before.dtype).reshape(-1, *[1] * (before.ndim - 1))
    between = torch.where(part == 1, after, before + part * (after - before))
    return torch.where(part == 0, before, between)
