"""Random streams: what a number depends on, and how it is distributed."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor

from gansearch.training.streams import Streams, consumer_key, mixed

SEEDS = (11, 12, 13)


def draws(streams: Streams) -> dict[str, Tensor]:
    """One draw of every kind."""
    p = torch.full((len(streams._seeds),), 0.3)
    return {
        "normal": streams.normal("a", (4, 5)),
        "uniform": streams.uniform("b", (4, 5)),
        "keep_mask": streams.keep_mask("c", (7, 9), p),
        "permutation": streams.permutation("d", 50),
    }


KINDS = sorted(draws(Streams(SEEDS)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_lane_is_the_same_alone_and_beside_others(kind: str) -> None:
    together = draws(Streams(SEEDS))[kind]

    for lane, seed in enumerate(SEEDS):
        assert torch.equal(draws(Streams([seed]))[kind][0], together[lane])
    assert not torch.equal(together[0], together[1])


@pytest.mark.parametrize("kind", KINDS)
def test_steps_consumers_and_repeated_draws_differ(kind: str) -> None:
    streams = Streams(SEEDS)
    first, second = draws(streams)[kind], draws(streams)[kind]
    streams.at(1)
    third = draws(streams)[kind]
    streams.at(0)
    again = draws(streams)[kind]

    assert torch.equal(first, again)
    assert not torch.equal(first, second)
    assert not torch.equal(first, third)
    assert not torch.equal(second, third)


def test_another_consumer_shifts_nothing() -> None:
    alone, beside = Streams(SEEDS), Streams(SEEDS)
    beside.normal("other", (100,))
    beside.permutation("further", 9)

    expected, got = draws(alone), draws(beside)

    for kind in KINDS:
        assert torch.equal(got[kind], expected[kind])


def test_branches_are_names_with_a_prefix() -> None:
    streams = Streams(SEEDS)
    branch = streams.branch("tricks/x")

    got = branch.branch("discriminator").uniform("dropout.0", (3,))

    assert torch.equal(got, Streams(SEEDS).uniform("tricks/x/discriminator/dropout.0", (3,)))
    assert torch.equal(branch.normal("n", (3,)), Streams(SEEDS).normal("tricks/x/n", (3,)))
    p = torch.full((3,), 0.5)
    assert torch.equal(branch.keep_mask("m", (3,), p), Streams(SEEDS).keep_mask("tricks/x/m", (3,), p))


@pytest.mark.parametrize("kind", ["normal", "uniform", "keep_mask"])
def test_double_precision_has_the_same_numbers(kind: str) -> None:
    single, double = draws(Streams(SEEDS))[kind], draws(Streams(SEEDS, dtype=torch.float64))[kind]

    assert (single.dtype, double.dtype) == (torch.float32, torch.float64)
    torch.testing.assert_close(double.float(), single, rtol=1e-6, atol=0)


def test_normal_moments() -> None:
    numbers = Streams([1], dtype=torch.float64).normal("latents", (200_000,))

    # Five standard errors of each moment.
    assert numbers.mean().abs() < 5 / 200_000**0.5
    assert (numbers.var() - 1).abs() < 5 * (2 / 200_000) ** 0.5
    assert (numbers.pow(4).mean() - 3).abs() < 5 * (96 / 200_000) ** 0.5


def test_uniform_range_and_moments() -> None:
    numbers = Streams([1], dtype=torch.float64).uniform("labels", (200_000,))

    assert 0 <= numbers.min() < 1e-4
    assert 1 - 1e-4 < numbers.max() < 1
    assert (numbers.mean() - 0.5).abs() < 5 * (1 / 12 / 200_000) ** 0.5


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 0.9])
def test_kept_share_and_scale(p: float) -> None:
    count = 400_000
    mask = Streams([5], dtype=torch.float64).keep_mask("dropout", (count,), torch.tensor([p]))

    quantised = round(p * 65536) / 65536
    kept = (mask > 0).double().mean().item()
    assert kept == pytest.approx(1 - quantised, abs=5 * (quantised * (1 - quantised) / count) ** 0.5 + 1e-12)
    assert sorted(set(mask[mask > 0].tolist())) == pytest.approx([1 / (1 - quantised)], rel=1e-7)
    # All four 16-bit parts of a raw 64-bit number are used, and each is as random as the others.
    parts = (mask.view(-1, 4) > 0).double().mean(0)
    assert (parts - (1 - quantised)).abs().max() < 5 * (0.25 / (count / 4)) ** 0.5


def test_lanes_may_differ_in_their_share() -> None:
    mask = Streams(SEEDS).keep_mask("dropout", (20, 501), torch.tensor([0.0, 0.5, 0.9]))

    assert torch.equal(mask[0], torch.ones(20, 501))
    assert set(mask[1].flatten().tolist()) == {0.0, 2.0}
    assert (mask > 0).float().mean((1, 2)).tolist() == pytest.approx([1.0, 0.5, 0.1], abs=0.03)


def test_a_permutation_holds_every_number_once() -> None:
    orders = Streams(SEEDS).permutation("batches", 100)

    assert torch.equal(orders.sort(1).values, torch.arange(100).expand(3, -1))


def test_neighbouring_seeds_and_steps_are_unrelated() -> None:
    rows = []
    for seed, step in product(range(8), range(8)):
        streams = Streams([seed], dtype=torch.float64)
        streams.at(step)
        rows.append(streams.normal("latents", (2_000,))[0])
    related = torch.corrcoef(torch.stack(rows)) - torch.eye(64, dtype=torch.float64)

    assert related.abs().max() < 5.5 / 2_000**0.5


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
