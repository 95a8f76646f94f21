"""Hooks of several tricks: one after the other, each with lanes of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.streams import seeded_streams
from gansearch.training import Lane, Pack
from gansearch.training.hooks import Hooks
from gansearch.training.lanes import TrickLanes
from gansearch.training.passes import Passes
from gansearch.training.streams import Streams
from gansearch.tricks import Batch, Classes, Labels, Lanes, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class AddOne(Trick):
    """Adds 1 to latents and labels, and 10 to the losses."""

    name: ClassVar[str] = "add_one"
    paper: ClassVar[str] = "none, 2024"

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        return latents + 1

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        return Labels(real=labels.real + 1, fake=labels.fake + 1)

    def generator_labels(self, lanes: Lanes, labels: Tensor) -> Tensor:
        return labels + 1

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        return torch.full((lanes.count,), 10.0)

    def averaged_generator(self, lanes: Lanes) -> Tensor:
        return lanes.generator_parameters + 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Double(Trick):
    """Multiplies by 2, and has a loss every third step."""

    name: ClassVar[str] = "double"
    paper: ClassVar[str] = "none, 2024"
    generator_shaped: ClassVar[frozenset[str]] = frozenset({"average"})

    @property
    def period(self) -> int:
        return 3

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        return 2 * latents

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        return Labels(real=2 * labels.real, fake=2 * labels.fake)

    def generator_labels(self, lanes: Lanes, labels: Tensor) -> Tensor:
        return 2 * labels

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        return torch.full((lanes.count,), 20.0)

    def averaged_generator(self, lanes: Lanes) -> Tensor:
        return lanes.generator_parameters + 2


def hooks(data: Data) -> Hooks:
    return bound(Pack([Lane(tiny_configuration(dropout=0.0), 0)], data), seeded_streams(0))


def bound(pack: Pack, streams: Streams) -> Hooks:
    training = pack._training
    leaves = training.generator.flat.leaves, training.discriminator.flat.leaves
    return Hooks.bind((AddOne(), Double()), Passes(training, pack._sizes, pack._batches, *leaves), 7, streams, "tricks")


def unlabelled() -> Batch:
    images = torch.ones(1, 2, 3)
    return Batch(real=images, fake=images, real_scores=None, fake_scores=torch.ones(1, 2))


def test_each_gets_what_the_one_before_made(tiny_data: Data) -> None:
    both, ones = hooks(tiny_data), torch.ones(1, 2)

    assert both.latents(torch.ones(1, 2, 3), None).eq(4).all()
    assert both.generator_labels(ones).eq(4).all()
    labels = both.labels(Labels(real=ones, fake=0 * ones))
    assert labels.real.eq(4).all()
    assert labels.fake.eq(2).all()


def test_terms_are_collected_from_those_that_have_one(tiny_data: Data) -> None:
    both = hooks(tiny_data)
    batch = unlabelled()

    assert [term.tolist() for term in both.discriminator_loss(batch, both.due(0))] == [[10.0]]
    assert [term.tolist() for term in both.generator_loss(batch, both.due(0))] == [[20.0]]


def test_only_terms_of_tricks_that_are_due_enter(tiny_data: Data) -> None:
    both = hooks(tiny_data)
    batch = unlabelled()

    assert [sorted(both.due(step)) for step in range(7)] == [
        ["add_one", "double"],
        ["add_one"],
        ["add_one"],
        ["add_one", "double"],
        ["add_one"],
        ["add_one"],
        ["add_one", "double"],
    ]
    assert both.generator_loss(batch, both.due(1)) == []
    assert [term.tolist() for term in both.discriminator_loss(batch, both.due(1))] == [[10.0]]
    assert both.discriminator_loss(batch, frozenset({"double"})) == []


def test_the_first_average_is_evaluated(tiny_data: Data) -> None:
    both = hooks(tiny_data)
    average = both.averaged_generator()

    assert average is not None
    assert torch.equal(average, both.bound[0][1].generator_parameters + 1)


def test_each_trick_has_streams_and_state_of_its_own(tiny_data: Data) -> None:
    both = hooks(tiny_data)
    both.set_initial_state()
    (_, first), (_, second) = both.bound
    assert isinstance(first, TrickLanes)

    first.state["count"] = torch.ones(1)

    assert (dict(second.state), first.total_steps, first.count) == ({}, 7, 1)
    assert first.step is second.step is both.bound[0][1].streams.clock
    assert first.step.tolist() == [0]
    assert first.passes.training.shaped == {
        "add_one": (frozenset(), frozenset()),
        "double": (frozenset({"average"}), frozenset()),
    }
    drawn = first.normal((3,))
    assert torch.equal(second.normal((3,)), seeded_streams(0).normal("tricks/double/normal", (3,)))
    assert torch.equal(drawn, seeded_streams(0).normal("tricks/add_one/normal", (3,)))
    assert torch.equal(first.uniform((3,)), seeded_streams(0).uniform("tricks/add_one/uniform", (3,)))


def test_a_further_pass_has_dropout_masks_of_its_own(tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(dropout=0.5), 0)], tiny_data)
    streams = seeded_streams(0)
    both = bound(pack, streams)
    images = torch.ones(1, 4, 1, 8, 8)
    (_, first), (_, second) = both.bound

    scores = [first.discriminate(images), first.discriminate(images), second.discriminate(images)]
    streams.at([0])
    again = [second.discriminate(images), first.discriminate(images)]

    assert not torch.equal(scores[0], scores[1])
    assert not torch.equal(scores[0], scores[2])
    assert torch.equal(again[0], scores[2])
    assert torch.equal(again[1], scores[0])
