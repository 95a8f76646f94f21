"""Terms of a model, as they are written: a setting, or how far two settings lie apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gansearch.errors import ReportError
from gansearch.records import Setting

PATH: Final = r"[A-Za-z_][\w.]*"
FORMS: Final = re.compile(rf"(?P<one>{PATH})|abs\(\s*(?P<left>{PATH})\s*-\s*(?P<right>{PATH})\s*\)")


@dataclass(frozen=True)
class Term:
    """A number that follows from an arm's settings."""

    paths: tuple[str, ...]
    """One setting, or two whose distance it is."""

    def __str__(self) -> str:
        return self.paths[0] if len(self.paths) == 1 else f"abs({self.paths[0]} - {self.paths[1]})"

    def value(self, settings: Mapping[str, Setting], arm: str) -> float:
        """The number that it is in an arm.

        Raises:
            ReportError: where the arm lacks a setting, or that is no number.
        """
        values = [_number(path, settings, arm) for path in self.paths]
        return values[0] if len(values) == 1 else abs(values[0] - values[1])


def parse_term(text: str) -> Term | None:
    """``generator.layers`` or ``abs(generator.layers - discriminator.layers)``; None where it is neither."""
    found = FORMS.fullmatch(text.strip())
    if found is None:
        return None
    return Term((found["one"],) if found["one"] is not None else (found["left"], found["right"]))


def _number(path: str, settings: Mapping[str, Setting], arm: str) -> float:
    value = settings.get(path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ReportError(f"a term of a model must be a number in every arm; {path} of {arm} is {value!r}")
    return float(value)
