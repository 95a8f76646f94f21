"""YAML with the scalars of YAML 1.2: ``1e-4`` is a number, ``off`` a word. Source: yaml.org/spec/1.2.2, 10.3.2."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import yaml

from gansearch.records import Setting
from gansearch.space.nodes import Node, child_path
from gansearch.space.problems import Problems

LONGEST_TEXT = 60
"""Characters of a value that a message shows."""

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


class _Loader(yaml.SafeLoader):
    """SafeLoader without the words of YAML 1.1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own way)


class _Dumper(yaml.SafeDumper):
    """SafeDumper that quotes by the same rules."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


for _name, _pattern, _first in _SCALARS:
    for _letter in _first:
        _Loader.yaml_implicit_resolvers.setdefault(_letter, []).append((_TAG + _name, _pattern))


def compose(text: str, file: str, problems: Problems, path: str = "") -> Node | None:
    """The tree of a YAML text, or None where it cannot be read at all; what is wrong goes to ``problems``."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        problems.at_line(file, line, "(file)", f"must be YAML: {error.problem}", _line(text, line))
        return None
    except yaml.YAMLError as error:
        problems.at_line(file, 1, "(file)", "must be YAML", str(error).splitlines()[0])
        return None
    if root is None:
        return Node(path, file, 1, "nothing", None)
    return _Converter(text, file, problems).convert(root, path, root.start_mark.line + 1, ())


def dump(tree: Any) -> str:
    """Plain values as YAML that ``compose`` reads back as the same values."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)


class _Converter:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self._text = text
        self._file = file
        self._problems = problems

    def convert(self, raw: yaml.Node, path: str, line: int, above: tuple[int, ...]) -> Node:
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
        words = " ".join(self._text[raw.start_mark.index : raw.end_mark.index].split()) or "nothing"
        return words if len(words) <= LONGEST_TEXT else words[: LONGEST_TEXT - 3] + "..."


def _scalar(raw: yaml.Node) -> Setting:
    """The value of a scalar node.

    Raises:
        KeyError: for a tag that is not of the core schema.
        ValueError: where the text does not fit an explicit tag.
    """
    text = str(raw.value)
    kind = raw.tag.removeprefix(_TAG) if isinstance(raw, yaml.ScalarNode) else "no scalar"
    match kind:
        case "str":
            return text
        case "null":
            return None
        case "bool":
            return {"true": True, "false": False}[text.lower()]
        case "int":
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        case "float":
            return float(re.sub(r"\.(inf|nan)$", r"\1", text.lower()))
        case _:
            raise KeyError(raw.tag)


def _line(text: str, line: int) -> str:
    lines = text.splitlines()
    return lines[line - 1].strip()[:LONGEST_TEXT] if 0 < line <= len(lines) else "the end of the file"
