"""Every loss that is found keeps the contract, and the contract refuses losses that break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.gan import Loss, losses
from gansearch.gan.hinge import Hinge
from gansearch.gan.least_squares import LeastSquares
from gansearch.gan.wasserstein import Wasserstein
from gansearch.records import Facts
from gansearch.testing.contracts.losses import check_loss


@pytest.mark.parametrize("cls", list(losses), ids=lambda cls: cls.name)
def test_contract(cls: type[Loss]) -> None:
    check_loss(cls)


@dataclass(frozen=True, kw_only=True, eq=False)
class MixesLanes(Wasserstein):
    """A loss that subtracts the mean over lanes."""

    def generator(self, *, fake: Tensor, labels: Tensor) -> Tensor:
        return fake.mean() - 2 * fake.mean(1)


@dataclass(frozen=True, kw_only=True, eq=False)
class HasNoGradient(Wasserstein):
    """A loss whose generator learns nothing."""

    def generator(self, *, fake: Tensor, labels: Tensor) -> Tensor:
        return fake.sign().mean(1)


@dataclass(frozen=True, kw_only=True, eq=False)
class HidesTargets(LeastSquares):
    """A loss that says of itself that it has no targets."""

    facts: ClassVar[Facts] = Facts()


@dataclass(frozen=True, kw_only=True, eq=False)
class BoastsOfTargets(Hinge):
    """A loss that says of itself that it has targets."""

    facts: ClassVar[Facts] = Facts(has_targets=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class HasAHighFloor(Hinge):
    """A loss whose floor is above what it comes to."""

    def floor(self, *, real_labels: Tensor, fake_labels: Tensor) -> Tensor:
        return torch.full_like(real_labels[:, 0], 100.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class SumsNothing(Wasserstein):
    """A loss that forgets its mean over the batch."""

    def discriminator(self, *, real: Tensor, fake: Tensor, real_labels: Tensor, fake_labels: Tensor) -> Tensor:
        return fake - real


@dataclass(frozen=True, kw_only=True, eq=False)
class ReplacesItsState(Wasserstein):
    """A loss that does not change its state in place."""

    weight: float | Tensor = traced(0.5, Float(0.0, 1.0), "weight of nothing")

    def initial_state(self) -> dict[str, Tensor]:
        return {"weight": torch.as_tensor(self.weight).clone()}

    def move(self, state: dict[str, Tensor], *, real: Tensor, fake: Tensor) -> None:  # type: ignore[override]
        state["weight"] = state["weight"] + 1


@pytest.mark.parametrize(
    ("cls", "rule"),
    [
        (MixesLanes, "generator of a lane alone and in a pack must be equal"),
        (HasNoGradient, "the generator's loss must have a gradient in every lane"),
        (HidesTargets, "has_targets must say whether labels change the discriminator's loss"),
        (BoastsOfTargets, "has_targets must say whether labels change the discriminator's loss"),
        (HasAHighFloor, "the loss must not be below the floor"),
        (SumsNothing, r"the discriminator's loss must be \[K\]"),
        (ReplacesItsState, "move must change weight in place"),
    ],
)
def test_what_breaks_the_contract_is_told(cls: type[Loss], rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        check_loss(cls)
