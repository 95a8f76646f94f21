"""A user's ``torch.nn.Module`` with a lane axis in front, as a pure function of its parameters.

One lane calls the module itself with that lane's tensors in place of its own; several lanes are the same call under
``torch.func.vmap``. Source: Horace He and Richard Zou 2021, functorch: JAX-like composable function transforms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.modules.batchnorm import _NormBase

from gansearch.errors import GansearchError, PluginError, TrainingError
from gansearch.gan._base import Draws, Parameter
from gansearch.gan.initialisation import Source
from gansearch.gan.torch_dropout import MaskFeed, no_masks, replace_dropout

_HALF: Final = 2**16
"""Two numbers in [0, 1), in steps of its inverse, make the 32 bits that torch's CPU generator takes as its seed."""


@dataclass(frozen=True)
class Maker:
    """What makes a user's module."""

    label: str
    """The class to name in messages."""
    make: Callable[[], nn.Module]

    def module(self, seed: int) -> nn.Module:
        """A new module, with the first values that its constructor draws from torch's generator at ``seed``.

        Raises:
            PluginError: where it is no ``torch.nn.Module``, or its constructor raises anything.
        """
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            try:
                module = self.make()
            except GansearchError:
                raise
            except Exception as error:  # whatever the user's constructor raises is theirs to mend
                got = f"{type(error).__name__}: {error}"
                raise PluginError(f"{self.label}.module must make its module; got {got}") from error
        if not isinstance(module, nn.Module):
            raise PluginError(f"{self.label}.module must return a torch.nn.Module; got {module!r}")
        return module


@dataclass(frozen=True)
class Layout:
    """What of a module's tensors is what."""

    parameters: tuple[Parameter, ...]
    """Every lane has its own: the parameters, and whatever else the constructor draws."""
    constants: tuple[str, ...]
    """The same in every lane: buffers, and parameters without gradients, that no seed changes."""


