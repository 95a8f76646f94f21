from pathlib import Path

import pytest

from gansearch.storage import home


def test_everything_lies_under_the_given_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path))
    assert home.home() == tmp_path
    assert home.study_dir("s") == tmp_path / "studies" / "s"
    assert home.mlflow_database() == tmp_path / "mlflow.db"
    assert home.mlflow_artifacts_dir() == tmp_path / "mlartifacts"
    assert home.cache_dir() == tmp_path / "cache"


def test_the_default_is_in_the_users_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GANSEARCH_HOME")
    assert home.home() == Path.home() / ".gansearch"


def test_a_tilde_is_the_users_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_HOME", "~/elsewhere")
    assert home.home() == Path.home() / "elsewhere"
