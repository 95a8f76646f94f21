"""A plug-in made of bytes behaves like an imported file: its lines are found, and what is wrong with it is told."""

from __future__ import annotations

import inspect
import traceback
from pathlib import Path

import pytest

from gansearch.errors import PluginError
from gansearch.plugin_source import import_source

TEXT = '''"""Café."""
from dataclasses import dataclass

@dataclass(frozen=True)
class Thing:
    """A class."""
    size: int = 3

    def fail(self):
        raise ValueError("no such size")
'''
WHERE = "memory://bucket/study/plugins/my-thing.py"


def test_the_source_can_be_inspected_where_there_is_no_file() -> None:
    thing = import_source(TEXT.encode(), WHERE, "a").Thing

    assert inspect.getsource(thing) == TEXT[TEXT.index("@dataclass") :]
    assert inspect.getsource(thing.fail).startswith("    def fail(self):")
    assert inspect.getsourcefile(thing) == WHERE
    assert thing.__module__ == "gansearch_plugin_my_thing_a"


def test_a_traceback_shows_the_line_as_it_was_imported(tmp_path: Path) -> None:
    path = tmp_path / "thing.py"
    path.write_text(TEXT, encoding="utf-8")
    thing = import_source(TEXT.encode(), str(path), "b").Thing()
    path.write_text("\n\n\n" + TEXT, encoding="utf-8")

    with pytest.raises(ValueError, match="no such size") as caught:
        thing.fail()

    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.line) == (str(path), 'raise ValueError("no such size")')


def test_coding_lines_and_byte_order_marks_are_followed() -> None:
    latin = import_source("# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1"), "latin.py", "c")
    marked = import_source(b"\xef\xbb\xbfname = '\xc3\xa9'\n", "marked.py", "d")

    assert (latin.name, marked.name) == ("é", "é")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"x = 1\nx = (\n", r"odd.py cannot be imported: SyntaxError: '\(' was never closed \(line 2\)"),
        (b"x = 1\n\nraise KeyError('a')\n", r"odd.py cannot be imported: KeyError: 'a' \(line 3\)"),
        (b"import sys\nsys.exit(3)\n", r"odd.py cannot be imported: SystemExit: 3 \(line 2\)"),
        (b"x = '\xff'\n", r"odd.py cannot be imported: SyntaxError: invalid or missing encoding declaration"),
        (b"x = 1\0\n", r"odd.py cannot be imported: \w+: source code .*null bytes"),
        (b"import torch.nosuch\n", r"No module named 'torch.nosuch'; a plug-in is one file, .* \(line 1\)"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(content: bytes, told: str) -> None:
    with pytest.raises(PluginError, match=told):
        import_source(content, "odd.py", "e")


def test_a_file_beside_it_is_not_found_and_the_rule_is_told(tmp_path: Path) -> None:
    (tmp_path / "my_layers.py").write_text("width = 3\n", encoding="utf-8")

    with pytest.raises(
        PluginError,
        match=r"mine.py cannot be imported: ModuleNotFoundError: No module named 'my_layers'; a plug-in is one file, "
        r"and what it imports must be installed wherever trials run: put it all into the file, or install a package "
        r"with entry points such as gansearch.tricks \(line 1\)",
    ):
        import_source(b"from my_layers import width\n", str(tmp_path / "mine.py"), "f")


def test_two_contents_are_two_modules() -> None:
    first, second = (import_source(f"x = {digit}".encode(), "x.py", digit) for digit in "12")

    assert (first.x, second.x) == (1, 2)
    assert first.__name__ != second.__name__
