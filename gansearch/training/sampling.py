"""Draws from the generators of a pack, to look at them: samples, paths between latents, what the discriminator sees.

No stream of training is moved, and the same seed gives the same latents at any step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, autograd

from gansearch.gan.interpolation import slerp
from gansearch.training.hooks import Hooks
from gansearch.training.step import Form, drawn_classes, judged_together
from gansearch.training.streams import Streams
from gansearch.tricks import Shown


class Scored(NamedTuple):
    """The discriminators' scores; fewer than samples where several are judged as one."""

    training: Float[Tensor, "K n"]
    """Of real samples that they are trained on."""
    held_out: Float[Tensor, "K m"] | None
    """Of real samples that they have never seen; None where there are none."""
    fake: Float[Tensor, "K n"]
    """Of generated ones."""


@dataclass(frozen=True, eq=False)
class Sampling:
    """The generators at one moment."""

    new_streams: Callable[[], Streams]
    bind: Callable[[str, Streams], Hooks]
    """Gives the tricks' hooks with streams whose names start with a prefix."""
    form: Form
    values: Mapping[str, Tensor]
    """The generators' parameters by key."""
    dtype: torch.dtype
    """Of the samples."""

    @torch.no_grad()
    def samples(self, n: int, stream: str, at_once: int) -> Float[Tensor, "K n *shape"]:
        """Samples, ``at_once`` of them in one pass."""
        streams, prefix = self.new_streams(), f"samples/{stream}"
        hooks = self.bind(f"{prefix}/tricks", streams)
        draws = streams.branch(f"{prefix}/generator", is_sampling=True)
        portions: list[Tensor] = []
        with hooks.passes.generating(self.values):
            for portion, start in enumerate(range(0, n, at_once)):
                streams.at([portion] * len(streams.seeds))
                count = min(at_once, n - start)
                latents = streams.normal(f"{prefix}/latents", (count, self.form.latent_size))
                classes = drawn_classes(streams, f"{prefix}/classes", count, self.form.classes)
                portions.append(hooks.passes.generate(hooks.latents(latents, classes), draws).to(self.dtype))
        return torch.cat(portions, 1)

    @torch.no_grad()
    def paths(self, count: int, steps: int) -> Float[Tensor, "K count steps *shape"]:
        """Samples along great circles between normal latents; what tricks add to latents goes along a straight line."""
        streams, prefix, size = self.new_streams(), "samples/paths", self.form.latent_size
        hooks = self.bind(f"{prefix}/tricks", streams)
        draws = streams.branch(f"{prefix}/generator", is_sampling=True)
        start, end = streams.normal(f"{prefix}/latents", (2, count, size)).unbind(1)
        classes = drawn_classes(streams, f"{prefix}/classes", count, self.form.classes)
        share = torch.linspace(0, 1, steps, device=start.device, dtype=start.dtype)
        along = None if classes is None else classes.repeat_interleave(steps, 1)
        with hooks.passes.generating(self.values):
            # Tricks come after the circle: what they make of normal latents (uniform ones, say) they make of these.
            circle = hooks.latents(slerp(start, end, share).flatten(1, 2), along)[:, :, :size]
            first, last = (hooks.latents(each, classes)[:, :, None, size:] for each in (start, end))
            line = torch.lerp(first, last, share[:, None]).flatten(1, 2)
            samples = hooks.passes.generate(torch.cat([circle, line], 2), draws)
        return samples.to(self.dtype).unflatten(1, (count, steps))  # type: ignore[no-untyped-call, no-any-return]

    @torch.no_grad()
    def seen(self, n: int, steps: Sequence[int], fake: Tensor) -> Float[Tensor, "K 2 n *shape"]:
        """The first ``n`` real samples of the data and ``fake`` ones [K, n, *shape], as the discriminator sees them."""
        streams = self.new_streams()
        streams.at(steps)
        hooks = self.bind("samples/seen/tricks", streams)
        numbers = torch.arange(n, device=fake.device).expand(len(steps), n)
        real = hooks.discriminator_input(hooks.passes.real(numbers).images, "real")
        return torch.stack([real, hooks.discriminator_input(fake, "fake")], 1)

    @torch.no_grad()
    def scores(self, real: Sequence[Shown], size: int, steps: Sequence[int]) -> list[Float[Tensor, "K n"]]:
        """Scores of real samples, and last of generated ones, as the discriminator sees them in its updates.

        They are judged in batches, real and generated ones in whatever way training does it, but without dropout.

        Args:
            real: kinds of real samples [K, n, *shape]; ``n`` is a multiple of ``size``.
            size: samples of a batch of one kind.
            steps: at which the lanes stand.
        """
        streams, prefix = self.new_streams(), "samples/scores"
        streams.at(steps)
        hooks = self.bind(f"{prefix}/tricks", streams)
        draws = streams.branch(f"{prefix}/discriminator", is_sampling=True)
        found: list[list[Tensor]] = [[] for _ in (*real, None)]
        for start in range(0, max(kind.images.shape[1] for kind in real), size):
            fake = self._fakes(hooks, streams, size, prefix)
            for index, kind in enumerate(real):
                if start < kind.images.shape[1]:
                    shown = _batch(hooks, kind, start, size)
                    judged = judged_together(hooks.passes, self.form, (shown, fake), draws)
                    found[index].append(judged[0].scores)
            found[-1].append(judged[1].scores)
        return [torch.cat(portions, 1) for portions in found]

    def slopes(self, count: int, steps: Sequence[int]) -> tuple[Float[Tensor, " K"], Float[Tensor, " K"]]:
        """How the networks slope at generated samples.

        The norm of the Jacobian is estimated along one random direction for each latent: ``E |J^T u|^2 = |J|_F^2``.

        Args:
            count: latents, the same at any step.
            steps: at which the lanes stand.

        Returns:
            Root mean square of the Frobenius norm of the generator's Jacobian, and mean norm of the gradient of the
            discriminator's score with respect to a sample, as it is shown to it in the generator's update.
        """
        streams, prefix = self.new_streams(), "samples/slopes"
        streams.at(steps)
        hooks = self.bind(f"{prefix}/tricks", streams)
        generator = streams.branch(f"{prefix}/generator", is_sampling=True)
        discriminator = streams.branch(f"{prefix}/discriminator", is_sampling=True)
        classes = drawn_classes(streams, f"{prefix}/classes", count, self.form.classes)
        with torch.no_grad():
            latents = hooks.latents(streams.normal(f"{prefix}/latents", (count, self.form.latent_size)), classes)
        with torch.enable_grad(), hooks.passes.generating(self.values):
            latents = latents.detach().requires_grad_()
            images = hooks.passes.generate(latents, generator)
            directions = streams.normal(f"{prefix}/directions", tuple(images.shape[1:]))
            (pulled,) = autograd.grad((images * directions).sum(), latents)
            images = images.detach().requires_grad_()
            shown = hooks.discriminator_input(images, "generator")
            (slope,) = autograd.grad(hooks.passes.judge(shown, classes, discriminator).scores.sum(), images)
        steepness = pulled.flatten(2).square().sum(2).mean(1).sqrt()
        return steepness, torch.linalg.vector_norm(slope.flatten(2), dim=2).mean(1)

    def _fakes(self, hooks: Hooks, streams: Streams, count: int, prefix: str) -> Shown:
        """Generated samples as the discriminator sees them in its update; further ones at every call."""
        latents = streams.normal(f"{prefix}/latents", (count, self.form.latent_size))
        classes = drawn_classes(streams, f"{prefix}/classes", count, self.form.classes)
        with hooks.passes.generating(self.values):
            draws = streams.branch(f"{prefix}/generator", is_sampling=True)
            images = hooks.passes.generate(hooks.latents(latents, classes), draws)
        return Shown(hooks.discriminator_input(images, "fake"), classes)


def _batch(hooks: Hooks, kind: Shown, start: int, size: int) -> Shown:
    """Real samples from ``start`` on as the discriminator sees them in its update."""
    classes = kind.classes if kind.classes is None else kind.classes[:, start : start + size]
    return Shown(hooks.discriminator_input(kind.images[:, start : start + size], "real"), classes)
