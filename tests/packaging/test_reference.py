"""docs/reference/ is what the code declares now."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
PAGES = ("tricks", "detectors", "metrics", "networks", "losses", "optimizers", "datasets", "commands", "search_space")


@pytest.fixture(name="generator", scope="module")
def _generator() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        return importlib.import_module("generate_reference")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_up_to_date(page: str, generator: ModuleType) -> None:
    written = (FOLDER / f"{page}.md").read_text(encoding="utf-8")

    assert generator.pages()[f"{page}.md"] == written, "docs/reference/ has drifted from the code: run `make docs`"


def test_there_is_no_page_that_nothing_generates(generator: ModuleType) -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == set(generator.pages()) == {f"{page}.md" for page in PAGES}
