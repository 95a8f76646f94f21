"""Both players are told the class, as a one-hot vector (CGAN). Source: Mirza and Osindero 2014, arXiv:1411.1784."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.records import Facts, Geometry
from gansearch.tricks._base import Classes, Lanes, Trick
from gansearch.tricks._classes import appended_classes, one_hot
from gansearch.tricks._conditioning import with_more, with_numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class ConditionalOneHot(Trick):
    """Puts ``e_c``, 1 at the place of the class c and 0 elsewhere, behind the latents and what the discriminator sees.

    An image gets as many constant channels as there are classes, a vector as many numbers. It makes sense where there
    are few classes and modes are lost: each class has a part of the batch of its own.
    """

    name: ClassVar[str] = "conditional_one_hot"
    slot: ClassVar[str] = "conditioning"
    facts: ClassVar[Facts] = Facts(needs_labels=True)
    paper: ClassVar[str] = "Mirza and Osindero 2014, arXiv:1411.1784"

    def extra_latents(self, geometry: Geometry) -> int:
        """One number for each class."""
        return geometry.classes

    def presented_geometry(self, geometry: Geometry) -> Geometry:
        """A further channel, or number, for each class."""
        return with_more(geometry, geometry.classes)

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """The latents and the class, [K, B, Z + classes]."""
        return torch.cat([latents, _told(lanes, classes, latents)], 2)

    def plain_latents(self, geometry: Geometry) -> str:
        """Latents of random classes."""
        return appended_classes(geometry.classes)

    def presented(self, lanes: Lanes, images: Tensor, classes: Classes) -> Tensor:
        """The samples and the class, [K, B, C + classes, H, W] or [K, B, D + classes]."""
        return with_numbers(images, _told(lanes, classes, images))


def _told(lanes: Lanes, classes: Classes, like: Tensor) -> Tensor:
    assert classes is not None
    return one_hot(classes, lanes.sizes.geometry.classes, like.dtype)
