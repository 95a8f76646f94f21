"""Boundary equilibrium (BEGAN): the weight of fakes' reconstruction errors is steered.

Source: Berthelot et al. 2017, arXiv:1703.10717.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.dimensions import Float as FloatRange
from gansearch.dimensions import traced
from gansearch.gan._base import Loss
from gansearch.records import Facts


@dataclass(frozen=True, kw_only=True, eq=False)
class BoundaryEquilibrium(Loss):
    """Discriminator ``E e_real - k E e_fake``, generator ``E e_fake``; ``e`` are reconstruction errors.

    After every discriminator's update ``k <- clamp(k + rate * (gamma * E e_real - E e_fake), 0, 1)``, so that the
    errors of fakes settle at ``gamma`` times those of real samples. The loss has no lowest value.
    """

    name: ClassVar[str] = "boundary_equilibrium"
    facts: ClassVar[Facts] = Facts(needs_energies=True)

    gamma: float | Tensor = traced(
        0.5,
        FloatRange(0.3, 0.7),
        "diversity: fakes' error over real samples' error at the equilibrium",
        limits=FloatRange(0.0, 1.0),
    )
    rate: float | Tensor = traced(
        1e-3, FloatRange(1e-4, 1e-1, log=True), "how fast the weight of fakes moves", limits=FloatRange(0.0, 1.0)
    )
    k: float | Tensor = traced(0.0, FloatRange(0.0, 1.0), "weight of fakes in the discriminator's loss at step 0")

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """The error of real samples less ``k`` times that of fakes."""
        return real.mean(1) - self.k * fake.mean(1)

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """The error of fakes."""
        return fake.mean(1)

    def says_real(self, scores: Float[Tensor, "K B"]) -> Bool[Tensor, "K B"]:
        """Always: it weighs means, and at its equilibrium fakes even have the lower errors."""
        return torch.ones_like(scores, dtype=torch.bool)

    def initial_state(self) -> Mapping[str, Tensor]:
        """The weight of fakes, ``k``."""
        return {"k": torch.as_tensor(self.k).clone()}

    def at(self, state: Mapping[str, Tensor]) -> Loss:
        """The loss with that weight."""
        return replace(self, k=state["k"])

    @torch.no_grad()
    def move(self, state: Mapping[str, Tensor], *, real: Float[Tensor, "K B"], fake: Float[Tensor, "K B"]) -> None:
        """Raise the weight where fakes' error is below its share of that of real samples, else lower it."""
        balance = self.gamma * real.mean(1) - fake.mean(1)
        state["k"].copy_((state["k"] + self.rate * balance).clamp(0, 1))
