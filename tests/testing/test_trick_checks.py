"""The contract suite for tricks finds what it is there to find: each trick here breaks one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.records import Facts
from gansearch.testing.contracts import check_trick, check_trick_in_packs
from gansearch.tricks import Batch, Classes, Labels, Lanes, Scalar, Trick, across


@dataclass(frozen=True, kw_only=True, eq=False)
class Good(Trick):
    """Adds ``weight * E D(fake)`` to the discriminator's loss."""

    name: ClassVar[str] = "good"
    paper: ClassVar[str] = "Nobody 2020"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}
    weight: Scalar = traced(0.1, Float(0.01, 1.0, log=True), "weight of the term", limits=Float(0.0, 1.0))

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor | None:
        return self.weight * batch.fake_scores.mean(1)


def broken(base: type[Trick] = Good, **attributes: Any) -> type[Trick]:
    """``Good`` with some attributes replaced."""
    said = {"__doc__": base.__doc__, "__module__": __name__, **attributes}
    return dataclass(frozen=True, kw_only=True, eq=False)(type("Broken", (base,), said))


def mixes_lanes(self: Any, lanes: Lanes, batch: Batch) -> Tensor:
    loss: Tensor = self.weight * batch.fake_scores.mean(1)
    return loss - loss.mean()


def draws_globally(self: Any, lanes: Lanes, batch: Batch) -> Tensor:
    return self.weight * torch.randn(lanes.count, dtype=torch.float64)  # type: ignore[no-any-return]


def is_infinite(self: Any, lanes: Lanes, batch: Batch) -> Tensor:
    return batch.fake_scores.mean(1) / 0


def forgets_lanes(self: Any, lanes: Lanes, batch: Batch) -> Tensor:
    return batch.fake_scores.mean()


def changes_precision(self: Any, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents.float()


def drops_samples(self: Any, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents[:, 1:]


def turns_labels(self: Any, lanes: Lanes, labels: Labels) -> Labels:
    return Labels(real=labels.fake, fake=labels.real)


def never_neutral(self: Any, lanes: Lanes, batch: Batch) -> Tensor:
    return across(self.weight, batch.fake_scores[:, 0]) + batch.fake_scores.mean(1) * 0.01


def counts(self: Any, lanes: Lanes) -> dict[str, Tensor]:
    return {"t": lanes.generator_parameters.new_zeros(lanes.count)}


def replaces(self: Any, lanes: Lanes) -> None:
    lanes.state["t"] = lanes.state["t"] + 1


def adds(self: Any, lanes: Lanes) -> None:
    lanes.state["late"] = lanes.generator_parameters.new_zeros(lanes.count)


def follows(self: Any, lanes: Lanes) -> dict[str, Tensor]:
    return {"average": lanes.generator_parameters.clone()}


def follows_twice(self: Any, lanes: Lanes) -> dict[str, Tensor]:
    return {"average": torch.stack([lanes.generator_parameters] * 2, 1)}


FROM_STATIC = r"period must follow from static fields; got \[\d+, \d+, \d+, \d+\]"


def test_a_good_trick_passes() -> None:
    check_trick(Good)
    check_trick_in_packs(Good)


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (broken(name="Bad Name"), "name must be in snake case; got 'Bad Name'"),
        (broken(__doc__=None), "must have a docstring"),
        (broken(__doc__="Does something."), "must have a formula in double backticks"),
        (broken(paper="somebody"), "paper must name authors and year; got 'somebody'"),
        (broken(slot="No Slot"), "slot must be in snake case; got 'No Slot'"),
        (broken(facts=None), "facts must be Facts; got None"),
        (broken(labels=turns_labels), "changes labels, so its facts must say needs_targets"),
        (broken(discriminator_loss=forgets_lanes), r"discriminator_loss@0 must have the shape \(3,\); got \(\)"),
        (broken(latents=drops_samples), r"latents@0 must have the shape \(3, 16, 4\); got \(3, 15, 4\)"),
        (broken(latents=changes_precision), "must keep the type float64; got torch.float32"),
        (broken(discriminator_loss=is_infinite), "discriminator_loss@0 must be finite"),
        (broken(discriminator_loss=mixes_lanes), "of lane 0, alone and not must be equal"),
        (broken(discriminator_loss=draws_globally), "must be equal within|must not draw from torch's global generator"),
        (broken(discriminator_loss=never_neutral), "discriminator_loss must be 0 at {'weight': 0.0}"),
        (broken(after_step=replaces, initial_state=counts), "the state 't' must be changed in place, not replaced"),
        (broken(after_step=adds), "the state 'late' must be changed in place, not replaced"),
        (
            broken(initial_state=follows),
            r"must name the states that are \[K, P\], no others; average is \(3, 11\) and",
        ),
        (
            broken(initial_state=counts, generator_shaped=frozenset({"t"})),
            r"must name the states that are \[K, P\], no others; t is \(3,\) and",
        ),
        (broken(initial_state=follows_twice), r"must be \[K, P\]; average is \(3, 2, 11\) and \(3, 2, 13\)"),
        (broken(period=property(lambda self: int(float(torch.as_tensor(self.weight).sum()) * 100) or 1)), FROM_STATIC),
        (broken(period=property(lambda self: 1 + self.weight)), "period must be a whole number; got tensor"),
        (broken(period=0), "period must be at least 1; got 0"),
        (broken(neutral={"width": 0.0}), r"neutral must name its fields; got \['width'\]"),
        (
            broken(labels=turns_labels, facts=Facts(needs_targets=True)),
            "labels_real must be unchanged at {'weight': 0.0}",
        ),
    ],
)
def test_each_broken_rule_is_named(cls: type[Trick], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_trick(cls)


class Counting(Good):
    """Adds ``weight * t * E D(fake)``, with a t that lies on the class, where no checkpoint looks."""

    calls: ClassVar[int] = 0

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor | None:
        type(self).calls += 1
        return self.weight * type(self).calls * batch.fake_scores.mean(1)


def test_state_outside_of_the_lanes_is_found() -> None:
    with pytest.raises(AssertionError, match=r"must be equal within|must repeat under equal seeds"):
        check_trick(broken(Counting))


def test_mixed_lanes_are_found_in_training() -> None:
    with pytest.raises(AssertionError, match="a lane alone and in a pack must be equal; got a gap of"):
        check_trick_in_packs(broken(discriminator_loss=squares_of_the_mean))


def test_a_step_that_waits_for_a_number_is_found_in_training() -> None:
    with pytest.raises(AssertionError, match=r"the step must not do what cannot be recorded; .*waits for a number"):
        check_trick_in_packs(broken(discriminator_loss=reads_a_number))


def reads_a_number(self: Any, lanes: Lanes, batch: Batch) -> Tensor:
    loss: Tensor = self.weight * batch.fake_scores.mean(1)
    return loss if loss.sum().item() < 1e9 else 0 * loss


def squares_of_the_mean(self: Any, lanes: Lanes, batch: Batch) -> Tensor:
    return self.weight * batch.fake_scores.mean().square().expand(lanes.count)  # type: ignore[no-any-return]


def test_a_false_neutral_value_is_found_in_training() -> None:
    with pytest.raises(AssertionError, match=r"Broken must change nothing at {'weight': 0.0}"):
        check_trick_in_packs(broken(discriminator_loss=never_neutral))
