"""Packs on a GPU: the same code from end to end on the CPU, with torch, numpy and jaxtyping alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks.cases import DcganCase, MlpCase
from benchmarks.deadline import Deadline
from benchmarks.limits import KNOWN
from benchmarks.packs_gpu import FULL, PACKS, PROCESSES, Bench, Plan, Series, best_pack, main, series
from benchmarks.sides import Setting
from benchmarks.table import Row

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("ray", "mlflow", "optuna", "pydantic", "pyarrow", "pandas", "scipy", "rich", "typer", "yaml", "fsspec")
"""And torchvision, matplotlib: what a machine with torch alone does not have."""


def test_the_full_run_begins_with_what_matters_most() -> None:
    cases = [MlpCase(), DcganCase(filters=64), MlpCase().with_r1(), DcganCase(filters=64).with_r1()]
    planned = series("cuda", quick=False)

    assert [each.case for each in planned] == 3 * cases
    assert [each.setting.precision for each in planned] == ["tf32"] * 4 + ["fp32"] * 4 + ["bf16"] * 4
    assert FULL.lanes == (1, 2, 4, 8, 16, 32, 64, 128, 256)
    assert FULL.processes == (4, 16)


def test_out_of_memory_ends_a_series_with_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(Plan((1, 2, 4), (), 10, 1, 0.1, 64), KNOWN["NVIDIA H200"], Deadline(5))
    one = Series(MlpCase(width=8, batch_size=16), Setting())
    whole = Bench.pack_row

    def up_to_one(self: Bench, one: Series, lanes: int, bound: object) -> object:
        if lanes > 1:
            raise torch.OutOfMemoryError("no memory left")
        return whole(self, one, lanes, bound)  # type: ignore[arg-type]

    monkeypatch.setattr(Bench, "pack_row", up_to_one)
    first, last = list(bench.pack_rows(one))

    assert first["K"] == 1
    assert last == {"case": "mlp 8, dropout 0.3", "precision": "fp32", "K": 2, "remark": "out of memory"}


def test_the_best_pack_is_of_the_same_case_and_precision() -> None:
    one = Series(MlpCase(), Setting("cuda", "tf32"))
    rows: list[Row] = [
        {**one.row, "K": 1, "lane-steps/s": 10.0},
        {**one.row, "K": 2, "lane-steps/s": 15.0},
        {**one.row, "K": 4, "remark": "out of memory"},
        {**one.row, "precision": "fp32", "lane-steps/s": 99.0},
    ]

    assert best_pack(rows, one) == 15.0
    assert best_pack([], one) == 0.0


def test_it_stops_by_itself_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "packs.json"
    main(["--quick", "--device", "cpu", "--minutes", "0.01", "--out", str(path)])
    found = json.loads(path.read_text(encoding="utf-8"))

    assert found["tables"] == {PACKS: []}
    assert "Not finished: 0.01 minutes are up." in found["notes"][PACKS]
    assert "Not finished" in capsys.readouterr().out


@pytest.mark.verify
def test_a_quick_run_with_torch_alone(tmp_path: Path) -> None:
    missing = (*OTHERS, "torchvision", "matplotlib")
    hide = f"import sys\nsys.modules.update(dict.fromkeys({missing!r}))\n"
    (tmp_path / "sitecustomize.py").write_text(hide, encoding="utf-8")
    path = tmp_path / "packs.json"
    command = [
        sys.executable,
        "-m",
        "benchmarks.packs_gpu",
        "--quick",
        "--device",
        "cpu",
        "--only",
        "mlp 32, dropout 0.3",
    ]
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--out", str(path)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]
    plain, penalised = (tables[PACKS][:2], tables[PACKS][2:])
    assert [row["K"] for row in plain] == [row["K"] for row in penalised] == [1, 2]
    assert {row["case"] for row in penalised} == {"mlp 32, dropout 0.3 +R1"}
    assert all(row["memory MiB"] is row["idle"] is row["remark"] is None for row in tables[PACKS])
    assert all(0 < row["share of limit"] < 1 for row in tables[PACKS])
    assert [row["processes"] for row in tables[PROCESSES]] == [1, 1]
    assert all(row["steps/s"] > 0 for row in tables[PROCESSES])
    assert PACKS in done.stdout
