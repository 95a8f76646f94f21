"""The JSON of a benchmark: its form, and that it tells nothing of whose machine it is."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import torch

from benchmarks.report import FORM, Report, machine, processor


def test_every_row_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    report = Report("some", path, quick=True)
    report.add("times", {"case": "a", "ms": 1.5}, note="what it means")
    first = json.loads(path.read_text(encoding="utf-8"))
    report.add("times", {"case": "b", "ms": None})
    second = json.loads(path.read_text(encoding="utf-8"))

    assert first["form"] == FORM
    assert (first["benchmark"], first["quick"]) == ("some", True)
    assert first["tables"] == {"times": [{"case": "a", "ms": 1.5}]}
    assert second["tables"]["times"][1] == {"case": "b", "ms": None}
    assert second["notes"] == {"times": "what it means"}
    assert [each.name for each in tmp_path.iterdir()] == ["figures.json"]


def test_nothing_is_written_without_a_path(tmp_path: Path) -> None:
    Report("some", None, quick=False).add("times", {"case": "a"})

    assert list(tmp_path.iterdir()) == []


def test_the_machine_is_told_without_its_name() -> None:
    told = machine("cpu")

    assert told["torch"] == torch.__version__.split("+")[0]
    assert told["threads"] == torch.get_num_threads()
    assert told["processor"] == processor() != ""
    assert platform.node() not in json.dumps(told)
    assert os.sep not in str(told["processor"])
