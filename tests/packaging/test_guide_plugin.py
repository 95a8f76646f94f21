"""The plug-in file of the guide runs as it stands there: two modules, a trick and a data set, two trials a pack."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import gansearch
from gansearch.cli import main
from gansearch.curves import Curve, read_curve
from gansearch.data import datasets
from gansearch.gan import discriminators, generators
from gansearch.plugins import load_file
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.testing.contracts import check_discriminator, check_generator, check_trick, check_trick_in_packs
from gansearch.testing.contracts.networks import POINTS
from gansearch.tricks import tricks

ROOT = Path(__file__).resolve().parents[2]
SECTION = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8").split("\n## Plug-ins\n")[1].split("\n## ")[0]
FILES = dict(re.findall(r"```\w+\n# (moons\.\w+)\n(.*?)```", SECTION, re.DOTALL))
CHECK, LAUNCH = (shlex.split(line) for line in re.search(r"```sh\n(.*?)```", SECTION, re.DOTALL)[1].splitlines())  # type: ignore[index]
TRIALS = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The user's own folder, with the files of the guide."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def lanes_of(study: str) -> list[int]:
    """K of each trial's last attempt, from its record."""
    storage = Storage(study_dir(study))
    curves = [Curve.of(read_curve(storage, TrialIdentity(study, number))[0]) for number in range(TRIALS)]
    return [int(curve.attempts[-1]["lanes"]) for curve in curves]


def check_study(study: str) -> None:
    """Whether every trial was trained to its end and measured, and some of them two in a pack."""
    frames = gansearch.load_study(study)
    assert list(frames.trials.end) == ["completed"] * TRIALS
    assert np.isfinite(frames.trials["objective.frechet_distance"]).all()
    weights = frames.trials["tricks.mean_matching.weight"]
    assert weights.between(1e-3, 10.0).all()
    assert weights.nunique() == TRIALS
    lanes = lanes_of(study)
    assert max(lanes) == 2
    assert lanes.count(2) >= 2


def test_the_guide_has_the_files_and_the_commands() -> None:
    assert sorted(FILES) == ["moons.py", "moons.yaml"]
    assert (CHECK[:3], LAUNCH[:2]) == (["gansearch", "spaces", "check"], ["gansearch", "launch"])


def test_the_file_passes_the_linter() -> None:
    place = str(ROOT / "gansearch" / "moons.py")
    for command in (["check", "--no-cache"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--stdin-filename", place, "-"],
            input=FILES["moons.py"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_it_defines_fulfils_the_contracts(folder: Path) -> None:
    load_file(folder / "moons.py")

    check_generator(generators.get("waves"), (POINTS,))
    check_discriminator(discriminators.get("waves"), (POINTS,))
    check_trick(tricks.get("mean_matching"))
    check_trick_in_packs(tricks.get("mean_matching"))
    moons = datasets.get("moons")().load(None)
    assert moons.train.values.shape == (2000, 2)
    assert moons.train.values.std() > 0.5
    assert moons.checksum == datasets.get("moons")().load(None).checksum


def test_it_runs_in_packs_as_the_guide_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    for command in (CHECK, [*LAUNCH, "--executor", "local"]):
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit, match=r"^0$"):
            main()

    check_study("moons")
    assert "one lane" not in capsys.readouterr().out
    assert Storage(study_dir("moons")).read("plugins/moons.py").decode() == FILES["moons.py"]


@pytest.mark.verify(seconds=150)
@pytest.mark.timeout(600)
def test_workers_need_no_file_but_the_study_s(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    files = [str(folder / word) if word.startswith("moons.") else word for word in LAUNCH[1:]]
    command = [sys.executable, "-m", "gansearch.cli", *files, "--set", "resources.concurrent=2"]

    launched = subprocess.Popen(
        command,
        cwd=elsewhere,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_plugins(launched)
    (folder / "moons.py").unlink()  # workers start after the study has been made
    out, err = launched.communicate(timeout=500)
    assert launched.returncode == 0, out + err
    check_study("moons")


def wait_for_plugins(launched: subprocess.Popen[str]) -> None:
    """Wait until the study keeps its plug-ins."""
    storage = Storage(study_dir("moons"))
    while not storage.exists("database") or not storage.exists("space.yaml"):
        assert launched.poll() is None, launched.communicate()
        time.sleep(0.05)
