"""The step is shown to be capturable on the CPU.

In the form that accelerators take there is no host synchronisation, no shape that depends on numbers, no operation
whose course does, a number of launches that does not grow with the lanes, and replaying equals running to the bit.
``tests/testing/test_capture.py`` shows that each check finds what it is there to find, and the contract suite of tricks
takes each trick alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gansearch.data import Data
from gansearch.gan import losses
from gansearch.testing.capture import ReplayingRunner, lanes_at_once
from gansearch.testing.companies import companies
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.contracts import capture
from gansearch.testing.contracts.capture import check_capturable
from gansearch.testing.data import TinyImages
from gansearch.testing.variants import variants
from gansearch.training import Configuration, Lane, Pack, optimizers
from gansearch.training.step import Variant
from gansearch.tricks import Trick, tricks
from gansearch.tricks.r1_penalty import R1Penalty

LANES = 8
ARCHITECTURES = ("mlp", "dcgan")


def lanes_of(configurations: list[Configuration]) -> list[Lane]:
    return [Lane(configuration, seed) for seed, configuration in enumerate(configurations)]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("optimizer", sorted(optimizers.names()))
def test_every_optimizer(architecture: str, optimizer: str) -> None:
    made = variants(optimizers.get(optimizer), LANES)
    tiny = tiny_configuration(architecture=architecture)

    check_capturable(
        lanes_of([replace(tiny, generator_optimizer=one, discriminator_optimizer=one) for one in made]),
    )


@pytest.mark.parametrize("company", companies(tricks)[:2], ids=lambda company: f"{len(company)} tricks")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_many_tricks_together_with_further_updates_of_the_discriminator(
    architecture: str, company: tuple[type[Trick], ...]
) -> None:
    together = zip(*(variants(cls, LANES) for cls in company), strict=True)
    made = [tiny_configuration(*each, architecture=architecture) for each in together]

    check_capturable(lanes_of([replace(one, training=replace(one.training, d_steps_per_g_step=2)) for one in made]))


@pytest.mark.parametrize(("generator", "discriminator"), [("batch", "batch"), ("layer", "instance")])
def test_normalisations(generator: str, discriminator: str) -> None:
    tiny = tiny_configuration(R1Penalty(), architecture="dcgan")
    given = {"generator": generator, "discriminator": discriminator}
    players: dict[str, Any] = {
        name: replace(getattr(tiny, name), normalisation=normalisation) for name, normalisation in given.items()
    }

    check_capturable(lanes_of([replace(tiny, **players)] * LANES))


def test_minimax() -> None:
    check_capturable(lanes_of([replace(tiny_configuration(), loss=losses.get("minimax")())] * LANES))


@pytest.mark.parametrize("due", [True, False])
@pytest.mark.parametrize("measure", [True, False])
def test_perceptrons_take_as_many_operations_for_any_number_of_lanes(measure: bool, due: bool) -> None:
    """Views among them; of convolutions a single lane takes fewer, since it is no group."""
    trick = R1Penalty(every=2)
    data, counts = TinyImages(train_samples=160).load(None), []
    variant = Variant(measure, frozenset({trick.name} if due else ()))
    with lanes_at_once():
        for count in capture.LANES:
            pack = Pack(lanes_of([tiny_configuration(trick)] * count), data)
            pack._start_epoch()
            capture.take_step(pack, variant)
            counts.append(len(capture.recorded_step(pack, variant).all))

    assert counts[0] == counts[1] == counts[2] < 600


def of_three_depths(count: int) -> list[Lane]:
    """Lanes in order of their depths 4, 3 and 2, which have an activation each."""
    tiny, made = tiny_configuration(R1Penalty()), []
    for lane in range(count):
        kind = 3 * lane // count
        structure: dict[str, Any] = {"layers": 4 - kind, "activation": ("relu", "elu", "gelu")[kind]}
        players = {name: replace(getattr(tiny, name), **structure) for name in ("generator", "discriminator")}
        made.append(replace(tiny, **players))
    return lanes_of(made)


def test_lanes_of_several_depths() -> None:
    data, counts = TinyImages(train_samples=16 * capture.STEPS).load(None), []
    with lanes_at_once():
        for check in (capture.check_operations, capture.check_places, capture.check_replay):
            check(of_three_depths(3), data)
        for count in (3, 6, 8):
            pack = Pack(of_three_depths(count), data)
            pack._start_epoch()
            variant = Variant(measure=True, due=pack._hooks.due(0))
            capture.take_step(pack, variant)
            counts.append(capture.recorded_step(pack, variant).launches)
    capture.check_without_numbers(of_three_depths(3), data)

    # As many launches as there are structures, whatever the number of lanes of each.
    assert counts[0] == counts[1] == counts[2]


def test_each_variant_is_a_program_of_its_own() -> None:
    data = TinyImages(train_samples=16 * 13).load(None)
    with lanes_at_once():
        ordinary, replayed = (Pack(lanes_of([tiny_configuration(R1Penalty(every=3))] * 3), data) for _ in range(2))
        runner = ReplayingRunner(replayed._program)
        replayed._run = runner
        for _ in range(3):
            assert np.array_equal(ordinary.train_epoch().values, replayed.train_epoch().values)

    penalty = frozenset({"r1_penalty"})
    # Of 13 steps 0 and 10 measure, and 0, 3, 6, 9 and 12 are due.
    assert runner.runs == {
        Variant(measure=True, due=penalty): 3,
        Variant(measure=True, due=frozenset()): 3,
        Variant(measure=False, due=penalty): 12,
        Variant(measure=False, due=frozenset()): 21,
    }


def test_a_lane_that_joins_and_one_that_leaves_get_programs_of_the_new_pack(tiny_data: Data) -> None:
    with lanes_at_once():
        pack, other = (Pack(lanes_of([tiny_configuration()] * 2), tiny_data) for _ in range(2))
        for one in (pack, other):
            one.train_epoch()
            one.leave([0])
            one.join([Lane(tiny_configuration(), 9)], [None])
        pack._run = ReplayingRunner(pack._program)
        for _ in range(3):
            assert np.array_equal(pack.train_epoch().values, other.train_epoch().values)
