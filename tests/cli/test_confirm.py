from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.executors import jobs
from gansearch.records import End
from gansearch.space import parse_space
from gansearch.study import Study
from tests.cli.test_there import HEAD, S3, Head

Run = Callable[..., Any]
Studies = Callable[..., Study]


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Head:
    found = Head()
    monkeypatch.setattr(jobs, "JobServer", found)
    return found


@pytest.fixture
def searched(studies: Studies) -> None:
    """A search of three completed trials, the best first."""
    studies("digits", [End.COMPLETED] * 3).close()


def test_the_space_can_be_seen_before_anything_starts(run: Run, searched: None, tmp_path: Path) -> None:
    ended = run("confirm", "digits", "--show", "--top", "1", "--replicates", "9", "--baseline", "2")
    assert ended.status == 0
    space = parse_space(ended.out, "shown.yaml")
    assert [arm.name for arm in space.arms] == ["baseline", "digits/trial-0"]
    assert (space.name, space.plan.replicates, space.plan.baseline_replicates) == ("digits-confirmed", 9, 20)
    assert [path.name for path in (tmp_path / "gansearch_home" / "studies").iterdir()] == ["digits"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "error: there is no study 'nothing' in "),
        (
            ["digits", "--seed", "1"],
            "error: a confirmation must have seeds with which 'digits' did not choose; the seed",
        ),
        (["digits", "--baseline", "17"], "error: the study 'digits' must have a trial 17 that has begun; it has none"),
        (["digits", "--name", "digits"], "error: a study called 'digits' exists already in "),
    ],
)
def test_what_can_be_mended_is_told(run: Run, searched: None, arguments: list[str], message: str) -> None:
    ended = run("confirm", *arguments, "--executor", "local")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"), [(["--top", "0"], "Invalid value for '--top'"), (["--replicates", "1"], "replicates'")]
)
def test_numbers_have_limits(run: Run, arguments: list[str], message: str) -> None:
    ended = run("confirm", "digits", *arguments)
    assert ended.status == 2
    assert message in ended.err


def test_on_a_head_the_search_is_confirmed_where_it_lies(run: Run, head: Head) -> None:
    ended = run("confirm", "digits", "--address", HEAD, "--top", "2", "--name", "sure")
    assert ended.out.startswith("sure: handed to http://head:8265 as job job-1\n")
    chosen = ["--name", "sure", "--top", "2", "--replicates", "8", "--baseline-replicates", "20"]
    assert head.ran == [["confirm", "digits", *chosen, "--executor", "ray_tune", *S3]]
    head.ran.clear()
    assert run("confirm", "digits", "--address", HEAD, "--show").out == "as it is said there\n"
    assert head.ran[0][:2] == ["confirm", "digits"]
    assert "--show" in head.ran[0]


def test_a_launch_on_a_head_begins_with_a_study_that_lies_there(run: Run, head: Head, rings: Path) -> None:
    run("launch", str(rings), "--from", "digits", "--from-top", "3", "--address", HEAD)
    begins = ["--from", "digits", "--from-top", "3"]
    assert head.ran == [["launch", "space.yaml", "--name", "rings", *begins, "--executor", "ray_tune", *S3]]
