"""Counter streams against whole numbers of Python, and how many operations they take."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
import torch

from gansearch.testing.capture import Operations
from gansearch.testing.streams import streams_of
from gansearch.training.counter_streams import CounterStreams
from gansearch.training.streams import consumer_key

SEEDS = (0, 7, 2**63 + 5)
STEPS = (0, 3, 2**33 + 1)
LOW = 2**64 - 1


def finalised(z: int, second: int = 0) -> int:
    """The finaliser of SplitMix64 as published, with a second key half-way."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & LOW) ^ second
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & LOW
    return z ^ (z >> 31)


def mixed(number: int) -> int:
    """The first number of the sequence that starts at ``number``."""
    return finalised((number + 0x9E3779B97F4A7C15) & LOW)


def raw(seed: int, step: int, consumer: str, draw: int) -> Iterator[int]:
    """Element ``step * 2**32 + i``, counted from 1, of the sequence that starts at the key of the draw."""
    key = mixed(mixed(consumer_key(consumer)) ^ draw)
    start = mixed(mixed(seed & LOW) ^ key)
    second = mixed(start ^ key)
    element = step * 2**32
    while True:
        element += 1
        yield finalised((start + element * 0x9E3779B97F4A7C15) & LOW, second)


def streams() -> CounterStreams:
    made = streams_of(CounterStreams, SEEDS)
    made.at(STEPS)
    return made


@pytest.mark.parametrize("draw", [0, 1, 5])
def test_words_are_those_of_the_formula(draw: int) -> None:
    ours = streams()
    for _ in range(draw):
        ours.words("masks", 3)

    words = ours.words("masks", 22).int() & 0xFFFF

    for lane, (seed, step) in enumerate(zip(SEEDS, STEPS, strict=True)):
        numbers = raw(seed, step, "masks", draw)
        expected = [
            number >> 16 * place & 0xFFFF for number, _ in zip(numbers, range(6), strict=False) for place in range(4)
        ]
        assert words[lane].tolist() == expected[:22]


def test_uniform_numbers_are_those_of_the_formula() -> None:
    numbers = streams().uniform("labels", (3, 5))

    for lane, (seed, step) in enumerate(zip(SEEDS, STEPS, strict=True)):
        given = raw(seed, step, "labels", 0)
        expected = [(half >> 8) / 2**24 for _ in range(8) for number in (next(given),) for half in halves(number)]
        assert numbers[lane].flatten().tolist() == expected[:15]


def halves(number: int) -> tuple[int, int]:
    """The low and the high 32 bits."""
    return number & 0xFFFFFFFF, number >> 32


def test_normal_numbers_are_those_of_the_formula() -> None:
    numbers = streams().normal("latents", (7, 3))

    for lane, (seed, step) in enumerate(zip(SEEDS, STEPS, strict=True)):
        given = raw(seed, step, "latents", 0)
        cosines, sines = [], []
        for _ in range(11):
            low, high = halves(next(given))
            radius, angle = math.sqrt(-2 * math.log((high + 1) / 2**32)), 2 * math.pi * low / 2**32
            cosines.append(radius * math.cos(angle))
            sines.append(radius * math.sin(angle))
        # Single precision rounds the angle to 2 ** -24 of a turn.
        assert numbers[lane].flatten().tolist() == pytest.approx([*cosines, *sines][:21], rel=1e-4, abs=5e-6)


def test_permutations_are_the_order_of_the_formulas_numbers() -> None:
    orders = streams().permutation("batches/0", 40)

    for lane, (seed, step) in enumerate(zip(SEEDS, STEPS, strict=True)):
        given = raw(seed, step, "batches/0", 0)
        numbers = [number - 2**64 if number >= 2**63 else number for number, _ in zip(given, range(40), strict=False)]
        assert orders[lane].tolist() == sorted(range(40), key=numbers.__getitem__)


def test_without_the_second_key_the_sequence_is_splitmix() -> None:
    # The published outputs from state 0 (Vigna's splitmix64.c).
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]

    assert [finalised(element * 0x9E3779B97F4A7C15 & LOW) for element in range(1, 5)] == published


def test_the_largest_radius_and_the_smallest_are_finite(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = streams()
    extremes = torch.tensor([[0, -1, 2**63 - 1, -(2**63)]] * 3)
    monkeypatch.setattr(ours, "_raw", lambda _consumer, count, _rows: extremes[:, :count])

    numbers = ours.normal("latents", (8,))

    assert numbers.isfinite().all()
    assert numbers.abs().max().item() == pytest.approx(math.sqrt(64 * math.log(2)), rel=1e-6)


RATES = torch.full((8,), 0.25)
DRAWS: dict[str, Callable[[CounterStreams], object]] = {
    "normal": lambda streams: streams.normal("a", (7, 5)),
    "uniform": lambda streams: streams.uniform("a", (7, 5)),
    "words": lambda streams: streams.words("a", 33),
    "permutation": lambda streams: streams.permutation("a", 33),
    "keep_mask": lambda streams: streams.keep_mask("a", (7, 5), RATES[: len(streams.seeds)]),
}


@pytest.mark.parametrize("draw", DRAWS)
def test_the_number_of_operations_does_not_grow_with_the_lanes(draw: str) -> None:
    counts = []
    for lanes in (1, 3, 8):
        ours, operations = streams_of(CounterStreams, range(lanes)), Operations()
        DRAWS[draw](ours)  # keys are sent to the device once
        ours.advance()
        with operations:
            DRAWS[draw](ours)
        # The table of probabilities is cut here and not by the streams.
        counts.append(len([one for one in operations.all if one.function is not torch.ops.aten.slice.Tensor]))

    assert counts[0] == counts[1] == counts[2] < 40


def test_nothing_comes_from_the_host_after_the_first_step() -> None:
    ours, p = streams_of(CounterStreams, SEEDS), RATES[:3].clone()
    found = []
    for _ in range(3):
        operations = Operations()
        with operations:
            ours.normal("a", (3,))
            ours.normal("a", (3,))
            ours.keep_mask("b", (5,), p)
            ours.advance()
        found.append(operations)

    assert found[0].obstacles() == ["aten.lift_fresh.default makes a tensor of numbers from the host"] * 3
    assert found[1].obstacles() == found[2].obstacles() == []
    assert found[1].keys() == found[2].keys()
