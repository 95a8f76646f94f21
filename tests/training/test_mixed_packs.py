"""Packs whose lanes differ in depth and activation: each lane equals the lane alone, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from gansearch.data import Data
from gansearch.errors import TrainingError
from gansearch.gan.activations import ACTIVATIONS
from gansearch.testing.capture import lanes_at_once
from gansearch.testing.companies import companies
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.contracts.capture import (
    check_operations,
    check_places,
    check_replay,
    check_without_numbers,
    recorded_step,
)
from gansearch.testing.data import TinyImages
from gansearch.testing.variants import variants
from gansearch.training import Lane, Pack
from gansearch.training.configuration import Optimizer
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.rmsprop import RmsProp
from gansearch.training.descent.sgd import Sgd
from gansearch.training.step import Variant
from gansearch.tricks import Trick, tricks

G_LAYERS = (5, 3, 2, 4, 2, 5, 3, 4)
D_LAYERS = (2, 5, 3, 2, 4, 4, 5, 2)
NAMES = tuple(ACTIVATIONS)
OPTIMIZERS: dict[str, Callable[[int], Optimizer]] = {
    "adam": lambda index: Adam(lr=2e-4 * (1 + index), beta1=0.1 * index),
    "sgd": lambda index: Sgd(lr=2e-3 * (1 + index), momentum=0.1 * index),
    "rmsprop": lambda index: RmsProp(lr=1e-4 * (1 + index), alpha=0.99 - 0.01 * index),
}
ODD_WIDTH = 13
"""No multiple of a vector's length, so that parameters stand anywhere in a row."""


def lane(index: int, *enabled: Trick, optimizer: str = "adam", width: int = ODD_WIDTH) -> Lane:
    """Lanes differ in depth, activation and dropout of both networks, in their rates and in their seed."""
    tiny = tiny_configuration(*enabled)

    def player(network: Any, layers: int, activation: str, dropout: float) -> Any:
        return replace(network, layers=layers, activation=activation, dropout=dropout, width=width)

    configuration = replace(
        tiny,
        generator=player(tiny.generator, G_LAYERS[index], NAMES[index % 5], 0.1 * index),
        discriminator=player(tiny.discriminator, D_LAYERS[index], NAMES[2 * index % 5], 0.4 - 0.05 * index),
        generator_optimizer=OPTIMIZERS[optimizer](index),
        discriminator_optimizer=OPTIMIZERS[optimizer](index),
    )
    return Lane(configuration, seed=100 + index)


MIXING = [cls for cls in tricks if cls.mixes]
"""Tricks under which depths may differ."""
COMPANIES = companies(MIXING)


def many_tricks(index: int, company: int = 0) -> tuple[Trick, ...]:
    """Those of a company, with numbers that differ from lane to lane."""
    return tuple(variants(cls, 3)[index % 3] for cls in COMPANIES[company])


def train(pack: Pack, epochs: int) -> np.ndarray[Any, Any]:
    """Signals of all epochs, [K, signals, steps]."""
    return np.concatenate([pack.train_epoch().values for _ in range(epochs)], axis=2)


def assert_same_bits(one: Pack, of_one: int, other: Pack, of_other: int) -> None:
    ours, theirs = one.lane_state(of_one), other.lane_state(of_other)
    assert ours.step == theirs.step
    assert ours.tensors.keys() == theirs.tensors.keys()
    for name, tensor in ours.tensors.items():
        assert torch.equal(tensor, theirs.tensors[name]), name


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("width", [8, ODD_WIDTH])
def test_same_bits_in_single_precision(optimizer: str, width: int, tiny_data: Data) -> None:
    together = Pack([lane(index, optimizer=optimizer, width=width) for index in range(8)], tiny_data)
    signals = train(together, 3)

    for index in range(8):
        alone = Pack([lane(index, optimizer=optimizer, width=width)], tiny_data)
        assert np.array_equal(signals[index], train(alone, 3)[0]), index
        assert_same_bits(together, index, alone, 0)


@pytest.mark.parametrize("trick", [cls.name for cls in MIXING])
def test_same_bits_with_each_trick(trick: str, tiny_data: Data) -> None:
    enabled = variants(tricks.get(trick), 3)
    lanes = [lane(index, enabled[index]) for index in range(3)]
    together = Pack(lanes, tiny_data)
    signals = train(together, 3)

    for index in range(3):
        alone = Pack([lanes[index]], tiny_data)
        assert np.array_equal(signals[index], train(alone, 3)[0]), index
        assert_same_bits(together, index, alone, 0)
        assert torch.equal(together.sample(7, averaged=True)[index], alone.sample(7, averaged=True)[0])


@pytest.mark.parametrize(("optimizer", "company"), [("adam", 0), ("rmsprop", 1), ("sgd", 2)])
def test_parity_in_double_precision_over_100_steps(optimizer: str, company: int, tiny_data: Data) -> None:
    lanes = [lane(index, *many_tricks(index, company), optimizer=optimizer) for index in range(8)]
    together = Pack(lanes, tiny_data, dtype=torch.float64)
    train(together, 25)

    for index in (0, 4):
        alone = Pack([lanes[index]], tiny_data, dtype=torch.float64)
        train(alone, 25)
        assert together.steps[index] == alone.steps[0] == 100
        samples = together.sample(20, averaged=False)[index], alone.sample(20, averaged=False)[0]
        torch.testing.assert_close(*samples, rtol=1e-9, atol=1e-9)


