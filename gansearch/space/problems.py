"""Collects everything wrong with a search space, so that all of it is shown at once."""

from __future__ import annotations

from collections.abc import Iterable

from gansearch.errors import SpaceError, SpaceProblem
from gansearch.plugins import nearest
from gansearch.space.nodes import Node


class Problems:
    """What has been found wrong so far."""

    def __init__(self) -> None:
        self._found: list[SpaceProblem] = []
        self._unreadable: set[str] = set()

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self, node: Node, rule: str, *, key: str | None = None, value: str | None = None, suggestion: str | None = None
    ) -> None:
        """Note that ``node`` breaks ``rule``; ``key`` and ``value`` where they are not the node's own."""
        if node.path in self._unreadable:
            return
        shown = node.text if value is None else value
        self._found.append(SpaceProblem(node.file, node.line, key or node.path, rule, shown, suggestion))

    def unreadable(self, node: Node, rule: str) -> None:
        """Note that ``node`` has no value at all; whatever else is said about it is left out."""
        self.add(node, rule)
        self._unreadable.add(node.path)

    def missing(self, parent: Node, key: str, rule: str) -> None:
        """Note that ``parent`` lacks ``key``."""
        path = f"{parent.path}.{key}" if parent.path else key
        self.add(parent, rule, key=path, value="nothing")

    def unknown(self, node: Node, known: Iterable[str], what: str) -> None:
        """Note that the key of ``node`` is not among ``known``."""
        names = tuple(known)
        self.add(node, f"{what}: {', '.join(names)}", value=node.key, suggestion=nearest(node.key, names))

    def at_line(self, file: str, line: int, key: str, rule: str, value: str) -> None:
        """Note something wrong with the text itself."""
        self._found.append(SpaceProblem(file, line, key, rule, value))

    def absorb(self, others: Problems) -> None:
        """Note what others have found, as far as it is new."""
        self._found += [each for each in others._found if each not in self._found]

    def raise_if_any(self) -> None:
        """Show them all.

        Raises:
            SpaceError: where there is one or more.
        """
        if self._found:
            raise SpaceError(self._found)
