"""What a user's ``torch.nn.Module`` must be so that lanes, seeds and checkpoints mean something: checked once, in full.

A network here is a pure function of its parameters, its input and its draws. Whatever else a module may do (draw from
torch's global generator, change a buffer in ``forward``, keep tensors where nobody finds them) is found by running it
on a few samples in double precision, and refused with what to do about it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Final, TypeVar

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.parameter import is_lazy

from gansearch.errors import GansearchError, PluginError
from gansearch.gan._base import Parameter
from gansearch.gan.torch_dropout import MaskFeed
from gansearch.gan.torch_lanes import Layout, Maker, TorchLanes, prepared, tensors_of
from gansearch.gan.vectorising import FixedMasks, Vectorised, measured, vectorises

T = TypeVar("T")

_BATCH: Final = 4
_SEEDS: Final = (1, 2)
_TOLERANCE: Final = 1e-9
_NOT_THEIRS: Final = (Path(torch.__file__).parent, Path(__file__).parents[1])
_PURE: Final = "a network must be a pure function of its parameters and its input"


@dataclass(frozen=True)
class Case:
    """What a module is for."""

    input_shape: tuple[int, ...]
    """Of one latent vector or sample."""
    output_shape: tuple[int, ...]
    """Of one sample; () for a score, which may come as [B] or [B, 1]."""
    couples_batch: bool
    """Whether the class declares that samples of a batch influence each other."""


@dataclass(frozen=True)
class Examined:
    """What was found of a module that can be trained."""

    layout: Layout
    vectorised: Vectorised


def examine(maker: Maker, case: Case) -> Examined:
    """Check a module on ``_BATCH`` samples and tell whether its lanes can be one program.

    Raises:
        PluginError: where it cannot be trained; with the rule, what was found and what to do.
    """
    layout = _layout(maker)
    values = _first_values(maker, layout)
    stream = torch.Generator().manual_seed(0)
    inputs = torch.randn(2, _BATCH, *case.input_shape, dtype=torch.float64, generator=stream)
    lanes = TorchLanes(maker, layout, case.output_shape)
    with torch.random.fork_rng(devices=[]):
        _check_pass(maker, inputs[0], case)
        _check_repeats(maker, lanes, values, inputs)
        _check_same_as_itself(maker, lanes, values, inputs)
        _check_coupling(maker, lanes, values, inputs, case)
        _tried(maker, lambda: measured(lanes, values, inputs, (0,)), inputs[0])
        return Examined(layout, vectorises(lanes, values, inputs))


def _layout(maker: Maker) -> Layout:
    """Sort the module's tensors into those that each lane has for itself, and those that no seed changes."""
    modules = [prepared(maker, seed, MaskFeed()) for seed in (_SEEDS[0], *_SEEDS)]
    if modules[0] is modules[1]:
        raise PluginError(f"{maker.label}.module must make a new module at each call; got the same one twice")
    first, again, other = (tensors_of(module) for module in modules)
    for name, tensor in first.items():
        _check_tensor(maker, name, tensor)
        if again.keys() != first.keys() or not _same(tensor, again[name]):
            raise PluginError(
                f"{maker.label}: the constructor must give the same tensors at the same seed of torch; {name} differs: "
                f"draw first values with torch, on the CPU"
            )
    kept = [name for name in first if first[name].requires_grad or not _same(first[name], other[name])]
    for name in kept:
        if not first[name].is_floating_point():
            raise PluginError(
                f"{maker.label}: what the constructor draws must be real numbers, so that each lane keeps its own; "
                f"{name} is {first[name].dtype}: draw it from a torch.Generator with a fixed seed"
            )
    if not any(tensor.requires_grad for tensor in first.values()):
        raise PluginError(f"{maker.label}: a module must have parameters that learn; got {type(modules[0]).__name__}")
    parameters = tuple(_parameter(name, first[name]) for name in kept)
    return Layout(parameters, tuple(name for name in first if name not in kept))


def _check_tensor(maker: Maker, name: str, tensor: Tensor) -> None:
    if is_lazy(tensor):
        raise PluginError(
            f"{maker.label}: layers must be given their sizes; {name} is of a lazy layer, without a shape"
        )
    if isinstance(tensor, nn.Parameter) and not tensor.is_floating_point():
        raise PluginError(
            f"{maker.label}: a parameter must hold real numbers; {name} is {tensor.dtype}: make it a buffer "
            f"(register_buffer)"
        )
    if tensor.numel() == 0:
        raise PluginError(f"{maker.label}: a parameter or buffer must not be empty; {name} is {tuple(tensor.shape)}")


def _parameter(name: str, tensor: Tensor) -> Parameter:
    shape = tuple(tensor.shape)
    is_bias = name.rpartition(".")[2] == "bias"
    return Parameter(name, shape, prod(shape[1:]), is_bias=is_bias, is_frozen=not tensor.requires_grad)


def _first_values(maker: Maker, layout: Layout) -> dict[str, Tensor]:
    """[2, *shape] by name in double precision: what the constructor gives at two seeds."""
    lanes = [tensors_of(maker.module(seed)) for seed in _SEEDS]
    return {
        parameter.name: torch.stack([lane[parameter.name].detach().double() for lane in lanes])
        for parameter in layout.parameters
    }


