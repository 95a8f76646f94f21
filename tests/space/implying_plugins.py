"""Plug-ins whose fields imply facts, so that they conflict where a field has a certain value."""

from dataclasses import dataclass
from typing import ClassVar

from gansearch.dimensions import Choice, static
from gansearch.gan import Discriminator, Generator
from gansearch.records import Facts
from gansearch.tricks import Trick

LAYERS = Choice(("plain", "batch", "layer"))
COUPLING = {"batch": ("couples_batch",)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Layered(Discriminator):
    """Couples the batch where it is told to."""

    name: ClassVar[str] = "layered"

    normalisation: str = static("plain", LAYERS, "nothing", implies=COUPLING)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bare(Discriminator):
    """Has no normalisation at all."""

    name: ClassVar[str] = "bare"


@dataclass(frozen=True, kw_only=True, eq=False)
class Coupling(Discriminator):
    """Couples the batch unless it is told not to."""

    name: ClassVar[str] = "coupling"

    normalisation: str = static("batch", LAYERS, "nothing", implies=COUPLING)


@dataclass(frozen=True, kw_only=True, eq=False)
class LayeredMaker(Generator):
    """A generator that couples the batch, which harms no gradient of the scores."""

    name: ClassVar[str] = "layered_maker"

    normalisation: str = static("batch", LAYERS, "nothing", implies=COUPLING)


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixing(Trick):
    """A switched trick that couples the batch in one of its modes."""

    name: ClassVar[str] = "mixing"
    paper: ClassVar[str] = "none"

    mode: str = static("alone", Choice(("alone", "together")), "nothing", implies={"together": ("couples_batch",)})


@dataclass(frozen=True, kw_only=True, eq=False)
class Slopes(Trick):
    """A switched trick that needs independent samples."""

    name: ClassVar[str] = "slopes"
    facts: ClassVar[Facts] = Facts(needs_independent_samples=True)
    paper: ClassVar[str] = "none"