def test_parity_in_the_forms_of_other_devices(tiny_data: Data) -> None:
    with lanes_at_once():
        together = Pack([lane(index) for index in range(8)], tiny_data, dtype=torch.float64)
        train(together, 3)
        for index in (1, 6):
            alone = Pack([lane(index)], tiny_data, dtype=torch.float64)
            train(alone, 3)
            state = together.lane_state(index).tensors
            for name, tensor in alone.lane_state(0).tensors.items():
                torch.testing.assert_close(state[name], tensor, rtol=1e-9, atol=1e-9)


def test_the_order_of_the_lanes_decides_nothing(tiny_data: Data) -> None:
    orders: Sequence[Sequence[int]] = ([5], [0, 5, 3, 1, 6], [6, 1, 5, 0], [5, 5])
    packs = [Pack([lane(index) for index in order], tiny_data) for order in orders]

    for pack, order in zip(packs, orders, strict=True):
        train(pack, 2)
        assert_same_bits(packs[0], 0, pack, order.index(5))


def test_a_nan_stays_in_its_lane(tiny_data: Data) -> None:
    lanes = [lane(index, *many_tricks(index, 1)) for index in range(5)]
    poisoned, healthy = Pack(lanes, tiny_data), Pack(lanes, tiny_data)
    state = poisoned.lane_state(1)
    state.tensors["discriminator.parameters"].fill_(float("nan"))
    poisoned.load_lane_state(1, state)

    ill, well = train(poisoned, 2), train(healthy, 2)

    assert np.isnan(ill[1, 0]).all()
    assert poisoned.lane_state(1).tensors["generator.parameters"].isnan().all()
    for index in (0, 2, 3, 4):
        assert np.array_equal(ill[index], well[index])
        assert_same_bits(poisoned, index, healthy, index)


def test_a_lane_goes_on_alone_and_among_others(tiny_data: Data) -> None:
    lanes = [lane(index, *many_tricks(index)) for index in range(3)]
    together, alone = Pack(lanes, tiny_data), Pack(lanes[1:2], tiny_data)
    train(together, 2)
    train(alone, 2)

    left = Pack(lanes[1:2], tiny_data)
    left.load_lane_state(0, together.lane_state(1))
    joined = Pack([lanes[2], lanes[1]], tiny_data)
    joined.load_lane_state(1, alone.lane_state(0))

    for pack in (left, joined, alone):
        train(pack, 2)
    assert_same_bits(left, 0, alone, 0)
    assert_same_bits(joined, 1, alone, 0)


def test_a_state_of_another_depth_is_refused(tiny_data: Data) -> None:
    together = Pack([lane(0), lane(1)], tiny_data)

    with pytest.raises(TrainingError, match=r"must have the shapes of its configuration: generator.parameters is"):
        together.load_lane_state(1, together.lane_state(0))


def test_lanes_leave_and_join(tiny_data: Data) -> None:
    changing, staying = Pack([lane(index) for index in (0, 1, 2)], tiny_data), Pack([lane(1), lane(2)], tiny_data)

    train(changing, 1)
    changing.leave([0])
    train(changing, 1)
    order = changing.join([lane(5)], [None])
    assert sorted(order) == [0, 1, 2]
    train(changing, 1)
    train(staying, 3)
    newcomer = Pack([lane(5)], tiny_data)
    train(newcomer, 1)

    assert_same_bits(changing, order.index(0), staying, 0)
    assert_same_bits(changing, order.index(1), staying, 1)
    assert_same_bits(changing, order.index(2), newcomer, 0)


def test_a_step_can_be_recorded() -> None:
    lanes = [lane(index) for index in range(3)]
    data = TinyImages(train_samples=16 * 11).load(None)

    with lanes_at_once():
        check_operations(lanes, data)
        check_places(lanes, data)
        check_replay(lanes, data)
    check_without_numbers(lanes, data)


def test_launches_grow_with_the_runs_and_not_with_the_lanes(tiny_data: Data) -> None:
    few = [lane(0), lane(1), lane(2)]
    many = [one for one in few for _ in range(3)]

    def launches(lanes: Sequence[Lane]) -> int:
        pack = Pack(lanes, tiny_data)
        pack.train_epoch()
        pack._start_epoch()
        return recorded_step(pack, Variant(measure=True, due=frozenset())).launches

    with lanes_at_once():
        assert launches(few) == launches(many)


def test_one_layer_and_several_share_no_pack(tiny_data: Data) -> None:
    flat = lane(0)
    single = replace(flat.configuration.generator, layers=1)  # type: ignore[call-arg]

    with pytest.raises(TrainingError, match=r"generator\.has_hidden_layers differs: True and False"):
        Pack([flat, replace(flat, configuration=replace(flat.configuration, generator=single))], tiny_data)
