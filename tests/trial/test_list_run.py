from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gansearch.curves import Curve, read_curve
from gansearch.plugins import load_file
from gansearch.records import Assignment, End, LaneReport
from gansearch.storage import Storage
from gansearch.trial import checkpoints
from gansearch.trial.context import TrialContext
from gansearch.trial.list_run import ListRun

Make = Callable[..., Assignment]

FUSE = '''
"""Raises where a lane has a fuse. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
import torch
from gansearch.dimensions import Float, traced
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Fuse(Trick):
    """Raises in the second epoch where a lane has a fuse."""
    name: ClassVar[str] = "fuse"
    paper: ClassVar[str] = "none"
    length: float = traced(0.0, Float(0.0, 1.0), "a fuse at 1, none at 0")

    def discriminator_loss(self, lanes, batch):
        if lanes.step >= 20 and bool((torch.as_tensor(self.length) > 0.5).any()):
            raise RuntimeError("the fuse is lit")
'''


def run_list(
    assignments: Sequence[Assignment],
    context: TrialContext,
    *,
    lanes: int = 4,
    stop: Callable[[], End | None] = lambda: None,
    watch: Callable[[Sequence[LaneReport]], None] = lambda _: None,
) -> ListRun:
    run = ListRun(assignments, Storage(context.storage_url), context, stop=stop, watch=watch)
    run.run(lanes)
    return run


def stop_after(asked: int) -> Callable[[], End | None]:
    """Wants the end from the given time on that it is asked."""
    times = iter(range(1_000_000))
    return lambda: End.BUDGET if next(times) >= asked else None


def curve_of(context: TrialContext, assignment: Assignment) -> Curve:
    return Curve.of(read_curve(Storage(context.storage_url), assignment.identity)[0])


def lanes_of(context: TrialContext, assignment: Assignment) -> list[int]:
    return [attempt["lanes"] for attempt in curve_of(context, assignment).attempts]


def end_of(context: TrialContext, assignment: Assignment) -> End | None:
    end = curve_of(context, assignment).end
    return None if end is None else end.end


def test_equal_structures_are_trained_together(make: Make, context: TrialContext) -> None:
    listed = [make(0), make(1, seed=8), make(2, training__batch_size=64), make(3, seed=9)]
    run = run_list(listed, context, lanes=2)
    assert run.left == 0
    assert [end_of(context, each) for each in listed] == [End.COMPLETED] * 4
    assert [lanes_of(context, each) for each in listed] == [[2], [2], [1], [1]]


def test_a_run_that_was_stopped_goes_on_in_the_same_packs_bit_for_bit(
    make: Make, context: TrialContext, tmp_path: Path
) -> None:
    listed = [make(number, seed=number) for number in range(3)]
    whole = replace(context, storage_url=str(tmp_path / "whole"))
    run_list(listed, whole, lanes=2)

    stopped = run_list(listed, context, lanes=2, stop=stop_after(3))
    assert stopped.left == 3
    assert [end_of(context, each) for each in listed] == [End.BUDGET, End.BUDGET, None]
    assert run_list(listed, context, lanes=2).left == 0

    for each in listed:
        mine, other = curve_of(context, each), curve_of(whole, each)
        for name, values in other.signals.items():
            np.testing.assert_array_equal(mine.signals[name], values)
        assert [done.metrics for done in mine.evaluations] == [done.metrics for done in other.evaluations]
    assert [lanes_of(context, each) for each in listed] == [[2, 2], [2, 2], [1]]


def test_what_is_over_is_not_run_again(make: Make, context: TrialContext) -> None:
    run_list([make()], context)
    reports: list[LaneReport] = []
    assert run_list([make()], context, watch=reports.extend).left == 0
    assert reports == []


def test_nothing_is_begun_when_it_is_time_to_stop(make: Make, context: TrialContext) -> None:
    assert run_list([make()], context, stop=lambda: End.BUDGET).left == 1
    assert curve_of(context, make()).attempt is None


def test_who_fails_fails_alone(make: Make, context: TrialContext, tmp_path: Path) -> None:
    path = tmp_path / "fuse.py"
    path.write_text(FUSE, encoding="utf-8")
    load_file(path)
    lit = [0.0, 1.0, 0.0]
    listed = [
        make(number, tricks__fuse__enabled=True, tricks__fuse__length=length) for number, length in enumerate(lit)
    ]
    assert run_list(listed, context).left == 0
    assert [end_of(context, each) for each in listed] == [End.COMPLETED, End.FAILED, End.COMPLETED]
    assert [lanes_of(context, each) for each in listed] == [[3, 3, 2, 1], [3, 3, 2, 1], [3, 3, 1]]
    end = curve_of(context, listed[1]).end
    assert end is not None
    assert "the fuse is lit" in end.reason


def test_a_configuration_that_cannot_be_trained_fails_and_the_others_go_on(make: Make, context: TrialContext) -> None:
    listed = [make(0), make(1, generator__nosuch=3), make(2, tricks__nosuch__enabled=True), make(3)]
    assert run_list(listed, context).left == 0
    assert [end_of(context, each) for each in listed] == [End.COMPLETED, End.FAILED, End.FAILED, End.COMPLETED]


def test_what_is_damaged_is_left_as_it_is_and_the_others_go_on(make: Make, context: TrialContext) -> None:
    listed = [make(number) for number in range(2)]
    run_list(listed, context, stop=stop_after(3))
    storage = Storage(context.storage_url)
    damaged = b"damaged" + storage.read("records/s-0.records")[7:]
    storage.write("records/s-0.records", damaged)

    run = run_list(listed, context)
    assert list(run.damaged) == [listed[0].identity]
    assert run.left == 0
    assert storage.read("records/s-0.records") == damaged
    assert end_of(context, listed[1]) is End.COMPLETED


def test_a_trial_with_a_damaged_checkpoint_begins_anew(make: Make, context: TrialContext) -> None:
    listed = [make(number) for number in range(2)]
    run_list(listed, context, stop=stop_after(3))
    storage = Storage(context.storage_url)
    (path,) = checkpoints.files(storage, listed[0].identity)
    storage.write(path, b"damaged" + storage.read(path)[7:])

    run = run_list(listed, context)
    assert (run.damaged, run.left) == ({}, 0)
    assert [end_of(context, each) for each in listed] == [End.COMPLETED, End.COMPLETED]
    last = [curve_of(context, each).attempts[-1] for each in listed]
    assert [attempt["from_step"] > 0 for attempt in last] == [False, True]
