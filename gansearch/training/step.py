"""The training step: some updates of the discriminator, then those of the generator, for all lanes at once.

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

from gansearch.gan import Draws, Loss
from gansearch.training.batches import Batches
from gansearch.training.hooks import Due, Hooks
from gansearch.training.passes import Judged, Passes
from gansearch.training.signals import SignalBuffer, image_gradient_norm, label_accuracy, sample_looks, share
from gansearch.training.state import TrainingState
from gansearch.training.streams import Streams
from gansearch.tricks import Batch, Classes, Labels, PlayerName, Shown


class Variant(NamedTuple):
    """What a step does that not every step does; chosen on the host."""

    measure: bool
    """Whether the signals that are held are measured anew."""
    due: Due
    """The tricks whose terms enter the losses."""


@dataclass(frozen=True)
class Form:
    """What of a step follows from the configuration's structure."""

    latent_size: int
    g_steps: int
    """Updates of the generator."""
    sees_apart: bool
    """Whether the discriminator must see real and fake images apart, since its output depends on the whole batch."""
    half_batches: bool
    """Whether the discriminator's update has half as many samples of either kind as the generator's has fakes."""
    classes: int
    """Among which those of the fakes are drawn; 0 where no trick needs any."""


class _Made(NamedTuple):
    """Generated samples and what they were made of."""

    images: Tensor
    latents: Tensor
    """[K, B, Z], as the generator got them."""
    classes: Classes

    def first(self, count: int) -> _Made:
        """The first samples, without their graph."""
        classes = None if self.classes is None else self.classes[:, :count]
        return _Made(self.images.detach()[:, :count], self.latents.detach()[:, :count], classes)


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a pack; it finds its place, reads its batch and leaves its signals by itself."""

    training: TrainingState
    streams: Streams
    batches: Batches
    signals: SignalBuffer
    hooks: Hooks
    loss: Loss
    form: Form
    position: Int64[Tensor, " 1"]
    """Steps of this epoch done before."""

    def __call__(self, variant: Variant) -> None:
        """Update the discriminator once for every batch of the step, then the generator; go on to the next step."""
        reals = self.batches.at(self.position)
        for number, real in enumerate(reals, start=1):
            last = number == len(reals)
            with torch.set_grad_enabled(last):  # only the last fakes serve the generator's update too
                made = self._generate(real.images.shape[1])
            measured = Variant(variant.measure and last, variant.due)
            seen, signals = self._update_discriminator(real, made, measured)
        with self.training.discriminator.flat.frozen():
            seen = self._whole(reals[-1]) if self.form.half_batches else seen
            for number in range(self.form.g_steps):
                made = made if number == 0 else self._generate(real.images.shape[1])
                measured = Variant(variant.measure and number == self.form.g_steps - 1, variant.due)
                signals |= self._update_generator(seen, made, measured)
        with torch.no_grad():
            self._end(reals[-1].images, made.images.detach(), signals, variant)

    def changing(self) -> list[Tensor]:
        """Every tensor that a step changes and that outlives it."""
        players = self.training.generator, self.training.discriminator
        own = [self.position, self.streams.clock, self.signals.told, self.signals.held]
        own += [each for player in players for each in (player.flat.gradients, player.update_ratio, player.norm)]
        return [*own, *self.training.tensors().values()]

    def _end(self, real: Tensor, fake: Tensor, signals: dict[str, Tensor], variant: Variant) -> None:
        self.hooks.after_step()
        if variant.measure:
            names = ("fake_spread", "real_spread", "fake_extreme", "real_extreme")
            looks = dict(zip(names, sample_looks(real, fake), strict=True))
            self.signals.hold(self.position, signals | looks)
        self.signals.put(self.position, signals | self.hooks.measured())
        self.position.add_(1)
        self.streams.clock.add_(1)
        self.training.generator.follow(self.streams.clock)
        self.training.discriminator.follow(self.streams.clock)

    def _generate(self, batch_size: int) -> _Made:
        latents = self.streams.normal("latents", (batch_size, self.form.latent_size))
        classes = drawn_classes(self.streams, "classes", batch_size, self.form.classes)
        latents = self.hooks.latents(latents, classes)
        return _Made(self.hooks.passes.generate(latents, self.streams.branch("generator")), latents, classes)

    def _whole(self, real: Shown) -> Shown:
        """A whole batch as the discriminator sees real samples."""
        with torch.no_grad():
            return real._replace(images=self.hooks.discriminator_input(real.images, "real"))

    def _update_discriminator(self, real: Shown, made: _Made, variant: Variant) -> tuple[Shown, dict[str, Tensor]]:
        """Returns the real images as the discriminator saw them, and signals."""
        player, loss = self.training.discriminator, self.loss.at(self.training.loss)
        count = real.images.shape[1] // 2 if self.form.half_batches else real.images.shape[1]
        made = made.first(count)
        with torch.no_grad():
            shown = self.hooks.fakes(Shown(made.images, made.classes))
        classes = None if self.form.classes == 0 or real.classes is None else real.classes[:, :count]
        real = Shown(self.hooks.discriminator_input(real.images[:, :count], "real"), classes)
        fake = Shown(self.hooks.discriminator_input(shown.images, "fake"), shown.classes)
        judged = judged_together(self.hooks.passes, self.form, (real, fake), self.streams.branch("discriminator"))
        scores = judged[0].scores, judged[1].scores
        targets = self.hooks.labels(Labels(real=torch.ones_like(scores[0]), fake=torch.zeros_like(scores[1])))
        value = loss.discriminator(real=scores[0], fake=scores[1], real_labels=targets.real, fake_labels=targets.fake)
        for term in self.hooks.discriminator_loss(_batch(real, fake, *judged, made.latents), variant.due):
            value = value + term
        gradients = player.gather(self._gradients(value, player.flat.trained))
        self._play("discriminator", gradients, value.detach(), variant)
        with torch.no_grad():
            self.hooks.after_discriminator_update()
            loss.move(self.training.loss, real=scores[0].detach(), fake=scores[1].detach())
        signals = {"d_loss": value.detach()}
        if variant.measure:
            signals |= self._discriminator_signals(loss, targets, scores)
        return real._replace(images=real.images.detach()), signals

    def _update_generator(self, real: Shown, made: _Made, variant: Variant) -> dict[str, Tensor]:
        player, loss = self.training.generator, self.loss.at(self.training.loss)
        seen = Shown(self.hooks.discriminator_input(made.images, "generator"), made.classes)
        draws = self.streams.branch("discriminator/generator")
        opponent = self.hooks.opponent()
        flat = self.training.discriminator.flat
        with self.hooks.passes.judging(flat.leaves if opponent is None else flat.views(opponent)):
            judged = self.hooks.passes.judge(seen.images, seen.classes, draws)
            if loss.is_paired:
                value = loss.paired_generator(
                    real=self.hooks.passes.judge(real.images, real.classes, draws).scores, fake=judged.scores
                )
            else:
                labels = self.hooks.generator_labels(torch.ones_like(judged.scores))
                value = loss.generator(fake=judged.scores, labels=labels)
            value = self.hooks.adversarial_loss(value)
            for term in self.hooks.generator_loss(_batch(real, seen, None, judged, made.latents), variant.due):
                value = value + term
        # The gradient at the images is a signal.
        slope, *gradients = self._gradients(value, [made.images, *player.flat.trained])
        self._play("generator", player.gather(gradients), value.detach(), variant)
        return {"g_loss": value.detach()} | (self._generator_signals(slope) if variant.measure else {})

    def _play(self, name: PlayerName, gradients: Tensor, loss: Tensor, variant: Variant) -> None:
        """Update one player along the gradients that the tricks leave, by the share that they say."""
        player = self.training.generator if name == "generator" else self.training.discriminator
        with torch.no_grad():
            share = self.hooks.update_share(loss, name)
            player.update(self.hooks.gradients(gradients, name), share, measure=variant.measure)

    @staticmethod
    def _gradients(loss: Float[Tensor, " K"], inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        # Of a sum: given a tensor of ones torch would import sympy, which takes every process more than two seconds.
        return autograd.grad(loss.sum(), inputs, materialize_grads=True)

    @torch.no_grad()
    def _discriminator_signals(self, loss: Loss, targets: Labels, scores: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        real, fake = scores
        says = loss.says_real(real), loss.says_real(fake)
        accuracies = label_accuracy(says[0], targets.real), label_accuracy(says[1], targets.fake)
        return {
            "label_floor": loss.floor(real_labels=targets.real, fake_labels=targets.fake),
            "d_accuracy_real": share(says[0], real),
            "d_accuracy_fake": share(~says[1], fake),
            "d_label_accuracy": (accuracies[0] + accuracies[1]) / 2,
            "real_score": real.mean(1),
            "fake_score": fake.mean(1),
            "real_score_spread": real.std(1, correction=0),
            "fake_score_spread": fake.std(1, correction=0),
            "d_grad_norm": self.training.discriminator.gradient_norm(),
            "d_update_ratio": self.training.discriminator.update_ratio,
            "d_norm": self.training.discriminator.norm,
        }

    @torch.no_grad()
    def _generator_signals(self, slope: Tensor) -> dict[str, Tensor]:
        return {
            "g_grad_norm": self.training.generator.gradient_norm(),
            "image_grad_norm": image_gradient_norm(slope),
            "g_update_ratio": self.training.generator.update_ratio,
            "g_norm": self.training.generator.norm,
        }


def judged_together(
    passes: Passes, form: Form, shown: tuple[Shown, Shown], draws: Draws | None
) -> tuple[Judged, Judged]:
    """Real and fake samples as a discriminator's update judges them: in one pass, or apart where it must be so."""
    real, fake = shown
    if form.sees_apart:
        return passes.judge(real.images, real.classes, draws), passes.judge(fake.images, fake.classes, draws)
    images = torch.cat([real.images, fake.images], 1)
    return passes.judge(images, _joined(real.classes, fake.classes), draws).split(real.images.shape[1])


def drawn_classes(streams: Streams, consumer: str, count: int, classes: int) -> Classes:
    """Classes [K, count], each as likely as any other; None where there are none to draw from."""
    if classes == 0:
        return None
    return (streams.uniform(consumer, (count,)) * classes).long().clamp_max(classes - 1)


def _joined(real: Classes, fake: Classes) -> Classes:
    return None if real is None or fake is None else torch.cat([real, fake], 1)


def _batch(real: Shown, fake: Shown, judged_real: Judged | None, judged_fake: Judged, latents: Tensor) -> Batch:
    return Batch(
        real=real.images,
        fake=fake.images,
        real_scores=None if judged_real is None else judged_real.scores,
        fake_scores=judged_fake.scores,
        real_classes=real.classes,
        fake_classes=fake.classes,
        real_features=None if judged_real is None else judged_real.features,
        fake_features=judged_fake.features,
        latents=latents,
    )
