"""What every generator and discriminator must do, on samples of 8 x 8 pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from gansearch.dimensions import Int, Value, declared
from gansearch.gan import Discriminator, Generator, Module, Network
from gansearch.records import Facts, Geometry
from gansearch.testing.contracts.declarations import check_declaration
from gansearch.testing.draws import FakeDraws
from gansearch.testing.seeded import seeded_normal
from gansearch.testing.variants import mixtures, small_settings, stacked, structures, variants

BATCH = 16
SEEDS = (3, 4, 5)
SMALL: Mapping[str, Value] = {"width": 8, "latent_size": 4}
"""What a network under test is given of the fields that it declares; other integers take the low end."""
IMAGES = Geometry(shape=(1, 8, 8), bounded=True, classes=2)
POINTS = Geometry(shape=(2,), bounded=False, classes=8)
TOLERANCE = 1e-12
ADDED = 3
"""Numbers that are put behind the features of a discriminator."""
_WHEN_SAMPLING = "_when_sampling"
"""How the names of fields end that let a generator draw random numbers when samples are drawn."""

N = TypeVar("N", bound=Network)


def check_generator(cls: type[Generator], geometries: Sequence[Geometry] = (IMAGES,)) -> None:
    """Everything that can be told of a generator without training, for samples of these geometries."""
    check_network_declaration(cls)
    check_fits(cls, geometries)
    for lanes, geometry in network_cases(cls, geometries):
        network = stacked(lanes)
        inputs = seeded_normal("latents", SEEDS[: len(lanes)], (BATCH, network.latent_size))
        module = network.build(geometry)
        check_parameters(module, network)
        check_generator_output(module, network, inputs, geometry)
        check_draws_when_sampling(lanes, inputs, geometry)
        _check_passes(module, lanes, inputs, geometry)


def check_discriminator(cls: type[Discriminator], geometries: Sequence[Geometry] = (IMAGES,)) -> None:
    """Everything that can be told of a discriminator without training, for samples of these geometries."""
    check_network_declaration(cls)
    check_fits(cls, geometries)
    for lanes, geometry in network_cases(cls, geometries):
        network = stacked(lanes)
        inputs = seeded_normal("samples", SEEDS[: len(lanes)], (BATCH, *geometry.shape)).tanh()
        module = network.build(geometry)
        check_parameters(module, network)
        scores = module(parameter_values(module, SEEDS[: len(lanes)]), inputs, None)
        assert scores.shape == (len(lanes), BATCH), f"{network}: scores must be [K, B]; got {tuple(scores.shape)}"
        if network.facts.gives_features:
            check_divided(network, scores, inputs, geometry)
        _check_passes(module, lanes, inputs, geometry)


def check_network_declaration(cls: type[Network]) -> None:
    """A frozen dataclass with facts, also those that its fields imply, whose initialisation is a name."""
    check_declaration(cls)
    assert isinstance(cls.facts, Facts), f"{cls.__name__}.facts must be Facts; got {cls.facts!r}"
    for name, field in declared(cls).items():
        for value in field.implies:
            facts = cls(**{name: value}).facts
            assert isinstance(facts, Facts), f"{cls.__name__} must have facts where {name} is {value}; got {facts!r}"
    name = cls().initialisation
    assert isinstance(name, str), f"{cls.__name__}.initialisation must be a name; got {name!r}"
    assert name, f"{cls.__name__}.initialisation must be a name; got an empty one"


def check_fits(cls: type[Network], geometries: Sequence[Geometry]) -> None:
    """The network says that it takes samples of these geometries."""
    for geometry in geometries:
        needed = cls.misfit(geometry)
        assert needed is None, f"{cls.__name__} must take samples of shape {geometry.shape}; it needs {needed}"


def check_parameters(module: Module, network: Network) -> None:
    """Parameters have keys of their own, shapes that hold something, and a fan-in."""
    keys = [parameter.key for parameter in module.parameters]
    assert keys, f"{network} must have parameters"
    assert len(set(keys)) == len(keys), f"{network}: the names of parameters must differ; got {keys}"
    for parameter in module.parameters:
        assert math.prod(parameter.shape) > 0, f"{network}: {parameter.name} must not be empty; got {parameter.shape}"
        assert parameter.fan_in > 0, f"{network}: {parameter.name} must have a fan-in; got {parameter.fan_in}"


def check_generator_output(module: Module, network: Network, latents: Tensor, geometry: Geometry) -> None:
    """Samples have the declared shape and range, and follow the latents."""
    samples = module(parameter_values(module, SEEDS[: len(latents)]), latents, None)
    expected = (len(latents), BATCH, *geometry.shape)
    assert samples.shape == expected, f"{network}: samples must be {expected}; got {tuple(samples.shape)}"
    if geometry.bounded:
        largest = samples.abs().max().item()
        assert largest <= 1, f"{network}: bounded samples must lie in [-1, 1]; got {largest}"
    assert samples.std(1).max().item() > 0, f"{network}: samples must follow the latents; got equal ones"


def check_draws_when_sampling(lanes: Sequence[Generator], latents: Tensor, geometry: Geometry) -> None:
    """When samples are drawn, only a generator that is told to draws random numbers; the lanes differ in how many."""
    network = stacked(lanes)
    module, seeds = network.build(geometry), SEEDS[: len(lanes)]
    values = parameter_values(module, seeds)
    quiet, drawn = (module(values, latents, draws) for draws in (None, FakeDraws(seeds, is_sampling=True)))
    told = [name for name in declared(type(network)) if name.endswith(_WHEN_SAMPLING) and getattr(network, name)]
    if not told:
        assert torch.equal(quiet, drawn), f"{network} must draw nothing when samples are drawn; its samples differ"
    elif len(lanes) == len(SEEDS):
        assert not torch.equal(quiet, drawn), f"{network} must draw when samples are drawn, as {told} say; it does not"


def check_divided(network: Discriminator, scores: Tensor, samples: Tensor, geometry: Geometry) -> None:
    """A discriminator that gives features is its trunk and then its head, which takes further numbers behind them."""
    seeds = SEEDS[: len(samples)]
    parts, wide = network.divided(geometry), network.divided(geometry, ADDED)
    values, wide_values = parameter_values(parts, seeds), parameter_values(wide, seeds)
    features = parts.trunk(values, samples, None)
    expected = (len(samples), BATCH, parts.features)
    assert features.shape == expected, f"{network}: features must be {expected}; got {tuple(features.shape)}"
    assert torch.equal(parts.head(values, features, None), scores), f"{network}: trunk and head must give its scores"
    assert wide.features == parts.features, f"{network}: added numbers must not count as features; got {wide.features}"
    assert torch.equal(wide.trunk(wide_values, samples, None), features), f"{network}: added numbers change its trunk"
    check_parameters(wide, network)
    given = seeded_normal("added", seeds, (BATCH, ADDED)).requires_grad_()
    moved = wide.head(wide_values, torch.cat([features, given], 2), None)
    assert moved.shape == scores.shape, f"{network}: scores must be [K, B]; got {tuple(moved.shape)}"
    (slope,) = torch.autograd.grad(moved.sum(), given)
    assert bool((slope != 0).all()), f"{network}: every added number must reach the scores"


def check_gradients(module: Module, network: Network, inputs: Tensor) -> None:
    """Every parameter that learns, and the input, gets a gradient that is finite and not all zero."""
    seeds = SEEDS[: len(inputs)]
    frozen = {parameter.key for parameter in module.parameters if parameter.is_frozen}
    values = {name: value.requires_grad_() for name, value in parameter_values(module, seeds).items()}
    leaves = {**values, "input": inputs.detach().requires_grad_()}
    output = module(values, leaves["input"], None)
    weights = seeded_normal("weights", seeds, tuple(output.shape[1:]))
    slopes = torch.autograd.grad((output * weights).sum(), list(leaves.values()), allow_unused=True)
    for name, slope in zip(leaves, slopes, strict=True):
        if name in frozen:
            continue
        assert slope is not None, f"{network}: {name} must get a gradient; got none"
        assert bool(slope.isfinite().all()), f"{network}: the gradient of {name} must be finite"
        assert bool((slope != 0).any()), f"{network}: the gradient of {name} must not be all zero"


def check_lanes_are_separate(lanes: Sequence[Network], inputs: Tensor, geometry: Geometry) -> None:
    """A lane beside others gives what it gives alone, dropout included."""
    together = _output(lanes, SEEDS[: len(lanes)], inputs, geometry)
    assert bool(together.isfinite().all()), f"{lanes[0]}: the output must be finite"
    for index, seed in enumerate(SEEDS[: len(lanes)]):
        alone = _output([lanes[index]], [seed], inputs[index : index + 1], geometry)
        gap = (alone[0] - together[index]).abs().max().item()
        assert gap <= TOLERANCE, f"{lanes[index]}: a lane alone and in a pack must be equal; got a gap of {gap}"


def check_batch_coupling(module: Module, network: Network, inputs: Tensor) -> None:
    """A network that does not declare ``couples_batch`` treats each sample alone."""
    if network.facts.couples_batch:
        return
    values = parameter_values(module, SEEDS[: len(inputs)])
    changed = inputs.clone()
    changed[:, 0] = -changed[:, 0]
    gap = (module(values, inputs, None) - module(values, changed, None))[:, 1:].abs().max().item()
    assert gap <= TOLERANCE, f"{network} must declare couples_batch: one sample changed others by {gap}"


def _check_passes(module: Module, lanes: Sequence[Network], inputs: Tensor, geometry: Geometry) -> None:
    network = stacked(lanes)
    check_gradients(module, network, inputs)
    check_lanes_are_separate(lanes, inputs, geometry)
    check_batch_coupling(module, network, inputs)


def _output(lanes: Sequence[Network], seeds: Sequence[int], inputs: Tensor, geometry: Geometry) -> Tensor:
    module = _built(stacked(lanes), geometry)
    return module(parameter_values(module, seeds), inputs, FakeDraws(seeds))


def _built(network: Network, geometry: Geometry) -> Module:
    assert isinstance(network, (Generator, Discriminator)), f"{network} must be a generator or a discriminator"
    return network.build(geometry)


def parameter_values(module: Module, seeds: Sequence[int]) -> dict[str, Tensor]:
    """Parameters whose size keeps that of what passes through, [K, *shape] by key; K counts the lanes that have it."""
    return {
        parameter.key: seeded_normal(parameter.name, seeds[parameter.rows], parameter.shape)
        / math.sqrt(parameter.fan_in)
        for parameter in module.parameters
    }


def network_cases(cls: type[N], geometries: Sequence[Geometry]) -> Iterator[tuple[list[N], Geometry]]:
    """Small lanes of every structure of a network, and the samples that they are for."""
    said = declared(cls)
    small = small_settings(cls, SMALL)
    # What is absent by default is there once, as small as it may be.
    given: list[dict[str, Value]] = [
        {name: field.dimension.low}
        for name, field in said.items()
        if field.optional and not field.traced and isinstance(field.dimension, Int)
    ]
    for geometry in geometries:
        for structure in (*structures(cls), *given):
            lanes = variants(cls, len(SEEDS), {**small, **structure})
            yield (lanes if lanes[0].one_lane_reason(geometry) is None else lanes[:1]), geometry
        if any(field.mixed for field in said.values()):
            yield mixtures(cls, len(SEEDS), small), geometry
