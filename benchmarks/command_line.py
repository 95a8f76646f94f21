"""What the benchmarks' command lines share."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.cases import Case

C = TypeVar("C", bound=Case)


def parser(description: str | None, output: str) -> ArgumentParser:
    """With ``--quick``, ``--only`` and the option ``output`` that names the JSON file."""
    made = ArgumentParser(description=description)
    made.add_argument("--quick", action="store_true", help="fewer and smaller measurements, to see that all works")
    made.add_argument("--only", nargs="+", default=[], metavar="CASE", help="the cases whose names begin so")
    made.add_argument(output, dest="path", type=Path, metavar="FILE", help="where the figures go as JSON")
    return made


def kept_cases(cases: Iterable[C], only: Sequence[str]) -> list[C]:
    """The cases whose names begin with one of ``only``; all where it is empty.

    Raises:
        SystemExit: where a name fits no case, with those that there are.
    """
    cases = list(cases)
    for name in only:
        if not any(case.name.startswith(name) for case in cases):
            raise SystemExit(f"--only {name!r} must begin a case's name; there are {[case.name for case in cases]}")
    return [case for case in cases if not only or case.name.startswith(tuple(only))]
