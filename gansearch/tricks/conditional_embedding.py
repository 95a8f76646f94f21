"""Both players are told the class, by embeddings (CGAN). Source: Mirza and Osindero 2014, arXiv:1411.1784."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Int, static
from gansearch.gan import Parameter
from gansearch.gan.embedding import Embedding
from gansearch.gan.layers import Linear
from gansearch.records import Facts, Geometry
from gansearch.tricks._base import Classes, Lanes, Sizes, Trick
from gansearch.tricks._conditioning import with_more, with_numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class ConditionalEmbedding(Trick):
    """Puts a learned vector ``e_c`` of the class c behind the latents, and ``W e'_c + b`` behind a sample's channels.

    The discriminator's own vector ``e'_c`` becomes one further channel of an image, brought up to its height and
    width by a linear layer; behind a sample that is a vector it stands as it is. Generators that are trained with it
    are not exported: the vectors cannot be said in ``plain_latents``. It makes sense where there are many classes, or
    where they are alike: keep the embedding low.
    """

    name: ClassVar[str] = "conditional_embedding"
    slot: ClassVar[str] = "conditioning"
    facts: ClassVar[Facts] = Facts(needs_labels=True)
    paper: ClassVar[str] = "Mirza and Osindero 2014, arXiv:1411.1784; Chintala et al. 2016, How to train a GAN, no. 16"

    dim: int = static(
        8, Int(2, 50, log=True), "numbers of a class's vector; the shape of both tables", limits=Int(1, 1024)
    )

    def extra_latents(self, geometry: Geometry) -> int:
        """The vector's numbers."""
        return self.dim

    def presented_geometry(self, geometry: Geometry) -> Geometry:
        """One further channel, or the vector's numbers."""
        return with_more(geometry, 1 if _is_image(geometry) else self.dim)

    def generator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """The generator's table."""
        return self._table("generator", sizes).parameters

    def discriminator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """The discriminator's table, and for images the layer that makes a channel of a vector."""
        channel = self._channel(sizes).parameters if _is_image(sizes.geometry) else ()
        return (*self._table("discriminator", sizes).parameters, *channel)

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """The latents and the class's vector, [K, B, Z + dim]."""
        assert classes is not None
        return torch.cat([latents, self._table("generator", lanes.sizes)(lanes.own, classes)], 2)

    def presented(self, lanes: Lanes, images: Tensor, classes: Classes) -> Tensor:
        """The samples and the class, [K, B, C + 1, H, W] or [K, B, D + dim]."""
        assert classes is not None
        vectors = self._table("discriminator", lanes.sizes)(lanes.own, classes)
        if not _is_image(lanes.sizes.geometry):
            return with_numbers(images, vectors)
        channel = self._channel(lanes.sizes)(lanes.own, vectors, None)
        return torch.cat([images, channel.reshape(*images.shape[:2], 1, *images.shape[3:])], 2)

    def _table(self, player: str, sizes: Sizes) -> Embedding:
        return Embedding(player, sizes.geometry.classes, self.dim)

    def _channel(self, sizes: Sizes) -> Linear:
        return Linear("channel", self.dim, sizes.geometry.shape[1] * sizes.geometry.shape[2])


def _is_image(geometry: Geometry) -> bool:
    return len(geometry.shape) == 3
