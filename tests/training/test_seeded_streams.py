"""Seeded streams: the generators of torch, reseeded, and memory that stays where it is."""

from __future__ import annotations

import torch

from gansearch.testing.streams import seeded_streams
from gansearch.training.streams import consumer_key, mixed


def generator(seed: int, step: int, consumer: str, draw: int) -> torch.Generator:
    """torch's own generator at the documented key."""
    key = mixed(mixed(mixed(consumer_key(consumer)) ^ step) ^ draw)
    return torch.Generator().manual_seed(mixed(mixed(seed) ^ key))


def test_every_draw_is_a_generator_of_torch_at_the_key_of_the_draw() -> None:
    streams = seeded_streams(5, 2**70)
    streams.at([3, 4])
    got = [streams.normal("a", (33,)).clone(), streams.normal("a", (33,)).clone(), streams.uniform("u", (33,)).clone()]
    words, order = streams.words("w", 8).clone(), streams.permutation("p", 20)

    for lane, (seed, step) in enumerate(((5, 3), (2**70, 4))):
        for draw in range(2):
            assert torch.equal(got[draw][lane], torch.randn(33, generator=generator(seed, step, "a", draw)))
        assert torch.equal(got[2][lane], torch.rand(33, generator=generator(seed, step, "u", 0)))
        raw = torch.empty(2, dtype=torch.int64).random_(-(2**63), None, generator=generator(seed, step, "w", 0))
        assert torch.equal(words[lane], raw.view(torch.int16))
        assert torch.equal(order[lane], torch.randperm(20, generator=generator(seed, step, "p", 0)))


def test_the_numbers_of_a_draw_lie_where_those_of_a_step_before_lay() -> None:
    streams = seeded_streams(1, 2)
    first, second = streams.normal("a", (4,)), streams.normal("a", (4,))
    kept = first.clone()
    streams.advance()
    later = streams.normal("a", (4,))

    assert later.data_ptr() == first.data_ptr() != second.data_ptr()
    assert torch.equal(later, first)
    assert not torch.equal(later, kept)


def test_what_was_drawn_can_be_drawn_again_for_another_step() -> None:
    streams, other = seeded_streams(1, 2), seeded_streams(1, 2)
    numbers, words = streams.uniform("a", (4,)), streams.words("b", 4)
    drawn = streams.drawn()
    for each in (streams, other):
        each.advance()

    assert streams.has_drawn(words)
    assert not streams.has_drawn(torch.ones(3))
    assert (len(drawn), streams.drawn()) == (2, ())
    streams.draw_again(drawn)
    assert torch.equal(numbers, other.uniform("a", (4,)))
    assert torch.equal(words, other.words("b", 4))


def test_no_global_generator_moves() -> None:
    before = torch.get_rng_state()
    streams = seeded_streams(1, 2)
    streams.normal("a", (4,))
    streams.permutation("b", 9)

    assert torch.equal(torch.get_rng_state(), before)
