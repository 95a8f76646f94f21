"""The page as it is written: every section, its figures and tables, the same again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Policy
from gansearch.errors import ReportError, StorageError
from gansearch.reporting.calibration.assessment import Assessment, Plan, assess, default_policy
from gansearch.reporting.calibration.files import write_page
from gansearch.reporting.calibration.splits import Part
from gansearch.space import parse_space


@pytest.fixture
def found(corpus: list[CorpusRun], policy: Policy) -> Assessment:
    return assess(corpus, policy, Plan(trials=2, points=2, draws=10))


def test_the_page_has_numbers_figures_and_tables(found: Assessment, tmp_path: Path) -> None:
    text = write_page(found, tmp_path).read_text(encoding="utf-8")

    assert "28 runs of 2 data sets (mnist5k, ring) and 2 loss families (hinge, non_saturating) went on" in text
    assert "- No false kill among the best quarter of each data set: met. 0 of 6 runs" in text
    assert "- Tuned without the data set: No false kill" in text
    assert "Without the data set: At least 90 % of total collapses stopped: missed. 0 of 8" in text
    assert "| few | 2/2; 2/4; 0/3 | 2/2; 2/4; 0/3 |" in text
    assert "| policy, tuned on other data | 0 % | 50 % |" in text
    assert "No run recovered that the policy could have stopped." in text
    assert "| loss hinge | 14 |" in text
    assert "| data set ring | 14 |" in text
    assert "no run collapsed" not in text
    assert "0 of 8 collapsed runs recovered" in text
    assert "3/n" in text
    for name in ("stops", "thresholds", "regret"):
        assert f"](figures/{name}.png)" in text
        assert (tmp_path / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "tables" / "runs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 28
    assert {row["stopped_at"] for row in rows if row["outcome"] == "total collapse"} == {"700", ""}
    assert {row["kind"] for row in rows if row["outcome"] == "diverged"} == {"diverged"}


def test_the_same_runs_give_the_same_page(
    corpus: list[CorpusRun], policy: Policy, found: Assessment, tmp_path: Path
) -> None:
    again = assess(corpus, policy, Plan(trials=2, points=2, draws=10))
    pages = [write_page(each, tmp_path / name) for name, each in (("a", found), ("b", again))]
    assert pages[0].read_text(encoding="utf-8") == pages[1].read_text(encoding="utf-8")


def test_data_that_were_tuned_on_are_left_out(corpus: list[CorpusRun], policy: Policy, tmp_path: Path) -> None:
    found = assess(corpus, policy, Plan(tuned_on=Part(("ring",)), trials=0, points=0, draws=5))
    assert set(found.truths.datasets.tolist()) == {"mnist5k"}
    text = write_page(found, tmp_path).read_text(encoding="utf-8")
    assert "The thresholds were tuned on the data sets ring, of which 14 runs are left out here." in text
    assert "Nothing was held out" in text
    with pytest.raises(ReportError, match="all 28 of it are of the losses hinge, non_saturating"):
        assess(corpus, policy, Plan(tuned_on=Part(losses=("hinge", "non_saturating"))))


def test_data_that_were_tuned_on_are_told_where_they_are_not_left_out(
    corpus: list[CorpusRun], policy: Policy, tmp_path: Path
) -> None:
    plan = Plan(tuned_on=Part(("ring",)), leaves_tuned_out=False, trials=0, points=0, draws=5)
    found = assess(corpus, policy, plan)
    assert len(found.truths) == 28
    text = write_page(found, tmp_path).read_text(encoding="utf-8")
    assert "The thresholds were tuned on the data sets ring, which are among these runs" in text


def test_a_corpus_in_which_every_run_diverged_is_refused(corpus: list[CorpusRun], policy: Policy) -> None:
    with pytest.raises(ReportError, match="must have a run that did not diverge; all 4 of it did"):
        assess([run for run in corpus if run.end == "diverged"], policy, Plan(trials=0, points=0))


def test_the_default_policy_is_that_of_a_space_that_says_nothing() -> None:
    said = parse_space("name: x\ndataset: {name: ring}\nplan: {kind: search, trials: 1}\n", "here").detectors
    policy = default_policy()
    assert (policy.grace_epochs, policy.patience, policy.combine) == (said.grace_epochs, said.patience, said.combine)


def test_a_folder_that_cannot_be_written(found: Assessment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match=r"the page .* cannot be written to"):
        write_page(found, tmp_path / "file")
