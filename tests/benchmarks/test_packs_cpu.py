"""Packs on the CPU: a quick run, and the forms of its tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.cases import DcganCase, MlpCase, RingCase
from benchmarks.packs_cpu import CHOICES, LANES, PROCESSES, Plan, choice_row, lane_rows, main, plans
from benchmarks.timing import Rounds

PLAN = Plan(RingCase(width=8), 10, (1, 2), 2, 0.1)


def test_the_full_run_has_every_case_and_k() -> None:
    planned = plans(quick=False)

    assert [plan.case for plan in planned] == [
        RingCase(width=64),
        RingCase(width=128),
        MlpCase(),
        DcganCase(filters=16),
    ]
    assert {plan.lanes for plan in planned} == {(1, 2, 4, 8, 16, 32)}


def test_gains_are_over_the_plain_loop_and_over_one_lane() -> None:
    seconds = {"plain": (6.0, 6.0), "K = 1": (4.0, 4.0), "K = 2": (2.0, 2.0)}
    one, two = lane_rows(PLAN, Rounds(seconds, seconds))

    assert (one["gain"], one["over K = 1"]) == (1.5, 1.0)
    assert (two["gain"], two["over K = 1"]) == (3.0, 2.0)
    assert two["ours ms a lane"] == 2000.0


def test_a_choice_is_told_beside_what_was_fastest() -> None:
    assert choice_row(PLAN, {1: 1.1, 2: 1.0}) == {
        "case": "ring 8",
        "fastest K": 2,
        "chosen K": 1,
        "its gain over K = 1": 1.0,
    }


@pytest.mark.verify
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "packs.json"
    main(["--quick", "--only", "ring 64", "--json", str(path)])
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]

    assert [row["K"] for row in tables[LANES]] == [1, 2, 4]
    assert all(0 < row["ours ms a lane"] < 1000 for row in tables[LANES])
    assert [row["case"] for row in tables[CHOICES]] == ["ring 64"]
    names = [row["processes"] for row in tables[PROCESSES]]
    assert names[0] == "2 plain loops"
    assert [name.split(" of ")[0] for name in names[1:]] == ["1 pack", "2 packs"]
    assert all(row["lane-steps/s"] > 0 for row in tables[PROCESSES])
    assert PROCESSES in capsys.readouterr().out
