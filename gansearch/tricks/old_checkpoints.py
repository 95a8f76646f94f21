"""Fakes of earlier generators for the discriminator. Source: Chintala et al. 2016, How to train a GAN, item 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Int64
from torch import Tensor

from gansearch.dimensions import Float, Int, static, traced
from gansearch.records import Facts
from gansearch.tricks._base import Lanes, Scalar, Shown, Trick

MOST: Final = 16
"""Generators that can be kept."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OldCheckpoints(Trick):
    """Shows the discriminator ``G_old(z)`` in the place of all its fakes, in each update with the chance ``chance``.

    ``G_old`` is one of the last ``keep`` snapshots of the generator, each as likely, which are taken at step 0 and
    every ``every`` steps; ``z`` is drawn anew. A discriminator that forgets what the generator did before lets it go in
    circles. It costs a further pass through the generator at each update. The signal ``old`` tells whether the last
    fakes were old.
    """

    name: ClassVar[str] = "old_checkpoints"
    facts: ClassVar[Facts] = Facts(replaces_fakes=True)
    paper: ClassVar[str] = "Chintala et al. 2016, How to train a GAN, item 8; Pfau and Vinyals 2016, arXiv:1610.01945"
    neutral: ClassVar[Mapping[str, float]] = {"chance": 0.0}
    generator_shaped: ClassVar[frozenset[str]] = frozenset(f"generator_{index}" for index in range(MOST))
    signals: ClassVar[tuple[str, ...]] = ("old",)

    chance: Scalar = traced(
        0.1, Float(0.0, 0.5), "chance that an update sees fakes of an old generator", limits=Float(0.0, 1.0)
    )
    keep: int = static(4, Int(1, 8), "generators that are kept; the shape of the state", limits=Int(1, MOST))
    every: Scalar = traced(
        100.0,
        Float(10.0, 10_000.0, log=True),
        "steps between two snapshots, rounded",
        unit="steps",
        limits=Float(1.0, 1e7),
    )

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The snapshots, [K, P] each: the generator of step 0 until there are others."""
        snapshots = {f"generator_{index}": lanes.generator_parameters.detach().clone() for index in range(self.keep)}
        return {**snapshots, "old": lanes.generator_parameters.new_zeros(lanes.count)}

    def fakes(self, lanes: Lanes, shown: Shown) -> Shown:
        """The fakes at hand, or those of an old generator, [K, B, *shape]."""
        drawn = lanes.uniform(())
        taken = (self._number(lanes.step) + 1).clamp_max(self.keep)
        # A number close to 1 may round up to the whole.
        place = torch.minimum((drawn * taken).long(), taken - 1)
        is_old = lanes.uniform(()) < self.chance
        old = lanes.fresh_fakes(shown.images.shape[1], shown.classes, self._chosen(lanes, place))
        lanes.state["old"].copy_(is_old)
        return shown._replace(images=torch.where(is_old.reshape(-1, *[1] * (old.ndim - 1)), old, shown.images))

    def after_step(self, lanes: Lanes) -> None:
        """Take a snapshot in the place of the oldest one, where it is time."""
        done = lanes.step + 1
        number = self._number(done)
        is_time = number > self._number(lanes.step)
        for index in range(self.keep):
            snapshot = lanes.state[f"generator_{index}"]
            is_due = is_time & (number % self.keep == index)
            snapshot.copy_(torch.where(is_due[:, None], lanes.generator_parameters.detach(), snapshot))

    def measured(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Whether the fakes that the discriminator saw last were those of an old generator."""
        return {"old": lanes.state["old"]}

    def _number(self, step: Int64[Tensor, " K"]) -> Int64[Tensor, " K"]:
        """How many snapshots were taken after that of step 0."""
        every = (torch.zeros_like(step, dtype=torch.float64) + self.every).round()
        return torch.div(step, every, rounding_mode="floor").long()

    def _chosen(self, lanes: Lanes, place: Int64[Tensor, " K"]) -> Tensor:
        """Of every lane the snapshot at its place, [K, P]."""
        found = lanes.state["generator_0"]
        for index in range(1, self.keep):
            found = torch.where((place == index)[:, None], lanes.state[f"generator_{index}"], found)
        return found
