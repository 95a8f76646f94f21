"""Packs for which memory does not suffice: they are halved, and nobody's curve changes."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gansearch.curves import Curve, read_curve
from gansearch.plugins import load_file
from gansearch.records import Assignment, End, LaneReport
from gansearch.storage import Storage
from gansearch.training import Pack
from gansearch.trial import fitting
from gansearch.trial.context import TrialContext
from gansearch.trial.failure import is_out_of_memory
from gansearch.trial.fitting import USABLE, estimated_memory
from gansearch.trial.run import GO_ON, Answer
from gansearch.trial.workbench import open_workbench

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]

GREEDY = '''
"""Asks for memory that nobody has. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
import torch
from gansearch.dimensions import Choice, Int, static
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Greedy(Trick):
    """Runs out of memory with more than ``most`` lanes, from a step on."""
    name: ClassVar[str] = "greedy"
    paper: ClassVar[str] = "none"
    most: int = static(2, Int(0, 8), "lanes that fit")
    step: int = static(50, Int(0, 100), "the first step that asks")
    how: str = static("cuda", Choice(("cuda", "cpu")), "whose error")

    def discriminator_loss(self, lanes, batch):
        if lanes.count > self.most and bool((lanes.step >= self.step).any()):
            if self.how == "cpu":
                torch.empty(10**15)
            raise torch.OutOfMemoryError("CUDA out of memory")
