"""The training step: some updates of the discriminator, then one of the generator, for all lanes at once.

It is the step that ``tricks._base`` shows as pseudo-code. The lanes' losses are summed before the gradient is taken:
no operation mixes lanes, so that the gradient of the sum is each lane's own, and a NaN stays in its lane. Nothing is
read from the device, every shape is fixed, and what tells one step from the next lies in tensors that stay where they
are: so the same program can be recorded once and replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor, autograd

from gansearch.gan import Loss
from gansearch.training.batches import Batches
from gansearch.training.hooks import Due, Hooks
from gansearch.training.signals import SignalBuffer, image_gradient_norm, label_floor, share, spread
from gansearch.training.state import TrainingState
from gansearch.training.streams import Streams
from gansearch.tricks import Batch, Labels


class Variant(NamedTuple):
    """What a step does that not every step does; chosen on the host."""

    measure: bool
    """Whether the update ratios and spreads are measured anew."""
    due: Due
    """The tricks whose terms enter the losses."""


class _Scores(NamedTuple):
    """The discriminator's logits [K, B]."""

    real: Tensor
    fake: Tensor


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a pack; it finds its place, reads its batch and leaves its signals by itself."""

    training: TrainingState
    streams: Streams
    batches: Batches
    signals: SignalBuffer
    hooks: Hooks
    loss: Loss
    latent_size: int
    couples_batch: bool
    """Whether the discriminator must see real and fake images apart, since its output depends on the whole batch."""
    position: Int64[Tensor, " 1"]
    """Steps of this epoch done before."""
    spreads: Float[Tensor, "2 K"]
    """Of real and of fake samples, when last measured."""

    def __call__(self, variant: Variant) -> None:
        """Update the discriminator once for every batch of the step, then the generator; go on to the next step."""
        reals = self.batches.at(self.position)
        for number, real in enumerate(reals, start=1):
            last = number == len(reals)
            with torch.set_grad_enabled(last):  # only the last fakes serve the generator's update too
                fake = self._generate(real.shape[1])
            measured = Variant(variant.measure and last, variant.due)
            seen, signals = self._update_discriminator(real, fake.detach(), measured)
        with self.training.discriminator.flat.frozen():
            signals |= self._update_generator(seen, fake, variant)
        with torch.no_grad():
            self.hooks.after_step()
            if variant.measure:
                self.spreads.copy_(torch.stack([spread(reals[-1]), spread(fake.detach())]))
            self.signals.put(self.position, signals | {"real_spread": self.spreads[0], "fake_spread": self.spreads[1]})
            self.position.add_(1)
            self.streams.clock.add_(1)

    def changing(self) -> list[Tensor]:
        """Every tensor that a step changes and that outlives it."""
        players = self.training.generator, self.training.discriminator
        own = [self.position, self.spreads, self.streams.clock, self.signals.values]
        own += [tensor for player in players for tensor in (player.flat.gradients, player.update_ratio)]
        return [*own, *self.training.tensors().values()]

    def _generate(self, batch_size: int) -> Tensor:
        latents = self.streams.normal("latents", (batch_size, self.latent_size))
        return self.training.generator(self.hooks.latents(latents), self.streams.branch("generator"))

    def _update_discriminator(self, real: Tensor, fake: Tensor, variant: Variant) -> tuple[Tensor, dict[str, Tensor]]:
        """Returns the real images as the discriminator saw them, and signals."""
        player = self.training.discriminator
        targets = self.hooks.labels(Labels(real=real.new_ones(real.shape[:2]), fake=real.new_zeros(real.shape[:2])))
        real = self.hooks.discriminator_input(real, "real")
        fake = self.hooks.discriminator_input(fake, "fake")
        scores = self._scores(real, fake)
        loss = self.loss.discriminator(
            real=scores.real, fake=scores.fake, real_labels=targets.real, fake_labels=targets.fake
        )
        for term in self.hooks.discriminator_loss(Batch(real, fake, scores.real, scores.fake), variant.due):
            loss = loss + term
        player.update(self._gradients(loss, player.flat.trained), measure=variant.measure)
        return real.detach(), self._discriminator_signals(loss.detach(), targets, scores)

    def _scores(self, real: Tensor, fake: Tensor) -> _Scores:
        discriminate = self.training.discriminator
        draws = self.streams.branch("discriminator")
        if self.couples_batch:
            return _Scores(discriminate(real, draws), discriminate(fake, draws))
        scores = discriminate(torch.cat([real, fake], 1), draws)
        return _Scores(*torch.split(scores, real.shape[1], 1))

    def _update_generator(self, real: Tensor, fake: Tensor, variant: Variant) -> dict[str, Tensor]:
        player = self.training.generator
        labels = self.hooks.generator_labels(fake.new_ones(fake.shape[:2]))
        seen = self.hooks.discriminator_input(fake, "generator")
        scores = self.training.discriminator(seen, self.streams.branch("discriminator/generator"))
        loss = self.loss.generator(fake=scores, labels=labels)
        for term in self.hooks.generator_loss(Batch(real, seen, None, scores), variant.due):
            loss = loss + term
        # The gradient at the images is a signal.
        slope, *gradients = self._gradients(loss, [fake, *player.flat.trained])
        player.update(gradients, measure=variant.measure)
        return self._generator_signals(loss.detach(), slope)

    @staticmethod
    def _gradients(loss: Float[Tensor, " K"], inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        return autograd.grad(loss, inputs, torch.ones_like(loss), materialize_grads=True)

    @torch.no_grad()
    def _discriminator_signals(self, loss: Tensor, targets: Labels, scores: _Scores) -> dict[str, Tensor]:
        return {
            "d_loss": loss,
            "label_floor": label_floor(targets),
            "d_accuracy_real": share(scores.real > 0, scores.real),
            "d_accuracy_fake": share(scores.fake < 0, scores.fake),
            "real_score": scores.real.mean(1),
            "fake_score": scores.fake.mean(1),
            "d_grad_norm": self.training.discriminator.gradient_norm(),
            "d_update_ratio": self.training.discriminator.update_ratio,
        }

    @torch.no_grad()
    def _generator_signals(self, loss: Tensor, slope: Tensor) -> dict[str, Tensor]:
        return {
            "g_loss": loss,
            "g_grad_norm": self.training.generator.gradient_norm(),
            "image_grad_norm": image_gradient_norm(slope),
            "g_update_ratio": self.training.generator.update_ratio,
        }
