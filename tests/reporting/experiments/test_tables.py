"""The frames behind a page."""

from __future__ import annotations

import math

import pytest

from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis
from gansearch.reporting.experiments.judging import judged
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.screening import screened_arms
from gansearch.reporting.experiments.tables import frames
from tests.reporting.experiments.conftest import MakeExperiments

QUICK = Precision(permutations=199, bootstraps=199)
FOUR = "depth/generator.layers=4"
ASKED = (
    Hypothesis(
        "H1",
        "Depth helps.",
        "a blog",
        (
            Comparison(Selection((FOUR,)), Claim.BETTER, "frechet_distance"),
            Comparison(Selection((FOUR,)), Claim.BETTER, "failure"),
        ),
    ),
)


def test_runs_arms_and_tests_have_their_numbers(make_experiments: MakeExperiments) -> None:
    study = make_experiments({"baseline": [100.0 + place for place in range(20)], FOUR: [50.0] * 7 + [math.inf]})
    found = frames(study, judged(ASKED, study, {}, QUICK), screened_arms(study, ASKED, {}, QUICK))
    runs, arms, tests = found["runs"], found["arms"], found["tests"]
    assert len(runs) == 28
    assert runs["is_censored"].sum() == 1
    assert runs.loc[runs["run"] == "arms-1-r0", "frechet_distance"].item() == 50.0
    four = arms.set_index("arm").loc[FOUR]
    assert (four["runs"], four["wanted"], four["censored"], four["median_frechet_distance"]) == (8, 8, 1, 50.0)
    assert four["scale"] == "rank"
    assert four["effect"] == pytest.approx(7 / 8)
    assert tests["measure"].tolist() == ["frechet_distance", "failure"]
    assert tests["scale"].tolist() == ["rank", "rate"]
    assert tests["effect"].tolist() == pytest.approx([7 / 8, 12.5])


def test_tables_without_rows_are_left_out(make_experiments: MakeExperiments) -> None:
    assert set(frames(make_experiments({}), (), ())) == {"arms"}
