"""What a search took over from another study, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gansearch.space.dimension_values import text
from gansearch.study.transferred import LeftOut, TakenOver, Transferred

MOST_NAMED: Final = 8
"""Settings that a sentence names; the file has all of them."""


def sentences(transferred: Transferred) -> list[str]:
    """Which configurations come first, and what of them could not be taken over."""
    found = transferred.configurations
    numbers = ", ".join(f"{each.number} ({each.value:.4g})" for each in found)
    what = "trial" if len(found) == 1 else "trials"
    said = [f"begins with {what} {numbers} of {transferred.study}, the best by {transferred.metric}"]
    missing = list(dict.fromkeys(path for each in found for path in each.missing))
    if missing:
        said.append(f"at their defaults, since {transferred.study} has no such settings: {_listed(missing)}")
    left = list(dict.fromkeys(one.parameter for each in found for one in each.left_out))
    if left:
        said.append(f"not taken over: {_listed([_left_out(path, found) for path in left], '; ')}")
    return said


def _left_out(path: str, found: Sequence[TakenOver]) -> str:
    """One setting, with the values of all trials that had one which cannot be had here."""
    there = [(each.number, one) for each in found for one in each.left_out if one.parameter == path]
    by_rule: dict[str, list[tuple[int, LeftOut]]] = {}
    for number, one in there:
        by_rule.setdefault(one.rule, []).append((number, one))
    return ", ".join(f"{path} {_values(those)} ({rule})" for rule, those in by_rule.items())


def _values(those: Sequence[tuple[int, LeftOut]]) -> str:
    by_value: dict[str, list[str]] = {}
    for number, one in those:
        by_value.setdefault(text(one.value), []).append(str(number))
    return ", ".join(f"{value} in {', '.join(numbers)}" for value, numbers in by_value.items())


def _listed(items: Sequence[str], between: str = ", ") -> str:
    more = len(items) - MOST_NAMED
    return between.join([*items[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
