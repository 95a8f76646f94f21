"""Moving average of the generator's parameters. Source: Yazici et al. 2018, arXiv:1806.04498; Karras et al. 2017."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Lanes, Scalar, Trick, across


@dataclass(frozen=True, kw_only=True, eq=False)
class Ema(Trick):
    """Evaluates the average ``a <- decay * a + (1 - decay) * theta`` of the generator's parameters ``theta``.

    The average starts at the parameters of step 0 and moves after each step; training never sees it.
    """

    name: ClassVar[str] = "ema"
    generator_shaped: ClassVar[frozenset[str]] = frozenset({"average"})
    paper: ClassVar[str] = "Yazici et al. 2018, arXiv:1806.04498; Karras et al. 2017, arXiv:1710.10196"

    decay: Scalar = traced(
        0.999, Float(0.9, 0.9999), "share of the average that is kept at each step", limits=Float(0.0, 1.0)
    )

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The generator's parameters, [K, P], as the first average."""
        return {"average": lanes.generator_parameters.detach().clone()}

    def after_step(self, lanes: Lanes) -> None:
        """Move the average towards the parameters."""
        moved(lanes.state["average"], lanes.generator_parameters, self.decay)

    def averaged_generator(self, lanes: Lanes) -> Tensor:
        """The average, [K, P]."""
        return lanes.state["average"]


def moved(average: Floats[Tensor, "K P"], parameters: Floats[Tensor, "K P"], decay: Scalar) -> Floats[Tensor, "K P"]:
    """``decay * average + (1 - decay) * parameters``, in the memory of ``average``."""
    return average.add_((parameters.detach() - average) * across(1 - decay, average))
