"""A run that is left and taken up in a new process ends as the one that never stopped, bit for bit."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

from gansearch.training.checkpoint import to_bytes

SCRIPT = Path(__file__).with_name("resumed_run.py")


def test_resume_in_a_new_process(tmp_path: Path) -> None:
    run = runpy.run_path(str(SCRIPT))
    unbroken = run["pack"](0, 1, 2)
    for _ in range(run["EPOCHS_BEFORE"]):
        unbroken.train_epoch()
    left, ended = tmp_path / "left.safetensors", tmp_path / "ended.safetensors"
    left.write_bytes(to_bytes(unbroken.lane_state(1), {"K": 3}))
    for _ in range(run["EPOCHS_AFTER"]):
        unbroken.train_epoch()

    subprocess.run([sys.executable, str(SCRIPT), str(left), str(ended)], check=True, timeout=120)

    assert ended.read_bytes() == to_bytes(unbroken.lane_state(1), {})
