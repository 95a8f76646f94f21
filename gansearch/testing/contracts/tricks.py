"""What every trick must do, hook by hook, on fake lanes."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from gansearch.dimensions import declared
from gansearch.records import Facts
from gansearch.testing.contracts.declarations import NAME, check_declaration
from gansearch.testing.hooks import STEPS, expected_shapes, given_to_hooks, run_hooks
from gansearch.testing.lanes import FakeLanes
from gansearch.testing.variants import stacked, structures, variants
from gansearch.tricks import Trick

TOLERANCE = 1e-12
SEEDS = (3, 4, 5)
PLAYER_SIZES = (11, 13)


def check_trick(cls: type[Trick]) -> None:
    """Everything that can be told of a trick without training."""
    check_trick_declaration(cls)
    check_facts(cls)
    for lanes in _each_structure(cls):
        check_frozen(lanes[0])
        check_period(lanes)
        check_shapes(lanes)
        check_lanes_are_separate(lanes)
        check_streams(lanes)
        check_state(lanes)
        check_state_stays(lanes)
        check_parameter_shaped(lanes)
    check_neutral(cls)


def check_trick_declaration(cls: type[Trick]) -> None:
    """A frozen dataclass whose docstring has a formula, with the year of its paper and ranges for its fields."""
    check_declaration(cls)
    assert "``" in (cls.__doc__ or ""), f"the docstring of {cls.__name__} must have a formula in double backticks"
    paper = getattr(cls, "paper", "")
    assert re.search(r"\b(19|20)\d\d\b", paper), f"{cls.__name__}.paper must name authors and year; got {paper!r}"
    assert cls.slot is None or NAME.fullmatch(cls.slot), f"{cls.__name__}.slot must be in snake case; got {cls.slot!r}"


def check_facts(cls: type[Trick]) -> None:
    """Facts are ``Facts``, and a trick that changes labels says that it needs a loss that has them."""
    assert isinstance(cls.facts, Facts), f"{cls.__name__}.facts must be Facts; got {cls.facts!r}"
    changes_labels = cls.labels is not Trick.labels or cls.generator_labels is not Trick.generator_labels
    assert cls.facts.needs_targets or not changes_labels, (
        f"{cls.__name__} changes labels, so its facts must say needs_targets"
    )


def check_frozen(trick: Trick) -> None:
    """No field can be set after construction."""
    for name in declared(type(trick)):
        try:
            setattr(trick, name, getattr(trick, name))
        except dataclasses.FrozenInstanceError:
            continue
        raise AssertionError(f"{type(trick).__name__}.{name} must not be settable")


def check_period(lanes: list[Trick]) -> None:
    """A whole number of steps that follows from static fields: traced ones differ from lane to lane."""
    periods = [trick.period for trick in (stacked(lanes), *lanes)]
    for period in periods:
        # Numbers of the device would make it a tensor.
        assert isinstance(period, int), f"{_said(lanes)}.period must be a whole number; got {period!r}"
        assert period >= 1, f"{_said(lanes)}.period must be at least 1; got {period}"
    assert len(set(periods)) == 1, f"{_said(lanes)}.period must follow from static fields; got {periods}"


def check_shapes(lanes: list[Trick]) -> None:
    """Every hook keeps shapes and type, gives [K] losses, and only finite numbers."""
    got = run_hooks(stacked(lanes), FakeLanes(seeds=SEEDS))
    expected = expected_shapes(lanes[0], FakeLanes(seeds=SEEDS))
    for name, value in got.items():
        kind, _, _ = name.partition("@")
        if kind in expected:
            assert tuple(value.shape) == expected[kind], (
                f"{_said(lanes)}: {name} must have the shape {expected[kind]}; got {tuple(value.shape)}"
            )
        assert value.shape[:1] == (len(lanes),), f"{_said(lanes)}: {name} must have a lane axis; got {value.shape}"
        assert value.dtype == torch.float64, f"{_said(lanes)}: {name} must keep the type float64; got {value.dtype}"
        assert bool(value.isfinite().all()), f"{_said(lanes)}: {name} must be finite"


def check_lanes_are_separate(lanes: list[Trick]) -> None:
    """A lane beside others gives what it gives alone, and a NaN in one lane reaches no other."""
    together = run_hooks(stacked(lanes), FakeLanes(seeds=SEEDS))
    poisoned_lanes = FakeLanes(seeds=SEEDS)
    with torch.no_grad():
        poisoned_lanes.weights[0] = float("nan")
        poisoned_lanes.generator_parameters[0] = float("nan")
        poisoned_lanes.discriminator_parameters[0] = float("nan")
    poisoned = run_hooks(stacked(lanes), poisoned_lanes)
    for index, seed in enumerate(SEEDS):
        alone = run_hooks(stacked([lanes[index]]), FakeLanes(seeds=(seed,)))
        assert alone.keys() == together.keys(), f"{_said(lanes)}: hooks must return the same things at any K"
        for name, value in alone.items():
            _assert_equal(value[0], together[name][index], f"{_said(lanes)}: {name} of lane {index}, alone and not")
            if index > 0:
                _assert_equal(value[0], poisoned[name][index], f"{_said(lanes)}: {name} of lane {index}, beside a NaN")


def check_streams(lanes: list[Trick]) -> None:
    """Numbers are drawn from the trick's own stream alone: no global generator moves, equal seeds repeat."""
    before = _global_generators()
    first = run_hooks(stacked(lanes), FakeLanes(seeds=SEEDS))
    for library, state in _global_generators().items():
        assert state == before[library], f"{_said(lanes)} must not draw from {library}'s global generator"
    second = run_hooks(stacked(lanes), FakeLanes(seeds=SEEDS))
    for name, value in first.items():
        assert torch.equal(value, second[name]), f"{_said(lanes)}: {name} must repeat under equal seeds"


