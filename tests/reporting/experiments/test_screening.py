"""All arms against the baseline: order, what is worth fresh seeds, and who has asked."""

from __future__ import annotations

import math

import numpy as np

from gansearch.reporting.document import Paragraph, Table
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.screening import screened_arms
from gansearch.reporting.experiments.screening_section import screening_section
from tests.reporting.experiments.conftest import MakeExperiments

FOUR, FIVE = "depth/generator.layers=4", "depth/generator.layers=5"
DROPS = [
    f"drop/generator.dropout={one} discriminator.dropout={other}" for one in ("0.3", "0.6") for other in ("0", "0.3")
]
QUICK = Precision(permutations=199, bootstraps=199)
ASKED = (
    Hypothesis("H1", "Depth helps.", "a blog", (Comparison(Selection((FOUR,)), Claim.BETTER, "frechet_distance"),)),
    Hypothesis("H2", "It fails less.", "a blog", (Comparison(Selection((FIVE,)), Claim.BETTER, "failure"),)),
    Hypothesis(
        "H3", "Four.", "me", (Comparison(Selection((FOUR,)), Claim.BETTER, "frechet_distance", Selection((FIVE,))),)
    ),
    Hypothesis("H4", "Drop.", "me", (Comparison(Selection(experiment="drop"), Claim.BETTER, "frechet_distance"),)),
)


def around(level: float, count: int = 8) -> list[float]:
    return list(level * np.exp(0.05 * np.random.default_rng(round(level)).standard_normal(count)))


def test_arms_come_from_the_best_to_the_worst_and_ranks_last(make_experiments: MakeExperiments) -> None:
    study = make_experiments(
        {
            "baseline": around(100, 20),
            FOUR: around(130),
            FIVE: around(60),
            DROPS[0]: [*around(20, 7), math.inf],
            DROPS[1]: around(70, 3),
        }
    )
    found = screened_arms(study, ASKED, {}, QUICK)
    assert [each.arm for each in found] == [FIVE, DROPS[1], FOUR, DROPS[0]]
    assert [each.is_contender for each in found] == [True, False, True, True]  # three runs are too few
    assert [each.asked_by for each in found] == [(), (), ("H1",), ()]


def test_the_section_says_that_it_is_exploratory(make_experiments: MakeExperiments) -> None:
    study = make_experiments({"baseline": around(100, 20), FIVE: around(60), DROPS[1]: around(70, 3)})
    about, table = screening_section(screened_arms(study, ASKED, {}, QUICK)).blocks
    assert isinstance(about, Paragraph)
    assert "2 arms with runs" in about.text
    assert "This is exploratory" in about.text
    assert "1 of those that no hypothesis asks about are." in about.text
    assert isinstance(table, Table)
    assert [row[4] for row in table.rows] == ["worth fresh seeds", "fewer than 8 runs"]
    assert [row[3] for row in table.rows][1] == "-"


def test_without_a_baseline_nothing_is_compared(make_experiments: MakeExperiments) -> None:
    study = make_experiments({FIVE: around(60)})
    assert screened_arms(study, ASKED, {}, QUICK) == ()
    (said,) = screening_section(()).blocks
    assert isinstance(said, Paragraph)
    assert "no run yet" in said.text
