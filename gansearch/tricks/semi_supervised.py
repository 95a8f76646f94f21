"""Semi-supervised learning with K + 1 classes. Source: Salimans et al. 2016, arXiv:1606.03498, section 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Int64
from torch import Tensor

from gansearch.dimensions import Float, Int, static, traced
from gansearch.gan import Parameter
from gansearch.gan.layers import Linear
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Classes, Lanes, Scalar, Sizes, Trick
from gansearch.tricks._classes import class_cross_entropy
from gansearch.tricks._numbers import ANY, below


@dataclass(frozen=True, kw_only=True, eq=False)
class SemiSupervised(Trick):
    """Makes the score ``log sum_c exp l_c`` of class logits ``l = W f(x) + b``, and adds ``weight * E[-log P(c | x)]``.

    So ``D = Z / (Z + 1)`` with ``Z = sum_c exp l_c``: a softmax over the classes and one more for fakes, whose logit
    is 0. Only ``count`` samples of each class have labels, drawn once with replacement; every update of the
    discriminator classifies as many of them as a batch holds. It makes sense where few labels are known; the paper
    pairs it with feature matching. Labelled samples are seen as they are, without noise or augmentation.
    """

    name: ClassVar[str] = "semi_supervised"
    facts: ClassVar[Facts] = Facts(
        needs_labels=True,
        needs_features=True,
        needs_single_samples=True,
        needs_probability_loss=True,
        makes_scores=True,
    )
    paper: ClassVar[str] = "Salimans et al. 2016, arXiv:1606.03498, section 5"

    weight: Scalar = traced(
        1.0, Float(0.1, 10.0, log=True), "weight of the labelled samples' cross entropy", limits=Float(0.0, 1e6)
    )
    count: int = static(
        10,
        Int(1, 1000, log=True),
        "labelled samples of a class; the length of their list",
        unit="samples",
        limits=Int(1, 100_000),
    )

    def discriminator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Weight and bias of the classes' logits."""
        return _head(sizes).parameters

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The numbers of the labelled samples, [K, count * classes]."""
        classes = lanes.sizes.geometry.classes
        # Enough that a class of its full share is all but sure to be there ``count`` times.
        candidates = below(lanes.uniform((classes * (2 * self.count + 32),)), ANY)
        found = lanes.real(candidates).classes
        assert found is not None
        return {"labelled": candidates.gather(1, first_of_each(found, classes, self.count))}

    def scores(self, lanes: Lanes, scores: Tensor, features: Tensor | None, classes: Classes) -> Tensor:
        """The logits of "real", [K, B], in the place of the network's own."""
        return self._logits(lanes, features).logsumexp(2)

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Weighted cross entropy of labelled samples per lane, shape [K]."""
        labelled = lanes.state["labelled"]
        chosen = below(lanes.uniform((batch.real.shape[1],)), labelled.shape[1])
        images, classes = lanes.real(labelled.gather(1, chosen))
        assert classes is not None
        return self.weight * class_cross_entropy(self._logits(lanes, lanes.features(images, classes)), classes)

    def _logits(self, lanes: Lanes, features: Tensor | None) -> Tensor:
        assert features is not None
        return _head(lanes.sizes)(lanes.own, features, None)


def first_of_each(found: Int64[Tensor, "K n"], classes: int, count: int) -> Int64[Tensor, "K m"]:
    """Places of the first ``count`` samples of each class, m = classes * count; of others where a class has fewer."""
    places = torch.arange(found.shape[1], device=found.device)
    is_other = found[:, None] != torch.arange(classes, device=found.device)[:, None]
    return (places + is_other * len(places)).argsort(2)[..., :count].flatten(1)


def _head(sizes: Sizes) -> Linear:
    return Linear("classes", sizes.features, sizes.geometry.classes)
