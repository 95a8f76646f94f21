from __future__ import annotations

import pytest

from gansearch.reporting.experiments.family import arms_of, corrected, family_level, missing_runs
from gansearch.reporting.experiments.samples import Selection
from tests.reporting.experiments.conftest import MakeExperiments


def test_what_has_no_test_keeps_its_place() -> None:
    assert corrected({3: 0.01, 5: None, 7: 0.02}) == {3: pytest.approx(0.03), 5: None, 7: pytest.approx(0.04)}
    assert corrected({}) == {}


def test_the_level_of_one_test() -> None:
    assert family_level("a", ["a", "b", "a"]) == 0.025
    assert family_level("b", ["a", "b", "a"]) == 0.05


def test_an_arm_that_is_named_twice_lacks_its_runs_once(make_experiments: MakeExperiments) -> None:
    study = make_experiments({"depth/generator.layers=4": [1.0] * 5})
    arms = arms_of([Selection(experiment="depth"), Selection(("depth/generator.layers=4",))], study)
    assert arms == ["depth/generator.layers=4", "depth/generator.layers=5"]
    assert missing_runs([*arms, *arms], study) == 3 + 8
