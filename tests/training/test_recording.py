"""A pack whose steps are recorded and replayed is the pack whose steps are run as they stand, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.variants import variants
from gansearch.training import Lane, Pack, optimizers
from gansearch.training.configuration import Configuration
from gansearch.training.recording import ProgramRunner
from gansearch.tricks import Batch, Lanes, Trick, tricks

EPOCHS = 8
"""Of 4 steps."""


def trained(
    configuration: Configuration, data: Data, *, record_after: int, lanes: int = 2
) -> tuple[Pack, list[np.ndarray[Any, Any]]]:
    """A pack after eight epochs, and its signals."""
    pack = Pack([Lane(configuration, seed) for seed in range(lanes)], data, record_after=record_after)
    return pack, [pack.train_epoch().values for _ in range(EPOCHS)]


def programs(pack: Pack) -> int:
    runner = pack._run
    assert isinstance(runner, ProgramRunner)
    return len(runner.variants)


def check(configuration: Configuration, data: Data, *, expected: int) -> None:
    """Equal signals and states with and without programs, and so many programs."""
    plain, wanted = trained(configuration, data, record_after=10**9)
    pack, signals = trained(configuration, data, record_after=3)

    assert (programs(plain), programs(pack)) == (0, expected)
    np.testing.assert_array_equal(np.stack(signals), np.stack(wanted))
    for lane in range(pack.count):
        ours, theirs = pack.lane_state(lane), plain.lane_state(lane)
        assert ours.step == theirs.step
        assert all(torch.equal(ours.tensors[name], tensor) for name, tensor in theirs.tensors.items())


@pytest.mark.parametrize("architecture", ["mlp", "dcgan"])
@pytest.mark.parametrize("optimizer", optimizers.names())
def test_every_optimizer(architecture: str, optimizer: str, tiny_data: Data) -> None:
    one = optimizers.get(optimizer)()
    configuration = replace(
        tiny_configuration(architecture=architecture), generator_optimizer=one, discriminator_optimizer=one
    )

    # One program of the steps that measure, one of the others.
    check(configuration, tiny_data, expected=2)


@pytest.mark.parametrize("name", tricks.names())
def test_every_trick(name: str, tiny_data: Data) -> None:
    for trick in variants(tricks.get(name), 3):
        pack, _ = trained(tiny_configuration(trick), tiny_data, record_after=3)
        check(tiny_configuration(trick), tiny_data, expected=programs(pack))
        assert programs(pack) >= 1


def test_several_discriminator_updates(tiny_data: Data) -> None:
    configuration = tiny_configuration()
    training = replace(configuration.training, d_steps_per_g_step=3)

    check(replace(configuration, training=training), tiny_data, expected=2)


def test_a_lane_that_leaves_and_joins_goes_on_in_new_programs(tiny_data: Data) -> None:
    lanes = [Lane(tiny_configuration(), seed) for seed in range(3)]
    pack, alone = Pack(lanes, tiny_data, record_after=3), Pack(lanes[2:], tiny_data, record_after=3)
    for _ in range(2):
        pack.train_epoch()
        alone.train_epoch()
    pack.leave([0])

    for _ in range(EPOCHS):
        np.testing.assert_array_equal(pack.train_epoch().values[1], alone.train_epoch().values[0])


@dataclass(frozen=True, kw_only=True, eq=False)
class Reads(Trick):
    """Reads a number from a tensor in a hook."""

    name: ClassVar[str] = "reads"
    paper: ClassVar[str] = "none, 2024"

    def after_step(self, lanes: Lanes) -> None:
        """Look at the clock."""
        assert int(lanes.step[0]) >= 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Replaces(Trick):
    """Puts another tensor into its state at each step."""

    name: ClassVar[str] = "replaces"
    paper: ClassVar[str] = "none, 2024"

    def initial_state(self, lanes: Lanes) -> dict[str, Tensor]:
        """A count a lane."""
        return {"count": lanes.generator_parameters.new_zeros(lanes.count)}

    def after_step(self, lanes: Lanes) -> None:
        """Count."""
        lanes.state["count"] = lanes.state["count"] + 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Hides(Trick):
    """Keeps what changes outside its state."""

    name: ClassVar[str] = "hides"
    paper: ClassVar[str] = "none, 2024"
    hidden: ClassVar[Tensor] = torch.zeros(())

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Grows with every step."""
        self.hidden.add_(1e-3)
        return self.hidden * batch.fake_scores.mean(1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts(Trick):
    """Does something else at every third step, as its own count tells it."""

    name: ClassVar[str] = "counts"
    paper: ClassVar[str] = "none, 2024"
    numbers: ClassVar[Iterator[int]] = count()

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor | None:
        """A term that differs from step to step."""
        return batch.fake_scores.mean(1) * (next(self.numbers) % 3)


@pytest.mark.parametrize("trick", [Reads, Replaces, Hides])
def test_what_cannot_be_recorded_is_run_as_it_stands(
    trick: type[Trick], tiny_data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hides, "hidden", torch.zeros(()))
    plain, wanted = trained(tiny_configuration(trick()), tiny_data, record_after=10**9)
    monkeypatch.setattr(Hides, "hidden", torch.zeros(()))
    pack, signals = trained(tiny_configuration(trick()), tiny_data, record_after=3)

    assert programs(pack) == 0
    np.testing.assert_array_equal(np.stack(signals), np.stack(wanted))
    assert pack.steps == plain.steps


def test_a_program_that_would_do_something_else_is_not_used(
    tiny_data: Data, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Counts, "numbers", count())
    _, wanted = trained(tiny_configuration(Counts()), tiny_data, record_after=10**9)
    monkeypatch.setattr(Counts, "numbers", count())
    pack, signals = trained(tiny_configuration(Counts()), tiny_data, record_after=3)

    assert programs(pack) == 0
    assert "a recorded one did not do the same" in caplog.text
    np.testing.assert_array_equal(np.stack(signals), np.stack(wanted))
