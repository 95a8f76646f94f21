from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis
from gansearch.reporting.experiments.judging import judged
from gansearch.reporting.experiments.page import OtherPage, write_page
from gansearch.reporting.experiments.samples import Selection
from tests.reporting.experiments.conftest import MakeExperiments

ARM = "depth/generator.layers=4"
ASKED = (
    Hypothesis("H1", "Depth helps.", "a blog", (Comparison(Selection((ARM,)), Claim.BETTER, "frechet_distance"),)),
    Hypothesis(
        "H2",
        "Five layers help.",
        "a blog",
        (Comparison(Selection(("depth/generator.layers=5",)), Claim.BETTER, "frechet_distance"),),
        change="More steps.",
    ),
)


def test_a_page_says_what_is_decided_what_is_missing_and_what_every_arm_came_to(
    make_experiments: MakeExperiments, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    study = make_experiments(
        {
            "baseline": list(100 + rng.random(20)),
            ARM: [
                *(50 + rng.random(8)),
            ],
        }
    )
    path = write_page("What holds", study, judged(ASKED, study, {}), tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "28 of 68 runs of 7 arms are there, of 390 steps each" in text
    short = text[text.index("## In short") : text.index("## H1")]
    assert "- H1, supported: Depth helps (a blog). 1 of 1 comparison decided." in short
    assert "- H2" not in short
    rows = [line for line in short.splitlines() if line.startswith("| H")]
    assert rows == [
        "| H1 | Depth helps (a blog) | supported | 1 of 1: 1 supported | - |",
        "| H2 | Five layers help (a blog) | undecided | 0 of 1 | 8 |",
    ]
    ranked = text[text.index("## All arms by effect") : text.index("## Experiment depth")]
    assert "| `depth/generator.layers=4` | -50 % [" in ranked.replace("\\[", "[")
    assert "| worth fresh seeds | H1 |" in ranked
    assert "Without runs: `generator.layers=5`." in text
    assert "![Experiment depth, 2 arms with 28 runs." in text
    assert "## Experiment drop" not in text
    assert "What would change it, beside more seeds: more steps." in text
    assert "| `depth/generator.layers=4` better than `baseline` | `frechet_distance` | -50 %" in text
    assert "| `baseline` | 20 of 20 | 101 | 100 to 101 | 20 success | - |" in text
    assert "| `depth/generator.layers=5` | 0 of 8 | - | - | - | - |" in text
    assert "40 runs of 5 arms are still missing" in text
    html = (tmp_path / "findings.html").read_text(encoding="utf-8")
    assert "Depth helps" in html


def test_without_any_run_the_page_says_so(make_experiments: MakeExperiments, tmp_path: Path) -> None:
    study = make_experiments({})
    text = write_page("What holds", study, judged(ASKED, study, {}), tmp_path).read_text(encoding="utf-8")
    assert "0 of 68 runs of 7 arms are there, of no steps each" in text
    assert "68 runs of 7 arms are still missing" in text
    assert "- No claim is decided as a whole yet." in text
    assert "The baseline or every other arm has no run yet." in text
    assert not (tmp_path / "figures").exists()


def test_a_claim_of_which_a_part_is_decided(make_experiments: MakeExperiments, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    study = make_experiments({"baseline": list(100 + rng.random(20)), ARM: list(50 + rng.random(8))})
    both = Hypothesis("H3", "Depth helps.", "a blog", ASKED[0].comparisons + ASKED[1].comparisons)
    text = write_page("What holds", study, judged([both], study, {}), tmp_path).read_text(encoding="utf-8")
    assert "- No claim is decided as a whole yet." in text
    assert "| H3 | Depth helps (a blog) | undecided | 1 of 2: 1 supported | 8 |" in text


def test_the_same_runs_give_the_same_bytes(make_experiments: MakeExperiments, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    study = make_experiments({"baseline": list(100 + 9 * rng.random(20)), ARM: list(90 + 9 * rng.random(8))})
    for name in "ab":
        write_page("What holds", study, judged(ASKED, study, {}), tmp_path / name)
    files = sorted(str(each.relative_to(tmp_path / "a")) for each in (tmp_path / "a").rglob("*") if each.is_file())
    assert files == [
        "figures/depth_effects.png",
        "findings.html",
        "findings.md",
        "tables/arms.parquet",
        "tables/runs.parquet",
        "tables/tests.parquet",
    ]
    assert all((tmp_path / "a" / each).read_bytes() == (tmp_path / "b" / each).read_bytes() for each in files)


def test_a_baseline_that_mostly_fails_is_said(make_experiments: MakeExperiments, tmp_path: Path) -> None:
    study = make_experiments({"baseline": [100.0] * 9 + [math.inf] * 11})
    text = write_page("What holds", study, judged(ASKED, study, {}), tmp_path).read_text(encoding="utf-8")
    assert "9 of 20 runs of the baseline are a success (45 %)" in text


def test_verdicts_of_another_page_are_told_with_its_place(make_experiments: MakeExperiments, tmp_path: Path) -> None:
    study = make_experiments({})
    other = OtherPage("On a DCGAN", "dcgan/findings.md", judged(ASKED[1:], study, {}))
    text = write_page("What holds", study, judged(ASKED[:1], study, {}), tmp_path, others=[other]).read_text("utf-8")
    told = text[text.index("## On a DCGAN") : text.index("## H1")]
    assert "`dcgan/findings.md` has the rest." in told
    assert "| H2 | Five layers help (a blog) | undecided | 0 of 1 | 28 |" in told
    assert "## H2" not in text
