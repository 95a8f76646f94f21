"""constraints.txt pins every requirement to a tested version and names no address."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = {pin.name.lower().replace("_", "-"): pin for pin in map(Requirement, LINES)}


def direct_requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(line) for line in [*project["dependencies"], *(line for extra in extras for line in extra)]]


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_one_exact_version(line: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[0-9][\w.+!]*( ; .+)?", line)


def test_no_address_no_hash_no_path() -> None:
    text = "\n".join(LINES)

    assert not re.search(r"://|--|@|/|\\|sha256", text)


@pytest.mark.parametrize("requirement", direct_requirements(), ids=str)
def test_every_direct_requirement_is_pinned_within_its_range_and_installed_so(requirement: Requirement) -> None:
    (pin,) = PINS[requirement.name.lower()].specifier

    assert pin.operator == "=="
    assert requirement.specifier.contains(pin.version)
    assert version(requirement.name) == pin.version


def test_the_installer_itself_is_pinned() -> None:
    assert "uv" in PINS
