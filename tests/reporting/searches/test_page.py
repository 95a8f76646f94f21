"""The page on ways to search: verdicts that follow the numbers, and files that can be read again."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.errors import CorruptFileError, ReportError
from gansearch.reporting.searches.comparison import Against, compared, corrected
from gansearch.reporting.searches.page import page, sentence, write_page
from gansearch.reporting.searches.replays import Question, read_questions, write_question

ABOUT = {"cells": 18, "workers": 2, "time_s": 600.0, "common": "TPE"}
SEEDS = 20


def searches(ratio: float, *, seed: int, begins_s: float = 10.0, spread: float = 0.02) -> list[dict[str, Any]]:
    """Searches that find something twice as bad first, and then something about ``ratio`` times the best."""
    found = ratio * np.exp(spread * np.random.default_rng(seed).standard_normal(SEEDS))
    return [
        {
            "seed": index,
            "moments_s": [begins_s, begins_s + 400],
            "ratios": [2 * float(value), float(value)],
            "ends": {"completed": 40, "pruned": 10},
            "good": [8, 2],
            "late": [4, 2],
        }
        for index, value in enumerate(found)
    ]


def asked(folder: Path, **ways: list[dict[str, Any]]) -> Question:
    write_question(folder, "pruners", ABOUT, ways)
    return read_questions(folder)[0]


def by_name(question: Question) -> dict[str, Against]:
    (found,) = corrected([compared(question)])
    return {f"{each.name}, {each.moment}": each for each in found}


def test_verdicts_follow_the_numbers(tmp_path: Path) -> None:
    question = asked(
        tmp_path,
        first=searches(1.5, seed=0),
        good=searches(1.2, seed=1),
        bad=searches(2.0, seed=2),
        same=searches(1.5, seed=3),
        unclear=searches(1.6, seed=4, spread=0.5),
    )
    found = by_name(question)
    verdicts = {name: each.verdict for name, each in found.items() if "at the end" in name}
    assert verdicts == {
        "good, at the end": "better",
        "bad, at the end": "worse",
        "same, at the end": "equivalent",
        "unclear, at the end": "undecided",
    }
    good = found["good, at the end"].found
    assert good is not None
    assert good.value == pytest.approx(math.log(1.2 / 1.5), abs=0.02)
    assert "`good` against `first` at the end: better (distance -20 % [" in sentence(found["good, at the end"])


def test_a_difference_too_small_to_count_is_no_verdict_though_it_is_significant(tmp_path: Path) -> None:
    found = by_name(asked(tmp_path, first=searches(1.5, seed=0), near=searches(1.42, seed=1)))["near, at the end"]
    assert found.p is not None
    assert found.p < 0.01
    assert found.verdict == "equivalent"


def test_ways_are_compared_halfway_too(tmp_path: Path) -> None:
    found = by_name(asked(tmp_path, early=searches(1.5, seed=0, begins_s=-200), late=searches(1.5, seed=1)))
    halfway = found["late, halfway"].found
    assert halfway is not None
    assert halfway.value == pytest.approx(math.log(2), abs=0.02)  # the late ones have what is twice as bad by then
    assert found["late, halfway"].verdict == "worse"
    assert found["late, at the end"].verdict == "equivalent"


def test_searches_that_had_found_nothing_are_said(tmp_path: Path) -> None:
    question = asked(tmp_path, first=searches(1.5, seed=0, begins_s=400), second=searches(1.2, seed=1))
    found = by_name(question)["second, halfway"]
    assert found.verdict == "undecided"
    assert sentence(found) == "`second` against `first` halfway: undecided, 20 searches had found nothing."


def test_the_page_is_written_with_what_was_lost(tmp_path: Path) -> None:
    asked(tmp_path / "data", none=searches(1.5, seed=0), median=searches(1.2, seed=1))
    write_page(read_questions(tmp_path / "data"), tmp_path)
    text = (tmp_path / "findings.md").read_text(encoding="utf-8")
    assert "18 configurations were trained to their full budget once" in text
    assert "| `median` | 2.4" in text
    assert "| 25 % of 160 | 50 % of 80 | 800 completed, 200 pruned |" in text
    assert (tmp_path / "figures" / "pruners.png").stat().st_size > 5000


def test_changing_a_number_changes_the_sentence(tmp_path: Path) -> None:
    one = asked(tmp_path / "one", none=searches(1.5, seed=0), median=searches(1.2, seed=1))
    other = asked(tmp_path / "other", none=searches(1.5, seed=0), median=searches(1.9, seed=1))
    said = [str(page([each]).sections[0].blocks[1]) for each in (one, other)]
    assert "better" in said[0]
    assert "worse" in said[1]


def test_no_replays_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="a page on searches needs replays"):
        read_questions(tmp_path)
    (tmp_path / "pruners.json").write_text(json.dumps({"about": {}, "searches": {"none": [{"seed": 0}]}}))
    with pytest.raises(CorruptFileError, match="replays must be as they were written"):
        read_questions(tmp_path)


def test_ways_without_equal_seeds_are_refused(tmp_path: Path) -> None:
    write_question(tmp_path, "pruners", ABOUT, {"a": searches(1.5, seed=0), "b": searches(1.5, seed=0)[1:]})
    with pytest.raises(ReportError, match="must have the same seeds"):
        read_questions(tmp_path)
