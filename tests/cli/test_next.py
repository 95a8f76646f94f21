"""The next command works as it is printed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gansearch.cli._next import command


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "gansearch"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GANSEARCH_HOME", raising=False)


def test_it_names_the_program_as_the_shell_finds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert command("ui") == ".venv/bin/gansearch ui"

    monkeypatch.setenv("PATH", str(tmp_path / ".venv" / "bin"))
    assert command("ui") == "gansearch ui"


def test_it_names_a_home_that_is_not_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_HOME", "/somewhere/my studies")

    assert command("resume", "digits").endswith("resume digits --home '/somewhere/my studies'")


def test_on_the_head_of_a_cluster_it_is_for_whoever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_ASKED_AT", "http://head:8265")
    monkeypatch.setenv("GANSEARCH_HOME", "/of/the/head")

    assert command("resume", "digits") == "gansearch resume digits --address http://head:8265"
    assert command("ui") == ".venv/bin/gansearch ui --home /of/the/head"


def test_it_names_where_studies_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_STORAGE", "s3://bucket/studies")

    assert command("resume", "digits").endswith("resume digits --storage s3://bucket/studies")
