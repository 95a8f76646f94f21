"""Random streams of either kind: what a number depends on, and how it is distributed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TypeAlias

import pytest
import torch
from scipy import stats
from torch import Tensor

from gansearch.testing.streams import KINDS, streams_of
from gansearch.training.streams import Streams, consumer_key, mixed

SEEDS = (11, 12, 13)
MANY = 200_000


def normal(streams: Streams) -> Tensor:
    return streams.normal("a", (4, 5))


def uniform(streams: Streams) -> Tensor:
    return streams.uniform("b", (3, 3))


def keep_mask(streams: Streams) -> Tensor:
    return streams.keep_mask("c", (7, 9), torch.full((len(streams.seeds),), 0.3))


def words(streams: Streams) -> Tensor:
    return streams.words("d", 21)


def permutation(streams: Streams) -> Tensor:
    return streams.permutation("e", 50)


Draw: TypeAlias = Callable[[Streams], Tensor]
DRAWS: tuple[Draw, ...] = (normal, uniform, keep_mask, words, permutation)


def drawn(streams: Streams, draw: Draw) -> Tensor:
    """A copy: a draw may lie where the same draw of another step lay."""
    return draw(streams).clone()


every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
every_draw = pytest.mark.parametrize("draw", DRAWS, ids=lambda draw: draw.__name__)


@every_kind
@every_draw
def test_a_lane_is_the_same_alone_and_beside_others(kind: type[Streams], draw: Draw) -> None:
    together = drawn(streams_of(kind, SEEDS), draw)

    for lane, seed in enumerate(SEEDS):
        assert torch.equal(drawn(streams_of(kind, [seed]), draw)[0], together[lane])
        assert torch.equal(drawn(streams_of(kind, [99, seed, 98, 97]), draw)[1], together[lane])
    assert not torch.equal(together[0], together[1])


@every_kind
@every_draw
def test_lanes_stand_at_steps_of_their_own(kind: type[Streams], draw: Draw) -> None:
    together = streams_of(kind, SEEDS)
    together.at([0, 7, 2**31])
    numbers = drawn(together, draw)

    for lane, (seed, step) in enumerate(zip(SEEDS, (0, 7, 2**31), strict=True)):
        alone = streams_of(kind, [seed])
        alone.at([step])
        assert torch.equal(drawn(alone, draw)[0], numbers[lane])


@every_kind
@every_draw
def test_an_advance_goes_to_every_lanes_next_step(kind: type[Streams], draw: Draw) -> None:
    advanced, placed = streams_of(kind, SEEDS), streams_of(kind, SEEDS)
    advanced.at([0, 5, 6])
    drawn(advanced, draw)
    advanced.advance()
    advanced.advance()
    placed.at([2, 7, 8])

    assert advanced.steps == placed.steps == (2, 7, 8)
    assert advanced.clock.tolist() == placed.clock.tolist() == [2, 7, 8]
    assert torch.equal(drawn(advanced, draw), drawn(placed, draw))


@every_kind
def test_the_clock_stays_where_it_is(kind: type[Streams]) -> None:
    streams = streams_of(kind, SEEDS)
    place = streams.clock.data_ptr()

    streams.at([4, 5, 6])
    streams.advance()

    assert streams.clock.data_ptr() == place
    assert (streams.clock.dtype, streams.clock.tolist()) == (torch.int64, [5, 6, 7])


@every_kind
@every_draw
def test_steps_and_repeated_draws_differ_and_a_step_taken_anew_repeats(kind: type[Streams], draw: Draw) -> None:
    streams = streams_of(kind, SEEDS)
    first, second = drawn(streams, draw), drawn(streams, draw)
    streams.at([1, 1, 1])
    third = drawn(streams, draw)
    streams.at([0, 0, 0])
    again = [drawn(streams, draw), drawn(streams, draw)]

    assert torch.equal(first, again[0])
    assert torch.equal(second, again[1])
    for one, other in ((first, second), (first, third), (second, third)):
        assert not torch.equal(one, other)


@every_kind
@every_draw
def test_other_consumers_and_their_order_shift_nothing(kind: type[Streams], draw: Draw) -> None:
    expected = drawn(streams_of(kind, SEEDS), draw)
    beside = streams_of(kind, SEEDS)
    beside.normal("other", (100,))
    beside.permutation("further", 9)
    beside.keep_mask("more", (3, 5), torch.tensor([0.1, 0.2, 0.3]))
    for other in reversed(DRAWS):
        if other is not draw:
            drawn(beside, other)

    assert torch.equal(drawn(beside, draw), expected)


@every_kind
def test_consumers_differ(kind: type[Streams]) -> None:
    streams = streams_of(kind, SEEDS)

    assert not torch.equal(streams.normal("a", (6,)).clone(), streams.normal("b", (6,)))


@every_kind
def test_a_draw_begins_with_the_numbers_of_a_shorter_one(kind: type[Streams]) -> None:
    for short, long in product((1, 2, 3, 5), (8, 16, 33)):
        few, many = streams_of(kind, SEEDS).uniform("a", (short,)), streams_of(kind, SEEDS).uniform("a", (long,))
        assert few.shape == (3, short)
        assert torch.equal(many[:, :short], few)


@every_kind
@pytest.mark.parametrize("shape", [(), (1,), (3,), (5, 7), (2, 1, 3)])
def test_shapes(kind: type[Streams], shape: tuple[int, ...]) -> None:
    streams, p = streams_of(kind, SEEDS), torch.full((3,), 0.5)

    for numbers in (streams.normal("a", shape), streams.uniform("b", shape), streams.keep_mask("c", shape, p)):
        assert (numbers.shape, numbers.dtype) == ((3, *shape), torch.float32)


@every_kind
def test_branches_are_names_with_a_prefix(kind: type[Streams]) -> None:
    streams = streams_of(kind, SEEDS)
    branch = streams.branch("tricks/x")

    got = branch.branch("discriminator").uniform("dropout.0", (3,))

    assert torch.equal(got, streams_of(kind, SEEDS).uniform("tricks/x/discriminator/dropout.0", (3,)))
    assert torch.equal(branch.normal("n", (3,)), streams_of(kind, SEEDS).normal("tricks/x/n", (3,)))
    p = torch.full((3,), 0.5)
    assert torch.equal(branch.keep_mask("m", (3,), p), streams_of(kind, SEEDS).keep_mask("tricks/x/m", (3,), p))
    assert branch.clock is streams.clock


@every_kind
@pytest.mark.parametrize("draw", [normal, uniform, keep_mask], ids=lambda draw: draw.__name__)
def test_double_precision_has_the_same_numbers(kind: type[Streams], draw: Draw) -> None:
    single, double = drawn(streams_of(kind, SEEDS), draw), drawn(streams_of(kind, SEEDS, torch.float64), draw)

    assert (single.dtype, double.dtype) == (torch.float32, torch.float64)
    if draw is keep_mask:  # 1 / (1 - p) itself has more digits
        torch.testing.assert_close(double.float(), single, rtol=1e-6, atol=0)
    else:
        assert torch.equal(double.float(), single)
        assert torch.equal(double, single.double())


def rows_of(kind: type[Streams], draw: Draw) -> Tensor:
    """One number after the other, [64, 2,000]: lanes, steps, consumers and repeated draws, all from a few seeds."""
    rows: list[Tensor] = []
    for consumer, step in product(("latents", "latents2"), range(4)):
        streams = streams_of(kind, range(4), torch.float64)
        streams.at([step] * 4)
        rows.extend(getattr(streams, draw.__name__)(consumer, (2_000,)).clone() for _ in range(2))
    return torch.cat(rows)


@every_kind
@pytest.mark.parametrize("draw", [normal, uniform], ids=lambda draw: draw.__name__)
def test_neighbouring_seeds_steps_consumers_and_draws_are_unrelated(kind: type[Streams], draw: Draw) -> None:
    rows = rows_of(kind, draw)
    related = torch.corrcoef(rows) - torch.eye(64, dtype=torch.float64)
    shifted = torch.corrcoef(torch.cat([rows[:, 1:], rows[:, :-1]]))[:64, 64:]

    # Of 2,016 pairs, and of 4,096, the largest lies below 5.5 standard errors but once in ten thousand.
    assert related.abs().max() < 5.5 / 2_000**0.5
    assert shifted.abs().max() < 5.5 / 2_000**0.5


@every_kind
def test_numbers_follow_their_distributions(kind: type[Streams]) -> None:
    streams = streams_of(kind, [1, 2], torch.float64)
    numbers, shares = streams.normal("latents", (MANY,)), streams.uniform("labels", (MANY,))

    for lane in range(2):
        assert stats.kstest(numbers[lane].numpy(), "norm").pvalue > 1e-3
        assert stats.kstest(shares[lane].numpy(), "uniform").pvalue > 1e-3


@every_kind
def test_normal_moments(kind: type[Streams]) -> None:
    numbers = streams_of(kind, [1], torch.float64).normal("latents", (MANY,))

    # Five standard errors of each moment.
    assert numbers.mean().abs() < 5 / MANY**0.5
    assert (numbers.var() - 1).abs() < 5 * (2 / MANY) ** 0.5
    assert numbers.pow(3).mean().abs() < 5 * (15 / MANY) ** 0.5
    assert (numbers.pow(4).mean() - 3).abs() < 5 * (96 / MANY) ** 0.5
    assert 4 < numbers.abs().max() < 6.5


@every_kind
def test_both_halves_of_a_draw_are_unrelated(kind: type[Streams]) -> None:
    numbers = streams_of(kind, [1], torch.float64).normal("latents", (MANY,))[0]
    halves = torch.stack([numbers[: MANY // 2], numbers[MANY // 2 :], numbers[0::2], numbers[1::2]])

    # Also their sizes: two numbers that come from one pair of uniform ones could share those.
    for rows in (halves[:2], halves[2:], halves[:2].square(), halves[2:].square()):
        assert torch.corrcoef(rows)[0, 1].abs() < 5 / (MANY / 2) ** 0.5


@every_kind
def test_uniform_range_and_moments(kind: type[Streams]) -> None:
    numbers = streams_of(kind, [1], torch.float64).uniform("labels", (MANY,))

    assert 0 <= numbers.min() < 1e-4
    assert 1 - 1e-4 < numbers.max() < 1
    assert (numbers.mean() - 0.5).abs() < 5 * (1 / 12 / MANY) ** 0.5
    assert (numbers.var() - 1 / 12).abs() < 5 * (1 / 180 / MANY) ** 0.5


@every_kind
def test_every_bit_of_a_word_is_as_often_one_as_zero(kind: type[Streams]) -> None:
    words = streams_of(kind, [3]).words("masks", MANY)[0].int() & 0xFFFF
    bits = (words[:, None] >> torch.arange(16)) & 1

    assert words.shape == (MANY,)
    # 16 bits in each of the four places that words have in a number of 64 bits.
    assert (bits.view(-1, 4, 16).double().mean(0) - 0.5).abs().max() < 5 * (0.25 / (MANY / 4)) ** 0.5
    related = torch.corrcoef(bits.view(-1, 64).T.double()) - torch.eye(64, dtype=torch.float64)
    assert related.abs().max() < 5.5 / (MANY / 4) ** 0.5


@every_kind
def test_words_take_all_their_values_evenly(kind: type[Streams]) -> None:
    words = streams_of(kind, [4]).words("masks", 2**20)[0].int() & 0xFFFF
    counts = torch.bincount(words, minlength=2**16)

    assert stats.chisquare(counts.numpy()).pvalue > 1e-3


@every_kind
@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 0.9])
def test_kept_share_and_scale(kind: type[Streams], p: float) -> None:
    count = 400_000
    mask = streams_of(kind, [5], torch.float64).keep_mask("dropout", (count,), torch.tensor([p]))

    quantised = round(p * 65536) / 65536
    kept = (mask > 0).double().mean().item()
    assert kept == pytest.approx(1 - quantised, abs=5 * (quantised * (1 - quantised) / count) ** 0.5 + 1e-12)
    assert sorted(set(mask[mask > 0].tolist())) == pytest.approx([1 / (1 - quantised)], rel=1e-12)
    # All four 16-bit parts of a raw 64-bit number are used, and each is as random as the others.
    parts = (mask.view(-1, 4) > 0).double().mean(0)
    assert (parts - (1 - quantised)).abs().max() < 5 * (0.25 / (count / 4)) ** 0.5


class AllWords(Streams):
    """Gives each word of 16 bits exactly once."""

    def words(self, consumer: str, count: int, rows: slice = slice(None)) -> Tensor:
        assert count == 2**16
        every = torch.arange(-(2**15), 2**15).to(torch.int16)
        return every.repeat(len(self.seeds), 1)[rows]

    def normal(self, consumer: str, shape: tuple[int, ...], rows: slice = slice(None)) -> Tensor:
        raise NotImplementedError

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        raise NotImplementedError

    def permutation(self, consumer: str, size: int) -> Tensor:
        raise NotImplementedError


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_kept_share_is_exact_to_one_of_65536(dtype: torch.dtype) -> None:
    ps = [0.0, 1 / 65536, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9, 65535 / 65536, 0.99999]
    mask = streams_of(AllWords, range(len(ps)), dtype).keep_mask("d", (2**16,), torch.tensor(ps, dtype=torch.float64))

    dropped = [0, 1, 6554, 16384, 21845, 32768, 49152, 58982, 65535, 65535]
    assert (mask == 0).sum(1).tolist() == dropped
    for row, gone in zip(mask, dropped, strict=True):
        kept = row[row > 0].double()
        torch.testing.assert_close(kept, torch.full_like(kept, 65536 / (65536 - gone)), rtol=1e-7, atol=0)
    # So the mean over all words is 1 in each lane.
    assert mask.double().mean(1).tolist() == pytest.approx([1.0] * len(ps), rel=1e-6)


@every_kind
def test_the_kept_share_of_many_masks(kind: type[Streams]) -> None:
    p, count, steps = torch.tensor([0.0001, 0.25, 0.5]), 2**16, 60
    streams, kept = streams_of(kind, SEEDS), torch.zeros(3, dtype=torch.float64)
    for step in range(steps):
        streams.at([step] * 3)
        kept += (streams.keep_mask("dropout", (count,), p) > 0).double().sum(1)

    expected = 1 - torch.tensor([7, 16384, 32768]).double() / 65536
    error = (expected * (1 - expected) / (steps * count)).sqrt()
    assert ((kept / (steps * count) - expected).abs() < 4.5 * error).all()


@every_kind
def test_lanes_may_differ_in_their_share(kind: type[Streams]) -> None:
    mask = streams_of(kind, SEEDS).keep_mask("dropout", (20, 501), torch.tensor([0.0, 0.5, 0.9]))

    assert torch.equal(mask[0], torch.ones(20, 501))
    assert set(mask[1].flatten().tolist()) == {0.0, 2.0}
    assert (mask > 0).float().mean((1, 2)).tolist() == pytest.approx([1.0, 0.5, 0.1], abs=0.03)


@every_kind
def test_more_probabilities_than_are_kept_are_still_told_apart(kind: type[Streams]) -> None:
    streams = streams_of(kind, [1])
    for index in range(1500):
        p = torch.tensor([(index % 3) / 4])
        mask = streams.keep_mask("dropout", (64,), p)
        assert mask.max().item() == pytest.approx(4 / (4 - index % 3), rel=1e-6)


@every_kind
def test_a_permutation_holds_every_number_once(kind: type[Streams]) -> None:
    orders = streams_of(kind, SEEDS).permutation("batches", 100)

    assert orders.dtype == torch.int64
    assert torch.equal(orders.sort(1).values, torch.arange(100).expand(3, -1))


@every_kind
def test_permutations_are_uniform(kind: type[Streams]) -> None:
    streams, orders = streams_of(kind, range(200)), []
    for step in range(24):
        streams.at([step] * 200)
        orders.append(streams.permutation("batches", 4))
    codes = torch.cat(orders) @ torch.tensor([64, 16, 4, 1])
    counts = torch.bincount(codes)
    counts = counts[counts > 0]

    assert len(counts) == 24
    assert stats.chisquare(counts.numpy()).pvalue > 1e-3


@every_kind
def test_every_sample_comes_to_every_place_of_a_long_permutation(kind: type[Streams]) -> None:
    orders = streams_of(kind, range(400)).permutation("batches", 1_000)
    first, neighbours = orders[:, 0].double(), (orders.diff() == 1).double().sum(1)

    assert first.mean().item() == pytest.approx(499.5, abs=5 * (1e6 / 12 / 400) ** 0.5)
    # A number is followed by its successor once in a permutation, in the mean, with a variance of 1.
    assert neighbours.mean().item() == pytest.approx(1.0, abs=5 / 400**0.5)


def test_mixing_changes_half_of_the_bits_and_never_collides() -> None:
    numbers = range(20_000)
    assert len({mixed(number) & 0xFFFFFFFF for number in numbers}) > 20_000 - 5
    changed = [(mixed(number) ^ mixed(number ^ (1 << bit))).bit_count() for number in range(50) for bit in range(64)]

    assert sum(changed) / len(changed) == pytest.approx(32, abs=0.5)


def test_splitmix_known_value() -> None:
    # First output of the published SplitMix64 from state 0.
    assert mixed(0) == 0xE220A8397B1DCDAF


def test_names_mean_the_same_in_every_process() -> None:
    assert consumer_key("latents") == 1167956061517833543
