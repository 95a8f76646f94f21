"""What every metric must do, on features in closed form."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

import torch

from gansearch.errors import DataError
from gansearch.metrics import Duel, Measured, Metric, Players, Scores
from gansearch.metrics._base import RealSet, View, When
from gansearch.testing.contracts.declarations import check_declaration

SAMPLES = 48
"""Samples of either side, or as many as the metric needs where these are more."""
SIDE = 32
FEATURES = 4
CLASSES = 3
BATCH = 8
"""Samples of one of the minibatches that they are drawn in."""
TOLERANCE = 1e-9


def measured(seed: int, count: int = SAMPLES, *, with_images: bool = True) -> Measured:
    """Normal features with random class probabilities, three in four of high quality; of images, or of points.

    A discriminator's scores and the outcome of a duel come with them.
    """
    stream = torch.Generator().manual_seed(seed)
    features = torch.randn(count, FEATURES, generator=stream)
    probabilities = torch.randn(count, CLASSES, generator=stream).softmax(1)
    samples = torch.rand(count, 1, SIDE, SIDE, generator=stream) * 2 - 1 if with_images else features
    scores = Scores(*torch.randn(3, count, generator=stream).unbind())
    return Measured(
        samples,
        features,
        probabilities,
        torch.arange(count) % 4 != 0,
        BATCH,
        scores=scores,
        duel=Duel(-1.0, -1.5),
        players=Players(scores.training, scores.held_out, steepness=2.0, score_slope=0.5),
    )


def check_metric(cls: type[Metric]) -> None:
    """Everything that can be told of a metric without a data set."""
    check_metric_declaration(cls)
    count = max(SAMPLES, cls.least_samples)
    metric = cls()
    real, fake = (measured(seed, count, with_images=cls.needs_images) for seed in (0, 1))
    check_number(metric, real, fake)
    check_needs(metric, real, fake)
    check_bears_bad_samples(metric, real, fake)


def check_metric_declaration(cls: type[Metric]) -> None:
    """A frozen dataclass that says unit, direction, source and which real samples it needs."""
    check_declaration(cls)
    for attribute in ("unit", "source"):
        assert getattr(cls, attribute, ""), f"{cls.__name__} must say its {attribute}"
    assert cls.direction in ("minimize", "maximize"), f"{cls.__name__}.direction; got {cls.direction!r}"
    for attribute, words in (("view", View), ("real_set", RealSet), ("when", When)):
        said = getattr(cls, attribute)
        assert said in get_args(words), f"{cls.__name__}.{attribute} must be one of {get_args(words)}; got {said!r}"
    assert cls.least_samples >= 1, f"{cls.__name__}.least_samples must be at least 1; got {cls.least_samples}"
    assert cls.least_samples <= cls.most_samples, f"{cls.__name__} must need no more samples than it looks at"


def check_number(metric: Metric, real: Measured, fake: Measured) -> None:
    """A finite float, the same for the same samples in any order, and no global random number is drawn."""
    name = type(metric).__name__
    before = torch.get_rng_state()
    value = metric.value(real=real, fake=fake)
    assert type(value) is float, f"{name} must give a float; got {value!r}"
    assert math.isfinite(value), f"{name} must be finite for finite samples; got {value!r}"
    assert metric.value(real=real, fake=_copy(fake)) == value, f"{name} must give equal values for equal samples"
    backwards = metric.value(real=real, fake=_at(fake, torch.arange(len(fake.features)).flip(0)))
    assert abs(backwards - value) <= TOLERANCE, f"{name} must not depend on the order; got {value} and {backwards}"
    assert torch.equal(before, torch.get_rng_state()), f"{name} must not draw from torch's global generator"


def check_needs(metric: Metric, real: Measured, fake: Measured) -> None:
    """It says what it misses, and measures without what it does not need."""
    name = type(metric).__name__
    bare_real, bare_fake = _bare(metric, real), _bare(metric, fake)
    missing = metric.missing(bare_real, (FEATURES,))
    needs = metric.needs_classes or metric.needs_classifier or metric.needs_modes or metric.needs_images
    assert (missing is not None) == needs, f"{name}.missing must agree with what it needs; got {missing!r}"
    assert metric.missing(None, (1, SIDE, SIDE)), f"{name}.missing must say what there is without a view"
    if missing is None:
        value = metric.value(real=bare_real, fake=bare_fake)
        assert value == metric.value(real=real, fake=fake), f"{name} must use only what it says that it needs"


def check_bears_bad_samples(metric: Metric, real: Measured, fake: Measured) -> None:
    """NaN without samples or where one is not finite; too few are refused; equal ones are borne."""
    name = type(metric).__name__
    for bad in (math.nan, math.inf):
        features = fake.features.clone()
        features[7, 1] = bad
        value = metric.value(real=real, fake=replace(fake, features=features))
        assert math.isnan(value), f"{name} must be NaN where a feature is {bad}; got {value!r}"
    nothing = metric.value(real=real, fake=_at(fake, torch.arange(0)))
    assert math.isnan(nothing), f"{name} must be NaN without samples; got {nothing!r}"
    check_refuses_too_few(metric, real, fake)
    for count in {metric.least_samples, len(fake.features)}:
        value = metric.value(real=real, fake=_at(fake, torch.zeros(count, dtype=torch.int64)))
        assert not math.isinf(value), f"{name} must not be infinite for {count} equal samples"


def check_refuses_too_few(metric: Metric, real: Measured, fake: Measured) -> None:
    """An error that names the metric, the rule and the number."""
    few = metric.least_samples - 1
    if few == 0:
        return
    said = ""
    try:
        metric.value(real=real, fake=_at(fake, torch.arange(few)))
    except DataError as error:
        said = str(error)
    rule = f"{metric.name} needs at least {metric.least_samples:,} samples; got {few:,}"
    assert said.startswith(rule), f"{type(metric).__name__} must refuse {few} samples with {rule!r}; got {said!r}"


def _bare(metric: Metric, of: Measured) -> Measured:
    """Features alone, and what no data set gives: what the trial itself brings."""
    return Measured(
        of.samples,
        of.features,
        None,
        batch=of.batch if metric.needs_batches else None,
        scores=of.scores if metric.needs_scores else None,
        duel=of.duel if metric.needs_duel else None,
        players=of.players if metric.needs_players else None,
    )


def _copy(of: Measured) -> Measured:
    """Equal samples as another object, so that nothing remembered is found again."""
    return replace(of)


def _at(of: Measured, index: torch.Tensor) -> Measured:
    assert of.samples is not None
    assert of.probabilities is not None
    assert of.high_quality is not None
    return replace(
        of,
        samples=of.samples[index],
        features=of.features[index],
        probabilities=of.probabilities[index],
        high_quality=of.high_quality[index],
        batch=of.batch if len(index) == len(of.features) else None,
    )
