"""``gansearch tricks list`` and ``show``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.space import parse_space
from gansearch.tricks import tricks
from gansearch.tricks.rows import Row, rows

Run = Callable[..., Any]

SPACE = """
name: one_trick
dataset: {{name: mnist5k}}
plan: {{trials: 1}}
{tricks}
"""


def test_every_row_is_listed_with_its_number_state_and_files(run: Run) -> None:
    listed = run("tricks", "list").out
    said = {each["number"]: each for each in json.loads(run("tricks", "list", "--json").out)["rows"]}

    heads = re.findall(r"^ +(\S+)  (works|missing) +\S", listed, re.MULTILINE)
    assert sorted(heads) == sorted((row.number, said[row.number]["state"]) for row in rows())
    words = " ".join(listed.split())
    for row in rows():
        assert row.title in words
        assert all(path.removeprefix("gansearch/") in words for path in row.files)
        assert all(setting in words for setting in row.settings)
    assert max(len(line) for line in listed.splitlines()) <= 80


def test_every_trick_is_in_the_document(run: Run) -> None:
    found = json.loads(run("tricks", "list", "--json").out)
    assert [each["name"] for each in found["tricks"]] == list(tricks.names())
    assert {each["state"] for each in found["rows"]} <= {"works", "missing"}


PLUGIN = """
from dataclasses import dataclass
from typing import ClassVar
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Idle(Trick):
    \"\"\"Does nothing.\"\"\"
    name: ClassVar[str] = "idle"
    paper: ClassVar[str] = "Nobody 2020"
"""


def test_a_plug_in_stands_at_the_end(run: Run, tmp_path: Path, no_plugin_files: None) -> None:
    (tmp_path / "idle.py").write_text(PLUGIN, encoding="utf-8")
    assert "of plug-ins" not in run("tricks", "list").out
    listed = run("tricks", "list", "--plugin", str(tmp_path / "idle.py")).out
    assert "of plug-ins\n\n   -  works    Nobody 2020\n               tricks.idle\n" in listed.replace(" ()", "")


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_a_row_is_shown_by_its_number(row: Row, run: Run) -> None:
    shown = run("tricks", "show", row.number).out
    assert shown.startswith(f"row {row.number}: {row.title}\n")
    words = " ".join(shown.split())
    assert row.citation in words
    assert all(test in words for test in row.tests)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("minimax", ["loss minimax"]),
        ("gradient_penalty", ["trick r1_penalty", "trick wgan_gp"]),
        ("dcgan", ["generator dcgan", "discriminator dcgan"]),
        ("beta1", ["option optimizer.generator.beta1, of adam", "option optimizer.discriminator.beta1, of adam"]),
    ],
)
def test_other_things_are_shown_by_their_names(name: str, titles: list[str], run: Run) -> None:
    lines = run("tricks", "show", name).out.splitlines()
    assert [title for title in titles if title not in lines] == []


def test_a_trick_names_its_rows_and_its_fields(run: Run) -> None:
    shown = run("tricks", "show", "ema").out
    assert "Yazici et al. 2018" in shown
    assert "\nrows     e\n" in shown
    assert "\ndecay = 0.999  {float: [0.9, 0.9999]}  within {float: [0, 1]}\n    share of the average" in shown


@pytest.mark.parametrize("name", tricks.names())
def test_the_lines_shown_are_a_search_over_the_trick(run: Run, name: str) -> None:
    shown = run("tricks", "show", name).out
    lines = shown[shown.index("tricks:") :].split("\n\n")[0]
    space = parse_space(SPACE.format(tricks=lines), "shown.yaml")

    searched = {parameter.path for parameter in space.parameters}
    said = json.loads(run("tricks", "show", name, "--json").out)
    fields = {f"tricks.{name}.{field['name']}" for field in said["fields"] if field["range"]}
    switch = f"tricks.{tricks.get(name).slot}" if tricks.get(name).slot else f"tricks.{name}.enabled"
    assert searched == {switch} | fields


def test_an_unknown_trick_is_met_with_what_was_meant(run: Run) -> None:
    ended = run("tricks", "show", "emma")

    assert ended.status == 1
    assert "did you mean 'ema'?" in ended.err
    assert "`gansearch tricks list` shows what there is" in ended.err


def test_a_plugin_that_does_not_exist_is_told(run: Run, tmp_path: Path) -> None:
    ended = run("tricks", "list", "--plugin", str(tmp_path / "nosuch.py"))

    assert ended.status == 1
    assert "which does not exist" in ended.err


def test_a_plugin_that_is_a_folder_is_told(run: Run, tmp_path: Path) -> None:
    ended = run("tricks", "list", "--plugin", str(tmp_path))

    assert ended.status == 1
    assert f"got {tmp_path}, which is a folder" in ended.err
