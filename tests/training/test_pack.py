"""Packs: a lane beside others equals the lane alone, ends no other, leaves and joins, and draws its samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.dimensions import Float, traced
from gansearch.errors import TrainingError
from gansearch.testing.capture import lanes_at_once
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.data import random_images, random_points
from gansearch.training import Lane, Pack
from gansearch.training.counter_streams import CounterStreams
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.sgd import Sgd
from gansearch.tricks import Batch, Classes, Labels, Lanes, Role, Scalar, Trick, across
from gansearch.tricks.instance_noise import InstanceNoise

LANES = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class SoftLabels(Trick):
    """Targets drawn from a range of their own in every lane."""

    name: ClassVar[str] = "soft_labels"
    paper: ClassVar[str] = "none, 2024"

    real: Scalar = traced(0.9, Float(0.5, 1.0), "lowest target of real images")

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        """Uniform between ``real`` and 1."""
        low = across(self.real, labels.real)
        return replace(labels, real=low + (1 - low) * lanes.uniform(tuple(labels.real.shape[1:])))


@dataclass(frozen=True, kw_only=True, eq=False)
class Everything(Trick):
    """Draws and computes in every hook, and changes the run by ``strength``."""

    name: ClassVar[str] = "everything"
    paper: ClassVar[str] = "none, 2024"
    generator_shaped: ClassVar[frozenset[str]] = frozenset({"average"})

    strength: Scalar = traced(0.0, Float(0.0, 1.0), "how much it changes")

    def initial_state(self, lanes: Lanes) -> dict[str, Tensor]:
        """A random number a lane, and a copy of the generator."""
        return {"number": lanes.normal((1,)).clone(), "average": lanes.generator_parameters.clone()}

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """With noise."""
        return latents + across(self.strength, latents) * lanes.normal(tuple(latents.shape[1:]))

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        """With noise."""
        return images + across(self.strength, images) * lanes.normal(tuple(images.shape[1:]))

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """A gradient penalty with a double backward."""
        real = batch.real.detach().requires_grad_()
        (slope,) = torch.autograd.grad(lanes.discriminate(real).sum(), real, create_graph=True)
        return self.strength * slope.flatten(2).square().sum(2).mean(1)

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """The mean score of a further pass."""
        return self.strength * lanes.discriminate(batch.fake).mean(1)

    def after_step(self, lanes: Lanes) -> None:
        """The average moves towards the present generator."""
        lanes.state["average"].mul_(0.5).add_(0.5 * lanes.generator_parameters)

    def averaged_generator(self, lanes: Lanes) -> Tensor:
        """The average."""
        return lanes.state["average"]


def lane(index: int, *tricks: Trick, **generator: Any) -> Lane:
    """Lanes differ in their seed, both rates, both dropouts and the range of their labels."""
    tiny = tiny_configuration(SoftLabels(real=1 - 0.05 * index), *tricks)
    configuration = replace(
        tiny,
        generator=replace(tiny.generator, **{"dropout": 0.1 * index, **generator}),
        discriminator=replace(tiny.discriminator, dropout=0.05 * index),  # type: ignore[call-arg]
        generator_optimizer=Adam(lr=2e-4 * (1 + index), beta1=0.1 * index),
        discriminator_optimizer=Sgd(lr=1e-2 * (1 + index), momentum=0.1 * index),
    )
    return Lane(configuration, seed=100 + index)


def train(pack: Pack, epochs: int) -> np.ndarray[Any, Any]:
    """Signals of all epochs, [K, signals, steps]."""
    return np.concatenate([pack.train_epoch().values for _ in range(epochs)], axis=2)


def assert_same_bits(one: Pack, of_one: int, other: Pack, of_other: int) -> None:
    ours, theirs = one.lane_state(of_one), other.lane_state(of_other)
    assert ours.step == theirs.step
    assert ours.tensors.keys() == theirs.tensors.keys()
    for name, tensor in ours.tensors.items():
        assert torch.equal(tensor, theirs.tensors[name]), name


def assert_close_states(pack: Pack, of: int, alone: Pack) -> None:
    state = pack.lane_state(of).tensors
    for name, tensor in alone.lane_state(0).tensors.items():
        torch.testing.assert_close(state[name], tensor, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("make", [random_points, lambda: random_images(8, 8)], ids=["points", "images"])
def test_parity_in_double_precision_over_100_steps(make: Any) -> None:
    data = make()
    together = Pack([lane(index, Everything(strength=0.1)) for index in range(LANES)], data, dtype=torch.float64)
    signals = train(together, 25)

    for index in (0, 5):
        alone = Pack([lane(index, Everything(strength=0.1))], data, dtype=torch.float64)
        expected = train(alone, 25)
        assert together.steps == (100,) * LANES
        assert alone.steps == (100,)
        np.testing.assert_allclose(signals[index], expected[0], rtol=1e-6, atol=1e-7)
        assert_close_states(together, index, alone)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "gelu", "relu6"])
@pytest.mark.parametrize(("height", "width", "hidden", "batch"), [(8, 8, 8, 16), (5, 7, 9, 20), (28, 28, 64, 35)])
def test_same_bits_in_single_precision(activation: str, height: int, width: int, hidden: int, batch: int) -> None:
    def prepared(index: int) -> Lane:
        one = lane(index, activation=activation, width=hidden, layers=4)
        settings = replace(one.configuration.training, batch_size=batch)
        return replace(one, configuration=replace(one.configuration, training=settings))

    data = random_images(height, width)
    together = Pack([prepared(index) for index in range(LANES)], data)
    signals = train(together, 5)

    for index in (0, 3, 7):
        alone = Pack([prepared(index)], data)
        assert np.array_equal(signals[index], train(alone, 5)[0])
        assert_same_bits(together, index, alone, 0)


def test_same_bits_for_points_and_in_any_place() -> None:
    data = random_points()
    orders: Sequence[Sequence[int]] = ([5], [5, 0], [3, 5, 1], [7, 6, 5, 4, 3, 2, 1, 0])
    packs = [Pack([lane(index) for index in order], data) for order in orders]

    for pack, order in zip(packs, orders, strict=True):
        train(pack, 6)
        assert_same_bits(packs[0], 0, pack, order.index(5))


@pytest.mark.parametrize("form", [nullcontext, lanes_at_once], ids=["lane by lane", "lanes at once"])
def test_a_nan_stays_in_its_lane(tiny_data: Data, form: Callable[[], AbstractContextManager[None]]) -> None:
    with form():
        poisoned = Pack([lane(index, Everything(strength=0.1)) for index in range(4)], tiny_data)
        healthy = Pack([lane(index, Everything(strength=0.1)) for index in range(4)], tiny_data)
        state = poisoned.lane_state(1)
        state.tensors["discriminator.parameters"][7] = float("nan")
        poisoned.load_lane_state(1, state)

        ill, well = train(poisoned, 3), train(healthy, 3)

    d_loss = 0
    assert np.isnan(ill[1, d_loss]).all()
    assert poisoned.lane_state(1).tensors["generator.parameters"].isnan().all()
    for index in (0, 2, 3):
        assert np.array_equal(ill[index], well[index])
        assert np.isfinite(ill[index]).all()
        assert_same_bits(poisoned, index, healthy, index)


def test_a_trick_without_strength_changes_nothing(tiny_data: Data) -> None:
    without = Pack([lane(2)], tiny_data)
    beside = Pack([lane(2, Everything(strength=0.0))], tiny_data)
    acting = Pack([lane(2, Everything(strength=0.1))], tiny_data)

    signals = train(without, 5)

    assert np.array_equal(signals, train(beside, 5))
    assert not np.array_equal(signals, train(acting, 5))
    for name, tensor in without.lane_state(0).tensors.items():
        assert torch.equal(beside.lane_state(0).tensors[name], tensor)


def test_a_lane_that_leaves_changes_no_other(tiny_data: Data) -> None:
    left = Pack([lane(index, Everything(strength=0.1)) for index in range(3)], tiny_data)
    full = Pack([lane(index, Everything(strength=0.1)) for index in range(3)], tiny_data)
    train(left, 2)
    train(full, 4)

    left.leave([1])
    train(left, 2)

    assert (left.count, left.steps, left.epochs) == (2, (16, 16), (4, 4))
    assert_same_bits(left, 0, full, 0)
    assert_same_bits(left, 1, full, 2)


def test_the_last_lane_cannot_leave(tiny_data: Data) -> None:
    pack = Pack([lane(0)], tiny_data)
    train(pack, 1)

    with pytest.raises(TrainingError, match="at least one lane; got none"):
        pack.leave([0])
    assert (pack.count, pack.steps) == (1, (4,))


def test_a_lane_goes_on_in_another_pack(tiny_data: Data) -> None:
    first, second = Pack([lane(0), lane(1)], tiny_data), Pack([lane(1)], tiny_data)
    train(first, 2)

    second.load_lane_state(0, first.lane_state(1))
    train(first, 2)
    train(second, 2)

    assert_same_bits(first, 1, second, 0)


def lanes_apart_and_together(data: Data, dtype: torch.dtype) -> tuple[list[Pack], Pack]:
    """Three lanes that stand at epochs 0, 1 and 3, each alone and all in one pack."""

    def made(*indices: int) -> Pack:
        tricks = (Everything(strength=0.1), InstanceNoise(sigma=0.3))  # whose noise depends on the step
        return Pack([lane(index, *tricks) for index in indices], data, dtype=dtype)

    alone = [made(index) for index in range(3)]
    train(alone[1], 1)
    train(alone[2], 3)
    together = made(0, 1, 2)
    for index in (1, 2):
        together.load_lane_state(index, alone[index].lane_state(0))
    assert (together.steps, together.epochs) == ((0, 4, 12), (0, 1, 3))
    return alone, together


def test_lanes_at_different_epochs_train_together_each_as_if_alone(tiny_data: Data) -> None:
    alone, together = lanes_apart_and_together(tiny_data, torch.float32)

    signals = train(together, 3)

    assert (together.steps, together.epochs) == ((12, 16, 24), (3, 4, 6))
    for index, one in enumerate(alone):
        assert np.array_equal(signals[index], train(one, 3)[0])
        assert_same_bits(together, index, one, 0)


def test_lanes_at_different_epochs_train_together_in_the_form_of_accelerators(tiny_data: Data) -> None:
    with lanes_at_once():
        alone, together = lanes_apart_and_together(tiny_data, torch.float64)
        signals = train(together, 3)
        for index, one in enumerate(alone):
            np.testing.assert_allclose(signals[index], train(one, 3)[0], rtol=1e-6, atol=1e-7)
            assert_close_states(together, index, one)


@pytest.mark.parametrize("make", [random_points, lambda: random_images(8, 8)], ids=["points", "images"])
def test_parity_in_the_form_of_accelerators(make: Any) -> None:
    data = make()
    with lanes_at_once():
        together = Pack([lane(index, Everything(strength=0.1)) for index in range(3)], data, dtype=torch.float64)
        assert isinstance(together._streams, CounterStreams)
        signals = train(together, 25)
        for index in range(3):
            alone = Pack([lane(index, Everything(strength=0.1))], data, dtype=torch.float64)
            np.testing.assert_allclose(signals[index], train(alone, 25)[0], rtol=1e-6, atol=1e-7)
            assert_close_states(together, index, alone)


def test_a_lane_joins_at_its_beginning_or_where_it_stood(tiny_data: Data) -> None:
    tricks = (Everything(strength=0.1),)
    alone = [Pack([lane(index, *tricks)], tiny_data) for index in range(3)]
    train(alone[1], 2)
    pack = Pack([lane(0, *tricks)], tiny_data)
    train(pack, 1)

    pack.join([lane(1, *tricks), lane(2, *tricks)], [alone[1].lane_state(0), None])

    assert (pack.count, pack.epochs) == (3, (1, 2, 0))
    signals = train(pack, 2)
    train(alone[0], 1)
    for index, one in enumerate(alone):
        assert np.array_equal(signals[index], train(one, 2)[0])
        assert_same_bits(pack, index, one, 0)


def test_a_lane_that_cannot_join_leaves_the_pack_as_it_was(tiny_data: Data) -> None:
    pack, untouched = (Pack([lane(0), lane(1)], tiny_data) for _ in range(2))
    train(pack, 1)
    train(untouched, 1)
    within = replace(pack.lane_state(1), step=3)

    with pytest.raises(TrainingError, match=r"generator\.width differs: 8 and 16"):
        pack.join([lane(2, width=16)], [None])
    with pytest.raises(TrainingError, match="at a multiple of 4 steps; got step 3"):
        pack.join([lane(1)], [within])

    assert (pack.count, pack.steps) == (2, (4, 4))
    assert np.array_equal(train(pack, 2), train(untouched, 2))
    for index in range(2):
        assert_same_bits(pack, index, untouched, index)


def test_a_state_within_an_epoch_is_refused(tiny_data: Data) -> None:
    pack = Pack([lane(0)], tiny_data)

    with pytest.raises(TrainingError, match="between epochs, at a multiple of 4 steps; got step 3"):
        pack.load_lane_state(0, replace(pack.lane_state(0), step=3))


def test_a_state_of_another_structure_is_refused(tiny_data: Data) -> None:
    pack = Pack([lane(0)], tiny_data)

    with pytest.raises(TrainingError, match=r"generator\.parameters is \(\d+,\); got \(\d+,\)"):
        pack.load_lane_state(0, Pack([lane(0, width=16)], tiny_data).lane_state(0))
    with pytest.raises(TrainingError, match=r"these differ: \['tricks\.everything\.average', "):
        pack.load_lane_state(0, Pack([lane(0, Everything())], tiny_data).lane_state(0))


def test_different_structures_are_refused(tiny_data: Data) -> None:
    with pytest.raises(TrainingError, match=r"generator\.width differs: 8 and 16"):
        Pack([lane(0), lane(1, width=16)], tiny_data)


def test_steps_and_epochs(tiny_data: Data) -> None:
    one = lane(0)
    settings = replace(one.configuration.training, batch_size=24, epochs=7, d_steps_per_g_step=3)
    pack = Pack([replace(one, configuration=replace(one.configuration, training=settings))], tiny_data)

    signals = [pack.train_epoch(), pack.train_epoch()]

    assert (pack.steps_per_epoch, pack.total_steps, pack.steps, pack.epochs) == (2, 14, (4,), (2,))
    assert [one.values.shape for one in signals] == [(1, len(signals[0].names), 2)] * 2
    assert pack.lane_state(0).tensors["generator.optimizer.steps"].item() == 4


def test_samples_are_fixed_by_seed_and_stream(tiny_data: Data) -> None:
    pack = Pack([lane(0), lane(0), lane(1)], tiny_data)

    samples = pack.sample(6, averaged=False)

    assert samples.shape == (3, 6, 1, 8, 8)
    assert torch.equal(samples, pack.sample(6, averaged=False))
    assert torch.equal(samples[0], samples[1])
    assert not torch.equal(samples[0], samples[2])
    assert not torch.equal(samples, pack.sample(6, averaged=False, stream="grid"))


def test_sampling_disturbs_no_training(tiny_data: Data) -> None:
    watched, alone = (Pack([lane(3, Everything(strength=0.1))], tiny_data) for _ in range(2))

    for _ in range(3):
        watched.sample(50, averaged=True)
        watched.train_epoch()
    train(alone, 3)

    assert_same_bits(watched, 0, alone, 0)


def test_many_samples_are_drawn_in_portions(tiny_data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = Pack([lane(0), lane(1)], tiny_data)

    samples = pack.sample(5_003, averaged=False)

    assert samples.shape == (2, 5_003, 1, 8, 8)
    assert not torch.equal(samples[:, :3], samples[:, 2_500:2_503])
    assert not torch.equal(samples[:, :3], samples[:, 5_000:])
    assert torch.equal(samples[1], Pack([lane(1)], tiny_data).sample(5_003, averaged=False)[0])


def test_the_averaged_generator_is_sampled_where_there_is_one(tiny_data: Data) -> None:
    averaging, live = Pack([lane(1, Everything())], tiny_data), Pack([lane(1)], tiny_data)
    train(averaging, 3)
    train(live, 3)

    assert (averaging.has_average, live.has_average) == (True, False)
    assert torch.equal(averaging.sample(4, averaged=False), live.sample(4, averaged=False))
    assert not torch.equal(averaging.sample(4, averaged=True), live.sample(4, averaged=False))
    assert torch.equal(live.sample(4, averaged=True), live.sample(4, averaged=False))


def test_seeds_decide_the_run(tiny_data: Data) -> None:
    first, again, other = (Pack([replace(lane(0), seed=seed)], tiny_data) for seed in (1, 1, 2))

    assert np.array_equal(train(first, 2), train(again, 2))
    assert not torch.equal(first.sample(3, averaged=False), other.sample(3, averaged=False))
