"""What the command lines share."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.cases import Case, MlpCase, RingCase
from benchmarks.command_line import kept_cases, parser

CASES: list[Case] = [MlpCase(), MlpCase(dropout=0.0), RingCase(width=64)]


def test_options() -> None:
    options = parser("", "--json").parse_args(["--quick", "--only", "ring", "mlp", "--json", "f.json"])

    assert (options.quick, options.only, options.path) == (True, ["ring", "mlp"], Path("f.json"))


def test_cases_are_kept_by_the_beginning_of_their_names() -> None:
    assert kept_cases(CASES, []) == CASES
    assert kept_cases(CASES, ["mlp"]) == CASES[:2]
    assert kept_cases(CASES, ["ring 64", "mlp 256, dropout 0.3"]) == [CASES[0], CASES[2]]


def test_a_name_that_fits_nothing_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"--only 'rung' must begin a case's name; there are .*'ring 64'"):
        kept_cases(CASES, ["rung"])
