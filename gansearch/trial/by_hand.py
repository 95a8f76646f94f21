"""Measures samples from anywhere, by the protocol of a trial's end and with what chance alone makes of each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from gansearch.data import Data
from gansearch.data.sample_files import read_samples
from gansearch.errors import DataError
from gansearch.metrics import metrics
from gansearch.metrics.evaluator import RUNG_SAMPLES, Evaluator, Generated
from gansearch.metrics.noise_floor import REPEATS, noise_floors
from gansearch.metrics.views import views
from gansearch.records import MetricValue, NoiseFloor, Setting
from gansearch.space.configuration import resolve


@dataclass(frozen=True)
class Places:
    """Where files are read and kept."""

    data_dir: Path | None
    """Folder of the data sets; None where none is named."""
    cache_dir: Path
    """Folder of extractors and of what is known of real samples."""
    inception_weights: Path | None = None


@dataclass(frozen=True)
class Measurement:
    """What was measured of one set of samples."""

    data: Data
    samples: int
    values: tuple[MetricValue, ...]
    floors: Mapping[str, NoiseFloor]
    """By metric; absent where there is none, or none was asked for."""
    left_out: Mapping[str, str]
    """By metric, why it has no value."""


def measure_file(
    path: Path, settings: Mapping[str, Setting], places: Places, *, names: Sequence[str] | None, with_floors: bool
) -> Measurement:
    """Measure the samples of a file or folder against a data set.

    On one thread, as a trial does, so that equal samples have equal values to the bit.

    Args:
        path: an array in a file, or a folder of pictures.
        settings: of the data set, as ``{"dataset.name": "mnist5k"}``.
        places: where data and weights are.
        names: of metrics; None takes every metric, and says why one has no value.
        with_floors: whether to measure what each metric says of real samples in the place of these.

    Raises:
        PluginError: where a metric is unknown.
        DataError: where data or samples cannot be read, or a named metric cannot be measured.
    """
    for name in names or ():
        metrics.get(name)  # before anything is read
    torch.set_num_threads(1)
    data = resolve(settings).dataset.load(places.data_dir)
    samples = read_samples(path, data.geometry)
    extractors = views(data, places.cache_dir, inception_weights=places.inception_weights)
    evaluator = Evaluator(data, extractors, (), cache_dir=places.cache_dir)
    values, left_out = evaluator.evaluate_by_name(Generated(samples), names)
    if names is not None:
        _check_all_measured(left_out, len(samples))
    floors = _floors(evaluator, values, len(samples)) if with_floors and values else ()
    return Measurement(data, len(samples), values, {floor.metric: floor for floor in floors}, left_out)


def _check_all_measured(left_out: Mapping[str, str], samples: int) -> None:
    if left_out:
        reasons = "; ".join(f"{name} {reason}" for name, reason in left_out.items())
        raise DataError(f"every named metric must be one that {samples:,} samples of this data set can have; {reasons}")


def _floors(evaluator: Evaluator, values: Sequence[MetricValue], samples: int) -> tuple[NoiseFloor, ...]:
    """Of as many samples as were measured, or of fewer where there are fewer real ones."""
    alike = evaluator.with_names([value.name for value in values], samples)
    return noise_floors(alike, "end", REPEATS["rung" if samples <= RUNG_SAMPLES else "end"])
