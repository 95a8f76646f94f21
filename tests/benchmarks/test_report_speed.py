"""What a report takes: a quick run, and what grows with the study."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.report_speed import TABLE, main
from benchmarks.reported_study import STUDY, Size, make_study
from gansearch.reporting.loading import load_material
from gansearch.storage import Storage


def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "speed.json"
    main(["--quick", "--json", str(path), "--folder", str(tmp_path / "studies")])
    (row,) = json.loads(path.read_text(encoding="utf-8"))["tables"][TABLE]
    assert (row["runs"], row["evaluations"], row["holds"]) == (12, 3, None)
    assert 0 < row["without imports"] < row["CPU s"]
    assert TABLE in capsys.readouterr().out
    report = tmp_path / "studies" / "12x3x10" / "report" / "findings.md"
    assert "12 of 12 planned trials have begun, and none is running." in report.read_text(encoding="utf-8")


def test_memory_does_not_grow_with_the_steps(tmp_path: Path) -> None:
    kept = []
    for steps in (100, 1000):
        storage = Storage(tmp_path / str(steps))
        make_study(Size(runs=3, evaluations=4, steps=steps), storage)
        trials = load_material(STUDY, storage).trials
        assert not any(trial.curve.signals for trial in trials)
        assert max(trial.step for trial in trials) == 4 * steps
        kept.append(
            sum(ends.nbytes + means.nbytes for trial in trials for ends, means in trial.signal_windows.values())
        )
    assert kept[1] <= 1.1 * kept[0]