'''


@pytest.fixture(autouse=True)
def greedy(tmp_path: Path) -> None:
    path = tmp_path / "greedy.py"
    path.write_text(GREEDY, encoding="utf-8")
    load_file(path)


def trials(make: Make, count: int, **changes: object) -> list[Assignment]:
    return [make(number, seed=number, tricks__greedy__enabled=True, **changes) for number in range(count)]


def curve_of(context: TrialContext, assignment: Assignment) -> Curve:
    return Curve.of(read_curve(Storage(context.storage_url), assignment.identity)[0])


def lanes_of(context: TrialContext, assignments: list[Assignment]) -> list[list[int]]:
    return [[attempt["lanes"] for attempt in curve_of(context, each).attempts] for each in assignments]


def ends(reports: list[LaneReport]) -> list[End]:
    return [report.end.end for report in reports if report.end is not None]


def assert_as_alone(
    assignments: list[Assignment], context: TrialContext, drive: Drive, folder: Path, attempt: int = 0
) -> None:
    """The trials have the curves that each has in a pack of its own, bit for bit."""
    alone = replace(context, storage_url=str(folder))
    for each in assignments:
        drive([replace(each, attempt=0)], alone)
        mine, other = curve_of(context, each), curve_of(alone, each)
        assert mine.attempt == attempt
        for name, values in other.signals.items():
            np.testing.assert_array_equal(mine.signals[name], values)
        assert [done.metrics for done in mine.evaluations] == [done.metrics for done in other.evaluations]
        assert mine.seconds > 0


def test_a_pack_that_runs_out_of_memory_is_halved_until_it_fits(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    listed = trials(make, 5)
    reports = drive(listed, context)
    assert ends(reports) == [End.COMPLETED] * 5
    assert lanes_of(context, listed) == [[5, 3, 2], [5, 3, 2], [5, 3, 1], [5, 2], [5, 2]]
    assert [curve_of(context, each).attempts[1]["from_step"] for each in listed] == [40] * 5
    assert_as_alone(listed, context, drive, tmp_path / "alone")


def test_every_rung_is_reported_for_every_trial(make: Make, context: TrialContext, drive: Drive) -> None:
    listed = trials(make, 3)
    reports = drive(listed, context)
    for each in listed:
        mine = [report for report in reports if report.identity == each.identity]
        assert [report.epoch for report in mine if report.evaluation is not None] == [2, 4]
        seconds = [report.seconds for report in mine]
        assert seconds == sorted(seconds)


@pytest.mark.parametrize("how", ["cuda", "cpu"])
def test_memory_that_is_short_from_the_beginning(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path, how: str
) -> None:
    listed = trials(make, 2, tricks__greedy__step=0, tricks__greedy__most=1, tricks__greedy__how=how)
    assert ends(drive(listed, context)) == [End.COMPLETED] * 2
    assert lanes_of(context, listed) == [[2, 1]] * 2
    assert_as_alone(listed, context, drive, tmp_path / "alone")


def test_what_was_learnt_holds_for_the_next_pack(make: Make, context: TrialContext, drive: Drive) -> None:
    drive(trials(make, 4), context)
    later = [
        replace(each, identity=replace(each.identity, number=10 + number))
        for number, each in enumerate(trials(make, 3))
    ]
    drive(later, context)
    assert lanes_of(context, later) == [[2], [2], [1]]


def test_a_lane_that_runs_out_of_memory_alone_ends_so(make: Make, context: TrialContext, drive: Drive) -> None:
    listed = trials(make, 2, tricks__greedy__most=0)
    reports = drive(listed, context)
    assert ends(reports) == [End.OUT_OF_MEMORY] * 2
    assert lanes_of(context, listed) == [[2, 1]] * 2
    end = curve_of(context, listed[1]).end
    assert end is not None
    assert (end.epoch, end.end) == (2, End.OUT_OF_MEMORY)
    assert "CUDA out of memory" in end.reason


def test_packs_that_do_not_fit_by_estimate_are_never_built(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [make(number, seed=number) for number in range(5)]
    memory = estimated_memory(listed[0].settings, open_workbench(listed[0].settings, context).data, context)
    assert memory is not None
    monkeypatch.setattr(fitting, "free_memory", lambda *_: int(memory.total(3) / USABLE) + 1)
    assert ends(drive(listed, context)) == [End.COMPLETED] * 5
    assert lanes_of(context, listed) == [[3], [3], [3], [2], [2]]


def test_the_memory_of_the_pack_is_free_before_the_next_is_built(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    packs: list[weakref.ref[Pack]] = []
    alive: list[int] = []
    build = Pack._assemble

    def watched(pack: Pack, lanes: object, states: object = ()) -> None:
        if pack not in [ref() for ref in packs]:
            alive.append(sum(ref() is not None for ref in packs))
            packs.append(weakref.ref(pack))
        build(pack, lanes, states)  # type: ignore[arg-type]

    monkeypatch.setattr(Pack, "_assemble", watched)
    drive(trials(make, 4), context)
    assert len(alive) >= 3
    assert set(alive) == {0}


def test_a_stop_lets_the_half_that_waits_rest_too(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    listed = trials(make, 4)

    def stop_at_the_end_of_a_half(reports: list[LaneReport]) -> Answer:
        is_split = len(curve_of(context, listed[0]).attempts) > 1
        return Answer(stop=End.BUDGET) if is_split else GO_ON

    reports = drive(listed, context, stop_at_the_end_of_a_half)
    assert [report.identity.number for report in reports if report.end is not None] == [0, 1, 2, 3]
    assert ends(reports) == [End.BUDGET] * 4
    for each in listed[2:]:
        end = curve_of(context, each).end
        assert end is not None
        assert (end.reason, end.step) == ("resting at epoch 2, to be resumed", 40)
        assert curve_of(context, each).steps == 40
    again = [replace(each, attempt=1) for each in listed]
    assert ends(drive(again, context)) == [End.COMPLETED] * 4
    assert_as_alone(again, context, drive, tmp_path / "alone", attempt=1)


def test_a_trial_that_waits_may_be_pruned(make: Make, context: TrialContext, drive: Drive) -> None:
    listed = trials(make, 4)

    def prune_the_last(reports: list[LaneReport]) -> Answer:
        return Answer(prune=frozenset({listed[3].identity})) if ends(reports) == [End.COMPLETED] * 2 else GO_ON

    reports = drive(listed, context, prune_the_last)
    assert sorted(ends(reports)) == [End.COMPLETED] * 3 + [End.PRUNED]
    end = curve_of(context, listed[3]).end
    assert end is not None
    assert (end.end, end.epoch) == (End.PRUNED, 2)


def test_what_counts_as_out_of_memory() -> None:
    with pytest.raises(RuntimeError, match="can't allocate memory") as caught:
        torch.empty(10**15)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert not is_out_of_memory(RuntimeError("shapes differ"))
