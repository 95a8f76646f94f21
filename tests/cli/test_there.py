"""What a command with ``--address http://HEAD:8265`` lets the head run; the job server is played."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gansearch.executors import jobs
from gansearch.records import End
from gansearch.storage import Storage
from gansearch.storage.place import VARIABLE
from gansearch.study import Study

Run = Callable[..., Any]
Studies = Callable[..., Study]
HEAD = "http://head:8265"


class Head:
    """Plays the job server: it keeps what it is told to run."""

    shown = HEAD
    places: Mapping[str, str] = {"digits": "s3://bucket/studies"}
    status = 0

    def __init__(self) -> None:
        self.ran: list[Sequence[str]] = []

    def __call__(self, address: str) -> Head:
        assert address == HEAD
        return self

    def storage(self, study: str) -> str | None:
        return self.places.get(study)

    def storages(self) -> list[str]:
        return sorted(self.places.values())

    def output(self, arguments: Sequence[str]) -> tuple[str, int]:
        self.ran.append(arguments)
        return "as it is said there\n", self.status

    def submit(self, arguments: Sequence[str], **_: object) -> str:
        self.ran.append(arguments)
        return "job-1"


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Head:
    found = Head()
    monkeypatch.setattr(jobs, "JobServer", found)
    return found


S3 = ("--storage", "s3://bucket/studies")


@pytest.mark.parametrize(
    ("given", "ran"),
    [
        (["list"], ["list", *S3, "--default-too"]),
        (["list", "--json"], ["list", *S3, "--default-too", "--json"]),
        (["list", "--storage", "gs://other"], ["list", "--storage", "gs://other"]),
        (["compare", "digits", "more"], ["compare", "digits", "more", *S3]),
        (["compare", "digits-3", "digits-4-r1", "--json"], ["compare", "digits-3", "digits-4-r1", *S3, "--json"]),
        (["compare", "unknown-3", "digits"], ["compare", "unknown-3", "digits"]),
    ],
)
def test_what_ends_by_itself_is_run_there_and_printed(
    run: Run, head: Head, given: Sequence[str], ran: Sequence[str]
) -> None:
    ended = run(*given, "--address", HEAD)
    assert (ended.status, ended.out) == (0, "as it is said there\n")
    (command,) = head.ran
    assert sorted(command) == sorted(ran)
    assert command[: len(given) - given.count("--json")] == ran[: len(given) - given.count("--json")]


def test_a_failure_there_is_one_here(run: Run, head: Head) -> None:
    head.status = 1
    assert run("list", "--address", HEAD).status == 1


def test_a_head_without_named_places_lists_its_own(run: Run, head: Head) -> None:
    head.places = {}
    run("list", "--address", HEAD)
    assert head.ran == [["list"]]


@pytest.mark.parametrize(
    ("given", "ran"),
    [
        (
            ["resume", "digits", "--budget", "hours=+5", "--trials", "+10", "--budget", "gpu_hours=20"],
            ["resume", "digits", "--budget", "hours=+5", "--budget", "gpu_hours=20", "--trials", "10"],
        ),
        (["extend", "digits", "7", "--epochs", "10x"], ["extend", "digits", "7", "--epochs", "10x"]),
    ],
)
def test_what_drives_a_study_is_handed_over(run: Run, head: Head, given: Sequence[str], ran: Sequence[str]) -> None:
    ended = run(*given, "--address", HEAD)
    assert ended.out.startswith("digits: handed to http://head:8265 as job job-1\n")
    assert head.ran == [[*ran, "--executor", "ray_tune", *S3]]


def test_studies_of_several_places_are_listed_with_their_places(
    run: Run, studies: Studies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studies("here", [End.COMPLETED]).close()
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "gansearch_home" / "studies").rename(elsewhere)
    studies("there").close()
    home = tmp_path / "gansearch_home" / "studies"

    one = run("list").out.splitlines()
    assert [line.split()[0] for line in one] == ["study", "there"]
    both = run("list", "--storage", str(elsewhere), "--default-too").out.splitlines()
    assert [(line.split()[0], line.split()[-1]) for line in both] == [
        ("study", "in"),
        ("there", str(home)),
        ("here", str(elsewhere)),
    ]
    (said,) = json.loads(run("list", "--json", "--storage", str(elsewhere)).out)
    assert (said["name"], said["storage"]) == ("here", Storage(elsewhere).url)
    monkeypatch.setenv(VARIABLE, str(elsewhere))
    assert run("list").out.splitlines()[1].startswith("here ")
    nothing = run("list", "--storage", str(tmp_path / "none")).out
    assert nothing == f"no study in {tmp_path}/none; start one with: gansearch launch quickstart\n"
