"""YAML 1.2 scalars, excerpts, lines, and a way back."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gansearch.errors import SpaceError
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems
from gansearch.space.yaml_text import compose, dump


def tree(text: str) -> Node:
    problems = Problems()
    node = compose(text, "file.yaml", problems)
    problems.raise_if_any()
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("-1E+3", -1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("0.0", 0.0),
        ("-.inf", -math.inf),
        ("10", 10),
        ("012", 12),
        ("0o14", 12),
        ("0xff", 255),
        ("off", "off"),
        ("on", "on"),
        ("yes", "yes"),
        ("no", "no"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("'1e-4'", "1e-4"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("e5", "e5"),
        ("<<", "<<"),
        ("!!str 5", "5"),
    ],
)
def test_scalar(text: str, value: object) -> None:
    found = tree(f"key: {text}\n").entries["key"].scalar
    assert found == value
    assert type(found) is type(value)


def test_not_a_number() -> None:
    found = tree("key: .nan\n").entries["key"].scalar
    assert isinstance(found, float)
    assert math.isnan(found)


def test_paths_lines_and_excerpts() -> None:
    root = tree("a:\n  b:\n  - 1\n  - {c: [2,\n      3]}\n")
    listed = root.entries["a"].entries["b"]
    assert (listed.path, listed.line) == ("a.b", 2)
    deep = listed.items[1].entries["c"]
    assert (deep.path, deep.line, deep.text) == ("a.b[1].c", 4, "[2, 3]")


def test_an_anchor_stands_for_its_value() -> None:
    assert tree("a: &x {b: 1}\nc: *x\n").plain() == {"a": {"b": 1}, "c": {"b": 1}}


def test_an_anchor_in_itself_is_refused() -> None:
    with pytest.raises(SpaceError, match=r"file\.yaml:1: a\[1\]: must not contain itself"):
        tree("a: &x\n  [1, *x]\n")


def test_a_second_key_is_refused_and_the_first_kept() -> None:
    problems = Problems()
    node = compose("a: 1\nb: 2\na: 3\n", "file.yaml", problems)
    assert node is not None
    assert node.plain() == {"a": 1, "b": 2}
    with pytest.raises(SpaceError, match=r"file\.yaml:3: a: must stand once; it stands on line 1 already; got 3"):
        problems.raise_if_any()


def test_long_values_are_cut() -> None:
    assert tree(f"a: {'x' * 100}\n").entries["a"].text == "x" * 57 + "..."


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co")), max_size=8)
    | st.sampled_from(["off", "1e-4", "1.0", "true", "yes", "~", "", "0x1", "=", "<<", "- a", "a: b", "#"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.xyz", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcxyz_", min_size=1, max_size=5), TREES, min_size=1, max_size=4))
def test_dump_and_back(plain: dict[str, Any]) -> None:
    assert tree(dump(plain)).plain() == plain
