"""What every metric must do, on features in closed form."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from gansearch.metrics import Measured, Metric
from gansearch.testing.contracts.declarations import check_declaration

SAMPLES = 48
FEATURES = 4
CLASSES = 3
BATCH = 8
"""Samples of one of the minibatches that they are drawn in."""
TOLERANCE = 1e-9


def measured(seed: int, count: int = SAMPLES) -> Measured:
    """Normal features with random class probabilities, three in four of high quality."""
    stream = torch.Generator().manual_seed(seed)
    features = torch.randn(count, FEATURES, generator=stream)
    probabilities = torch.randn(count, CLASSES, generator=stream).softmax(1)
    return Measured(features, features, probabilities, torch.arange(count) % 4 != 0, BATCH)


def check_metric(cls: type[Metric]) -> None:
    """Everything that can be told of a metric without a data set."""
    check_metric_declaration(cls)
    metric, real, fake = cls(), measured(0), measured(1)
    check_number(metric, real, fake)
    check_needs(metric, real, fake)
    check_bears_bad_samples(metric, real, fake)


def check_metric_declaration(cls: type[Metric]) -> None:
    """A frozen dataclass that says unit, direction, source and which real samples it needs."""
    check_declaration(cls)
    for attribute in ("unit", "source"):
        assert getattr(cls, attribute, ""), f"{cls.__name__} must say its {attribute}"
    assert cls.direction in ("minimize", "maximize"), f"{cls.__name__}.direction; got {cls.direction!r}"
    assert cls.real_set in ("whole", "matched", "none"), f"{cls.__name__}.real_set; got {cls.real_set!r}"


def check_number(metric: Metric, real: Measured, fake: Measured) -> None:
    """A finite float, the same for the same samples in any order, and no global random number is drawn."""
    name = type(metric).__name__
    before = torch.get_rng_state()
    value = metric.measure(real=real, fake=fake)
    assert type(value) is float, f"{name} must give a float; got {value!r}"
    assert math.isfinite(value), f"{name} must be finite for finite samples; got {value!r}"
    assert metric.measure(real=real, fake=_copy(fake)) == value, f"{name} must give equal values for equal samples"
    backwards = metric.measure(real=real, fake=_at(fake, torch.arange(SAMPLES).flip(0)))
    assert abs(backwards - value) <= TOLERANCE, f"{name} must not depend on the order; got {value} and {backwards}"
    assert torch.equal(before, torch.get_rng_state()), f"{name} must not draw from torch's global generator"


def check_needs(metric: Metric, real: Measured, fake: Measured) -> None:
    """It says what it misses, and measures without what it does not need."""
    name = type(metric).__name__
    bare_real, bare_fake = _bare(real), _bare(fake)
    needs = metric.needs_classes or metric.needs_classifier or metric.needs_modes or metric.needs_batches
    missing = metric.missing(bare_real)
    assert (missing is not None) == needs, f"{name}.missing must agree with what it needs; got {missing!r}"
    if missing is None:
        value = metric.measure(real=bare_real, fake=bare_fake)
        assert value == metric.measure(real=real, fake=fake), f"{name} must use only what it says that it needs"


def check_bears_bad_samples(metric: Metric, real: Measured, fake: Measured) -> None:
    """NaN, never an error, without samples or where a feature is not finite; one sample and equal ones are borne."""
    name = type(metric).__name__
    for bad in (math.nan, math.inf):
        features = fake.features.clone()
        features[7, 1] = bad
        value = metric.measure(real=real, fake=replace(fake, features=features))
        assert math.isnan(value), f"{name} must be NaN where a feature is {bad}; got {value!r}"
    nothing = metric.measure(real=real, fake=_at(fake, torch.arange(0)))
    assert math.isnan(nothing), f"{name} must be NaN without samples; got {nothing!r}"
    for index in (torch.zeros(1, dtype=torch.int64), torch.zeros(SAMPLES, dtype=torch.int64)):
        value = metric.measure(real=real, fake=_at(fake, index))
        assert not math.isinf(value), f"{name} must not be infinite for {len(index)} equal samples"


def _bare(of: Measured) -> Measured:
    return Measured(of.samples, of.features, None)


def _copy(of: Measured) -> Measured:
    """Equal samples as another object, so that nothing remembered is found again."""
    return replace(of)


def _at(of: Measured, index: torch.Tensor) -> Measured:
    assert of.probabilities is not None
    assert of.high_quality is not None
    batch = of.batch if len(index) == SAMPLES else None
    return Measured(of.samples[index], of.features[index], of.probabilities[index], of.high_quality[index], batch)
