"""Networks of a size: the count of what is learned, the widest that fits, and players of matched sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gansearch.errors import TrainingError
from gansearch.gan.dcgan import DcganDiscriminator, DcganGenerator
from gansearch.gan.mlp import MlpDiscriminator, MlpGenerator
from gansearch.gan.sizing import learned, matched, sized
from gansearch.records import Geometry

DIGITS = Geometry((1, 28, 28), bounded=True, classes=10)
BUDGETED: list[tuple[Any, str]] = [
    (MlpGenerator(layers=5), "width"),
    (MlpGenerator(activation="maxout", normalisation="virtual_batch"), "width"),
    (MlpDiscriminator(grow_every=10, layers=4), "width"),
    (DcganGenerator(), "filters"),
    (DcganDiscriminator(levels=3), "filters"),
]


def test_the_count_of_parameters() -> None:
    module = MlpGenerator(layers=3, width=8, latent_size=4).build(Geometry((1, 4, 4), bounded=True, classes=0))

    assert learned(module) == (4 * 8 + 8) + (8 * 8 + 8) + (8 * 16 + 16)


def test_frozen_parameters_are_not_counted() -> None:
    plain, referring, growing = (
        learned(MlpGenerator(width=8, layers=4, **each).build(DIGITS))
        for each in ({"normalisation": "batch"}, {"normalisation": "virtual_batch"}, {"grow_every": 10})
    )

    assert plain == referring
    assert growing == learned(MlpGenerator(width=8, layers=4).build(DIGITS))


@pytest.mark.parametrize("budget", [20_000, 123_456, 3_000_000])
@pytest.mark.parametrize(("network", "field"), BUDGETED)
def test_a_network_is_as_wide_as_its_budget_allows(network: Any, field: str, budget: int) -> None:
    found = sized(replace(network, parameter_budget=budget), field, DIGITS)
    wider = replace(found, **{field: getattr(found, field) + 1})

    assert found.parameter_budget is None
    assert learned(found.build(DIGITS)) <= budget < learned(wider.build(DIGITS))
    built = replace(network, parameter_budget=budget).build(DIGITS)
    assert built.parameters == found.build(DIGITS).parameters


def test_at_one_budget_depth_costs_width() -> None:
    deep, shallow = (
        sized(MlpGenerator(layers=layers, parameter_budget=500_000), "width", DIGITS) for layers in (10, 3)
    )

    assert deep.width < shallow.width
    assert learned(deep.build(DIGITS)) == pytest.approx(learned(shallow.build(DIGITS)), rel=0.03)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            MlpGenerator(parameter_budget=100),
            r"generator\.parameter_budget must be at least 1,671, what mlp has where width",
        ),
        (
            DcganDiscriminator(parameter_budget=100),
            r"discriminator\.parameter_budget must be at least 150, what dcgan has",
        ),
    ],
)
def test_a_budget_that_is_too_small_is_refused(network: Any, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        network.build(DIGITS)


def test_the_largest_network_may_fit_whole() -> None:
    assert sized(MlpDiscriminator(parameter_budget=10**10), "width", DIGITS).width == 16384


@pytest.mark.parametrize("ratio", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("generator", [MlpGenerator(width=512), DcganGenerator(parameter_budget=200_000)])
@pytest.mark.parametrize("discriminator", [MlpDiscriminator(), DcganDiscriminator()])
def test_the_discriminators_size_is_the_ratio_times_the_generators(
    discriminator: Any, generator: Any, ratio: float
) -> None:
    found: Any = matched(replace(discriminator, capacity_ratio=ratio), generator, DIGITS)

    assert found.capacity_ratio is None
    wanted = ratio * learned(generator.build(DIGITS))
    assert found.parameter_budget == pytest.approx(wanted, abs=0.5)
    assert learned(found.build(DIGITS)) == pytest.approx(wanted, rel=0.15)
    assert learned(found.build(DIGITS)) <= found.parameter_budget


def test_without_a_ratio_the_discriminator_stays_as_it_is() -> None:
    for discriminator in (MlpDiscriminator(), DcganDiscriminator(parameter_budget=50_000)):
        assert matched(discriminator, MlpGenerator(), DIGITS) is discriminator


def test_a_ratio_and_a_budget_exclude_each_other() -> None:
    with pytest.raises(TrainingError, match=r"capacity_ratio and discriminator\.parameter_budget exclude each other"):
        matched(MlpDiscriminator(capacity_ratio=1.0, parameter_budget=50_000), MlpGenerator(), DIGITS)
