"""The two losses of the first GAN paper, on logits. Source: Goodfellow et al. 2014, arXiv:1406.2661.

On logits ``s`` with target ``y`` the cross entropy is ``softplus(s) - y * s``: unlike the one on clamped
probabilities its gradient ``sigmoid(s) - y`` dies at no score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.gan._base import Loss
from gansearch.gan.layers import elementwise
from gansearch.records import Facts


def cross_entropy(scores: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """Mean over the batch of ``-y log D - (1 - y) log(1 - D)`` with ``D = sigmoid(score)``, in nats.

    Labels may lie outside [0, 1], as with noisy labels; then single terms have no lower bound.
    """
    return (elementwise(F.softplus, scores) - labels * scores).mean(1)


@dataclass(frozen=True, kw_only=True, eq=False)
class _CrossEntropyDiscriminator(Loss):
    """The discriminator's side, which the two losses share."""

    facts: ClassVar[Facts] = Facts(is_probability_loss=True)

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """Cross entropy over real images plus that over fake ones."""
        return cross_entropy(real, real_labels) + cross_entropy(fake, fake_labels)


@dataclass(frozen=True, kw_only=True, eq=False)
class NonSaturating(_CrossEntropyDiscriminator):
    """The generator maximises ``log D(G(z))``: a score of -10 still gives the slope ``sigmoid(-10) - 1 = -1.0``."""

    name: ClassVar[str] = "non_saturating"

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """Cross entropy of the fake scores with the labels that the generator wants; ``softplus(-s)`` at label 1."""
        return cross_entropy(fake, labels)


@dataclass(frozen=True, kw_only=True, eq=False)
class Minimax(_CrossEntropyDiscriminator):
    """The generator minimises ``log(1 - D(G(z)))``: at a score of -10 the slope is ``-sigmoid(-10) = -4.5e-5``."""

    name: ClassVar[str] = "minimax"

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """What the discriminator loses, with the sign turned, on fakes whose target is ``1 - labels``.

        At label 1 that is ``-softplus(s)``, the mean of ``log(1 - D)``; at label 0 the game is mirrored and the
        generator lowers the score.
        """
        return -cross_entropy(fake, 1 - labels)
