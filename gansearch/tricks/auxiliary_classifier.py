"""An auxiliary classifier in the discriminator (AC-GAN). Source: Odena et al. 2016, arXiv:1610.09585."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.gan import Parameter
from gansearch.gan.layers import Linear
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Lanes, Scalar, Sizes, Trick
from gansearch.tricks._classes import class_accuracy, class_cross_entropy


@dataclass(frozen=True, kw_only=True, eq=False)
class AuxiliaryClassifier(Trick):
    """Adds ``weight * E[-log P(c | x)]`` to the losses, with ``P = softmax(W f(x) + b)`` of features f.

    On the ``discriminator`` it is the cross entropy of real samples with their classes: a further task that shapes the
    features. On ``both``, as in AC-GAN, the discriminator also classifies the fakes, and the generator pays for fakes
    that are not taken for their classes; that only helps with a conditional generator (one of the tricks of the slot
    ``conditioning``), since without one it does not know the class asked for. It makes sample scores better without
    making samples more varied: fakes of a class may all be alike.
    """

    name: ClassVar[str] = "auxiliary_classifier"
    facts: ClassVar[Facts] = Facts(needs_labels=True, needs_features=True, needs_single_samples=True)
    paper: ClassVar[str] = "Odena et al. 2016, arXiv:1610.09585"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}
    signals: ClassVar[tuple[str, ...]] = ("accuracy",)

    weight: Scalar = traced(
        0.1, Float(0.01, 1.0, log=True), "weight of the classes' cross entropy", limits=Float(0.0, 1e6)
    )
    on: str = static(
        "discriminator",
        Choice(("discriminator", "both")),
        "whose loss has the term: the discriminator's on real samples, or both players', on fakes too",
    )

    def discriminator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Weight and bias of the classes' logits."""
        return head(sizes).parameters

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The accuracy on the last real batch, [K]; 0 before the first."""
        return {"accuracy": lanes.generator_parameters.new_zeros(lanes.count)}

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Weighted cross entropy per lane, shape [K], over the real samples and on ``both`` over the fakes too."""
        assert batch.real_features is not None
        assert batch.real_classes is not None
        logits = head(lanes.sizes)(lanes.own, batch.real_features, None)
        lanes.state["accuracy"].copy_(class_accuracy(logits.detach(), batch.real_classes))
        loss = class_cross_entropy(logits, batch.real_classes)
        return self.weight * (loss if self.on == "discriminator" else loss + _of_fakes(lanes, batch))

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor | None:
        """Weighted cross entropy of the fakes per lane, shape [K], on ``both``."""
        return None if self.on == "discriminator" else self.weight * _of_fakes(lanes, batch)

    def measured(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Share of the last real batch that is given its class."""
        return {"accuracy": lanes.state["accuracy"]}


def head(sizes: Sizes) -> Linear:
    """The linear layer from features to the logits of the classes."""
    return Linear("classes", sizes.features, sizes.geometry.classes)


def _of_fakes(lanes: Lanes, batch: Batch) -> Tensor:
    assert batch.fake_features is not None
    assert batch.fake_classes is not None
    return class_cross_entropy(head(lanes.sizes)(lanes.own, batch.fake_features, None), batch.fake_classes)
