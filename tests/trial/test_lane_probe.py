from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gansearch.plugins import load_file
from gansearch.records import Assignment, Setting
from gansearch.training import Pack, Signals
from gansearch.trial import lane_probe
from gansearch.trial.context import TrialContext
from gansearch.trial.fitting import estimated_memory
from gansearch.trial.lane_probe import probe_lanes
from gansearch.trial.lane_table import LEAST_GAIN
from gansearch.trial.workbench import open_workbench

Make = Callable[..., Assignment]
NETWORKS = Path(__file__).parents[1] / "gan" / "torch_networks.py"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of a few steps: what is timed here need not be timed well."""
    monkeypatch.setattr(lane_probe, "FIRST_S", 0.02)
    monkeypatch.setattr(lane_probe, "ROUND_S", 0.005)


def timed(monkeypatch: pytest.MonkeyPatch, lane_s: Callable[[int], float]) -> None:
    """Let an epoch of K lanes last ``K * lane_s(K)`` seconds and do nothing."""

    def epoch(pack: Pack) -> Signals | None:
        time.sleep(pack.count * lane_s(pack.count))
        return None

    monkeypatch.setattr(Pack, "train_epoch", epoch)


def test_packs_are_timed_up_to_the_most_that_are_wanted(make: Make, context: TrialContext) -> None:
    table = probe_lanes(make().settings, context, most=4)
    assert [row.lanes for row in table.rows] == [1, 2, 4]
    assert all(row.ms > 0 and row.estimated_bytes and row.measured_bytes is None for row in table.rows)
    one, two, four = (row.estimated_bytes or 0 for row in table.rows)
    assert two - one == (four - two) // 2
    assert table.rows[0].gain == 1.0
    assert table.reason.endswith("more than 4 were not to be tried")
    assert table.drift is not None
    assert table.device == "cpu"


def test_what_is_chosen_gains_enough(make: Make, context: TrialContext) -> None:
    table = probe_lanes(make().settings, context, most=8)
    gains = {row.lanes: row.gain for row in table.rows}
    assert table.lanes == 1 or gains[table.lanes] >= LEAST_GAIN


def test_packs_that_gain_are_chosen_until_a_doubling_gains_no_more(
    make: Make, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed(monkeypatch, lambda lanes: 0.02 / min(lanes, 4))
    table = probe_lanes(make().settings, context, most=64)
    assert [row.lanes for row in table.rows] == [1, 2, 4, 8]
    assert table.lanes == 4
    assert table.reason.endswith("; 8 lanes gain no more than fewer")


def test_packs_that_are_slower_are_not_chosen(
    make: Make, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed(monkeypatch, lambda lanes: 0.005 * lanes)
    table = probe_lanes(make().settings, context, most=64)
    assert table.lanes == 1
    assert table.reason.startswith("more lanes gain 0.")
    assert max(row.lanes for row in table.rows) == 4


def test_a_probe_ends_in_time(make: Make, context: TrialContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_probe, "LIMIT_S", {"cpu": 0.5, "cuda": 0.5})
    timed(monkeypatch, lambda lanes: 0.05 / lanes**0.5)
    started = time.monotonic()
    table = probe_lanes(make().settings, context, most=64)
    assert 0.1 < time.monotonic() - started < 3.0
    assert table.reason.endswith("would take the probe beyond its 0 s")
    assert len(table.rows) < 7


def test_memory_ends_the_table_before_it_is_taken(
    make: Make, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = estimated_memory(make().settings, open_workbench(make().settings, context).data, context)
    assert memory is not None
    monkeypatch.setattr(lane_probe, "free_memory", lambda *_: 2 * memory.total(3))
    table = probe_lanes(make().settings, context, most=64)
    assert [row.lanes for row in table.rows] == [1, 2, 4]
    assert "8 lanes need" in table.reason


def test_running_out_of_memory_ends_the_table(
    make: Make, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = Pack.train_epoch

    def greedy(pack: Pack) -> Signals:
        if pack.count > 2:
            raise torch.OutOfMemoryError("no memory")
        return train(pack)

    monkeypatch.setattr(Pack, "train_epoch", greedy)
    table = probe_lanes(make().settings, context, most=64)
    assert [row.lanes for row in table.rows] == [1, 2]
    assert table.reason.endswith("4 lanes ran out of memory")


def test_a_configuration_that_raises_is_a_reason(
    make: Make, context: TrialContext, explosive_context: TrialContext
) -> None:
    raising = make(tricks__explosive__enabled=True, training__batch_size=16)
    table = probe_lanes(raising.settings, explosive_context, most=4)
    assert (table.lanes, table.rows) == (1, ())
    assert "cannot be trained: RuntimeError: the fuse is lit" in table.reason
    unknown = probe_lanes(make(generator__nosuch=1).settings, context, most=4)
    assert "generator.nosuch must be a field" in unknown.reason


def test_networks_of_one_lane_are_not_timed(make: Make, context: TrialContext) -> None:
    load_file(NETWORKS)
    alone: dict[str, Setting] = {
        "dataset.name": "ring",
        "discriminator.architecture": "own_one_lane",
        "discriminator.width": 8,
    }
    table = probe_lanes(alone, context, most=4)
    assert (table.lanes, table.rows) == (1, ())
    assert "runs as one lane" in table.reason
