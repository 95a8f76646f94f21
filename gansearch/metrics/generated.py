"""Generated samples that are to be measured, and how each view sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

import torch
from torch import Tensor

from gansearch.metrics._base import Duel, Extractor, Measured, Metric, Players, Scores, View
from gansearch.metrics.extractor import CHUNK
from gansearch.metrics.real_side import first

MOST_NUMBERS: Final = 2**26
"""Numbers of all samples that are seen together, 256 MiB as float32: this bounds the memory."""
LEAST_NUMBERS: Final = 512
"""That a sample counts as at least: of a point there is more than its two coordinates to remember."""

Extractors: TypeAlias = Mapping[View, Extractor]


@dataclass(frozen=True, eq=False)
class Generated:
    """What is measured: samples, and what else a trial knows of its generator."""

    samples: Tensor
    """[n, *shape], images in [-1, 1]."""
    batches: Tensor | None = None
    """Further samples in minibatches [g, b, *shape]."""
    scores: Scores | None = None
    duel: Duel | None = None
    players: Players | None = None

    @cached_property
    def is_finite(self) -> bool:
        """Whether there are samples, and every number of them is finite."""
        return len(self.samples) > 0 and bool(self.samples.isfinite().all())

    def on(self, device: torch.device) -> Generated:
        """The same on a device, without a graph."""
        batches = None if self.batches is None else self.batches.detach().to(device)
        return replace(self, samples=self.samples.detach().to(device), batches=batches)


def groups(sets: Sequence[Generated]) -> Iterator[Sequence[Generated]]:
    """The sets in their order, as many together as may be seen together; at least one."""
    group: list[Generated] = []
    numbers = 0
    for each in sets:
        own = max(each.samples.numel(), LEAST_NUMBERS * len(each.samples))
        if group and numbers + own > MOST_NUMBERS:
            yield group
            group, numbers = [], 0
        group.append(each)
        numbers += own
    if group:
        yield group


class Group:
    """Sets of samples, seen by each view at most once: in one pass for all of them where that changes no bit.

    Args:
        extractors: by view.
        sets: of samples.
        due: the metrics that they are measured with; a view sees no more samples than one of its metrics takes.
    """

    def __init__(self, extractors: Extractors, sets: Sequence[Generated], due: Sequence[Metric | type[Metric]]) -> None:
        self._extractors = extractors
        self._sets = sets
        self._most = {
            view: max((each.most_samples for each in due if each.view == view), default=0) for view in extractors
        }
        self._measured: dict[tuple[View, bool], list[Measured | None]] = {}

    def seen(self) -> list[Seen]:
        """Each set by itself."""
        return [Seen(self, index, given) for index, given in enumerate(self._sets)]

    def has(self, view: View) -> bool:
        """Whether there is such a view, and a metric that is due takes it."""
        return self._most.get(view, 0) > 0

    def measured(self, index: int, view: View, *, in_batches: bool) -> Measured:
        """One set through an extractor."""
        found = self._measured.setdefault((view, in_batches), [None] * len(self._sets))
        if found[index] is None:
            inputs = [_inputs(given, self._most[view], in_batches=in_batches) for given in self._sets]
            if _divide_into_chunks(inputs):
                whole = self._extractors[view](torch.cat(inputs))
                found[:] = _divided(whole, inputs)
            else:
                found[index] = self._extractors[view](inputs[index])
        measured = found[index]
        assert measured is not None
        return measured


class Seen:
    """One set of samples, as each metric sees it."""

    def __init__(self, group: Group, index: int, given: Generated) -> None:
        self.given = given
        self._group = group
        self._index = index
        self._first: dict[tuple[View, int], Measured] = {}

    def lacks(self, metric: type[Metric] | Metric) -> str | None:
        """What the metric needs and the set does not bring, in words; None where there is all."""
        if metric.needs_batches and self.given.batches is None:
            return "samples drawn in minibatches, as at the end of a trial"
        if metric.needs_scores and self.given.scores is None:
            return "the scores of the trial's discriminator, as probabilities"
        if metric.needs_duel and self.given.duel is None:
            return "the trial's two players, under a loss of probabilities"
        if metric.needs_players and self.given.players is None:
            return "the trial's two networks"
        if metric.needs_held_out and (self.given.players is None or self.given.players.held_out is None):
            return "scores of real samples that were held out"
        return None

    def count(self, metric: type[Metric] | Metric) -> int:
        """Samples that the metric looks at."""
        if metric.needs_batches and self.given.batches is not None:
            return self.given.batches.shape[0] * self.given.batches.shape[1]
        if metric.needs_scores and self.given.scores is not None:
            return len(self.given.scores.fake)
        return min(metric.most_samples, len(self.given.samples))

    def by(self, metric: Metric) -> Measured:
        """The samples as the metric sees them; the same object for metrics that see the same."""
        if metric.needs_batches and self.given.batches is not None:
            measured = self._group.measured(self._index, metric.view, in_batches=True)
            return replace(measured, batch=self.given.batches.shape[1])
        key = metric.view, self.count(metric)
        if key not in self._first:
            measured = first(self._group.measured(self._index, metric.view, in_batches=False), key[1])
            given = self.given
            self._first[key] = replace(measured, scores=given.scores, duel=given.duel, players=given.players)
        return self._first[key]

    def labels(self, count: int) -> tuple[int, ...]:
        """The most probable class of the first samples, by the reference extractor; none where there are no classes."""
        if not self.given.is_finite or not self._group.has("reference"):
            return ()
        probabilities = self._group.measured(self._index, "reference", in_batches=False).probabilities
        return () if probabilities is None else tuple(probabilities[:count].argmax(1).tolist())


def _inputs(given: Generated, most: int, *, in_batches: bool) -> Tensor:
    return given.batches.flatten(0, 1) if in_batches and given.batches is not None else given.samples[:most]


def _divide_into_chunks(inputs: Sequence[Tensor]) -> bool:
    """Whether the extractors' chunks are those of each set by itself."""
    return len(inputs) > 1 and all(len(each) % CHUNK == 0 for each in inputs)


def _divided(whole: Measured, inputs: Sequence[Tensor]) -> list[Measured]:
    """The sets out of what was measured of all; copies, which lie in memory as those of a set by itself."""
    sizes = [len(each) for each in inputs]

    def parts(of: Tensor | None) -> Sequence[Tensor | None]:
        return [None] * len(sizes) if of is None else [part.clone() for part in torch.split(of, sizes)]

    fields = inputs, parts(whole.features), parts(whole.probabilities), parts(whole.high_quality)
    return [
        Measured(samples, features, probabilities, high_quality)
        for samples, features, probabilities, high_quality in zip(*fields, strict=True)
        if features is not None
    ]
