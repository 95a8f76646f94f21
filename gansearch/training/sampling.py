"""Draws from the generators of a pack, to look at them: samples, paths between latents, what the discriminator sees.

No stream of training is moved, and the same seed gives the same latents at any step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.gan.interpolation import slerp
from gansearch.training.hooks import Hooks
from gansearch.training.step import Form, drawn_classes
from gansearch.training.streams import Streams


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
