"""The two losses of the first GAN paper, on logits. Source: Goodfellow et al. 2014, arXiv:1406.2661.

On logits ``s`` with target ``y`` the cross entropy is ``softplus(s) - y * s``: unlike the one on clamped
probabilities its gradient ``sigmoid(s) - y`` dies at no score. The others are there to be studied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Choice, static
from gansearch.gan._base import Loss
from gansearch.gan.entropy import binary_entropy
from gansearch.gan.layers import elementwise
from gansearch.records import Facts

Entropy: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Of scores and labels [K, B], per lane [K]."""

LOGITS: Final = "logits"
DIVERGENCE: Final = "divergence"


def cross_entropy(scores: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """Mean over the batch of ``-y log D - (1 - y) log(1 - D)`` with ``D = sigmoid(score)``, in nats.

    Labels may lie outside [0, 1], as with noisy labels; then single terms have no lower bound.
    """
    return (elementwise(F.softplus, scores) - labels * scores).mean(1)


def clamped_cross_entropy(scores: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """The same on probabilities, as ``torch.nn.BCELoss`` has it: each logarithm is at least -100.

    Torch divides the gradient by at least 1e-12: below a logit of about -28 it dies, in any number format. In single
    precision it is gone above 17 too, where ``sigmoid`` is 1.
    """
    probabilities = elementwise(torch.sigmoid, scores)
    # Torch refuses what is no probability, for all lanes at once: a NaN is put back into its own.
    is_nan = probabilities.isnan()
    safe = torch.where(is_nan, 0.5, probabilities)
    ones, zeros = (elementwise(partial(_to_target, target=target), safe) for target in (1.0, 0.0))
    # Linear in the label, since torch takes none outside [0, 1].
    return torch.where(is_nan, probabilities, labels * ones + (1 - labels) * zeros).mean(1)


def divergence(scores: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """Kullback-Leibler divergence: the cross entropy less the entropy of the mean label, so that 0 is the lowest.

    Its gradient is that of the cross entropy. It is the form of Salimans et al. 2016, arXiv:1606.03498, in their code
    for one-sided label smoothing.
    """
    return cross_entropy(scores, labels) - elementwise(binary_entropy, labels.mean(1, keepdim=True))[:, 0]


def _to_target(probabilities: Tensor, target: float) -> Tensor:
    """Of every number, the clamped cross entropy with one target."""
    return F.binary_cross_entropy(probabilities, torch.full_like(probabilities, target), reduction="none")


FORMS: Final[Mapping[str, Entropy]] = MappingProxyType(
    {LOGITS: cross_entropy, "clamped": clamped_cross_entropy, DIVERGENCE: divergence}
)


@dataclass(frozen=True, kw_only=True, eq=False)
class _CrossEntropyDiscriminator(Loss):
    """The discriminator's side, which the two losses share."""

    facts: ClassVar[Facts] = Facts(is_probability_loss=True, has_targets=True)

    form: str = static(
        LOGITS,
        Choice(tuple(FORMS)),
        "how the cross entropy is taken: of logits, of probabilities whose logarithms are clamped at -100, or less the "
        "entropy of the labels",
    )

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """Cross entropy over real images plus that over fake ones."""
        entropy = FORMS[self.form]
        return entropy(real, real_labels) + entropy(fake, fake_labels)

    def floor(self, *, real_labels: Float[Tensor, "K B"], fake_labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """Entropy of the mean real label plus that of the mean fake one, in nats; 0 as a divergence.

        A discriminator that tells real from fake perfectly still pays it, since no sample says what its label is.
        """
        if self.form == DIVERGENCE:
            return torch.zeros_like(real_labels[:, 0])
        return binary_entropy(torch.stack([real_labels.mean(1), fake_labels.mean(1)])).sum(0)


@dataclass(frozen=True, kw_only=True, eq=False)
class NonSaturating(_CrossEntropyDiscriminator):
    """The generator maximises ``log D(G(z))``: a score of -10 still gives the slope ``sigmoid(-10) - 1 = -1.0``."""

    name: ClassVar[str] = "non_saturating"

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """Cross entropy of the fake scores with the labels that the generator wants; ``softplus(-s)`` at label 1."""
        return FORMS[self.form](fake, labels)


@dataclass(frozen=True, kw_only=True, eq=False)
class Minimax(_CrossEntropyDiscriminator):
    """The generator minimises ``log(1 - D(G(z)))``: at a score of -10 the slope is ``-sigmoid(-10) = -4.5e-5``."""

    name: ClassVar[str] = "minimax"

    generator_labels: str = static(
        "fake",
        Choice(("fake", "real")),
        "what the generator's update calls its samples: fake, whose loss it raises, or real, whose loss it lowers; the "
        "latter is the non-saturating loss",
    )

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """What the discriminator loses, with the sign turned, on fakes whose target is ``1 - labels``.

        At label 1 that is ``-softplus(s)``, the mean of ``log(1 - D)``; at label 0 the game is mirrored and the
        generator lowers the score. With flipped labels it is what the discriminator loses on fakes called real.
        """
        entropy = FORMS[self.form]
        return entropy(fake, labels) if self.generator_labels == "real" else -entropy(fake, 1 - labels)
