"""Replayed searches as they are kept: plain values, in a file for each question."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gansearch.errors import CorruptFileError, ReportError


@dataclass(frozen=True)
class Search:
    """One replayed search."""

    seed: int
    moments_s: tuple[float, ...]
    """On the simulated clock, when it found something better than before; in order."""
    ratios: tuple[float, ...]
    """What it had found by then, over the best of the grid: 1 and above; of a combination's mean over its runs."""
    ends: Mapping[str, int]
    """Runs by how they ended."""
    good: tuple[int, int]
    """Runs that it began that belong to the grid's best quarter at their ends; and of those, pruned or stopped."""
    late: tuple[int, int]
    """The same of late bloomers: those of the best quarter that were in the worse half early on."""

    def ratio_at(self, moment_s: float) -> float:
        """What it had found by then over the grid's best; infinite where it had found nothing."""
        found = bisect_right(self.moments_s, moment_s)
        return self.ratios[found - 1] if found else math.inf

    def reached_s(self, ratio: float) -> float:
        """When it had found something no worse than so many times the best; infinite where it never did."""
        return next(
            (moment for moment, found in zip(self.moments_s, self.ratios, strict=True) if found <= ratio), math.inf
        )


@dataclass(frozen=True)
class Question:
    """Ways to search beside each other, with the same seeds."""

    name: str
    about: Mapping[str, Any]
    """``cells`` of the grid; ``workers`` and ``time_s`` of each search; in words, what all have in ``common``."""
    searches: Mapping[str, tuple[Search, ...]]
    """By the way's name; the first is the one that the others are compared with."""

    @property
    def time_s(self) -> float:
        """That every search had, on the simulated clock."""
        return float(self.about["time_s"])


def read_questions(folder: Path) -> list[Question]:
    """Every question in a folder, by file name.

    Raises:
        ReportError: where there is none, or the ways of one do not have the same seeds.
        CorruptFileError: where a file is not what ``write_question`` wrote.
    """
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    if not found:
        raise ReportError(f"a page on searches needs replays (*.json); {folder} has none")
    for question in found:
        seeds = {name: [each.seed for each in every] for name, every in question.searches.items()}
        if len({tuple(each) for each in seeds.values()}) != 1:
            raise ReportError(f"the ways to search of {question.name!r} must have the same seeds; got {seeds}")
    return found


def write_question(
    folder: Path, name: str, about: Mapping[str, Any], searches: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Path:
    """Keep the replays of one question; each search is a mapping of the fields of ``Search``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"about": about, "searches": searches}, separators=(",", ":")) + "\n", encoding="utf-8")
    return path


def _read(path: Path) -> Question:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        searches = {name: tuple(_search(each) for each in every) for name, every in said["searches"].items()}
        float(said["about"]["time_s"])
        return Question(path.stem, said["about"], searches)
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFileError(f"replays must be as they were written; {path} is not: {error!r}") from error


def _search(said: Mapping[str, Any]) -> Search:
    return Search(
        seed=said["seed"],
        moments_s=tuple(said["moments_s"]),
        ratios=tuple(said["ratios"]),
        ends=dict(said["ends"]),
        good=(said["good"][0], said["good"][1]),
        late=(said["late"][0], said["late"][1]),
    )
