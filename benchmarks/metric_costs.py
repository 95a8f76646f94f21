"""What a measurement costs once features exist: each metric, and all of them, at a rung and at the end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

import torch
from torch import Generator, Tensor

from benchmarks.table import Cell, Row
from gansearch.data import Data, Mnist5k, Samples
from gansearch.metrics import Extractor, Measured, Metric, View, metrics
from gansearch.metrics.evaluator import Evaluator, Moment
from gansearch.metrics.generated import Generated, Group
from gansearch.metrics.views import views
from gansearch.storage.home import cache_dir

TARGETS: Final[dict[Moment, float]] = {"rung": 0.4, "end": 8.0}
"""Seconds that a measurement may take, on two threads."""
SUMS: Final = ("all of them", "target", "met", "features, not counted")
"""The last lines of the table."""


def digits(images: int) -> Data:
    """The first images of mnist5k, moved by up to two pixels: twelve times to train on, twice to compare with."""
    base = Mnist5k().load(None)
    moves = [(down, right) for down in (-1, 0, 1) for right in (-2, -1, 0, 1, 2)][:14]

    def moved(chosen: Sequence[tuple[int, int]]) -> Samples:
        values = torch.cat([base.train.values[:images].roll(move, (2, 3)) for move in chosen])
        return Samples(values, base.train.labels[:images].repeat(len(chosen)))

    return replace(base, train=moved(moves[:12]), test=moved(moves[12:]))


@dataclass(frozen=True, eq=False)
class Bench:
    """The real side and generated samples, as every metric sees them."""

    chosen: tuple[Metric, ...]
    real: Mapping[str, Measured]
    """By metric."""
    fake: Mapping[str, Measured]
    """By metric; the same object for metrics that see the same."""
    features_s: float
    """Seconds that the features of the generated samples took."""

    @classmethod
    def of(cls, evaluator: Evaluator, extractors: Mapping[View, Extractor], moment: Moment, samples: Tensor) -> Bench:
        """With all features."""
        due = [metrics.get(name)() for name in evaluator.names(moment)]
        (seen,) = Group(extractors, [Generated(samples)], due).seen()
        side, chosen = evaluator.real, []
        for metric in due:
            count = seen.count(metric)
            refusal = metric.refusal(generated=count, real=side.count(metric.real_set, count))
            if seen.lacks(metric) is None and refusal is None:
                chosen.append(metric)
        started = time.perf_counter()
        fake = {metric.name: seen.by(metric) for metric in chosen}
        features_s = time.perf_counter() - started
        real = {each.name: side.measured(each.view, each.real_set, seen.count(each)) for each in chosen}
        return cls(tuple(chosen), real, fake, features_s)

    def seconds(self) -> dict[str, float]:
        """Of each metric, for samples that no metric has seen before."""
        fresh = {id(measured): replace(measured) for measured in self.fake.values()}
        found = {}
        for metric in self.chosen:
            started = time.perf_counter()
            metric.value(real=self.real[metric.name], fake=fresh[id(self.fake[metric.name])])
            found[metric.name] = time.perf_counter() - started
        return found


def costs(images: int, samples: Mapping[Moment, int], *, rounds: int, threads: Sequence[int]) -> list[Row]:
    """A row for every metric, then all of them together and what that may take.

    Args:
        images: of mnist5k; with all 5,000 there are as many real ones as MNIST has.
        samples: generated ones at either moment.
        rounds: measurements of which the medians are taken.
        threads: each gets a column at either moment.
    """
    data = digits(images)
    extractors = views(data, cache_dir())
    evaluator = Evaluator(data, extractors)
    columns: dict[str, dict[str, Cell]] = {}
    for moment, count in samples.items():
        noise = torch.rand(count, *data.geometry.shape, generator=Generator().manual_seed(0))
        generated = (data.train.batch(torch.arange(count) * 5 % len(data.train)) + 0.4 * noise - 0.1).clamp(-1, 1)
        for number in threads:
            torch.set_num_threads(number)
            bench = Bench.of(evaluator, extractors, moment, generated)
            columns[f"{moment}, n = {count:,}, threads: {number}"] = _column(bench, rounds, TARGETS[moment])
    torch.set_num_threads(1)
    found = dict.fromkeys(name for column in columns.values() for name in column if name not in SUMS)
    return [
        {"metric": line, **{title: column.get(line) for title, column in columns.items()}} for line in (*found, *SUMS)
    ]


def _column(bench: Bench, rounds: int, target: float) -> dict[str, Cell]:
    bench.seconds()  # what follows from real samples alone is known from here on
    measured = [bench.seconds() for _ in range(rounds)]
    whole = median(sum(each.values()) for each in measured)
    column: dict[str, Cell] = {name: median(each[name] for each in measured) for name in measured[0]}
    return column | dict(zip(SUMS, (whole, target, whole <= target, bench.features_s), strict=True))
