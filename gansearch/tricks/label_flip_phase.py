"""Flipped labels for a few steps where the discriminator is too strong. Source: Scuccimarra 2019, GAN Hacks, item 4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Labels, Lanes, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelFlipPhase(Trick):
    """Turns all of the discriminator's labels ``y`` into ``1 - y`` for ``length`` steps once its accuracy is too high.

    A phase starts after a step with ``accuracy > threshold``, over real and fake samples alike, and is followed by at
    least ``cooldown`` steps without one. It is meant to let the generator catch up; within it the discriminator's loss
    leaps up, and the signal ``active`` is 1, so that nobody takes that for a collapse. Other sources advise against any
    balancing of the players.
    """

    name: ClassVar[str] = "label_flip_phase"
    facts: ClassVar[Facts] = Facts(needs_targets=True, needs_probability_loss=True)
    paper: ClassVar[str] = "Scuccimarra 2019, GAN Hacks; Chintala et al. 2016, How to train a GAN"
    neutral: ClassVar[Mapping[str, float]] = {"threshold": 1.0}
    signals: ClassVar[tuple[str, ...]] = ("active",)

    threshold: Scalar = traced(
        0.95, Float(0.6, 0.99), "accuracy of the discriminator above which a phase starts", limits=Float(0.5, 1.0)
    )
    length: Scalar = traced(
        5.0, Float(1.0, 20.0), "length of a phase, rounded", unit="steps", limits=Float(1.0, 10_000.0)
    )
    cooldown: Scalar = traced(
        20.0, Float(0.0, 200.0), "steps between two phases at least, rounded", unit="steps", limits=Float(0.0, 1e6)
    )

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Steps left of a phase and of the rest after it, the last accuracy, whether labels are flipped now, [K]."""
        names = ("flips_left", "rests_left", "accuracy", "active")
        return {name: lanes.generator_parameters.new_zeros(lanes.count) for name in names}

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        """The other targets within a phase, [K, B] each."""
        is_active = lanes.state["flips_left"] > 0
        lanes.state["active"].copy_(is_active)
        chosen = is_active[:, None]
        return Labels(
            real=torch.where(chosen, 1 - labels.real, labels.real),
            fake=torch.where(chosen, 1 - labels.fake, labels.fake),
        )

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> None:
        """No term: reads the accuracy."""
        if batch.real_scores is not None:
            lanes.state["accuracy"].copy_(accuracy(batch.real_scores.detach(), batch.fake_scores.detach()))

    def after_step(self, lanes: Lanes) -> None:
        """Count down, or start a phase."""
        state = lanes.state
        is_flipped, rests = state["flips_left"] > 0, state["rests_left"]
        is_free = ~is_flipped & (rests <= 0)
        starts = is_free & (state["accuracy"] > self.threshold)
        begun = torch.where(starts, torch.zeros_like(rests) + self.length, 0.0).round()
        is_last = is_flipped & (state["flips_left"] <= 1)
        rest = (torch.zeros_like(rests) + self.cooldown).round()
        rests.copy_(torch.where(is_last, rest, (rests - 1).clamp_min(0)))
        state["flips_left"].copy_(torch.where(is_flipped, state["flips_left"] - 1, begun))

    def measured(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Whether the labels of this step were flipped."""
        return {"active": lanes.state["active"]}


def accuracy(real: Floats[Tensor, "K B"], fake: Floats[Tensor, "K B"]) -> Floats[Tensor, " K"]:
    """Mean of the shares of real logits above 0 and of fake ones that are not."""
    return ((real > 0).to(real.dtype).mean(1) + (fake <= 0).to(fake.dtype).mean(1)) / 2
