from __future__ import annotations

import numpy as np
import pytest
import torch

from gansearch.errors import ScriptError
from gansearch.trial.own_loop.signal_buffer import FULL, Block, SignalBuffer


def test_a_value_stands_for_all_steps_since_the_report_before() -> None:
    buffer = SignalBuffer(0, {})
    buffer.add(2, {"d_loss": 1.0, "g_loss": torch.tensor(5.0)})
    buffer.add(3, {"d_loss": 2})
    buffer.add(3, {})
    block = buffer.take()
    assert block is not None
    assert (block.first_step, block.last_step, block.names) == (0, 3, ("d_loss", "g_loss"))
    np.testing.assert_array_equal(block.values, [[1, 1, 2], [5, 5, 5]])
    assert buffer.take() is None


def test_a_resumed_buffer_knows_names_and_last_values() -> None:
    buffer = SignalBuffer(10, {"d_loss": 3.0})
    buffer.add(12, {})
    block = buffer.take()
    assert block is not None
    assert block.first_step == 10
    np.testing.assert_array_equal(block.values, [[3, 3]])


def test_it_is_full_after_a_fixed_number_of_reports() -> None:
    buffer = SignalBuffer(0, {})
    for step in range(1, FULL + 1):
        assert not buffer.is_full
        buffer.add(step, {"d_loss": 1.0})
    assert buffer.is_full


@pytest.mark.parametrize(
    ("step", "signals", "said"),
    [
        (4, {"d_loss": 1.0}, "step must not go backwards; got 4 after 5"),
        (6, {"d_los": 1.0}, r"those of the first report, d_loss; got 'd_los' \(did you mean 'd_loss'\?\)"),
    ],
)
def test_what_does_not_follow_is_refused(step: int, signals: dict[str, float], said: str) -> None:
    buffer = SignalBuffer(0, {})
    buffer.add(5, {"d_loss": 1.0})
    with pytest.raises(ScriptError, match=said):
        buffer.add(step, signals)


def test_the_first_report_must_have_signals() -> None:
    with pytest.raises(ScriptError, match="at least one number in the first report"):
        SignalBuffer(0, {}).add(1, {})


@pytest.mark.parametrize(("every", "ends"), [(10, [10, 20, 25]), (100, [25]), (0, [25]), (5, [5, 10, 15, 20, 25])])
def test_blocks_are_cut_at_ends_of_epochs(every: int, ends: list[int]) -> None:
    block = Block(3, ("d_loss",), np.arange(22, dtype=np.float32)[None])
    parts = list(block.cut(every))
    assert [part.last_step for part in parts] == ends
    np.testing.assert_array_equal(np.concatenate([part.values for part in parts], axis=1), block.values)
