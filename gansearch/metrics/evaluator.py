"""Measures generated samples with every metric that the data supports, always by the same protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.errors import DataError
from gansearch.metrics._base import Extractor, Metric, View, metrics
from gansearch.metrics.generated import Generated, Group, Seen, groups
from gansearch.metrics.real_side import RealSide
from gansearch.records import MetricValue, Protocol

__all__ = ["RUNG_SAMPLES", "Evaluator", "Generated", "Moment", "final_samples"]

RUNG_SAMPLES: Final = 1_000
"""Generated samples per evaluation during training."""

LABELLED: Final = 250
"""Samples whose classes are kept at an evaluation: the same latents every time, so that one sees them change."""

OF_PLAYERS: Final = ("none", "")
"""Extractor and hash of what the trial's own networks tell."""

Moment: TypeAlias = Literal["rung", "end"]
"""During training, or at the end of a trial."""


def final_samples(data: Data) -> int:
    """Generated samples at the end of a trial: those that the data set asks for, or all real ones if there are fewer.

    It asks for 10,000 where it says nothing else.
    """
    return min(data.final_samples, len(data.reference[1]))


class Evaluator:
    """Holds the real side, measured once, and compares samples with it.

    Args:
        data: the data set; its reference split is the real side.
        extractors: what makes features and class probabilities, by view; one at least for ``reference``.
        names: metrics to measure, in this order, at every moment; None for those that the data supports, each at its
            own.
        asked: further metrics to measure at the end; None for all that the data supports.
        device: where features and distances are computed.
        cache_dir: where what is known of real samples is kept; None keeps nothing.

    Raises:
        PluginError: where a name is unknown.
        DataError: where a named metric needs what the data lacks.
    """

    def __init__(
        self,
        data: Data,
        extractors: Mapping[View, Extractor],
        names: Sequence[str] | None = None,
        *,
        asked: Sequence[str] | None = (),
        device: str = "cpu",
        cache_dir: Path | None = None,
    ) -> None:
        self.data = data
        self._device = torch.device(device)
        self._extractors = extractors
        self.real = RealSide(data, extractors, device=self._device, cache_dir=cache_dir)
        for name in (*(names or ()), *(asked or ())):
            self._check(metrics.get(name))
        self._metrics: dict[Moment, tuple[Metric, ...]] = {
            "rung": tuple(self._chosen("rung", names, ())),
            "end": tuple(self._chosen("end", names, asked)),
        }

    def names(self, moment: Moment = "rung") -> tuple[str, ...]:
        """The metrics measured then, in order, those aside that the generated side lacks something for."""
        return tuple(metric.name for metric in self._metrics[moment])

    def names_of_samples(self) -> tuple[str, ...]:
        """The metrics measured at a rung of samples that nothing else is known of."""
        return tuple(metric.name for metric in self._metrics["rung"] if metric.needs_only_samples())

    def needs_duel(self) -> bool:
        """Whether a metric of the end wants both players put to the test."""
        return any(metric.needs_duel for metric in self._metrics["end"])

    def with_names(self, names: Sequence[str], samples: int) -> Evaluator:
        """The same with these metrics at every moment, and so many samples at the end; the real side is shared.

        Raises:
            PluginError: where a name is unknown.
            DataError: where a named metric needs what the data lacks.
        """
        other = copy(self)
        other.data = replace(self.data, final_samples=samples)
        for name in names:
            self._check(metrics.get(name))
        chosen = tuple(metrics.get(name)() for name in names)
        other._metrics = {"rung": chosen, "end": chosen}
        return other

    def missing(self, metric: type[Metric]) -> str | None:
        """What the data set lacks for a metric, in words, or None where it can be measured."""
        real = self.real.one(metric.view) if self.real.has(metric.view) else None
        return metric.missing(real, self.data.geometry.shape)

    def prepare(self) -> None:
        """Measure the real side of every metric now: whoever is given a copy then need not."""
        counts: dict[Moment, int] = {"rung": RUNG_SAMPLES, "end": final_samples(self.data)}
        for moment, count in counts.items():
            for metric in self._metrics[moment]:
                self.real.measured(metric.view, metric.real_set, min(metric.most_samples, count))

    def evaluate(self, generated: Generated | Tensor, moment: Moment = "rung") -> tuple[MetricValue, ...]:
        """Measure one set of samples; see ``evaluate_all``."""
        one = generated if isinstance(generated, Generated) else Generated(generated)
        return self.evaluate_all([one], moment)[0]

    @torch.no_grad()
    def evaluate_all(self, generated: Sequence[Generated], moment: Moment = "rung") -> list[tuple[MetricValue, ...]]:
        """Measure sets of samples, as those of a pack's lanes; each set's values are those that it has alone.

        All values of a set are NaN where one number of it is not finite. A metric of the end that wants more samples
        than there are, or what a set does not bring, is left out.

        Raises:
            DataError: where a metric of a rung wants more samples than there are.
        """
        return [values for values, _ in self.evaluate_labelled(generated, moment)]

    @torch.no_grad()
    def evaluate_labelled(
        self, generated: Sequence[Generated], moment: Moment = "rung"
    ) -> list[tuple[tuple[MetricValue, ...], tuple[int, ...]]]:
        """As ``evaluate_all``, and the classes of each set's first 250 samples; none where the data has no classes."""
        found = []
        for sets in groups([each.on(self._device) for each in generated]):
            group = Group(self._extractors, sets, self._metrics[moment])
            found += [(tuple(self._evaluate(seen, moment)), seen.labels(LABELLED)) for seen in group.seen()]
        return found

    @torch.no_grad()
    def evaluate_by_name(
        self, generated: Generated, names: Sequence[str] | None = None
    ) -> tuple[tuple[MetricValue, ...], dict[str, str]]:
        """Measure one set of samples with these metrics, at whatever moment they are due; None takes all there are.

        Returns:
            The values, and for every metric without one the reason, as ``needs images``.

        Raises:
            PluginError: where a name is unknown.
        """
        chosen = [metrics.get(name) for name in (metrics.names() if names is None else names)]
        (seen,) = Group(self._extractors, [generated.on(self._device)], chosen).seen()
        is_finite = generated.is_finite
        values, reasons = [], {}
        for metric in chosen:
            reason = self._reason(metric, seen)
            if reason is None:
                values.append(self._value(metric(), seen, is_finite=is_finite))
            else:
                reasons[metric.name] = reason
        return tuple(values), reasons

    def _evaluate(self, seen: Seen, moment: Moment) -> Iterator[MetricValue]:
        is_finite = seen.given.is_finite
        for metric in self._metrics[moment]:
            is_there = seen.lacks(metric) is None
            if is_there and (moment == "rung" or self._refusal(metric, seen) is None):
                yield self._value(metric, seen, is_finite=is_finite)

    def _reason(self, metric: type[Metric], seen: Seen) -> str | None:
        """Why the metric has no value of these samples, as ``needs images``; None where it has one."""
        missing = self.missing(metric) or seen.lacks(metric)
        if missing is not None:
            return f"needs {missing}"
        refusal = self._refusal(metric, seen)
        return None if refusal is None else refusal.removeprefix(f"{metric.name} ")

    def _refusal(self, metric: type[Metric] | Metric, seen: Seen) -> str | None:
        count = seen.count(metric)
        return metric.refusal(generated=count, real=self.real.count(metric.real_set, count))

    def _value(self, metric: Metric, seen: Seen, *, is_finite: bool) -> MetricValue:
        count = seen.count(metric)
        real = self.real.measured(metric.view, metric.real_set, count)
        value = metric.value(real=real, fake=seen.by(metric)) if is_finite else float("nan")
        reals, split = self.real.count(metric.real_set, count), self.real.split(metric.real_set)
        of_players = metric.needs_scores or metric.needs_duel or metric.needs_players
        name, digest = OF_PLAYERS if of_players else self._named(metric)
        return MetricValue(metric.name, value, Protocol(name, digest, count, reals, split))

    def _named(self, metric: Metric) -> tuple[str, str]:
        extractor = self._extractors[metric.view]
        return extractor.name, extractor.hash

    def _chosen(self, moment: Moment, names: Sequence[str] | None, asked: Sequence[str] | None) -> Iterator[Metric]:
        if names is not None:
            yield from (metrics.get(name)() for name in names)
            return
        for metric in metrics:
            is_due = metric.when in ("rung", moment) or asked is None or metric.name in asked
            if is_due and self.missing(metric) is None:
                yield metric()

    def _check(self, metric: type[Metric]) -> None:
        missing = self.missing(metric)
        if missing is not None:
            raise DataError(f"the metric {metric.name} needs {missing}; the data set {self.data.name} has none")
