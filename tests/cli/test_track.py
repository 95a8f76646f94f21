"""``gansearch track``: what it prints, and its exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gansearch.cli.track import told
from gansearch.study import Study
from gansearch.tracking import UpToDate
from gansearch.tracking.run_writer import Written

Run = Callable[..., Any]


def test_what_it_tells() -> None:
    whole = UpToDate(Written(runs=3, points=120, images=8, files=4), runs=2)
    assert told("rings", whole) == (
        "rings: written 3 runs, 120 points, 8 images, 4 files\nMLflow is complete: 2 trials agree with their records"
    )
    broken = UpToDate(
        Written(), 2, {"rings-1": ["the run"], "rings-0": ["file settings.json", "metric epoch"]}, "it fell"
    )
    assert told("rings", broken).splitlines()[1:] == [
        "MLflow is not complete: 2 of 2 trials lack something",
        "  rings-1: the run",
        "  rings-0: file settings.json; metric epoch",
        "the last try failed with it fell",
    ]


def test_a_study_that_is_driven(run: Run, studies: Callable[..., Study]) -> None:
    study = studies("rings")
    ended = run("track", study.name)
    assert ended.status == 1
    assert f"error: the study '{study.name}' is driven by" in ended.err


def test_a_study_that_is_not_there(run: Run) -> None:
    ended = run("track", "nosuch")
    assert (ended.status, ended.out) == (1, "")
    assert "there is no study 'nosuch'" in ended.err


@pytest.mark.verify  # a new store is made
def test_the_exit_status_says_whether_mlflow_is_complete(
    run: Run, studies: Callable[..., Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = studies("rings")
    study.close()
    ended = run("track", study.name, "--rebuild", "--json")
    assert ended.status == 0, ended.err
    assert json.loads(ended.out)["lacking"] == {}
    broken = UpToDate(Written(), 1, {"rings-0": ["the run"]})
    monkeypatch.setattr("gansearch.executors.tracking_again.bring_up_to_date", lambda *_, **__: broken)
    assert run("track", study.name).status == 1