def check_state(lanes: list[Trick]) -> None:
    """All that changes lies in ``lanes.state``: a new instance with that state goes on as the old one would."""
    worked = FakeLanes(seeds=SEEDS)
    old = stacked(lanes)
    run_hooks(old, worked)
    for value in worked.state.values():
        assert value.shape[:1] == (len(SEEDS),), f"{_said(lanes)}: state must have a lane axis; got {value.shape}"
    kept = {name: value.detach().clone() for name, value in worked.state.items()}
    goes_on = run_hooks(old, FakeLanes(seeds=SEEDS, state=worked.state, start=STEPS), starts=False)
    copied = FakeLanes(seeds=SEEDS, state=kept, start=STEPS)
    for name, value in run_hooks(stacked(lanes), copied, starts=False).items():
        assert torch.equal(value, goes_on[name]), f"{_said(lanes)}: {name} must follow from the state alone"


def check_state_stays(lanes: list[Trick]) -> None:
    """The tensors of the state are changed in place: a program that was recorded finds them where they were."""
    worked, trick = FakeLanes(seeds=SEEDS), stacked(lanes)
    worked.state.update(trick.initial_state(worked))
    before = {name: (id(tensor), tensor.data_ptr()) for name, tensor in worked.state.items()}
    first = dict(worked.state)  # kept alive, so that no other tensor can take an identity
    run_hooks(trick, worked, starts=False)
    after = {name: (id(tensor), tensor.data_ptr()) for name, tensor in worked.state.items()}
    for name in first | worked.state:
        assert before.get(name) == after.get(name), (
            f"{_said(lanes)}: the state {name!r} must be changed in place, not replaced"
        )


def check_parameter_shaped(lanes: list[Trick]) -> None:
    """What is laid out as a player's parameters are is said to be, and nothing else is."""
    said = {"generator": lanes[0].generator_shaped, "discriminator": lanes[0].discriminator_shaped}
    for player, names in said.items():
        small, large = (_state_shapes(lanes, player, size) for size in PLAYER_SIZES)
        for name, shape in small.items():
            follows = shape != large[name]
            shapes = f"{shape} and {large[name]} for {player}s of {PLAYER_SIZES}"
            assert not follows or (shape, large[name]) == tuple((len(SEEDS), size) for size in PLAYER_SIZES), (
                f"{_said(lanes)}: a state that follows the {player}'s parameters must be [K, P]; {name} is {shapes}"
            )
            assert follows == (name in names), (
                f"{_said(lanes)}: {player}_shaped must name the states that are [K, P], no others; {name} is {shapes}"
            )


def _state_shapes(lanes: list[Trick], player: str, size: int) -> dict[str, tuple[int, ...]]:
    worked = FakeLanes(seeds=SEEDS, **{f"{player}_size": size})  # type: ignore[arg-type]
    run_hooks(stacked(lanes), worked)
    return {name: tuple(tensor.shape) for name, tensor in worked.state.items()}


def check_neutral(cls: type[Trick]) -> None:
    """At its neutral values the trick returns what it was given and adds losses of 0, to the bit."""
    unknown = set(cls.neutral) - set(declared(cls))
    assert not unknown, f"{cls.__name__}.neutral must name its fields; got {sorted(unknown)}"
    if not cls.neutral:
        return
    lanes = FakeLanes(seeds=SEEDS)
    trick = stacked([cls(**cls.neutral)] * len(SEEDS))
    for name, value in run_hooks(trick, lanes).items():
        kind, _, step = name.partition("@")
        given = given_to_hooks(lanes).get(kind)
        if given is not None:
            assert torch.equal(value, given), f"{cls.__name__}: {kind} must be unchanged at {dict(cls.neutral)}"
        elif kind.endswith("_share"):
            assert bool((value == 1).all()), f"{cls.__name__}: {kind} must be 1 at {dict(cls.neutral)}, step {step}"
        elif kind in ("discriminator_loss", "generator_loss"):
            assert bool((value == 0).all()), f"{cls.__name__}: {kind} must be 0 at {dict(cls.neutral)}, step {step}"


def _global_generators() -> dict[str, object]:
    return {
        "torch": torch.get_rng_state().tolist(),
        "numpy": repr(np.random.get_state(legacy=False)),
        "random": random.getstate(),
    }


def _each_structure(cls: type[Trick]) -> Iterator[list[Trick]]:
    for structure in structures(cls):
        yield variants(cls, len(SEEDS), structure)


def _said(lanes: list[Trick]) -> str:
    return repr(lanes[0])


def _assert_equal(alone: Tensor, other: Tensor, what: str) -> None:
    gap = (alone - other).abs().max().item()
    assert gap <= TOLERANCE, f"{what} must be equal within {TOLERANCE}; got a gap of {gap}"
