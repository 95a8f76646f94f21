"""Trials that join a pack at work: each has the curve that it has alone, and nobody else's changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.plugins import load_file
from gansearch.records import Assignment, End, LaneReport
from gansearch.storage import Storage
from gansearch.training import Pack
from gansearch.trial import fitting
from gansearch.trial.context import TrialContext
from gansearch.trial.fitting import USABLE, estimated_memory
from gansearch.trial.run import GO_ON, Answer
from gansearch.trial.workbench import open_workbench

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]

FRAIL = '''
"""Raises in one lane's second epoch. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
import torch
from gansearch.dimensions import Float, traced
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Frail(Trick):
    """Raises in the second epoch of a lane whose number is 1."""
    name: ClassVar[str] = "frail"
    paper: ClassVar[str] = "none"
    number: float = traced(0.0, Float(0.0, 1.0), "broken at 1, whole at 0")

    def discriminator_loss(self, lanes, batch):
        is_broken = torch.as_tensor(self.number) > 0.5
        if bool((is_broken & (lanes.step >= 25)).any()):
            raise ValueError("a lane is broken")
'''


class Refill:
    """Answers as a study: prunes at the first rung, and lets others take the places of lanes that end."""

    def __init__(self, pruned: list[Assignment], others: list[Assignment]) -> None:
        self.most: list[int | None] = []
        self._pruned = frozenset(each.identity for each in pruned)
        self._others = list(others)

    def __call__(self, reports: list[LaneReport]) -> Answer:
        is_rung = any(report.evaluation is not None for report in reports)
        ended = [report for report in reports if report.end is not None]
        self.most += [report.most_lanes for report in reports[:1]]
        joined, self._others = self._others[: len(ended)], self._others[len(ended) :]
        return Answer(prune=self._pruned if is_rung else frozenset(), join=tuple(joined))


def trials(make: Make, count: int, first: int = 0, **changes: object) -> list[Assignment]:
    return [make(number, seed=number, **changes) for number in range(first, first + count)]


def curve_of(context: TrialContext, assignment: Assignment) -> Curve:
    return Curve.of(read_curve(Storage(context.storage_url), assignment.identity)[0])


def lanes_of(context: TrialContext, assignments: list[Assignment]) -> list[list[int]]:
    return [[attempt["lanes"] for attempt in curve_of(context, each).attempts] for each in assignments]


def ends(reports: list[LaneReport]) -> dict[int, End]:
    return {report.identity.number: report.end.end for report in reports if report.end is not None}


def assert_as_alone(assignments: list[Assignment], context: TrialContext, drive: Drive, folder: Path) -> None:
    """Each trial has, bit for bit, the curve that it has in a pack of its own."""
    alone = replace(context, storage_url=str(folder))
    for each in assignments:
        drive([each], alone)
        mine, other = curve_of(context, each), curve_of(alone, each)
        assert mine.signals.keys() == other.signals.keys()
        for name, values in other.signals.items():
            np.testing.assert_array_equal(mine.signals[name], values[: mine.steps])
        count = len(mine.evaluations)
        assert count > 0
        assert [done.metrics for done in mine.evaluations] == [done.metrics for done in other.evaluations[:count]]


def test_trials_that_join_and_their_neighbours_have_the_curves_that_they_have_alone(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    pack, others = trials(make, 4), trials(make, 3, first=4)
    study = Refill([pack[1], pack[2]], others)
    reports = drive(pack, context, study)
    assert ends(reports) == {number: End.PRUNED if number in (1, 2) else End.COMPLETED for number in range(7)}
    assert lanes_of(context, [*pack, *others]) == [[4]] * 6 + [[3]]
    assert 0 not in study.most
    assert_as_alone([*pack[:2], *others[:2]], context, drive, tmp_path / "alone")


def test_lanes_that_differ_in_depth_stand_together_when_others_join(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[tuple[int, ...]] = []
    join = Pack.join

    def watched(*given: object, **named: object) -> tuple[int, ...]:
        orders.append(join(*given, **named))  # type: ignore[arg-type]
        return orders[-1]

    monkeypatch.setattr(Pack, "join", watched)
    pack = [make(number, seed=number, generator__layers=layers) for number, layers in enumerate((3, 4, 2))]
    others = [make(number, seed=number, generator__layers=layers) for number, layers in ((3, 4), (4, 3))]
    reports = drive(pack, context, Refill([pack[1], pack[2]], others))
    assert set(ends(reports).values()) == {End.PRUNED, End.COMPLETED}
    assert orders == [(1, 0, 2)]
    assert_as_alone([pack[0], *others], context, drive, tmp_path / "alone")


def test_a_pack_is_assembled_once_where_some_leave_and_others_join(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    build = Pack._assemble

    def watched(pack: Pack, lanes: tuple[object, ...], states: object = ()) -> None:
        counts.append(len(lanes))
        build(pack, lanes, states)  # type: ignore[arg-type]

    monkeypatch.setattr(Pack, "_assemble", watched)
    pack, others = trials(make, 3), trials(make, 2, first=3)
    drive(pack, context, Refill(pack[:2], others))
    assert counts[-3:] == [3, 3, 2]  # those before are of the estimate of memory


def test_others_may_take_the_places_of_all_lanes(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    pack, others = trials(make, 2), trials(make, 3, first=2)
    reports = drive(pack, context, Refill(pack, others))
    assert ends(reports) == dict.fromkeys((0, 1), End.PRUNED) | dict.fromkeys((2, 3, 4), End.COMPLETED)
    assert_as_alone(others, context, drive, tmp_path / "alone")


def test_a_pack_that_raises_is_run_again_with_those_that_joined_it(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    path = tmp_path / "frail.py"
    path.write_text(FRAIL, encoding="utf-8")
    load_file(path)
    pack = trials(make, 3, tricks__frail__enabled=True)
    others = [make(3, seed=3, tricks__frail__enabled=True, tricks__frail__number=1.0)]
    reports = drive(pack, context, Refill(pack[:1], others))
    assert ends(reports) == {0: End.PRUNED, 1: End.COMPLETED, 2: End.COMPLETED, 3: End.FAILED}
    assert lanes_of(context, [*pack, *others]) == [[3], [3, 3, 2], [3, 3, 2], [3, 3, 1]]
    assert [attempt["from_step"] for attempt in curve_of(context, pack[1]).attempts] == [0, 40, 40]
    assert_as_alone(pack[1:2], context, drive, tmp_path / "alone")


def test_a_trial_that_joins_in_vain_is_begun_with_the_others(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    join, fuse = Pack.join, [True]

    def failing(pack: Pack, *given: object, **named: object) -> tuple[int, ...]:
        if fuse:
            fuse.clear()
            raise ValueError("there was something wrong")
        return join(pack, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Pack, "join", failing)
    pack, others = trials(make, 3), trials(make, 2, first=3)
    study = Refill(pack[:1], others)
    reports = drive(pack, context, study)
    assert ends(reports) == {0: End.PRUNED, **dict.fromkeys((1, 2, 3, 4), End.COMPLETED)}
    assert lanes_of(context, [*pack, *others]) == [[3], [3, 3], [3, 3], [3], [2]]
    assert [most == 0 for most in study.most] == [False, False, True, True, True]
    assert_as_alone(others, context, drive, tmp_path / "alone")


def test_a_pack_says_how_many_lanes_it_can_have(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = trials(make, 4)
    memory = estimated_memory(pack[0].settings, open_workbench(pack[0].settings, context).data, context)
    assert memory is not None
    monkeypatch.setattr(fitting, "free_memory", lambda *_: int(memory.total(2) / USABLE) + 1)
    said: list[tuple[int, int | None]] = []

    def listen(reports: list[LaneReport]) -> Answer:
        said.extend((report.identity.number, report.most_lanes) for report in reports if report.end is not None)
        return GO_ON

    drive(pack, context, listen)
    assert said == [(0, 0), (1, 0), (2, 2), (3, 2)]  # nobody joins a half behind which the other waits
    said.clear()
    drive([make(7)], context, listen)
    assert said == [(7, 0)]
