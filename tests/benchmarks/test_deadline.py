"""A benchmark stops before its time is up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.deadline import Deadline, TimeIsUpError


def ticking(*times: float) -> Iterator[float]:
    yield from times


def test_what_is_left_goes_down_to_the_reserve() -> None:
    times = ticking(100.0, 110.0, 150.0)
    deadline = Deadline(1.0, reserve_s=20.0, clock=lambda: next(times))

    assert deadline.left_s == 30.0
    assert deadline.left_s == -10.0


def test_a_check_passes_while_enough_is_left() -> None:
    deadline = Deadline(1.0, clock=lambda: 0.0)

    deadline.check(59.0)
    with pytest.raises(TimeIsUpError, match="1 minutes are up"):
        deadline.check(60.0)


def test_a_guarded_action_begins_only_where_its_longest_call_would_fit() -> None:
    now = [0.0]
    calls: list[float] = []

    def twenty_seconds() -> None:
        calls.append(now[0])
        now[0] += 20.0

    action = Deadline(1.0, clock=lambda: now[0]).guarded(twenty_seconds)
    action()
    action()

    with pytest.raises(TimeIsUpError, match="are up"):
        action()
    assert calls == [0.0, 20.0]
