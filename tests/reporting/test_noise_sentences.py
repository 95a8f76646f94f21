"""Golden sentences on a metric's own noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gansearch.records import MetricValue, NoiseFloor, Protocol
from gansearch.reporting import noise_sentences, sentences
from gansearch.reporting.associations import Association, Level
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.statistics import Estimate

UNDER = "under this sampler (`random`)"
PROTOCOL = Protocol("mnist-cnn", "0a1b2c3d4e5f", 1000, 1000, "test")
FLOOR = NoiseFloor("frechet_distance", replace(PROTOCOL, real_samples=10_000), 6.18, 0.5, 10)


def test_the_noise_floor_of_a_value_has_its_protocol() -> None:
    value = MetricValue("frechet_distance", 38.0, PROTOCOL)
    assert noise_sentences.noise_floor(value, [FLOOR]) == "6.18 ± 0.5"
    fewer = replace(FLOOR, protocol=replace(PROTOCOL, samples=500), mean=9.0)
    assert noise_sentences.noise_floor(value, [fewer, FLOOR]) == "6.18 ± 0.5"
    assert noise_sentences.noise_floor(value, [fewer]) == "not measured at this n; 9 ± 0.5 at n = 500"
    others = (
        replace(PROTOCOL, extractor_hash="f" * 12),
        replace(PROTOCOL, extractor="other"),
        replace(PROTOCOL, real_split="train"),
    )
    for other in others:
        assert noise_sentences.noise_floor(value, [replace(FLOOR, protocol=other)]) == "not measured"
    assert noise_sentences.noise_floor(replace(value, name="recall"), [FLOOR]) == "not measured"


@pytest.mark.parametrize(
    ("value", "said"), [(39.4, "1.4, is within the metric's own noise"), (39.5, "1.5, is above the metric's own noise")]
)
def test_the_best_and_the_next_differ_by_more_than_the_noise_or_not(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial], value: float, said: str
) -> None:
    """The noise of two values is 2 x sqrt 2 x .5 = 1.414."""
    trials = make_trial(0, value=value), make_trial(1, value=38.0), make_trial(2, value=99.0)
    (sentence,) = noise_sentences.second_best(make_study(*trials, noise_floors=(FLOOR,)))
    assert sentence == (
        f"The next configuration, that of `digits-0`, has {value}: the difference, {said} (1.41 for two values at n = "
        "1,000)."
    )
    assert noise_sentences.second_best(make_study(*trials)) == []
    assert noise_sentences.second_best(make_study(trials[0], noise_floors=(FLOOR,))) == []


def test_medians_closer_than_the_noise_are_called_so() -> None:
    def choice(other: float) -> Association:
        medians = (38.0, other)
        levels = tuple(Level(str(m), Estimate(m, 6, None, None), 0) for m in medians)
        return Association("generator.activation", "frechet_distance", 12, levels=levels, p=0.4, p_holm=1.0)

    within = "The largest difference of these medians, 1, is within the metric's own noise (1.41 for two values"
    assert within in sentences.association(choice(39.0), UNDER, FLOOR)
    assert "noise" not in sentences.association(choice(40.0), UNDER, FLOOR)
    assert "noise" not in sentences.association(choice(39.0), UNDER)


def test_how_small_a_difference_means_nothing(mixed_study: StudyMaterial) -> None:
    assert "`frechet_distance` by the protocol of these runs was not measured" in " ".join(
        sentences.limits(mixed_study)
    )
    said = " ".join(sentences.limits(replace(mixed_study, noise_floors=(FLOOR,))))
    assert "`frechet_distance` is 6.18 ± 0.5 (mean ± standard deviation of 10 draws of n = 1,000, against" in said
    assert "differ by less than 1.41, 2 x sqrt 2 standard deviations, are within the metric's own noise." in said
