"""What a trick's hooks may read and use: the pack seen by one trick, with a random stream of the trick's own."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.training.passes import Passes, in_latent_order
from gansearch.training.streams import Branch
from gansearch.tricks import Classes, Shown, Sizes


@dataclass(frozen=True, eq=False)
class TrickLanes:
    """The lanes of the pack at this step, bound to one trick."""

    trick: str
    passes: Passes
    total_steps: int
    """Generator updates of a full run."""
    streams: Branch
    """The trick's own; it counts draws, so that a hook may draw as often as it likes."""

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        return self.passes.training.count

    @property
    def step(self) -> Int64[Tensor, " K"]:
        """Generator updates done before this step, on the device."""
        return self.streams.clock

    @property
    def sizes(self) -> Sizes:
        """Of samples, latents and features."""
        return self.passes.sizes

    @property
    def latent_columns(self) -> slice:
        """Where among the latents those stand that the trick has put there."""
        return self.passes.latent_columns(self.trick)

    @property
    def state(self) -> MutableMapping[str, Tensor]:
        """The trick's own state, [K, ...] tensors by name; part of the checkpoint."""
        return self.passes.training.tricks[self.trick]

    @property
    def own(self) -> Mapping[str, Tensor]:
        """The trick's own parameters, by the names that it declares."""
        return self.passes.own(self.trick)

    @property
    def generator_parameters(self) -> Float[Tensor, "K P"]:
        """The generator's parameters, flat."""
        return self.passes.training.generator.flat.values

    @property
    def discriminator_parameters(self) -> Float[Tensor, "K P"]:
        """The discriminator's parameters, flat."""
        return self.passes.training.discriminator.flat.values

    @property
    def discriminator_weights(self) -> Mapping[str, Tensor]:
        """The discriminator's parameters by name."""
        return self.passes.training.discriminator.flat.leaves

    def real(self, indices: Int64[Tensor, "K n"]) -> Shown:
        """Samples of the training data and their classes, by their numbers modulo the number of samples."""
        return self.passes.real(indices)

    def generate(self, latents: Float[Tensor, "K n Z"], parameters: Float[Tensor, "K P"] | None = None) -> Tensor:
        """Samples of a further pass through the generator, with dropout masks of its own."""
        draws = self.streams.branch("generator")
        if parameters is None:
            return self.passes.generate(latents, draws)
        with self.passes.generating(self.passes.training.generator.flat.views(parameters)):
            return self.passes.generate(latents, draws)

    def fresh_fakes(self, count: int, classes: Classes, parameters: Float[Tensor, "K P"] | None = None) -> Tensor:
        """Samples of latents drawn anew, also those that other tricks draw for them: from streams of this trick."""
        flat = self.passes.training.generator.flat
        with self.passes.generating(flat.leaves if parameters is None else flat.views(parameters)):
            latents = self.normal((count, self.sizes.latents))
            for trick, _ in in_latent_order(self.passes.bound, self.sizes.geometry):
                own = TrickLanes(trick.name, self.passes, self.total_steps, self.streams.branch(f"of/{trick.name}"))
                latents = trick.latents(own, latents, classes)
            return self.passes.generate(latents, self.streams.branch("generator"))

    def discriminate(self, images: Tensor, classes: Classes = None) -> Float[Tensor, "K B"]:
        """Scores of a further pass through the discriminator, with its graph and dropout masks of its own."""
        return self.passes.judge(images, classes, self.streams.branch("discriminator")).scores

    def features(self, images: Tensor, classes: Classes = None) -> Float[Tensor, "K B F"]:
        """Features of a further pass through the discriminator; what needs them is only on where there are any."""
        features = self.passes.judge(images, classes, self.streams.branch("discriminator")).features
        assert features is not None
        return features

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape] from the trick's stream."""
        return self.streams.normal("normal", shape)

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        """Numbers uniform in [0, 1), [K, *shape], from the trick's stream."""
        return self.streams.uniform("uniform", shape)
