"""Interactions against runs: the verdict, its words, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.verdicts import Claim, Verdict
from gansearch.reporting.experiments import interaction_sentences
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis
from gansearch.reporting.experiments.interactions import Change, Interaction
from gansearch.reporting.experiments.judging import JudgedHypothesis, judged
from gansearch.reporting.experiments.page import write_page
from gansearch.reporting.experiments.samples import Selection
from tests.reporting.experiments.conftest import Distances, MakeExperiments

NAMES = (
    "drop/generator.dropout=0.3 discriminator.dropout=0.3",
    "drop/generator.dropout=0.3 discriminator.dropout=0",
    "drop/generator.dropout=0.6 discriminator.dropout=0.3",
    "drop/generator.dropout=0.6 discriminator.dropout=0",
)
ARMS = [Selection((name,)) for name in NAMES]


def distances(*factors: float, n: int = 8) -> Distances:
    rng = np.random.default_rng(0)
    seeds = 100 * np.exp(0.4 * rng.standard_normal(n))
    return {
        name: list(seeds * factor * np.exp(0.02 * rng.standard_normal(n)))
        for name, factor in zip(NAMES, factors, strict=True)
    }


def judge_one(make: MakeExperiments, found: Distances) -> JudgedHypothesis:
    interaction = Interaction(Change(*ARMS[:2]), Change(*ARMS[2:]), Claim.BETTER, "frechet_distance")
    comparison = Comparison(ARMS[0], Claim.BETTER, "frechet_distance", ARMS[1])
    asked = Hypothesis("H27", "The more so.", "somebody", (comparison,), interactions=(interaction,))
    return judged([asked], make(found), {}, Precision(permutations=499, bootstraps=499))[0]


def test_an_effect_that_is_larger_beside_another(make_experiments: MakeExperiments, tmp_path: Path) -> None:
    found = judge_one(make_experiments, distances(0.5, 1.0, 0.9, 1.0))
    assert found.verdict is Verdict.SUPPORTED
    (one,) = found.interactions
    assert one.p_adjusted == one.effect.p == 2 / 256  # a family of its own
    row = interaction_sentences.row(one)
    assert row[0] == (
        f"`{NAMES[0]}` against `{NAMES[1]}`: an effect better than that of `{NAMES[2]}` against `{NAMES[3]}`"
    )
    assert row[2].startswith("-4")
    assert "beyond the other: -51 % against -11 %" in row[2]
    assert row[3] == "8 replicates of 4 arms"
    assert row[6] == "supported"
    text = write_page("What holds", make_experiments({}), [found], tmp_path).read_text(encoding="utf-8")
    assert "H27, supported: The more so (somebody). 2 of 2 tests decided." in text
    assert "where the two changes multiply, not at all" in text


def test_changes_that_only_multiply_leave_the_hypothesis_open(make_experiments: MakeExperiments) -> None:
    found = judge_one(make_experiments, distances(0.25, 0.5, 0.5, 1.0))
    assert (found.interactions[0].verdict, found.verdict) == (Verdict.EQUIVALENT, Verdict.UNDECIDED)


def test_what_is_missing_or_has_diverged_is_said(make_experiments: MakeExperiments) -> None:
    found = judge_one(make_experiments, distances(0.5, 1.0, 0.9, 1.0, n=5)).interactions[0]
    assert (found.verdict, found.missing) == (Verdict.UNDECIDED, 12)
    assert interaction_sentences.row(found)[3:6] == ("5 replicates of 4 arms, 12 runs missing", "-", "none yet")
    nothing = judge_one(make_experiments, {}).interactions[0]
    assert interaction_sentences.effect_text(nothing) == "no replicate in all four arms"
    diverged = judge_one(make_experiments, {**distances(0.5, 1.0, 0.9, 1.0), NAMES[0]: [np.inf] * 8}).interactions[0]
    assert interaction_sentences.effect_text(diverged) == "none: 8 runs diverged"
    assert diverged.verdict is Verdict.UNDECIDED
