"""Measures generated samples with every metric that the data supports, always by the same protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Generator, Tensor

from gansearch.data import Data
from gansearch.errors import DataError
from gansearch.metrics._base import Extractor, Measured, Metric, metrics
from gansearch.records import MetricValue, Protocol

RUNG_SAMPLES = 1_000
"""Generated samples per evaluation during training."""
FINAL_SAMPLES = 10_000
"""Generated samples at the end, and the most real ones that anything is compared with."""
SHUFFLE_SEED = 0
"""Decides the order of the real samples; fixed, since the first half of MNIST's test images differs from the rest."""


def final_samples(data: Data) -> int:
    """Generated samples at the end of a trial: 10,000, or all real ones where there are fewer."""
    return min(FINAL_SAMPLES, len(data.reference[1]))


class Evaluator:
    """Holds the real side, measured once, and compares samples with it.

    Args:
        data: the data set; its reference split is the real side.
        extractor: what makes features and class probabilities.
        names: metrics to measure, in this order; None for every one that the data supports.
        device: where features and distances are computed.

    Raises:
        PluginError: where a name is unknown.
        DataError: where a named metric needs what the data lacks.
    """

    def __init__(
        self, data: Data, extractor: Extractor, names: Sequence[str] | None = None, *, device: str = "cpu"
    ) -> None:
        self._extractor = extractor
        self._device = torch.device(device)
        self._split, samples = data.reference
        order = torch.randperm(len(samples), generator=Generator().manual_seed(SHUFFLE_SEED))[:FINAL_SAMPLES]
        self._real = extractor(samples.batch(order.to(samples.values.device)).to(self._device))
        self._matched = {len(order): self._real}
        self._metrics = _supported(self._real) if names is None else _named(names, self._real, data.name)

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics measured, in order."""
        return tuple(metric.name for metric in self._metrics)

    @torch.no_grad()
    def evaluate(self, samples: Tensor, batches: Tensor | None = None) -> tuple[MetricValue, ...]:
        """Measure generated samples; all values are NaN where one is not finite.

        Args:
            samples: [n, *shape], images in [-1, 1].
            batches: minibatches of further samples [g, b, *shape]; None leaves out the metrics that need such.
        """
        return self._evaluate(samples) + (() if batches is None else self._evaluate_batches(batches))

    def _evaluate_batches(self, batches: Tensor) -> tuple[MetricValue, ...]:
        fake = self._extractor(batches.detach().to(self._device).flatten(0, 1))
        grouped = replace(fake, batch=batches.shape[1])
        return tuple(
            self._value(metric(), metric().measure(real=self._real, fake=grouped), len(fake.features))
            for metric in metrics
            if metric.needs_batches
        )

    def _evaluate(self, samples: Tensor) -> tuple[MetricValue, ...]:
        samples = samples.detach().to(self._device)
        if len(samples) == 0 or not bool(samples.isfinite().all()):
            return tuple(self._value(metric, float("nan"), len(samples)) for metric in self._metrics)
        fake = self._extractor(samples)
        return tuple(
            self._value(metric, metric.measure(real=self._real_for(metric, len(samples)), fake=fake), len(samples))
            for metric in self._metrics
        )

    def _real_for(self, metric: Metric, count: int) -> Measured:
        return self._first(count) if metric.real_set == "matched" else self._real

    def _first(self, count: int) -> Measured:
        """The first ``count`` real samples in their shuffled order, or all; kept, with the radii of their balls."""
        count = min(count, len(self._real.features))
        if count not in self._matched:
            real = self._real
            parts = (real.samples, real.features, real.probabilities, real.high_quality)
            self._matched[count] = Measured(*(None if part is None else part[:count] for part in parts))  # type: ignore[arg-type]
        return self._matched[count]

    def _value(self, metric: Metric, value: float, count: int) -> MetricValue:
        real = {"whole": len(self._real.features), "matched": min(count, len(self._real.features)), "none": 0}
        protocol = Protocol(self._extractor.name, self._extractor.hash, count, real[metric.real_set], self._split)
        return MetricValue(metric.name, value, protocol)


def _supported(real: Measured) -> tuple[Metric, ...]:
    return tuple(metric() for metric in metrics if metric.missing(real) is None)


def _named(names: Sequence[str], real: Measured, data_name: str) -> tuple[Metric, ...]:
    chosen = [metrics.get(name) for name in names]
    for metric in chosen:
        missing = metric.missing(real)
        if missing is not None:
            raise DataError(f"the metric {metric.name} needs {missing}; the data set {data_name} has none")
    return tuple(metric() for metric in chosen)
