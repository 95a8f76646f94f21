"""``gansearch sample`` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.space import load_space
from gansearch.testing.studies import run_study

Run = Callable[..., Any]


def test_a_picture_and_what_it_is(run: Run, rings: Path, tmp_path: Path) -> None:
    run_study(load_space(str(rings), {"plan.trials": 2, "training.epochs": 1}), "rings")
    out = str(tmp_path / "points.png")
    ended = run("sample", "rings", "--run", "1", "-n", "5", "--out", out)
    assert ended.status == 0
    assert ended.out == (
        f"rings-1 after 20 generator updates, parameters as trained: 5 samples of 2, seed 0\nwritten to {out}\n"
    )
    said = json.loads(run("sample", "rings", "--run", "rings-0", "--seed", "3", "--out", out, "--json").out)
    assert (said["run"], said["n"], said["seed"], said["generator"], said["columns"]) == (
        "rings-0",
        64,
        3,
        "live",
        None,
    )
    told = run("sample", "rings", "--best", "--label", "1", "--out", out)
    assert (told.status, "must be told the class" in told.err) == (1, True)
    assert run("sample", "rings", "--run", "0-r1", "--out", out).err.startswith("error: the replicate of trial 0")
    assert "must have a trial 5 that has begun; there are 0 to 1" in run("sample", "rings", "--run", "5").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --run or --best"),
        (("--best", "--run", "1"), "give --run or --best"),
        (("--run", "x"), "must be a number, as 3, or 3-r1; got 'x'"),
        (("--best", "--out", "grid.jpg"), "must end in .png; got 'grid.jpg'"),
        (("--best", "-n", "0"), "-n"),
        (("--best", "-n", "2501"), "-n"),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ended = run("sample", "rings", *arguments)
    assert (ended.status, said in " ".join(ended.err.split())) == (2, True)


def test_a_tracking_store_is_for_registering(run: Run) -> None:
    ended = run("export", "rings", "--best", "--tracking-uri", "sqlite:///other.db")
    assert (ended.status, "is for --register" in ended.err) == (2, True)


def test_no_study(run: Run) -> None:
    ended = run("sample", "nosuch", "--best")
    assert (ended.status, "there is no study 'nosuch'" in ended.err) == (1, True)