Tensors: TypeAlias = Mapping[str, Tensor]


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers by name; one that stands under two names counts once, under the first."""
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


class TorchLanes:
    """Lanes of one user's module; fulfils ``Module``.

    Normalisation layers use the statistics of their batch in training and sampling alike: running ones would be a
    state that is no parameter. Dropout layers take their masks from the pass's draws.

    Args:
        maker: makes the module.
        layout: which of its tensors are parameters.
        shape: of one output: that of a sample, or () for a score.
        one_lane: why several lanes cannot be one program; None where they can.
    """

    def __init__(self, maker: Maker, layout: Layout, shape: tuple[int, ...], one_lane: str | None = None) -> None:
        self._maker = maker
        self._layout = layout
        self._shape = shape
        self._one_lane = one_lane
        self._feed = MaskFeed()
        self._module = prepared(maker, 0, self._feed)
        own = tensors_of(self._module)
        self._constants = {name: own[name].detach() for name in layout.constants}
        self._cast: dict[tuple[torch.dtype, torch.device], Tensors] = {}
        self._consumers: dict[tuple[int, ...], list[tuple[str, tuple[int, ...], float]]] = {}

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of every lane, in the order of the module."""
        return self._layout.parameters

    def initial_values(self, source: Source) -> dict[str, Tensor]:
        """What the user's own constructor draws, in each lane at a seed from that lane's stream; [K, *shape] by name.

        Raises:
            TrainingError: where there are several lanes and they cannot be one program.
        """
        numbers = source.uniform("seed", (2,))
        self._check_count(len(numbers))
        seeds = [high * _HALF + low for high, low in (numbers.double() * _HALF).long().tolist()]
        lanes = [tensors_of(self._maker.module(seed)) for seed in seeds]
        return {
            parameter.name: torch.stack([lane[parameter.name].detach() for lane in lanes]).to(numbers)
            for parameter in self.parameters
        }

    def __call__(self, parameters: Tensors, inputs: Tensor, draws: Draws | None) -> Tensor:
        """Apply the module in every lane.

        Args:
            parameters: [K, *shape] by name.
            inputs: [K, B, ...].
            draws: random numbers; None switches dropout off and puts the module into its mode of evaluation.

        Returns:
            [K, B, *shape of one output].

        Raises:
            TrainingError: where there are several lanes and they cannot be one program.
        """
        self._check_count(len(inputs))
        # A module's own dropout is off when samples are drawn, as its mode of evaluation has it.
        return self.apply(parameters, inputs, None if draws is not None and draws.is_sampling else draws)

    def apply(self, parameters: Tensors, inputs: Tensor, draws: Draws | None) -> Tensor:
        """As a call, whether or not several lanes are known to be one program."""
        values = {
            parameter.name: parameters[parameter.name].detach() if parameter.is_frozen else parameters[parameter.name]
            for parameter in self.parameters
        }
        if self._module.training is not (draws is not None):
            self._module.train(draws is not None)
        if len(inputs) == 1:
            one = {name: value.squeeze(0) for name, value in values.items()}
            with self._feed.serving(no_masks if draws is None else self._feed.drawn(draws, inputs)):
                output = self._functional(one, inputs.squeeze(0))
        else:
            output = self._pass_of_many(values, inputs, draws)
        return output.reshape(*inputs.shape[:2], *self._shape)

    def _pass_of_many(self, values: Tensors, inputs: Tensor, draws: Draws | None) -> Tensor:
        def one(lane: Tensors, batch: Tensor, given: tuple[Tensor, ...]) -> Tensor:
            left = iter(given)
            with self._feed.serving(no_masks if draws is None else lambda *_: next(left)):
                return self._functional(lane, batch)

        output: Tensor = vmap(one)(values, inputs, self._masks(values, inputs, draws))
        return output

    def _masks(self, values: Tensors, inputs: Tensor, draws: Draws | None) -> tuple[Tensor, ...]:
        """The masks [K, ...] of a pass, drawn before it: nothing can be drawn lane by lane within ``vmap``."""
        if draws is None:
            return ()
        key = tuple(inputs.shape[1:])
        if key not in self._consumers:
            self._consumers[key] = self._recorded(values, inputs)
        return tuple(
            draws.keep_mask(layer, shape, self._feed.rate(p, len(inputs), inputs))
            for layer, shape, p in self._consumers[key]
        )

    @torch.no_grad()
    def _recorded(self, values: Tensors, inputs: Tensor) -> list[tuple[str, tuple[int, ...], float]]:
        """The masks that the dropout layers ask for in a pass of one lane, in order."""
        consumers: list[tuple[str, tuple[int, ...], float]] = []
        with self._feed.serving(lambda *consumer: consumers.append(consumer)):
            self._functional({name: value[0] for name, value in values.items()}, inputs[0])
        return consumers

    def _functional(self, values: Tensors, inputs: Tensor) -> Tensor:
        output: Tensor = functional_call(self._module, {**self._constants_like(inputs), **values}, (inputs,))
        return output

    def _constants_like(self, inputs: Tensor) -> Tensors:
        """The constants on the device of ``inputs``, real numbers in their format."""
        key = (inputs.dtype, inputs.device)
        if key not in self._cast:
            self._cast[key] = {
                name: constant.to(inputs) if constant.is_floating_point() else constant.to(inputs.device)
                for name, constant in self._constants.items()
            }
        return self._cast[key]

    def _check_count(self, count: int) -> None:
        if count > 1 and self._one_lane is not None:
            raise TrainingError(f"a pack with {self._maker.label} must have one lane; got {count}: {self._one_lane}")


def prepared(maker: Maker, seed: int, feed: MaskFeed) -> nn.Module:
    """A new module whose normalisation layers keep no statistics, and whose dropout layers are fed by ``feed``."""
    module = maker.module(seed)
    for layer in module.modules():
        if isinstance(layer, _NormBase) and layer.track_running_stats:
            without: Any = layer
            without.track_running_stats = False
            without.running_mean = without.running_var = without.num_batches_tracked = None
    replace_dropout(module, feed)
    return module
