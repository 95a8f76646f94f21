"""At most so many tricks on: in samples, defaults, queued trials, grids, and in what settings accept."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.errors import SpaceError
from gansearch.records import Setting
from gansearch.space import SearchSpace, parse_space, resolve
from gansearch.space.trick_limit import is_switch

SWITCHED = ("ema", "instance_noise", "label_flips", "label_smoothing", "spherical_latents")
TRICKS = "".join(f"  {name}: {{choice: [true, false]}}\n" for name in SWITCHED)
PENALTY = "tricks.gradient_penalty"


def read(plan: str, tricks: str = TRICKS) -> SearchSpace:
    return parse_space(f"name: small\ndataset: ring\nplan: {plan}\ntricks:\n{tricks}", "small.yaml")


def chooser(seed: int) -> Callable[[str, Dimension], Setting]:
    source = random.Random(seed)

    def choose(_: str, dimension: Dimension) -> Setting:
        if isinstance(dimension, Choice):
            return source.choice(dimension.choices)
        assert isinstance(dimension, (Float, Int))
        return source.uniform(dimension.low, dimension.high)

    return choose


def on(settings: dict[str, Setting]) -> set[str]:
    """The tricks that are on, as they would be built."""
    return {type(trick).name for trick in resolve(settings).tricks}


def test_where_nothing_limits_every_switch_must_be_given() -> None:
    with pytest.raises(SpaceError, match=r"tricks\.ema\.enabled: must be given"):
        read("{trials: 5}").settings({})


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_no_sample_has_more_tricks_on(most: int) -> None:
    penalty = f"{TRICKS}  gradient_penalty: {{choice: [off, r1_penalty, wgan_gp]}}\n"
    space = read(f"{{trials: 5, max_active_tricks: {most}}}", penalty)
    counts = set()
    for seed in range(60):
        parameters = space.suggest(chooser(seed))
        settings = space.settings(parameters)
        counts.add(len(on(settings)))
        assert all(settings[f"tricks.{name}.enabled"] in (True, False) for name in SWITCHED)
        assert settings[PENALTY] in ("off", "r1_penalty", "wgan_gp")
    assert max(counts) == most


def test_the_fields_of_what_is_left_out_are_not_asked_for() -> None:
    fields = "  ema: true\n  instance_noise: {enabled: {choice: [true, false]}, sigma: {float: [0.1, 0.2]}}\n"
    space = read("{trials: 5, max_active_tricks: 1}", fields)
    assert space.suggest(chooser(0)) == {}
    assert on(space.settings({})) == {"ema"}


def test_the_order_of_the_switches_decides_which_are_asked_for() -> None:
    space = read("{trials: 5, max_active_tricks: 1}")
    paths = [f"tricks.{name}.enabled" for name in SWITCHED]

    def yes(_: str, __: Dimension) -> Setting:
        return True

    assert space.suggest(yes) == {paths[0]: True}
    assert space.suggest(yes, switches=paths[::-1]) == {paths[-1]: True}
    assert space.suggest(yes, switches=paths[2:4]) == {paths[2]: True}
    assert space.suggest(yes, switches=[]) == {}
    assert on(space.settings({paths[-1]: True})) == {SWITCHED[-1]}


def test_an_order_keeps_parents_first() -> None:
    space = read(
        "{trials: 5, max_active_tricks: 2}",
        "  ema: {enabled: {choice: [true, false]}, decay: {float: [0.9, 0.99]}}\n"
        "  label_flips: {enabled: {choice: [true, false]}, when: {tricks.ema.enabled: true}}\n",
    )
    chosen = space.suggest(chooser(3), switches=["tricks.label_flips.enabled", "tricks.ema.enabled"])
    assert next(iter(chosen)) == "tricks.ema.enabled"
    assert space.settings(chosen)


def test_a_grid_leaves_out_what_is_beyond() -> None:
    names = SWITCHED[:3]
    tricks = "".join(f"  {name}: {{choice: [true, false]}}\n" for name in names)
    space = read("{kind: grid, max_active_tricks: 2}", tricks)
    found = [tuple(bool(space.settings(point)[f"tricks.{name}.enabled"]) for name in names) for point in space.grid()]
    assert sorted(found) == sorted(each for each in product((True, False), repeat=3) if sum(each) <= 2)


def test_a_grid_without_a_limit_is_whole() -> None:
    assert len(read("{kind: grid}").grid()) == 2 ** len(SWITCHED)


def test_settings_refuse_too_many_and_take_what_was_not_asked_for() -> None:
    space = read("{trials: 5, max_active_tricks: 2}")
    first, second, third, *rest = (f"tricks.{name}.enabled" for name in SWITCHED)
    with pytest.raises(SpaceError, match=r"plan\.max_active_tricks: must not be exceeded: at most 2 tricks .*; got 3:"):
        space.settings({first: True, second: True, third: True, **dict.fromkeys(rest, False)})
    assert on(space.settings({})) == set()
    assert on(space.settings({first: True, third: True})) == {SWITCHED[0], SWITCHED[2]}


def test_a_queued_trial_may_choose_any_so_many() -> None:
    last = f"tricks.{SWITCHED[-1]}.enabled"
    space = read(f"{{trials: 5, max_active_tricks: 1, enqueue: [defaults, {{{last}: true}}]}}")
    assert [on(space.settings(each)) for each in space.plan.enqueue] == [set(), {SWITCHED[-1]}]


def test_a_queued_trial_with_too_many_is_refused() -> None:
    both = "{tricks.ema.enabled: true, tricks.label_flips.enabled: true}"
    with pytest.raises(SpaceError, match="at most 1 tricks may be on") as caught:
        read(f"{{trials: 5, max_active_tricks: 1, enqueue: [{both}]}}")
    (problem,) = caught.value.problems
    assert (problem.line, problem.value) == (3, "2: ema, label_flips")


def test_a_limit_below_what_is_always_on_is_refused() -> None:
    tricks = "  ema: true\n  label_flips: {choice: [true]}\n  gradient_penalty: {choice: [r1_penalty, wgan_gp]}\n"
    with pytest.raises(SpaceError, match="must be at least 3: always on are ema, gradient_penalty, label_flips"):
        read("{trials: 5, max_active_tricks: 2}", tricks)
    assert on(
        read("{trials: 5, max_active_tricks: 3}", tricks).settings(
            {PENALTY: "wgan_gp", "tricks.label_flips.enabled": True}
        )
    ) == {
        "ema",
        "wgan_gp",
        "label_flips",
    }


@pytest.mark.parametrize("value", ["-1", "two", "1.5"])
def test_a_limit_is_a_whole_number(value: str) -> None:
    with pytest.raises(SpaceError, match=r"plan\.max_active_tricks: must be (at least 0|a whole number)"):
        read(f"{{trials: 5, max_active_tricks: {value}}}")


@pytest.mark.parametrize(
    ("path", "switches"),
    [
        ("tricks.ema.enabled", True),
        (PENALTY, True),
        ("tricks.ema.decay", False),
        ("generator.enabled", False),
        ("training.epochs", False),
    ],
)
def test_switches_by_their_paths(path: str, switches: bool) -> None:
    assert is_switch(path) is switches
