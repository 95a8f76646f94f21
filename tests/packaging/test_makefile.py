"""The Makefile's targets and .ci/run say what they are documented to do."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("install", "quickstart", "test", "lint", "verify", "analysis", "docs", "constraints", "clean")


def dry_run(target: str, folder: Path, **environment: str) -> str:
    """What make would run, in a checkout that has no environment yet."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "GANSEARCH"))}
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=folder, env=clean | environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_help_lists_every_target() -> None:
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    listed = {line.split()[1] for line in text.splitlines() if line.startswith("make ")}
    assert listed == {*TARGETS, "help"}


@pytest.mark.parametrize("target", ["quickstart", "test", "lint", "verify", "analysis", "docs"])
def test_a_target_makes_its_environment_first(target: str, tmp_path: Path) -> None:
    commands = dry_run(target, tmp_path)

    assert commands.index("-m venv .venv") < commands.index("uv pip install") < commands.index("touch .venv/.installed")
    assert "--constraint constraints.txt" in commands


def test_a_second_call_installs_nothing(tmp_path: Path) -> None:
    stamp = tmp_path / ".venv" / ".installed"
    stamp.parent.mkdir()
    stamp.touch()
    later = time.time() + 60
    os.utime(stamp, (later, later))

    assert "pip install" not in dry_run("test", tmp_path)


def test_tests_leave_out_the_slow_checks_and_verify_runs_them(tmp_path: Path) -> None:
    assert '-m "not verify" -n 2' in dry_run("test", tmp_path)
    assert "pytest -m verify" in dry_run("verify", tmp_path)


def test_lint_is_style_types_and_imports(tmp_path: Path) -> None:
    commands = dry_run("lint", tmp_path)

    for tool in ("ruff check .", "ruff format --check .", "mypy", "lint-imports"):
        assert f".venv/bin/{tool}" in commands


def test_quickstart_launches_under_a_name_that_is_new_each_second(tmp_path: Path) -> None:
    assert "gansearch launch quickstart --name quickstart-$(date -u +%Y%m%d-%H%M%S)" in dry_run("quickstart", tmp_path)


def test_ci_runs_lint_test_verify_in_this_order() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert [line.split()[-1] for line in script.splitlines() if line.startswith("make ")] == ["lint", "test", "verify"]
    assert "set -euo pipefail" in script
