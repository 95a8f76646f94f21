"""The real side of every comparison: features of real samples, measured once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch
from torch import Generator, Tensor

from gansearch.data import Data, Samples
from gansearch.metrics._base import MOST_SAMPLES, Extractor, Measured, RealSet, View
from gansearch.metrics._remembered import give_shelf
from gansearch.metrics.real_cache import content_hash, real_cache

SHUFFLE_SEED: Final = 0
"""Decides the order of the real samples; fixed, since the first half of MNIST's test images differs from the rest."""
PORTION: Final = 500
"""Samples that are scaled and measured together, which bounds the memory."""


class RealSide:
    """Real samples as each view sees them, in a shuffled order that is always the same; up to 10,000 of the reference.

    Args:
        data: the data set.
        extractors: of the views that it has.
        device: where features are computed and kept.
        cache_dir: where what networks make of real samples is kept for other processes; None keeps nothing.
    """

    def __init__(
        self, data: Data, extractors: Mapping[View, Extractor], *, device: torch.device, cache_dir: Path | None = None
    ) -> None:
        self._data = data
        self._extractors = extractors
        self.device = device
        self.cache_dir = cache_dir
        self._measured: dict[tuple[View, RealSet, int], Measured] = {}

    def has(self, view: View) -> bool:
        """Whether there is such a view of the data set."""
        return view in self._extractors

    def extractor(self, view: View) -> Extractor:
        """What is behind a view that there is."""
        return self._extractors[view]

    @property
    def content(self) -> str:
        """Hash of all real samples that metrics compare with."""
        split, samples = self._data.reference
        order = shuffled(len(samples))[: self.count("whole", 0)]
        return f"{self._data.checksum} {split} {self._content(samples, order)}"

    def split(self, real_set: RealSet) -> str:
        """Name of the split that a set is taken from."""
        return "train" if real_set == "training" else self._data.reference[0]

    def count(self, real_set: RealSet, generated: int) -> int:
        """Real samples that a comparison with so many generated ones rests on."""
        if real_set == "none":
            return 0
        if real_set == "training":
            return len(self._data.train)
        whole = min(MOST_SAMPLES, len(self._data.reference[1]))
        return whole if real_set == "whole" else min(generated, whole)

    def measured(self, view: View, real_set: RealSet, generated: int) -> Measured:
        """The real samples that metrics of this view and set compare ``generated`` ones with; the same object again.

        What compares with none gets ``one``.
        """
        if real_set == "none":
            return self.one(view)
        if real_set == "whole":
            real_set, generated = "matched", MOST_SAMPLES
        count = self.count(real_set, generated)
        key = view, real_set, count
        if key not in self._measured:
            self._measured[key] = self._measure(view, real_set, count)
        return self._measured[key]

    def one(self, view: View) -> Measured:
        """A single real sample, which tells whether there are classes and modes, and costs no memory."""
        key: tuple[View, RealSet, int] = (view, "none", 0)
        if key not in self._measured:
            self._measured[key] = self.seen(view, self._data.reference[1], torch.zeros(1, dtype=torch.int64))
        return self._measured[key]

    def _measure(self, view: View, real_set: RealSet, count: int) -> Measured:
        if real_set == "training":
            return self._kept(view, "train", self._data.train, torch.arange(count))
        whole = self.count("whole", count)
        if count < whole:
            return first(self.measured(view, "whole", whole), count)
        split, samples = self._data.reference
        return self._kept(view, f"shuffled {split}", samples, shuffled(len(samples))[:whole])

    def _kept(self, view: View, which: str, samples: Samples, order: Tensor) -> Measured:
        """Measure the samples at ``order``, or read what was; what follows from them is kept beside that.

        Points, and images as their own numbers, are measured faster than they are read.
        """
        if self.cache_dir is None or len(self._data.geometry.shape) == 1:
            return self.seen(view, samples, order)
        content = f"{which} {self._content(samples, order)}"
        cache = real_cache(self.cache_dir, content, len(order), self._extractors[view], self.device)
        measured = (
            self.seen(view, samples, order)
            if view == "pixels"
            else cache.measured(lambda: self.seen(view, samples, order))
        )
        give_shelf(measured, cache.derived)
        return measured

    def _content(self, samples: Samples, order: Tensor) -> str:
        return self._data.checksum if samples is self._data.train else content_hash(samples, order, PORTION)

    def seen(self, view: View, samples: Samples, order: Tensor) -> Measured:
        """Measure the samples at ``order`` a portion at a time, and keep what follows from them alone."""
        extract = self._extractors[view]
        place = samples.values.device
        parts = [extract(samples.batch(part.to(place)).to(self.device)) for part in torch.split(order, PORTION)]
        return Measured(
            samples=None,
            features=torch.cat([part.features for part in parts]),
            probabilities=_joined([part.probabilities for part in parts]),
            high_quality=_joined([part.high_quality for part in parts]),
        )


def shuffled(count: int) -> Tensor:
    """The order [count] in which real samples are taken."""
    return torch.randperm(count, generator=Generator().manual_seed(SHUFFLE_SEED))


def first(measured: Measured, count: int) -> Measured:
    """The first ``count`` samples."""
    if count >= len(measured.features):
        return measured
    return replace(
        measured,
        samples=_cut(measured.samples, count),
        features=measured.features[:count],
        probabilities=_cut(measured.probabilities, count),
        high_quality=_cut(measured.high_quality, count),
    )


def taken(measured: Measured, index: Tensor) -> Measured:
    """The real samples at ``index``."""
    place = measured.features.device
    return Measured(
        samples=None,
        features=measured.features[index.to(place)],
        probabilities=None if measured.probabilities is None else measured.probabilities[index.to(place)],
        high_quality=None if measured.high_quality is None else measured.high_quality[index.to(place)],
    )


def _cut(part: Tensor | None, count: int) -> Tensor | None:
    return None if part is None else part[:count]


def _joined(parts: list[Tensor | None]) -> Tensor | None:
    there = [part for part in parts if part is not None]
    return torch.cat(there) if there else None
