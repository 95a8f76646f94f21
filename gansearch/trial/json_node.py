"""Reads JSON strictly: every value knows where it stands, and what does not fit is refused with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from gansearch.errors import SpecError
from gansearch.plugins import did_you_mean
from gansearch.records import Setting

LONGEST_VALUE = 60
"""Characters of a value in a message."""


@dataclass(frozen=True)
class JsonNode:
    """One value of a JSON document."""

    value: Any
    path: str
    """Where it stands, as ``assignments[3].settings``; empty for the whole document."""
    file: str

    def refuse(self, rule: str) -> NoReturn:
        """Say that the value breaks ``rule``.

        Raises:
            SpecError: always, with file, place, rule and value.
        """
        said = json.dumps(self.value, default=str)
        shown = said if len(said) <= LONGEST_VALUE else f"{said[:LONGEST_VALUE]}..."
        raise SpecError(f"{self.file}: {self.path or '(document)'}: {rule}; got {shown}")

    def entries(self) -> dict[str, JsonNode]:
        """The values of an object, by key."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object")
        prefix = f"{self.path}." if self.path else ""
        return {key: JsonNode(value, f"{prefix}{key}", self.file) for key, value in self.value.items()}

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, JsonNode]:
        """The values of an object that must have the ``required`` keys and may have the ``optional`` ones."""
        entries, needed = self.entries(), tuple(required)
        known = (*needed, *optional)
        for key, entry in entries.items():
            if key not in known:
                entry.refuse(f"must be a known key{did_you_mean(key, known)}, one of {', '.join(known)}")
        missing = [key for key in needed if key not in entries]
        if missing:
            self.refuse(f"must have the key {missing[0]!r}")
        return entries

    def items(self) -> list[JsonNode]:
        """The values of an array."""
        if not isinstance(self.value, list):
            self.refuse("must be an array")
        return [JsonNode(value, f"{self.path}[{index}]", self.file) for index, value in enumerate(self.value)]

    def text(self, pattern: re.Pattern[str] | None = None, rule: str = "must be text") -> str:
        """Text; where a pattern is given, text that matches it as a whole."""
        if not isinstance(self.value, str) or (pattern is not None and not pattern.fullmatch(self.value)):
            self.refuse(rule)
        return self.value

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not low <= self.value <= high:
            self.refuse(f"must be a whole number from {low} to {high}")
        return self.value

    def number(self, low: float) -> float:
        """A number of at least ``low``."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)) or self.value < low:
            self.refuse(f"must be a number of at least {low:g}")
        return float(self.value)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse("must be true or false")
        return self.value

    def setting(self) -> Setting:
        """A number, text, true, false or null."""
        if isinstance(self.value, (dict, list)):
            self.refuse("must be a number, text, true, false or null")
        found: Setting = self.value
        return found

    @property
    def is_null(self) -> bool:
        """Whether it is null: absent."""
        return self.value is None


def json_node(text: str, file: str) -> JsonNode:
    """The document in ``text``; ``file`` names it in messages.

    Raises:
        SpecError: where it is not JSON, a key stands twice, or a number is not finite.
    """
    try:
        return JsonNode(json.loads(text, object_pairs_hook=_without_twins, parse_constant=_not_finite), "", file)
    except ValueError as error:
        raise SpecError(f"{file}: must be JSON; got {error}") from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} twice in one object")
        found[key] = value
    return found


def _not_finite(name: str) -> NoReturn:
    raise ValueError(f"{name}, which is not a number of JSON")
