"""What the user hears of what keeps MLflow from being complete."""

from __future__ import annotations

import pytest

from gansearch.tracking import trouble
from gansearch.tracking.trouble import Trouble


def test_a_store_that_is_away_is_told_of_once_and_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    seen = Trouble("http://tracking:5000", "digits", said.append)
    seen.failed(ConnectionError("nobody listens"))
    seen.went_well()
    assert said == []  # a busy database is no news
    monkeypatch.setattr(trouble, "PATIENCE_S", 0.0)
    for _ in range(3):
        seen.failed(ConnectionError("nobody\nlistens"))
    seen.went_well()
    seen.went_well()
    assert len(said) == 2
    assert "(http://tracking:5000: ConnectionError: nobody listens); the study goes on" in said[0]
    assert said[1] == "MLflow is brought up to date again (http://tracking:5000)"


def test_damage_is_told_at_once_with_what_to_do() -> None:
    said: list[str] = []
    seen = Trouble("sqlite:////home/mlflow.db", "digits", said.append)
    for _ in range(3):
        seen.failed(RuntimeError("(sqlite3.DatabaseError) file is not a database"))
    assert len(said) == 1
    assert "is damaged (file is not a database)" in said[0]
    assert said[0].endswith("gansearch track digits --rebuild")


def test_what_is_refused_is_counted_and_told_once() -> None:
    said: list[str] = []
    seen = Trouble("sqlite:////home/mlflow.db", "digits", said.append)
    for _ in range(2):
        seen.refused(3, ValueError("a bad name"))
    assert seen.count == 6
    assert said == [
        "MLflow lacks something of this study (it refuses it: a bad name); the study's records have all of it"
    ]
