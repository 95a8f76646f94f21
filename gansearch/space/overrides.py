"""Merges changes from the command line into a search space, as if they stood in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gansearch.space import yaml_text
from gansearch.space.nodes import COMMAND_LINE, Node, child_path, from_python
from gansearch.space.problems import Problems

SHORTHANDS = {
    "dataset": "name",
    "script": "file",
    "generator": "architecture",
    "discriminator": "architecture",
    "loss": "name",
    "optimizer.generator": "name",
    "optimizer.discriminator": "name",
    "plan.sampler": "name",
    "plan.pruner": "name",
    "plan.objective": "metric",
}
"""Where a section is one word in the file, the key that the word stands for."""


def merge(root: Node, overrides: Mapping[str, object], problems: Problems) -> Node:
    """The tree with every override in place.

    Args:
        root: the mapping that the file holds.
        overrides: values by dotted path; a string is read as YAML, so ``"1e-4"`` is a number and
            ``"{int: [2, 4]}"`` a dimension.
        problems: takes what is wrong; its file is the command line.
    """
    for path, value in overrides.items():
        node = _node(path, value, problems)
        if node is not None:
            root = put(root, path, node, problems)
    return root


def put(root: Node, path: str, node: Node, problems: Problems) -> Node:
    """The tree with ``node`` at the dotted ``path``."""
    return _put(root, path.split("."), node, problems)


def _node(path: str, value: object, problems: Problems) -> Node | None:
    if not isinstance(value, str):
        return from_python(value, path)
    read = yaml_text.compose(value, COMMAND_LINE, problems, path)
    return None if read is None else replace(_without_lines(read), key=path.rpartition(".")[2])


def _without_lines(node: Node) -> Node:
    """The node with line 0 throughout: a command line has no lines."""
    content = node.content
    if isinstance(content, Mapping):
        content = {key: _without_lines(child) for key, child in content.items()}
    elif isinstance(content, tuple):
        content = tuple(_without_lines(item) for item in content)
    return replace(node, line=0, content=content)


def _put(parent: Node, keys: list[str], node: Node, problems: Problems) -> Node:
    """``parent`` with ``node`` below it at ``keys``."""
    parent = _spelt_out(parent)
    if not parent.is_mapping:
        problems.add(node, f"must lie in a mapping; {parent.path} is {parent.text}")
        return parent
    key, *rest = keys
    if rest:
        below = parent.entries.get(key)
        if below is None:
            below = Node(child_path(parent.path, key), node.file, node.line, "nothing", {}, key)
        node = _put(below, rest, node, problems)
    return replace(parent, content={**parent.entries, key: node})


def _spelt_out(node: Node) -> Node:
    """``loss: minimax`` as ``loss: {name: minimax}``, so that a field can stand beside the name."""
    key = SHORTHANDS.get(node.path)
    if key is None or node.content is None or (node.is_mapping and "choice" not in node.entries):
        return node
    return replace(node, content={key: replace(node, path=child_path(node.path, key))})
