"""Packs in which something raises: they are run again, then halved, so that the guilty lane fails alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.plugins import load_file
from gansearch.records import Assignment, End, LaneReport, TrialEnd
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.lane_run import LaneRun
from gansearch.trial.run import GO_ON, Answer

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]

FRAGILE = '''
"""Raises for one lane's number, as often as it is told. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
import torch
from gansearch.dimensions import Float, traced
from gansearch.tricks import Trick

LEFT = [{times}]

@dataclass(frozen=True, kw_only=True, eq=False)
class Fragile(Trick):
    """Raises in the third epoch where a lane's number is 1."""
    name: ClassVar[str] = "fragile"
    paper: ClassVar[str] = "none"
    number: float = traced(0.0, Float(0.0, 1.0), "broken at 1, whole at 0")

    def discriminator_loss(self, lanes, batch):
        is_broken = torch.as_tensor(self.number) > 0.5
        if bool((is_broken & (lanes.step >= 45)).any()) and LEFT[0] > 0:
            LEFT[0] -= 1
            raise ValueError("a lane is broken")
'''


def broken(tmp_path: Path, make: Make, count: int, guilty: int, *, times: int = 1000) -> list[Assignment]:
    """Trials of which one raises, so many times."""
    path = tmp_path / "fragile.py"
    path.write_text(FRAGILE.replace("{times}", str(times)), encoding="utf-8")
    load_file(path)
    return [
        make(number, seed=number, tricks__fragile__enabled=True, tricks__fragile__number=float(number == guilty))
        for number in range(count)
    ]


def curve_of(context: TrialContext, assignment: Assignment) -> Curve:
    return Curve.of(read_curve(Storage(context.storage_url), assignment.identity)[0])


def lanes_of(context: TrialContext, assignments: list[Assignment]) -> list[list[int]]:
    return [[attempt["lanes"] for attempt in curve_of(context, each).attempts] for each in assignments]


def ends(reports: list[LaneReport]) -> dict[int, End]:
    return {report.identity.number: report.end.end for report in reports if report.end is not None}


def assert_same_curves(context: TrialContext, other: TrialContext, assignments: list[Assignment]) -> None:
    for each in assignments:
        mine, theirs = curve_of(context, each), curve_of(other, each)
        for name, values in theirs.signals.items():
            np.testing.assert_array_equal(mine.signals[name], values)
        assert [done.metrics for done in mine.evaluations] == [done.metrics for done in theirs.evaluations]


def test_the_guilty_lane_fails_alone_and_the_others_complete(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    listed = broken(tmp_path, make, 4, guilty=2)
    reports = drive(listed, context)
    assert ends(reports) == {0: End.COMPLETED, 1: End.COMPLETED, 2: End.FAILED, 3: End.COMPLETED}
    assert lanes_of(context, listed) == [[4, 4, 2], [4, 4, 2], [4, 4, 2, 1], [4, 4, 2, 1]]
    end = curve_of(context, listed[2]).end
    assert end is not None
    assert end.reason == "ValueError: a lane is broken (discriminator_loss, fragile.py:22)"
    assert (end.step, end.epoch) == (40, 2)
    alone = replace(context, storage_url=str(tmp_path / "alone"))
    others = [each for each in listed if each is not listed[2]]
    for each in others:
        drive([each], alone)
    assert_same_curves(context, alone, others)


def test_what_raises_once_is_run_again_as_it_is(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    listed = broken(tmp_path, make, 3, guilty=1, times=1)
    assert set(ends(drive(listed, context)).values()) == {End.COMPLETED}
    assert lanes_of(context, listed) == [[3, 3]] * 3
    undisturbed = replace(context, storage_url=str(tmp_path / "undisturbed"))
    drive(listed, undisturbed)
    assert lanes_of(undisturbed, listed) == [[3]] * 3
    assert_same_curves(context, undisturbed, listed)


def test_a_configuration_that_cannot_be_built_fails_alone(make: Make, context: TrialContext, drive: Drive) -> None:
    listed = [make(0), make(1, generator__width=32), make(2)]  # of another structure: they cannot share a pack
    assert set(ends(drive(listed, context)).values()) == {End.COMPLETED}
    listed = [make(3), make(4, generator__nosuch=1)]
    assert ends(drive(listed, context)) == {3: End.COMPLETED, 4: End.FAILED}
    end = curve_of(context, listed[1]).end
    assert end is not None
    assert "generator.nosuch must be a field" in end.reason


def test_what_was_not_told_when_a_pack_raised_is_told(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [make(number, seed=number) for number in range(2)]
    judge, fuse = LaneRun.judge, [True]

    def judged(lane: LaneRun, draw: Callable[[], bytes]) -> TrialEnd | None:
        if lane.assignment.identity.number == 1 and lane.steps == 80 and fuse:
            fuse.clear()
            raise ValueError("a detector is broken")
        return judge(lane, draw)

    monkeypatch.setattr(LaneRun, "judge", judged)
    reports = drive(listed, context)
    for each in listed:  # the first had ended when the second raised
        mine = [report for report in reports if report.identity == each.identity]
        assert [report.epoch for report in mine if report.evaluation is not None] == [2, 4]
        assert [report.end.end for report in mine if report.end is not None] == [End.COMPLETED]
    assert lanes_of(context, listed) == [[2], [2, 1]]


def test_a_sign_of_life_between_two_tries(make: Make, context: TrialContext, drive: Drive, tmp_path: Path) -> None:
    told: list[list[int]] = []

    def stop_at_the_sign(reports: list[LaneReport]) -> Answer:
        told.append([report.epoch for report in reports])
        return GO_ON if reports else Answer(stop=End.STOPPED_BY_USER)

    reports = drive(broken(tmp_path, make, 2, guilty=1), replace(context, heartbeat_s=1000.0), stop_at_the_sign)
    assert told == [[2, 2], [], [2, 2]]
    assert ends(reports) == {0: End.STOPPED_BY_USER, 1: End.STOPPED_BY_USER}


@pytest.mark.parametrize("count", [1, 2])
def test_an_end_that_cannot_be_recorded_is_no_end(
    count: int, make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the run would be over for its pack, and running for its study."""
    append, raised = LaneRun._append, list[str]()

    def fragile(self: LaneRun, kind: str, payload: Mapping[str, object]) -> None:
        if kind == "end" and not raised:
            raised.append("once")
            raise RuntimeError("no room for the end")
        append(self, kind, payload)

    monkeypatch.setattr(LaneRun, "_append", fragile)
    listed = [make(number, seed=number) for number in range(count)]
    reports = drive(listed, context)
    assert ends(reports) == ({0: End.FAILED} if count == 1 else {0: End.COMPLETED, 1: End.COMPLETED})
    for each in listed:
        end = curve_of(context, each).end
        assert end is not None
        assert end.end is ends(reports)[each.identity.number]
        assert count == 2 or "no room for the end" in end.reason
