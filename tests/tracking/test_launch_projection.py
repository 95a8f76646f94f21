"""Launches, and which of them a trial belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gansearch.tracking.launch_projection import launch_digest, launch_of, pending_launch
from gansearch.tracking.source import LaunchAbout

FIRST = LaunchAbout(1, {"sampler": "tpe"}, 100.0, 200.0, "finished")
LOST = LaunchAbout(2, {}, 300.0)
NOW = LaunchAbout(3, {}, 400.0)


@pytest.mark.parametrize(
    ("began_s", "number"),
    [(0.0, 1), (100.0, 1), (200.0, 1), (201.0, 2), (299.0, 2), (400.0, 2), (401.0, 3), (1e9, 3)],
    ids=["elsewhere", "begins", "ends", "clock lags", "lags less", "lost", "runs", "late"],
)
def test_a_trial_belongs_to_the_launch_in_which_it_began(began_s: float, number: int) -> None:
    found = launch_of([FIRST, LOST, NOW], began_s)
    assert found is not None
    assert found.number == number


def test_a_study_without_launches() -> None:
    assert launch_of([], 1.0) is None


def test_what_a_launch_is_told() -> None:
    pending = pending_launch(FIRST, {"findings.md": b"#"})
    assert pending.tags == {"gansearch.sampler": "tpe", "gansearch.kind": "launch", "gansearch.launch": "1"}
    assert (pending.status, pending.ended_ms) == ("FINISHED", 200_000)
    assert [file.path for file in pending.files] == ["launch.json", "findings.md"]
    assert pending_launch(NOW, {}).status is None
    assert pending_launch(replace(LOST, outcome="lost"), {}).status == "FAILED"
    assert pending_launch(replace(NOW, is_told=False), {}).status == "FINISHED"


def test_the_digest_changes_with_whatever_is_told() -> None:
    reports: tuple[dict[str, bytes], ...] = ({}, {"findings.md": b"1"}, {"findings.md": b"2"})
    digests = [launch_digest(about, report) for about in (FIRST, NOW) for report in reports]
    assert len(set(digests)) == len(digests)
    assert launch_digest(FIRST, {}) == digests[0]
