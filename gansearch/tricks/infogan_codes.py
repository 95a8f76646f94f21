"""Codes among the latents that can be read back from samples (InfoGAN). Source: Chen et al. 2016, arXiv:1606.03657."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, Int, static, traced
from gansearch.gan import Parameter
from gansearch.gan.layers import Linear
from gansearch.records import Facts, Geometry
from gansearch.tricks._base import Batch, Classes, Lanes, Scalar, Sizes, Trick
from gansearch.tricks._classes import one_hot
from gansearch.tricks._numbers import below


@dataclass(frozen=True, kw_only=True, eq=False)
class InfoganCodes(Trick):
    """Adds ``weight * E[-log Q(k | x)] + continuous_weight * E |u - Q_u(x)|^2 / 2`` on fakes to both players' losses.

    Behind the latents stand a category k, one-hot, and codes u uniform in [-1, 1], drawn anew for each sample; ``Q`` is
    linear in the discriminator's features, and Gaussian of unit variance for u. So the generator must show its codes,
    which bounds their mutual information with the sample from below. It makes sense where samples fall into kinds that
    nobody has labelled, and against lost modes.
    """

    name: ClassVar[str] = "infogan_codes"
    facts: ClassVar[Facts] = Facts(needs_features=True, needs_latents=True, needs_single_samples=True)
    paper: ClassVar[str] = "Chen et al. 2016, arXiv:1606.03657"

    weight: Scalar = traced(1.0, Float(0.01, 10.0, log=True), "weight of the category", limits=Float(0.0, 1e6))
    continuous_weight: Scalar = traced(
        0.1, Float(0.01, 10.0, log=True), "weight of the continuous codes", limits=Float(0.0, 1e6)
    )
    categories: int = static(10, Int(2, 50, log=True), "values of the category; further latents", limits=Int(2, 1000))
    continuous: int = static(2, Int(1, 8), "continuous codes; further latents", limits=Int(0, 1000))

    def extra_latents(self, geometry: Geometry) -> int:
        """The category and the continuous codes."""
        return self.categories + self.continuous

    def discriminator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Weight and bias of what reads the codes."""
        return self._reader(sizes).parameters

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """The latents and the codes, [K, B, Z + categories + continuous]."""
        drawn = lanes.uniform((latents.shape[1], 1 + self.continuous))
        category = one_hot(below(drawn[..., 0], self.categories), self.categories, latents.dtype)
        return torch.cat([latents, category, 2 * drawn[..., 1:].to(latents.dtype) - 1], 2)

    def plain_latents(self, geometry: Geometry) -> str:
        """The same as an expression."""
        drawn = f"torch.randint({self.categories}, latents.shape[:1], device=latents.device)"
        category = f"torch.nn.functional.one_hot({drawn}, {self.categories}).to(latents)"
        continuous = f"2 * torch.rand(len(latents), {self.continuous}).to(latents) - 1"
        return f"torch.cat([latents, {category}, {continuous}], -1)"

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """What reading the fakes' codes costs per lane, shape [K]."""
        return self._loss(lanes, batch)

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """The same, of the generator's update."""
        return self._loss(lanes, batch)

    def _loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        assert batch.latents is not None
        assert batch.fake_features is not None
        codes = batch.latents[..., lanes.latent_columns].detach()
        read = self._reader(lanes.sizes)(lanes.own, batch.fake_features, None)
        parts = zip(*(each.tensor_split([self.categories], 2) for each in (read, codes)), strict=True)
        (logits, category), (means, continuous) = parts
        return self.weight * category_loss(logits, category) + self.continuous_weight * code_loss(means, continuous)

    def _reader(self, sizes: Sizes) -> Linear:
        return Linear("codes", sizes.features, self.categories + self.continuous)


def category_loss(logits: Floats[Tensor, "K B C"], category: Floats[Tensor, "K B C"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of ``-log softmax(logits)`` at the category, one-hot."""
    return (logits.logsumexp(2) - (logits * category).sum(2)).mean(1)


def code_loss(means: Floats[Tensor, "K B N"], codes: Floats[Tensor, "K B N"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of ``-log N(code; mean, 1)`` without its constant: half the squared distance."""
    return (codes - means).square().sum(2).mean(1) / 2
