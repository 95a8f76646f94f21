"""``gansearch spaces list``, ``show`` and ``check``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_the_spaces_that_come_along_are_listed_with_what_they_search(run: Run) -> None:
    ended = run("spaces", "list")

    rows = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert {"quickstart", "mnist_mlp", "baseline"} <= set(rows)
    assert all(description.endswith(".") for name, description in rows.items() if name != "space")


def test_listed_spaces_can_be_checked(run: Run) -> None:
    names = [each["name"] for each in json.loads(run("spaces", "list", "--json").out)]

    assert [run("spaces", "check", name).status for name in names] == [0] * len(names)


def test_a_good_file_is_summed_up(run: Run, rings: Path) -> None:
    ended = run("spaces", "check", str(rings))

    assert ended.out == f"{rings}: ok: search, trials: 4, searched dimensions: 2\n"


def test_a_broken_file_shows_every_problem_at_once(run: Run, rings: Path) -> None:
    rings.write_text(rings.read_text(encoding="utf-8").replace("trials: 4", "trials: 0").replace("width", "widht"))
    ended = run("spaces", "check", str(rings))

    assert ended.status == 1
    assert ended.out == ""
    assert f"{rings}:8: plan.trials: must be at least 1; got 0" in ended.err
    assert "did you mean 'width'?" in ended.err
    assert ended.err.splitlines()[-1] == "3 problems; nothing was started"


def test_json_of_a_broken_file_has_the_problems(run: Run, rings: Path) -> None:
    rings.write_text(rings.read_text(encoding="utf-8").replace("trials: 4", "trials: 0"))
    ended = run("spaces", "check", str(rings), "--json")

    said = json.loads(ended.out)
    assert ended.status == 1
    assert said["ok"] is False
    (problem,) = said["problems"]
    assert (problem["line"], problem["key"], problem["value"]) == (8, "plan.trials", "0")


def test_a_space_is_shown_with_its_conditions(run: Run, rings: Path) -> None:
    ended = run("spaces", "show", str(rings))

    assert rings.read_text(encoding="utf-8").strip() in ended.out
    assert "discriminator.dropout  float: [0, 0.5]      generator.init is he" in ended.out


def test_json_of_a_space_has_every_setting(run: Run, rings: Path) -> None:
    said = json.loads(run("spaces", "show", str(rings), "--json").out)

    settings = {(row["path"], row["searched"]): row for row in said["settings"]}
    assert (said["name"], said["kind"], said["trials"], said["dimensions"]) == ("rings", "search", 4, 2)
    assert settings["generator.width", False] == {
        "path": "generator.width",
        "dimension": "16",
        "conditions": "",
        "searched": False,
    }
    assert settings["discriminator.dropout", True]["conditions"] == "generator.init is he"
    assert settings["discriminator.dropout", False]["dimension"] == "0"


def test_an_unknown_name_is_met_with_what_was_meant(run: Run) -> None:
    ended = run("spaces", "check", "quikstart")

    assert ended.status == 1
    assert "did you mean 'quickstart'?" in ended.err


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_space_must_be_named(run: Run, command: str) -> None:
    ended = run("spaces", command)

    assert ended.status == 2
    assert "Missing argument" in ended.err
