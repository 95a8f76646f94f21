"""``gansearch status`` on real studies, driven and at rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.records import End, LaneReport, TrialEnd
from gansearch.space import load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study
from gansearch.study.launches import record_launch
from gansearch.trial.lane_table import one_lane

Run = Callable[..., Any]
Studies = Callable[..., Study]


def test_without_a_study_it_says_how_to_start_one(run: Run, gansearch_home: Path) -> None:
    ended = run("status")

    assert ended.status == 0
    assert ended.out == f"no study in {gansearch_home}/studies; start one with: gansearch launch quickstart\n"


def test_an_unknown_study_is_told(run: Run) -> None:
    ended = run("status", "nosuch")

    assert ended.status == 1
    assert ended.err.startswith("error: there is no study 'nosuch'")


def test_all_studies_are_listed(run: Run, studies: Studies) -> None:
    with studies("first", [End.COMPLETED]):
        studies("second").close()
        ended = run("status")

    header, first, second = ended.out.splitlines()
    assert header.split() == ["study", "state", "trials", "best", "driven", "for"]
    assert first.startswith("first ")
    assert "driven by " in first
    assert "1 of 4" in first
    assert "frechet_distance 3" in first
    assert second.startswith("second  at rest ")
    assert "0 of 4" in second


def test_a_study_that_cannot_be_read_does_not_hide_the_others(run: Run, studies: Studies, gansearch_home: Path) -> None:
    studies("good").close()
    studies("bad").close()
    space = gansearch_home / "studies" / "bad" / "space.yaml"
    space.write_text(space.read_text(encoding="utf-8") + "# changed", encoding="utf-8")
    ended = run("status")

    assert ended.status == 0
    assert "good" in ended.out
    assert "bad cannot be read: " in ended.err
    assert "has changed since the study was made" in ended.err


def test_one_study_shows_its_runs_and_how_to_go_on(run: Run, studies: Studies) -> None:
    studies("rings", [End.COMPLETED, End.COLLAPSED, End.DIVERGED, End.STOPPED_BY_USER]).close()
    ended = run("status", "rings")

    assert ended.status == 0
    lines = ended.out.splitlines()
    assert "3 of 4 trials ended, 0 running" in ended.out
    assert "best frechet_distance 3 (rings-0)" in ended.out
    assert "1 collapsed, 1 completed, 1 diverged, 1 stopped_by_user" in ended.out
    assert any(line.startswith("rings-1  collapsed (mode_collapse)") and "One mode is left." in line for line in lines)
    assert lines[-1].startswith("go on with: gansearch resume rings")


def test_lanes_of_the_last_launch_are_shown(run: Run, studies: Studies) -> None:
    table = one_lane("too few trials are left to put several into one", "cpu").plain()
    with studies("rings", [End.COMPLETED]) as study:
        assert "lanes" not in run("status", "rings").out
        record_launch(study.storage, {"lanes": 1, "lane_table": table})
        assert "\nlanes   packs of 1 lane: too few trials are left" in run("status", "rings").out
        record_launch(study.storage, {"lanes": 4, "lane_table": None})
        assert "\nlanes   packs of up to 4 lanes, as given\n" in run("status", "rings").out
        said = json.loads(run("status", "rings", "--json").out)
    assert [each["lanes"] for each in said["launches"]] == [1, 4]


def test_json_has_everything_by_name(run: Run, studies: Studies) -> None:
    with studies("rings", [End.COMPLETED, End.COLLAPSED]) as study:
        running = study.ask()
        said = json.loads(run("status", "rings", "--json").out)

    assert running is not None
    assert said["counts"] == {"completed": 1, "collapsed": 1, "running": 1}
    assert (said["trials"], said["trials_wanted"]) == (3, 4)
    assert said["best"]["run"] == "rings-0"
    assert said["best"]["values"] == [3.0]
    assert said["running"] == ["rings-2"]
    assert [row["end"] for row in said["trial_rows"]] == ["completed", "collapsed", None]
    assert said["trial_rows"][1]["kind"] == "mode_collapse"
    assert said["holder"]


def test_gpu_hours_used_and_wanted_are_shown(run: Run, rings: Path) -> None:
    bounds = {"resources.gpu": 0.5, "budget": {"gpu_hours": 3, "cost_per_gpu_hour": 2}}
    space = load_space(str(rings), bounds)
    with Study.create(space, name="rings", storage=Storage(study_dir("rings")), seed=1) as study:
        assignment = study.ask()
        assert assignment is not None
        end = TrialEnd(End.FAILED, "a reason", 0, 0)
        study.report(LaneReport(assignment.identity, 0, 0, 0, end=end, seconds=7200.0))

    assert "\nGPUs    1 of 3 GPU-hours, cost 2\n" in run("status", "rings").out
    said = json.loads(run("status", "rings", "--json").out)
    assert said["gpu_hours"] == pytest.approx(1.0, abs=0.01)
    assert said["cost"] == pytest.approx(2.0, abs=0.02)
    assert (said["gpu_hours_wanted"], said["cost_wanted"]) == (3.0, None)


def test_json_of_all_studies_is_a_list(run: Run, studies: Studies) -> None:
    studies("rings").close()

    (said,) = json.loads(run("status", "--json").out)
    assert (said["name"], said["state"]) == ("rings", "at rest")


def test_another_home_has_other_studies(run: Run, studies: Studies, tmp_path: Path) -> None:
    studies("rings").close()
    ended = run("status", "--home", str(tmp_path / "elsewhere"))

    assert f"no study in {tmp_path}/elsewhere/studies" in ended.out


def test_a_budget_is_shown_and_how_to_go_on_where_it_is_spent(run: Run, rings: Path) -> None:
    space = load_space(str(rings), {"budget.epochs": 3, "budget.hours": 9})
    with Study.create(space, name="bound", storage=Storage(study_dir("bound")), seed=1) as study:
        assignment = study.ask()
        assert assignment is not None
        ended = TrialEnd(End.BUDGET, "it is spent", 40, 4)
        study.report(LaneReport(assignment.identity, assignment.attempt, 40, 4, end=ended))
    before = run("status", "bound").out.splitlines()
    assert any(line.split()[0] == "budget" and line.endswith(" of 9 hours, 4 of 3 epochs") for line in before)
    assert before[-1].startswith("go on with: gansearch resume bound --budget epochs=+3")

    with Study.open("bound", Storage(study_dir("bound"))) as study:
        study.extend(budget={"epochs": "+3"})
    after = run("status", "bound").out.splitlines()
    assert any(line.endswith(" of 9 hours, 4 of 6 epochs (3 planned)") for line in after)
    assert after[-1].startswith("go on with: gansearch resume bound --home")
    said = json.loads(run("status", "bound", "--json").out)["budget"]
    assert said[1] == {"key": "epochs", "used": 4, "most": 6, "planned": 3, "is_spent": False}


def test_a_budget_is_changed_by_key_and_value(run: Run) -> None:
    ended = run("resume", "nosuch", "--executor", "local", "--budget", "hours")
    assert ended.status == 2
    assert "must be KEY=VALUE; got 'hours'" in ended.err
