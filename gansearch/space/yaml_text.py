"""YAML with the scalars of YAML 1.2: ``1e-4`` is a number, ``off`` a word. Source: yaml.org/spec/1.2.2, 10.3.2."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.reader import ReaderError

from gansearch.records import Setting
from gansearch.space.nodes import Node, child_path
from gansearch.space.problems import Problems

LONGEST_TEXT = 60
"""Characters of a value that a message shows."""
LONGEST_FILE = 250_000
"""Characters of a search space at most: some seconds of reading."""
DEEPEST = 40
"""Lists and mappings within each other at most."""
MOST_NODES = 50_000
"""Values at most, each alias counted as what it stands for: a few lines of aliases can stand for billions."""
LARGEST_INT = 2**63
"""Whole numbers lie below it, and above its negative."""

_TAG = "tag:yaml.org,2002:"
_SCALARS = (
    ("null", re.compile(r"^(?:~|null|Null|NULL|)$"), ("~", "n", "N", "")),
    ("bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), tuple("tTfF")),
    ("int", re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"), tuple("-+0123456789")),
    (
        "float",
        re.compile(
            r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        tuple("-+.0123456789"),
    ),
)


_PATTERNS = {name: pattern for name, pattern, _ in _SCALARS}
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")


class _Loader(yaml.SafeLoader):
    """SafeLoader without the words of YAML 1.1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own way)
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose one value; PyYAML calls itself for each value within it."""
        self._depth += 1
        if self._depth > DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, f"more than {DEEPEST} lists and mappings within each other", mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Dumper(yaml.SafeDumper):
    """SafeDumper that quotes by the same rules."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


for _name, _pattern, _first in _SCALARS:
    for _letter in _first:
        _Loader.yaml_implicit_resolvers.setdefault(_letter, []).append((_TAG + _name, _pattern))


def compose(text: str, file: str, problems: Problems, path: str = "") -> Node | None:
    """The tree of a YAML text, or None where it cannot be read at all; what is wrong goes to ``problems``."""
    if not _is_plain_text(text, file, problems):
        return None
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        problems.at_line(file, line, "(file)", f"must be YAML: {error.problem}", _line(text, line))
        return None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.at_line(file, line, "(file)", "must be YAML: it holds no such characters", f"U+{error.character:04X}")
        return None
    if root is None:
        return Node(path, file, 1, "nothing", None)
    try:
        return _Converter(text, file, problems).convert(root, path, root.start_mark.line + 1, ())
    except _TooManyNodesError as error:
        rule = f"must have at most {MOST_NODES} values, each alias counted as what it stands for"
        problems.at_line(file, error.line, "(file)", rule, "more")
        return None


def plain(text: str) -> Any:
    """A YAML text as plain values.

    Raises:
        ValueError: where it cannot be read.
    """
    problems = Problems()
    node = compose(text, "", problems)
    if node is None or len(problems):
        raise ValueError(f"must be YAML; got {text[:LONGEST_TEXT]!r}")
    return node.plain()


def dump(tree: Any) -> str:
    """Plain values as YAML that ``compose`` reads back as the same values."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)


class _TooManyNodesError(Exception):
    """A text that stands for more values than can be held."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _is_plain_text(text: str, file: str, problems: Problems) -> bool:
    """Whether the text is short enough, and has line breaks that PyYAML and other readers agree on."""
    if len(text) > LONGEST_FILE:
        problems.at_line(file, 1, "(file)", f"must have at most {LONGEST_FILE} characters", f"{len(text)} characters")
        return False
    found = _OTHER_BREAKS.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        rule = "must have no line breaks but the usual ones: PyYAML ends a line here, YAML 1.2 does not"
        problems.at_line(file, line, "(file)", rule, f"U+{ord(found.group()):04X}")
    return found is None


class _Converter:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self._text = text
        self._file = file
        self._problems = problems
        self._converted = 0

    def convert(self, raw: yaml.Node, path: str, line: int, above: tuple[int, ...]) -> Node:
        self._converted += 1
        if self._converted > MOST_NODES:
            raise _TooManyNodesError(line)
        if id(raw) in above:
            return self._wrong(raw, path, line, "must not contain itself")
        if isinstance(raw, yaml.MappingNode) and raw.tag == _TAG + "map":
            return self._node(raw, path, line, self._mapping(raw, path, (*above, id(raw))))
        if isinstance(raw, yaml.SequenceNode) and raw.tag == _TAG + "seq":
            inner = (*above, id(raw))
            content = tuple(
                self.convert(item, f"{path}[{index}]", item.start_mark.line + 1, inner)
                for index, item in enumerate(raw.value)
            )
            return self._node(raw, path, line, content)
        try:
            return self._node(raw, path, line, _scalar(raw))
        except OverflowError:
            return self._wrong(raw, path, line, "must be a number that 64 bits hold")
        except (KeyError, ValueError):
            return self._wrong(raw, path, line, "must be a plain value, without a tag")

    def _mapping(self, raw: yaml.MappingNode, path: str, above: tuple[int, ...]) -> dict[str, Node]:
        content: dict[str, Node] = {}
        for key_node, value in raw.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else self._excerpt(key_node)
            line = key_node.start_mark.line + 1
            node = replace(self.convert(value, child_path(path, key), line, above), key=key)
            if key in content:
                self._problems.add(node, f"must stand once; it stands on line {content[key].line} already")
            else:
                content[key] = node
        return content

    def _node(self, raw: yaml.Node, path: str, line: int, content: Any) -> Node:
        return Node(path, self._file, line, self._excerpt(raw), content)

    def _wrong(self, raw: yaml.Node, path: str, line: int, rule: str) -> Node:
        node = self._node(raw, path, line, None)
        self._problems.unreadable(node, rule)
        return node

    def _excerpt(self, raw: yaml.Node) -> str:
        end = min(raw.end_mark.index, raw.start_mark.index + 10 * LONGEST_TEXT)
        words = " ".join(self._text[raw.start_mark.index : end].split()) or "nothing"
        return words if len(words) <= LONGEST_TEXT else words[: LONGEST_TEXT - 3] + "..."


def _scalar(raw: yaml.Node) -> Setting:
    """The value of a scalar node.

    Raises:
        KeyError: for a tag that is not of the core schema.
        ValueError: where the text does not fit an explicit tag.
        OverflowError: for a whole number that 64 bits do not hold.
    """
    text = str(raw.value)
    kind = raw.tag.removeprefix(_TAG) if isinstance(raw, yaml.ScalarNode) else "no scalar"
    if kind in _PATTERNS and not _PATTERNS[kind].fullmatch(text):
        raise ValueError(text)  # Python reads more as numbers than YAML does: 1_0, infinity
    match kind:
        case "str":
            return text
        case "null":
            return None
        case "bool":
            return {"true": True, "false": False}[text.lower()]
        case "int":
            return _whole(text)
        case "float":
            return float(re.sub(r"\.(inf|nan)$", r"\1", text.lower()))
        case _:
            raise KeyError(raw.tag)


def _whole(text: str) -> int:
    if len(text.lstrip("-+0")) > len(str(LARGEST_INT)) + 3:  # Python takes long over thousands of digits, or refuses
        raise OverflowError(text)
    number = int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if abs(number) >= LARGEST_INT:
        raise OverflowError(text)
    return number


def _line(text: str, line: int) -> str:
    lines = text.split("\n")
    said = lines[line - 1].strip()[:LONGEST_TEXT] if 0 < line <= len(lines) else ""
    return said or "the end of the file"
