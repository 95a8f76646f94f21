"""``gansearch detectors audit`` over real studies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gansearch.cli.detectors_audit import described, told
from gansearch.records import End, Finding, TrialIdentity
from gansearch.reporting.audit import SparedRun, StudyAudit, pooled
from gansearch.study import Study

Run = Callable[..., Any]
Studies = Callable[..., Study]
FINDING = Finding("stagnation", "stagnation", 20, 1, "frechet_distance", 1.0, 2.0, {}, "A sentence.")


@pytest.fixture
def large() -> StudyAudit:
    return StudyAudit("large", 90, tuple(SparedRun(TrialIdentity("large", n), FINDING, n == 0) for n in range(25)), 2)


def test_studies_that_are_too_small_are_named_and_give_no_rate(run: Run, studies: Studies) -> None:
    studies("rings", [End.COMPLETED, End.COLLAPSED]).close()
    ended = run("detectors", "audit")
    assert ended.status == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["rings", "1", "0", "does", "not", "count:", "too", "few", "completed"] in lines
    assert lines[-1] == ["all", "0", "-", "too", "few:", "0", "of", "20", "needed"]


def test_without_a_study_it_says_so(run: Run) -> None:
    assert run("detectors", "audit").out == "there is no study yet\n"


def test_a_named_study_must_be_there(run: Run, studies: Studies) -> None:
    studies("rings").close()
    assert [each["study"] for each in json.loads(run("detectors", "audit", "rings", "--json").out)["studies"]] == [
        "rings"
    ]
    ended = run("detectors", "audit", "rings", "nosuch")
    assert ended.status == 1
    assert ended.err.startswith("error: there is no study 'nosuch'")


def test_a_study_that_cannot_be_read_does_not_hide_the_others(run: Run, studies: Studies, gansearch_home: Path) -> None:
    studies("good").close()
    studies("bad").close()
    space = gansearch_home / "studies" / "bad" / "space.yaml"
    space.write_text(space.read_text(encoding="utf-8") + "# changed", encoding="utf-8")
    ended = run("detectors", "audit")
    assert ended.status == 0
    assert "good " in ended.out
    assert ended.err.startswith("bad cannot be read: ")


def test_a_rate_has_its_interval_and_its_number(large: StudyAudit) -> None:
    said = told([large], pooled([large])).splitlines()
    assert "large  90         25      2 records damaged" in said
    assert said[-2].split(maxsplit=3) == ["all", "25", "1", "4 %, 95 % interval 0.7 % to 20 %"]
    assert said[-1].split()[:3] == ["stagnation", "25", "1"]


def test_kinds_in_shadow_mode_are_marked_and_no_part_of_all(large: StudyAudit) -> None:
    doubted = replace(large, spared=tuple(replace(run, in_shadow=True) for run in large.spared))
    said = [line.split() for line in told([doubted], pooled([doubted])).splitlines()]
    assert said[-2][:2] == ["all", "0"]
    assert said[-1][:5] == ["stagnation", "(in", "shadow)", "25", "1"]
    assert [each["in_shadow"] for each in described([doubted], pooled([doubted]), {})["rates"]] == [False, True]


def test_json_names_every_spared_run(large: StudyAudit) -> None:
    said = described([large], pooled([large]), {})
    first = {"run": "large-0", "kind": "stagnation", "step": 20, "good": True, "in_shadow": False}
    assert said["studies"][0]["spared"][0] == first
    assert (said["least_completed"], said["least_spared"]) == (8, 20)
    assert said["rates"][0]["rate"]["n"] == 25
