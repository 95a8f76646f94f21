"""``gansearch tricks list`` and ``show``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.space import parse_space
from gansearch.tricks import tricks

Run = Callable[..., Any]

SPACE = """
name: one_trick
dataset: {{name: ring}}
plan: {{trials: 1}}
{tricks}
"""


def test_every_trick_is_listed(run: Run) -> None:
    listed = [line.split()[0] for line in run("tricks", "list").out.splitlines()]

    assert listed == ["trick", *tricks.names()]
    assert [each["name"] for each in json.loads(run("tricks", "list", "--json").out)] == list(tricks.names())


@pytest.mark.parametrize("name", tricks.names())
def test_the_lines_shown_are_a_search_over_the_trick(run: Run, name: str) -> None:
    shown = run("tricks", "show", name).out
    lines = shown[shown.index("tricks:") :].split("\n\n")[0]
    space = parse_space(SPACE.format(tricks=lines), "shown.yaml")

    searched = {parameter.path for parameter in space.parameters}
    fields = {
        f"tricks.{name}.{field['name']}" for field in json.loads(run("tricks", "show", name, "--json").out)["fields"]
    }
    switch = f"tricks.{tricks.get(name).slot}" if tricks.get(name).slot else f"tricks.{name}.enabled"
    assert searched == {switch} | fields


def test_an_unknown_trick_is_met_with_what_was_meant(run: Run) -> None:
    ended = run("tricks", "show", "emma")

    assert ended.status == 1
    assert "did you mean 'ema'?" in ended.err
    assert "there are ema, instance_noise, " in ended.err


def test_a_plugin_that_does_not_exist_is_told(run: Run, tmp_path: Path) -> None:
    ended = run("tricks", "list", "--plugin", str(tmp_path / "nosuch.py"))

    assert ended.status == 1
    assert "which does not exist" in ended.err


def test_a_plugin_that_is_a_folder_is_told(run: Run, tmp_path: Path) -> None:
    ended = run("tricks", "list", "--plugin", str(tmp_path))

    assert ended.status == 1
    assert f"got {tmp_path}, which is a folder" in ended.err
