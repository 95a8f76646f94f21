"""The projection discriminator. Source: Miyato and Koyama 2018, arXiv:1802.05637."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.gan import Parameter
from gansearch.gan.embedding import Embedding
from gansearch.records import Facts, Geometry
from gansearch.tricks._base import Classes, Lanes, Sizes, Trick
from gansearch.tricks._classes import appended_classes, one_hot


@dataclass(frozen=True, kw_only=True, eq=False)
class Projection(Trick):
    """Adds ``<e_c, f(x)>`` to the score of a sample of class c; ``e`` is a table of the discriminator's own.

    ``f`` are the discriminator's features. The generator is told the class by a one-hot vector behind its latents
    (the paper's generator has conditional batch normalisation instead). It makes sense where samples have classes:
    the classes then only need a product, not a task or an input of their own.
    """

    name: ClassVar[str] = "projection"
    slot: ClassVar[str] = "conditioning"
    facts: ClassVar[Facts] = Facts(needs_labels=True, needs_features=True, needs_single_samples=True, makes_scores=True)
    paper: ClassVar[str] = "Miyato and Koyama 2018, arXiv:1802.05637"

    def extra_latents(self, geometry: Geometry) -> int:
        """One number for each class."""
        return geometry.classes

    def discriminator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """The table; a score is a sum over the features."""
        return (Parameter(f"{_table(sizes).name}.weight", (sizes.geometry.classes, sizes.features), sizes.features),)

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """The latents and the class, [K, B, Z + classes]."""
        assert classes is not None
        return torch.cat([latents, one_hot(classes, lanes.sizes.geometry.classes, latents.dtype)], 2)

    def plain_latents(self, geometry: Geometry) -> str:
        """Latents of random classes."""
        return appended_classes(geometry.classes)

    def scores(self, lanes: Lanes, scores: Tensor, features: Tensor | None, classes: Classes) -> Tensor:
        """Scores with what the features say of the class, [K, B]."""
        assert features is not None
        assert classes is not None
        return projected(scores, features, _table(lanes.sizes)(lanes.own, classes))


def projected(
    scores: Float[Tensor, "K B"], features: Float[Tensor, "K B F"], vectors: Float[Tensor, "K B F"]
) -> Float[Tensor, "K B"]:
    """``score + <vector, features>`` of every sample."""
    return scores + (vectors * features).sum(2)


def _table(sizes: Sizes) -> Embedding:
    return Embedding("classes", sizes.geometry.classes, sizes.features)
