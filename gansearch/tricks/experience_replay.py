"""Experience replay: fakes of earlier steps among the new ones. Source: Shrivastava et al. 2017, arXiv:1612.07828."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from gansearch.dimensions import Float, Int, static, traced
from gansearch.records import Facts
from gansearch.tricks._base import Lanes, Scalar, Shown, Trick, across


@dataclass(frozen=True, kw_only=True, eq=False)
class ExperienceReplay(Trick):
    """Shows the discriminator fakes of earlier steps: ``x_i <- buffer[j]`` with the chance ``share`` for each ``i``.

    The buffer holds the last ``size`` fakes that were stored, the first ``stored`` of each discriminator's update: so
    it reaches ``size / stored`` updates back. ``j`` is uniform among them. The discriminator then does not forget what
    the generator did before. (The paper's pool has 50 images and a chance of .5.) The signal ``age`` is the mean age of
    what was shown again.
    """

    name: ClassVar[str] = "experience_replay"
    facts: ClassVar[Facts] = Facts(replaces_fakes=True)
    paper: ClassVar[str] = "Pfau and Vinyals 2016, arXiv:1610.01945; Shrivastava et al. 2017, arXiv:1612.07828"
    neutral: ClassVar[Mapping[str, float]] = {"share": 0.0}
    signals: ClassVar[tuple[str, ...]] = ("age",)

    share: Scalar = traced(
        0.25, Float(0.0, 0.5), "share of the discriminator's fakes that are old ones", limits=Float(0.0, 1.0)
    )
    size: int = static(
        512, Int(50, 50_000, log=True), "fakes in the buffer; the shape of it", unit="samples", limits=Int(1, 10**7)
    )
    stored: int = static(
        16, Int(1, 64, log=True), "fakes stored at each update; the shape of a slice", limits=Int(1, 65_536)
    )

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """An empty buffer [K, size, *shape], classes and steps of birth [K, size], and how many were stored [K]."""
        like = lanes.generator_parameters
        return {
            "images": like.new_zeros(lanes.count, self.size, *lanes.sizes.geometry.shape),
            "classes": like.new_zeros(lanes.count, self.size, dtype=torch.int64),
            "births": like.new_zeros(lanes.count, self.size, dtype=torch.int64),
            "written": like.new_zeros(lanes.count, dtype=torch.int64),
            "age": like.new_zeros(lanes.count),
        }

    def fakes(self, lanes: Lanes, shown: Shown) -> Shown:
        """New fakes with old ones in the place of some; the new ones are stored."""
        state, shape = lanes.state, (shown.images.shape[1],)
        filled = state["written"].clamp_max(self.size)
        drawn, chance = lanes.uniform(shape), lanes.uniform(shape)
        is_old = (chance < across(self.share, chance)) & (filled > 0)[:, None]
        # A number close to 1 may round up to the whole.
        place = torch.minimum((drawn * filled[:, None]).long(), (filled - 1).clamp_min(0)[:, None])
        images = torch.where(across_samples(is_old, shown.images), picked(state["images"], place), shown.images)
        classes = shown.classes
        if classes is not None:
            classes = torch.where(is_old, picked(state["classes"], place), classes)
        ages = (lanes.step[:, None] - picked(state["births"], place)) * is_old
        state["age"].copy_(ages.sum(1) / is_old.sum(1).clamp_min(1))
        self._store(lanes, shown)
        return Shown(images, classes)

    def _store(self, lanes: Lanes, shown: Shown) -> None:
        state, count = lanes.state, min(self.stored, self.size, shown.images.shape[1])
        places = (state["written"][:, None] + torch.arange(count, device=lanes.step.device)) % self.size
        put(state["images"], places, shown.images[:, :count])
        put(state["births"], places, lanes.step[:, None].expand(-1, count))
        if shown.classes is not None:
            put(state["classes"], places, shown.classes[:, :count])
        state["written"].add_(count)

    def measured(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Mean age in steps of the old fakes that were shown last; 0 where there was none."""
        return {"age": lanes.state["age"]}


def across_samples(chosen: Tensor, like: Tensor) -> Tensor:
    """Choices [K, B] made to broadcast over samples [K, B, *shape]."""
    return chosen.reshape(*chosen.shape, *[1] * (like.ndim - 2))


def picked(buffer: Shaped[Tensor, "K N *shape"], places: Int64[Tensor, "K n"]) -> Shaped[Tensor, "K n *shape"]:
    """What lies at the places of every lane's own part of the buffer."""
    chosen = buffer.flatten(0, 1).index_select(0, _rows(buffer, places))
    return chosen.view(*places.shape, *buffer.shape[2:])


def put(buffer: Shaped[Tensor, "K N *shape"], places: Int64[Tensor, "K n"], values: Tensor) -> None:
    """Lay values [K, n, *shape] at the places of every lane's own part of the buffer; no place twice."""
    buffer.flatten(0, 1).index_copy_(0, _rows(buffer, places), values.flatten(0, 1))


def _rows(buffer: Tensor, places: Tensor) -> Tensor:
    lanes = torch.arange(len(buffer), device=buffer.device)[:, None]
    return (places + lanes * buffer.shape[1]).flatten()
