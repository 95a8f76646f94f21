"""Draws real samples to stand in the place of generated ones, never from among those that they are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Generator, Tensor

from gansearch.data import Data, Samples
from gansearch.metrics._base import Measured, Metric, RealSet, View
from gansearch.metrics.real_side import RealSide, first, shuffled, taken
from gansearch.records import Protocol

SEED: Final = 6


def draws(size: int, count: int, repeats: int) -> Iterator[Tensor]:
    """Places [count] of what is drawn each time from ``size``, at least ``count``; disjoint while there are enough.

    Two halves are none: where a draw is compared with the others, the second would give a distance that the first gave.
    """
    blocks = 1 if size // count == 2 else size // count
    for repeat in range(repeats):
        turn, block = divmod(repeat, blocks)
        order = torch.randperm(size, generator=Generator().manual_seed(SEED + turn))
        yield order[block * count : (block + 1) * count]


@dataclass(frozen=True, eq=False)
class Source:
    """Real samples to draw from."""

    side: RealSide
    samples: Samples
    order: Tensor
    """Places in ``samples`` of what is drawn from."""
    within: RealSet | None
    """The set that they are, where what is drawn is compared with the others of it; None where it is not among what
    metrics compare with."""

    @property
    def size(self) -> int:
        """Samples to draw from."""
        return len(self.order)

    def real_count(self, metric: Metric, drawn: int) -> int:
        """Real samples that so many drawn ones, of which the metric takes its part, are compared with."""
        count = min(metric.most_samples, drawn)
        if self.within is None or metric.real_set == "none":
            return self.side.count(metric.real_set, count)
        others = self.size - drawn
        return min(count, others) if metric.real_set == "matched" else others

    def is_enough(self, metric: Metric, drawn: int) -> bool:
        """Whether the metric has a value for so many."""
        count = min(metric.most_samples, drawn)
        return count > 0 and metric.refusal(generated=count, real=self.real_count(metric, drawn)) is None

    def protocol(self, metric: Metric, drawn: int) -> Protocol:
        """With the numbers that are really used."""
        extractor = self.side.extractor(metric.view)
        count, real = min(metric.most_samples, drawn), self.real_count(metric, drawn)
        return Protocol(extractor.name, extractor.hash, count, real, self.side.split(metric.real_set))


def outside(side: RealSide, data: Data, count: int) -> Source:
    """Training samples that are not among the reference, where there are enough; else the reference itself."""
    if data.test is not None:
        return Source(side, data.train, torch.arange(len(data.train)), None)
    rest = shuffled(len(data.train))[side.count("whole", count) :]
    return Source(side, data.train, rest, None) if len(rest) >= 2 * count else within(side, data, "whole")


def within(side: RealSide, data: Data, real_set: RealSet) -> Source:
    """The real samples themselves that metrics of a set compare with."""
    train = data.train
    order = torch.arange(len(train)) if real_set == "training" else shuffled(len(train))
    return Source(side, train, order[: side.count(real_set, 0)], real_set)


class Draw:
    """Some of the samples, seen by each view at most once, and the others."""

    def __init__(self, source: Source, places: Tensor) -> None:
        self._source = source
        self._places = places
        is_other = torch.ones(source.size, dtype=torch.bool)
        is_other[places] = False
        self._others = is_other.nonzero().flatten()
        self._values: Tensor | None = None
        self._fake: dict[tuple[View, int], Measured] = {}
        self._real: dict[tuple[View, int], Measured] = {}

    def value(self, metric: Metric) -> float:
        """What the metric says of them."""
        count = min(metric.most_samples, len(self._places))
        return metric.value(real=self._real_of(metric, count), fake=self._fake_of(metric.view, count))

    def _real_of(self, metric: Metric, count: int) -> Measured:
        source = self._source
        if source.within is None or metric.real_set == "none":
            return source.side.measured(metric.view, metric.real_set, count)
        key = metric.view, source.real_count(metric, len(self._places))
        if key not in self._real:
            whole = source.side.measured(metric.view, source.within, 0)
            self._real[key] = taken(whole, self._others[: key[1]])
        return self._real[key]

    def _fake_of(self, view: View, count: int) -> Measured:
        whole = view, len(self._places)
        if whole not in self._fake:
            self._fake[whole] = self._seen(view)
        if (view, count) not in self._fake:
            self._fake[view, count] = first(self._fake[whole], count)
        return self._fake[view, count]

    def _seen(self, view: View) -> Measured:
        source = self._source
        if source.within is None:
            seen = source.side.seen(view, source.samples, source.order[self._places])
        else:
            seen = taken(source.side.measured(view, source.within, 0), self._places)
        return replace(seen, samples=self._drawn())

    def _drawn(self) -> Tensor:
        if self._values is None:
            samples, places = self._source.samples, self._source.order[self._places]
            self._values = samples.batch(places.to(samples.values.device)).to(self._source.side.device)
        return self._values