def _check_pass(maker: Maker, inputs: Tensor, case: Case) -> None:
    """A pass gives finite numbers of the right shape, and leaves every tensor of the module as it was."""
    feed = MaskFeed()
    module = prepared(maker, _SEEDS[0], feed).double().train()
    before = {name: tensor.detach().clone() for name, tensor in tensors_of(module).items()}
    given = {name: tensor.clone() for name, tensor in before.items()}

    def run() -> object:
        with feed.serving(feed.drawn(FixedMasks((0,)), inputs)):
            return functional_call(module, given, (inputs,))

    output = _tried(maker, run, inputs)
    allowed = [(_BATCH, *case.output_shape)] if case.output_shape else [(_BATCH,), (_BATCH, 1)]
    if not isinstance(output, Tensor) or tuple(output.shape) not in allowed:
        got = list(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise PluginError(
            f"{maker.label}: for a batch of {_BATCH} the module must give a tensor of shape "
            f"{' or '.join(str(list(shape)) for shape in allowed)}; got {got} from an input of {list(inputs.shape)}"
        )
    if not bool(output.isfinite().all()):
        raise PluginError(f"{maker.label}: the untrained module must give finite numbers; got {output.flatten()[:3]}")
    # functional_call also hands back what forward has put in the place of a tensor.
    changed = [name for name, tensor in before.items() if not _same(tensor, given[name].detach())]
    if changed:
        raise PluginError(
            f"{maker.label}: {_PURE}; forward changes {', '.join(changed)}: work the statistic out anew in each pass, "
            f"or leave it out (spectral_norm keeps such vectors, weight_norm does not)"
        )


def _check_repeats(maker: Maker, lanes: TorchLanes, values: Mapping[str, Tensor], inputs: Tensor) -> None:
    """The same input gives the same output, in training and in evaluation, wherever the global generator stands."""
    outputs: dict[bool, list[Tensor]] = {False: [], True: []}
    for seed, training in enumerate((False, True, True, False)):
        torch.default_generator.manual_seed(seed)
        draws = FixedMasks((0,)) if training else None
        output = _tried(maker, lambda: lanes.apply(_lane(values, 0), inputs[:1], draws), inputs[0])  # noqa: B023
        outputs[training].append(output)
    for training, (one, other) in outputs.items():
        if not torch.equal(one, other):
            raise PluginError(
                f"{maker.label}: {_PURE}; two passes in {'training' if training else 'evaluation'} differ: use "
                f"torch.nn.Dropout (or Dropout1d, 2d, 3d, AlphaDropout, FeatureAlphaDropout) as a layer in the place "
                f"of torch.nn.functional.dropout, torch.rand and layers that drop by themselves, and keep no state"
            )


def _check_same_as_itself(maker: Maker, lanes: TorchLanes, values: Mapping[str, Tensor], inputs: Tensor) -> None:
    """Given another lane's tensors, the module does what that lane's own module does."""
    feed = MaskFeed()
    own = prepared(maker, _SEEDS[1], feed).double().train()
    with feed.serving(feed.drawn(FixedMasks((1,)), inputs)):
        expected = own(inputs[1]).detach()
    got = lanes.apply(_lane(values, 1), inputs[1:], FixedMasks((1,))).detach()
    if not torch.allclose(got.flatten(), expected.flatten(), rtol=_TOLERANCE, atol=_TOLERANCE):
        raise PluginError(
            f"{maker.label}: all that forward reads must be parameters or buffers; the output also depends on "
            f"something else that the constructor makes: register it with register_buffer, or as torch.nn.Parameter"
        )


def _check_coupling(maker: Maker, lanes: TorchLanes, values: Mapping[str, Tensor], inputs: Tensor, case: Case) -> None:
    """Samples of a batch influence each other only where that is declared."""
    if case.couples_batch:
        return
    changed = inputs[:1].clone()
    changed[:, 0] = inputs[1, 0]
    one, other = (lanes.apply(_lane(values, 0), batch, FixedMasks((0,)))[:, 1:] for batch in (inputs[:1], changed))
    if not torch.allclose(one, other, rtol=_TOLERANCE, atol=_TOLERANCE):
        raise PluginError(
            f"{maker.label} must declare that it couples the samples of a batch (batch normalisation does): one sample "
            f"changed others by {(one - other).abs().max().item():.2g}; add to the class: "
            f"facts: ClassVar[Facts] = Facts(couples_batch=True)"
        )


def _tried(maker: Maker, run: Callable[[], T], inputs: Tensor) -> T:
    """What ``run`` gives.

    Raises:
        PluginError: with the place in the user's code, where it raises anything.
    """
    try:
        return run()
    except GansearchError:
        raise
    except Exception as error:  # whatever the user's module raises is theirs to mend
        raise PluginError(
            f"{maker.label}: the module must take a batch of shape {list(inputs.shape)} and have gradients, in double "
            f"precision too, which this check uses, and without torch.utils.checkpoint; got {type(error).__name__}: "
            f"{error}{_place(error)}"
        ) from error


def _place(error: Exception) -> str:
    """Where in the user's own code it was raised, in brackets; nothing where that has no part in it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not any(Path(frame.filename).is_relative_to(one) for one in _NOT_THEIRS)]
    return f" ({own[-1].name}, {Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""


def _lane(values: Mapping[str, Tensor], lane: int) -> dict[str, Tensor]:
    return {name: value[lane : lane + 1] for name, value in values.items()}


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and bool(torch.equal(one, other))
