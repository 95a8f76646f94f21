"""What travels is what was opened: the same numbers, in the same memory, and the same bits of every metric."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gansearch.data import Data
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.pixels import PixelsExtractor
from gansearch.metrics.real_side import RealSide
from gansearch.metrics.views import views
from gansearch.records import Assignment
from gansearch.testing.data import random_points
from gansearch.trial import workbench
from gansearch.trial.context import TrialContext
from gansearch.trial.shared_bench import SharedBench, packed, unpacked
from gansearch.trial.workbench import give_workbench, open_workbench, share_workbench

Make = Callable[..., Assignment]
CENTRES = torch.tensor([[0.0, 0.0], [2.0, 0.0]])


@pytest.fixture
def points() -> Data:
    """Points of two modes."""
    return replace(random_points(1_200), modes=CENTRES, mode_std=0.5)


@pytest.fixture
def evaluator(points: Data, tmp_path: Path) -> Evaluator:
    return Evaluator(points, views(points, tmp_path), cache_dir=tmp_path)


def travelled(shared: SharedBench) -> SharedBench:
    """As it comes out of a store: arrays that must not be written to."""
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(shared, protocol=5, buffer_callback=buffers.append)
    found: SharedBench = pickle.loads(content, buffers=[bytes(buffer.raw()) for buffer in buffers])
    return found


def never() -> Data:
    raise AssertionError("the data must not be read again")


def test_another_process_measures_the_same_bits(points: Data, evaluator: Evaluator) -> None:
    shared = packed(points, evaluator, with_data=True)
    assert shared is not None

    data, there = unpacked(travelled(shared), never)
    fake = torch.randn(1_000, 2, generator=torch.Generator().manual_seed(1))
    assert torch.equal(data.train.values, points.train.values)
    assert data.train.values.data_ptr() != points.train.values.data_ptr()
    for moment in ("rung", "end"):
        assert there.evaluate(fake, moment) == evaluator.evaluate(fake, moment)


def test_nothing_is_copied_on_the_way_out_or_in(points: Data, evaluator: Evaluator) -> None:
    shared = packed(points, evaluator, with_data=True)
    assert shared is not None
    data, there = unpacked(shared, never)

    assert data.train.values.data_ptr() == points.train.values.data_ptr()
    assert data.train.labels.data_ptr() == points.train.labels.data_ptr()
    assert there.data is data
    assert data.reference[1] is data.train
    assert shared.nbytes >= points.nbytes


def test_the_real_side_is_measured_once(points: Data, evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluator.prepare()
    shared = packed(points, evaluator, with_data=True)
    assert shared is not None

    def refuse(*_: object) -> None:
        raise AssertionError("the real side must not be measured again")

    monkeypatch.setattr(RealSide, "seen", refuse)
    _, there = unpacked(shared, never)
    there.evaluate(torch.zeros(1_000, 2))


def test_data_that_stay_behind_are_read_anew(points: Data, evaluator: Evaluator) -> None:
    shared = packed(points, evaluator, with_data=False)
    assert shared is not None
    again = replace(points)

    data, there = unpacked(travelled(shared), lambda: again)
    assert data is again
    assert there.data is again
    whole = packed(points, evaluator, with_data=True)
    assert whole is not None
    assert whole.nbytes - shared.nbytes == points.nbytes


def test_what_cannot_be_carried_is_opened_everywhere(points: Data, evaluator: Evaluator) -> None:
    evaluator.real.hook = lambda: None  # type: ignore[attr-defined]
    assert packed(points, evaluator, with_data=True) is None


def test_a_workbench_that_was_given_is_used(make: Make, context: TrialContext, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make(dataset__train_samples=704).settings
    shared = share_workbench(settings, context, most_bytes=lambda data: data.nbytes)
    workbench._open.cache_clear()
    monkeypatch.setattr(workbench, "views", lambda *_, **__: pytest.fail("opened again"))
    monkeypatch.setattr(workbench, "_given", [])
    give_workbench(shared)

    bench = open_workbench(settings, context)
    assert len(bench.data.train) == 704
    assert open_workbench(settings, context) is bench


def test_a_workbench_for_something_else_is_not(
    make: Make, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "_given", [])
    give_workbench(share_workbench(make().settings, context, most_bytes=lambda data: data.nbytes))

    assert len(open_workbench(make(dataset__train_samples=768).settings, context).data.train) == 768
    give_workbench(None)
    assert workbench._given == []


def test_images_travel_as_bytes(tiny_data: Data) -> None:
    shared = packed(tiny_data, Evaluator(tiny_data, {"pixels": PixelsExtractor()}, names=()), with_data=True)
    assert shared is not None
    assert unpacked(travelled(shared), never)[0].train.values.dtype == torch.uint8
