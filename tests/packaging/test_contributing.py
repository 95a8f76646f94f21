"""The examples of CONTRIBUTING.md are whole plug-ins: they fulfil the contracts that built-in ones fulfil."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```python\n# (?P<path>gansearch/(?P<kind>\w+)/(?P<name>\w+)\.py)\n(?P<code>.*?)```", re.DOTALL)
EXAMPLES = {found["kind"]: found for found in BLOCK.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))}

CHECK = """
import sys
from pathlib import Path
from gansearch.plugins import load_file
from gansearch.{kind} import {kind}
from gansearch.testing import contracts

load_file(Path(sys.argv[1]))
contracts.{check}({kind}.get("{name}"))
print("fulfilled")
"""


def in_a_new_process(code: str, *arguments: str) -> str:
    """A plug-in that is loaded stays: another process keeps it from the tests that follow."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_is_an_example_of_each_kind() -> None:
    assert list(EXAMPLES) == ["tricks", "detectors", "metrics"]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_fulfils_its_contract(kind: str, tmp_path: Path) -> None:
    found = EXAMPLES[kind]
    file = tmp_path / f"{found['name']}.py"
    file.write_text(found["code"], encoding="utf-8")
    code = CHECK.format(kind=kind, check=f"check_{kind.removesuffix('s')}", name=found["name"])

    assert in_a_new_process(code, str(file)) == "fulfilled\n"


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_passes_the_linter_in_its_place(kind: str) -> None:
    found = EXAMPLES[kind]
    ruff = [sys.executable, "-m", "ruff"]
    stdin = ["--stdin-filename", str(ROOT / found["path"]), "-"]

    for command in (["check", "--no-cache", *stdin], ["format", "--check", *stdin]):
        done = subprocess.run([*ruff, *command], input=found["code"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_trick_is_shown_with_the_lines_that_search_over_it(tmp_path: Path) -> None:
    file = tmp_path / "score_drift.py"
    file.write_text(EXAMPLES["tricks"]["code"], encoding="utf-8")
    run = "import sys; from gansearch.cli import main; sys.argv[0] = 'gansearch'; main()"

    shown = in_a_new_process(run, "tricks", "show", "score_drift", "--plugin", str(file))

    assert "score_drift: {enabled: {choice: [true, false]}, weight: {float: [0.0001, 1], log: true}}" in shown
