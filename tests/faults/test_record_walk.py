from __future__ import annotations

import numpy as np

from gansearch.curves import Record
from tests.faults.record_walk import Walk


def attempt(number: int, step: int) -> Record:
    return Record("attempt", number, {"from_step": step})


def signals(number: int, first: int, count: int) -> Record:
    values = np.zeros(count, dtype=np.float32)
    return Record("signals", number, {"first_step": first, "names": ["d_loss"], "values": {"d_loss": values}})


def evaluation(number: int, step: int, *, is_final: bool = False) -> Record:
    return Record("evaluation", number, {"step": step, "epoch": step // 10, "generator": "live", "final": is_final})


def end(number: int) -> Record:
    return Record("end", number, {})


def test_a_resumed_trial_repeats_what_its_checkpoint_lacked() -> None:
    walk = Walk.of(
        [
            *(attempt(0, 0), signals(0, 0, 10), evaluation(0, 10), signals(0, 10, 10), evaluation(0, 20)),
            *(attempt(2, 10), signals(2, 10, 10), evaluation(2, 20), end(2), evaluation(2, 20, is_final=True)),
        ]
    )
    assert walk.attempts == [0, 2]
    assert (walk.steps, walk.missing, walk.recomputed) == (20, 0, 10)
    assert [done[0] for done in walk.evaluated] == [10, 20, 20]
    assert not walk.duplicates
    assert not walk.strays


def test_gaps_are_missing_steps() -> None:
    assert Walk.of([attempt(0, 0), signals(0, 0, 10), signals(0, 15, 5)]).missing == 5
    assert Walk.of([attempt(0, 0), signals(0, 0, 10), attempt(1, 12), signals(1, 12, 8)]).missing == 2


def test_what_is_recorded_twice_is_told() -> None:
    walk = Walk.of([attempt(0, 0), signals(0, 0, 10), signals(0, 5, 10), evaluation(0, 10), evaluation(0, 10)])
    assert walk.duplicates == ["steps 5 to 10", "evaluation (10, 1, 'live', False)"]


def test_a_replaced_attempt_may_write_nothing_more() -> None:
    walk = Walk.of([attempt(0, 0), signals(0, 0, 10), attempt(1, 0), signals(0, 10, 10)])
    assert walk.strays == ["signals of attempt 0 during attempt 1"]


def test_nothing_follows_an_end() -> None:
    assert Walk.of([attempt(0, 0), end(0), evaluation(0, 10)]).strays == ["evaluation after the end of attempt 0"]
