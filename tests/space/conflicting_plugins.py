"""Plug-ins that do nothing but state facts, so that they conflict with each other."""

from dataclasses import dataclass
from typing import ClassVar

from gansearch.data import DataSet
from gansearch.dimensions import Float, Int, static, traced
from gansearch.gan import Discriminator, Generator, Loss
from gansearch.records import Facts, Geometry
from gansearch.tricks import Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class Coupled(Trick):
    """A switched trick that couples the batch."""

    name: ClassVar[str] = "coupled"
    facts: ClassVar[Facts] = Facts(couples_batch=True)
    paper: ClassVar[str] = "none"

    strength: Scalar = traced(1.0, Float(0.0, 2.0), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class PerSample(Trick):
    """A switched trick that needs independent samples."""

    name: ClassVar[str] = "per_sample"
    facts: ClassVar[Facts] = Facts(needs_independent_samples=True)
    paper: ClassVar[str] = "none"

    weight: Scalar = traced(1.0, Float(0.0, 2.0), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class SlottedPerSample(Trick):
    """A trick in a slot that needs independent samples."""

    name: ClassVar[str] = "slotted_per_sample"
    slot: ClassVar[str] = "test_slot"
    facts: ClassVar[Facts] = Facts(needs_independent_samples=True)
    paper: ClassVar[str] = "none"

    weight: Scalar = traced(1.0, Float(0.0, 2.0), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class SlottedPlain(Trick):
    """A trick in the same slot without needs."""

    name: ClassVar[str] = "slotted_plain"
    slot: ClassVar[str] = "test_slot"
    paper: ClassVar[str] = "none"


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled(Trick):
    """A switched trick that needs classes."""

    name: ClassVar[str] = "labelled"
    facts: ClassVar[Facts] = Facts(needs_labels=True)
    paper: ClassVar[str] = "none"


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoreLoss(Loss):
    """A loss that is no cross entropy, with a field of its own."""

    name: ClassVar[str] = "scores"

    margin: Scalar = traced(1.0, Float(0.1, 2.0), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class CoupledDiscriminator(Discriminator):
    """A discriminator that couples the batch; its depth has another default than that of the built-in one."""

    name: ClassVar[str] = "coupled_net"
    facts: ClassVar[Facts] = Facts(couples_batch=True)

    layers: int = static(4, Int(1, 8), "nothing")
    groups: int = static(2, Int(1, 4), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class CoupledGenerator(Generator):
    """A generator that couples the batch, which harms no gradient of the scores."""

    name: ClassVar[str] = "coupled_maker"
    facts: ClassVar[Facts] = Facts(couples_batch=True)


@dataclass(frozen=True, kw_only=True)
class Unlabelled(DataSet):
    """Data without classes."""

    name: ClassVar[str] = "unlabelled"
    geometry: ClassVar[Geometry] = Geometry(shape=(2,), bounded=False, classes=0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Squares(Loss):
    """A loss with targets that is no cross entropy."""

    name: ClassVar[str] = "squares"
    facts: ClassVar[Facts] = Facts(has_targets=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Energies(Loss):
    """A loss on reconstruction errors, with a field of its own."""

    name: ClassVar[str] = "energies"
    facts: ClassVar[Facts] = Facts(needs_energies=True)

    margin: Scalar = traced(1.0, Float(0.1, 2.0), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class Balanced(Loss):
    """Another loss on reconstruction errors."""

    name: ClassVar[str] = "balanced"
    facts: ClassVar[Facts] = Facts(needs_energies=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rebuilding(Discriminator):
    """A discriminator whose score is a reconstruction error."""

    name: ClassVar[str] = "rebuilding"
    facts: ClassVar[Facts] = Facts(gives_energies=True)

    layers: int = static(3, Int(1, 8), "nothing")
    code: int = static(8, Int(1, 64), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rebuilding2(Discriminator):
    """Another one."""

    name: ClassVar[str] = "rebuilding_too"
    facts: ClassVar[Facts] = Facts(gives_energies=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Featureless(Discriminator):
    """A discriminator with neither."""

    name: ClassVar[str] = "featureless"

    layers: int = static(3, Int(1, 8), "nothing")


@dataclass(frozen=True, kw_only=True, eq=False)
class Featured(Discriminator):
    """A discriminator with features."""

    name: ClassVar[str] = "featured"
    facts: ClassVar[Facts] = Facts(gives_features=True)


def _named(trick: str, **facts: bool) -> type[Trick]:
    """A switched trick that states these facts."""
    body = {"__module__": __name__, "__doc__": "Nothing.", "name": trick, "paper": "none", "facts": Facts(**facts)}
    return dataclass(frozen=True, kw_only=True, eq=False)(type(trick.title().replace("_", ""), (Trick,), body))


LogitReader = _named("logit_reader", needs_probability_loss=True)
FeatureReader = _named("feature_reader", needs_features=True)
Packing = _named("packing", packs_samples=True)
Single = _named("single", needs_single_samples=True)
Replacing = _named("replacing", replaces_fakes=True)
LatentReader = _named("latent_reader", needs_latents=True)
Shaping = _named("shaping", shapes_latents=True)
ShapingToo = _named("shaping_too", shapes_latents=True)
Scoring = _named("scoring", makes_scores=True)
ScoringToo = _named("scoring_too", makes_scores=True)
Picturing = _named("picturing", needs_images=True)
