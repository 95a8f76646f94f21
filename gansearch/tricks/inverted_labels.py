"""Labels the other way round, 0 for real and 1 for fake. Source: Chintala et al. 2016, How to train a GAN, item 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.records import Facts
from gansearch.tricks._base import Classes, Lanes, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class InvertedLabels(Trick):
    """Trains the discriminator's output to 0 for real samples and 1 for fake ones, the generator to 0: ``s <- -s``.

    The network's output then is the logit of "fake". The cross entropy of ``-s`` with a target ``y`` is that of ``s``
    with ``1 - y``, so every label of every other trick is mirrored with it, ranges of noise too; what reads scores goes
    on reading logits of "real". Some call this label flipping and recommend it. It is the same game, in which the
    discriminator's last layer has the other sign: nothing that counts can change. So it is a null control: a search
    that finds an effect of it has found noise.
    """

    name: ClassVar[str] = "inverted_labels"
    facts: ClassVar[Facts] = Facts(needs_targets=True)
    paper: ClassVar[str] = (
        "Chintala et al. 2016, How to train a GAN, item 2; How to apply learning tricks to DCGAN in Keras"
    )

    def scores(self, lanes: Lanes, scores: Tensor, features: Tensor | None, classes: Classes) -> Tensor:
        """Logits of "real", [K, B], of a network whose output is trained towards those of "fake"."""
        return -scores
