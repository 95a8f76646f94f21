"""A worker has the study's storage and nothing else: plug-ins come from there, and what is wrong with them is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from gansearch.errors import StorageError
from gansearch.records import Assignment, End, LaneReport
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.workbench import import_plugins, open_workbench

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]

DOTS = '''
from dataclasses import dataclass
from typing import ClassVar

import torch

from gansearch.data import Data, DataSet, Samples, checksum
from gansearch.records import Geometry

@dataclass(frozen=True, kw_only=True)
class Dots(DataSet):
    """Points at one place."""
    name: ClassVar[str] = "dots"
    geometry: ClassVar[Geometry] = Geometry(shape=(2,), bounded=False, classes=1)

    def load(self, data_dir):
        points = Samples(torch.full((64, 2), PLACE) + torch.arange(64)[:, None] / 64, torch.zeros(64).long())
        return Data(self.name, self.geometry, points, points, checksum(points))
'''


def keeping(context: TrialContext, text: str, url: str) -> TrialContext:
    """The context of a study that keeps the text as a plug-in file."""
    Storage(url).write("plugins/dots.py", text.encode())
    return replace(context, plugins=(f"{url}/plugins/dots.py",))


def test_a_data_set_comes_from_a_storage_that_is_elsewhere(context: TrialContext) -> None:
    there = keeping(context, DOTS.replace("PLACE", "1.0"), f"memory://{uuid.uuid4().hex}")

    assert open_workbench({"dataset.name": "dots"}, there).data.train.values[0].tolist() == [1.0, 1.0]


def test_another_state_of_a_file_is_another_data_set(context: TrialContext) -> None:
    for place in ("1.0", "2.0", "1.0"):
        there = keeping(context, DOTS.replace("PLACE", place), f"memory://{uuid.uuid4().hex}")
        bench = open_workbench({"dataset.name": "dots"}, there)
        assert bench.data.train.values[0, 0] == float(place)
        assert open_workbench({"dataset.name": "dots"}, there) is bench


def test_a_plug_in_that_fails_on_the_worker_alone_is_the_reason_of_the_end(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ONLY_ON_THE_HEAD", raising=False)
    there = keeping(context, "import os\nos.environ['ONLY_ON_THE_HEAD']\n", context.storage_url)

    (report,) = drive([make()], there)
    assert report.end is not None
    assert report.end.end is End.FAILED
    assert report.end.reason == (
        f"plug-in {context.storage_url}/plugins/dots.py cannot be imported: KeyError: 'ONLY_ON_THE_HEAD' (line 2)"
    )


def test_a_plug_in_that_is_not_there_is_the_storage_s_fault(context: TrialContext) -> None:
    with pytest.raises(StorageError, match=r"plugins/gone.py cannot be read"):
        import_plugins(replace(context, plugins=(f"{context.storage_url}/plugins/gone.py",)))
