"""What the documents point to exists, and the map of the tree is whole."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import gansearch
from gansearch.space import parse_space

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "analysis/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[\w-]+)?\)")


def links(document: Path) -> list[str]:
    """Relative links of a document, without those in code blocks."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [target for target, _ in LINK.findall(text) if "://" not in target]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_points_to_exists(document: Path) -> None:
    missing = [target for target in links(document) if not (document.parent / target).exists()]

    assert missing == []


def test_the_map_of_the_tree_names_every_folder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    packages = {f"gansearch/{path.parent.name}/" for path in (ROOT / "gansearch").glob("*/__init__.py")}
    named = set(re.findall(r"^\| `([^`]+/)` \|", text, re.MULTILINE))

    assert packages <= named
    assert {name for name in named if not (ROOT / name).is_dir()} == set()


def guide_blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_guides_search_space_can_be_launched_with_its_condition() -> None:
    whole, condition, *_ = guide_blocks("yaml")
    space = parse_space(whole, "guide.md")
    changed = parse_space(whole, "guide.md", {"generator": condition.removeprefix("generator: ")})

    assert space.plan.trials == 50
    (dropout,) = [each for each in changed.parameters if each.path == "generator.dropout"]
    assert [str(each) for each in dropout.conditions] == ["generator.layers >= 3"]


def test_the_guides_python_uses_the_public_surface() -> None:
    blocks = guide_blocks("python")
    (block,) = [each for each in blocks if "load_space" in each]
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")

    for each in blocks:
        ast.parse(each)
    assert set(re.findall(r"gansearch\.(\w+)", block)) <= set(gansearch.__all__)
    assert {name for name in gansearch.__all__ if f"gansearch.{name}" not in text} == {"__version__"}


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]

    assert all(re.fullmatch(r"\d{4}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
