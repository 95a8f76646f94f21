"""A search space as a tree of nodes, each of which knows its dotted path, its file, its line and its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gansearch.records import Setting

COMMAND_LINE = "command line"
"""The file of a node that a dotted override made; its line is 0."""


@dataclass(frozen=True, eq=False)
class Node:
    """A scalar, a list or a mapping of a search space."""

    path: str
    """Dotted, with list items as ``plan.enqueue[1]``; empty for the whole file."""
    file: str
    line: int
    """Line of its key, from 1; of itself where it has no key; 0 on the command line."""
    text: str
    """As the file has it, on one line."""
    content: Setting | tuple[Node, ...] | Mapping[str, Node]
    key: str = ""
    """Its key in the mapping that it stands in; keys may hold dots."""

    @property
    def entries(self) -> Mapping[str, Node]:
        """Its children by key; none where it is not a mapping."""
        return self.content if isinstance(self.content, Mapping) else {}

    @property
    def items(self) -> tuple[Node, ...]:
        """Its items; none where it is not a list."""
        return self.content if isinstance(self.content, tuple) else ()

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.content, Mapping)

    @property
    def is_list(self) -> bool:
        """Whether it has items."""
        return isinstance(self.content, tuple)

    @property
    def scalar(self) -> Setting:
        """Its value.

        Raises:
            TypeError: where it is a list or a mapping.
        """
        if isinstance(self.content, (tuple, Mapping)):
            raise TypeError(f"{self.path} must be a scalar; got {self.text}")
        return self.content

    @property
    def is_scalar(self) -> bool:
        """Whether it is a plain value."""
        return not (self.is_mapping or self.is_list)

    def plain(self) -> Any:
        """The same as Python dictionaries, lists and scalars."""
        if isinstance(self.content, Mapping):
            return {key: child.plain() for key, child in self.content.items()}
        if isinstance(self.content, tuple):
            return [item.plain() for item in self.content]
        return self.content

    def without(self, *keys: str) -> Node:
        """The mapping without these keys."""
        return replace(self, content={key: child for key, child in self.entries.items() if key not in keys})


def child_path(parent: str, key: str) -> str:
    """The path of ``key`` below ``parent``."""
    return f"{parent}.{key}" if parent else key


def from_python(value: object, path: str) -> Node:
    """A node of the command line from plain Python values."""
    content: Setting | tuple[Node, ...] | Mapping[str, Node]
    if isinstance(value, Mapping):
        content = {str(key): from_python(child, child_path(path, str(key))) for key, child in value.items()}
    elif isinstance(value, (list, tuple)):
        content = tuple(from_python(item, f"{path}[{index}]") for index, item in enumerate(value))
    elif value is None or isinstance(value, (bool, int, float, str)):
        content = value
    else:
        content = str(value)
    return Node(path, COMMAND_LINE, 0, str(value), content, path.rpartition(".")[2])
