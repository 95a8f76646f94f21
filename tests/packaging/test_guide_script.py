"""The guide's DCGAN, word for word: it runs alone, and with the lines added it is a searched, tracked trial."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import gansearch
from gansearch.curves import Curve, read_curve
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.records import End, TrialIdentity
from gansearch.space import SearchSpace, load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.tracking import default_uri, run_links

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
(SCRIPT,) = re.findall(r"```python\n# dcgan\.py\n(.*?)```", GUIDE, re.DOTALL)
(SPACE,) = re.findall(r"```yaml\n# dcgan\.yaml\n(.*?)```", GUIDE, re.DOTALL)
ADDED = [line for line in SCRIPT.splitlines() if line.endswith("# +")]
PLAIN = "\n".join(line for line in SCRIPT.splitlines() if not line.endswith("# +"))

SMALL = {
    "parameters.num_epochs": 2,
    "parameters.ngf": 4,
    "training.epochs": 2,
    "plan.trials": 3,
    "plan.sampler": "random",
}
"""What makes it a matter of seconds."""


@pytest.fixture
def space(tmp_path: Path) -> SearchSpace:
    (tmp_path / "dcgan.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "dcgan.yaml").write_text(SPACE, encoding="utf-8")
    return load_space(str(tmp_path / "dcgan.yaml"), SMALL)


def curve_of(study: str, number: int) -> Curve:
    return Curve.of(read_curve(Storage(study_dir(study)), TrialIdentity(study, number))[0])


def test_at_most_8_lines_have_been_added_to_about_80() -> None:
    assert 6 <= len(ADDED) <= 8
    assert 65 <= len(PLAIN.splitlines()) <= 85
    assert "gansearch" not in PLAIN


def test_the_space_is_sound_and_begins_with_the_scripts_own_numbers(space: SearchSpace) -> None:
    whole = load_space(space.origin)
    assert len(whole.parameters) == 3
    assert whole.plan.enqueue == ({"parameters.lr": 2e-4, "parameters.beta1": 0.5, "parameters.ngf": 8},)


@pytest.mark.verify
@pytest.mark.parametrize("text", [PLAIN, SCRIPT], ids=["plain", "with the lines"])
def test_the_script_runs_alone(text: str, tmp_path: Path) -> None:
    (tmp_path / "dcgan.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "dcgan.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"\[(\d)/3\]", done.stdout) == ["1", "2", "3"]


@pytest.mark.verify
def test_three_trials_are_searched_detected_and_tracked(space: SearchSpace) -> None:
    result = launch(space, LaunchOptions(executor="local"))

    assert result.outcome == "finished"
    assert result.report is not None
    trials = gansearch.load_study("my_dcgan").trials
    assert len(trials) == 3
    assert set(trials.end) <= {"completed", "pruned", "collapsed", "diverged"}
    assert (trials.end == "completed").any()
    assert {"parameters.lr", "parameters.beta1"} <= set(trials.columns)
    curve = curve_of("my_dcgan", 0)
    assert {name: len(values) for name, values in curve.signals.items()} == {"d_loss": 78, "g_loss": 78}
    assert [(done.step, done.epoch) for done in curve.evaluations] == [(39, 1), (78, 2)]
    assert "[2/2]" in Storage(study_dir("my_dcgan")).read("logs/my_dcgan-0.txt").decode()
    assert len(run_links(default_uri(), "my_dcgan", pages="http://localhost")) == 3
    findings = result.report.markdown.read_text(encoding="utf-8")
    assert "--set parameters.lr=" in findings


@pytest.mark.verify
def test_killed_after_an_epoch_it_goes_on_to_the_same_curve(space: SearchSpace) -> None:
    one = {**SMALL, "plan.trials": 1, "plan.pruner": "none"}
    again = load_space(space.origin, one)
    launch(again, LaunchOptions(executor="local", name="whole"))
    code = (
        "import os, sys\nfrom gansearch.executors.launch import LaunchOptions, launch\n"
        "from gansearch.space import load_space\nfrom gansearch.trial.own_loop.script_trial import ScriptTrial\n"
        "save = ScriptTrial._save\n"
        "ScriptTrial._save = lambda self, *rest: (save(self, *rest), os._exit(9))\n"
        f"launch(load_space({space.origin!r}, {one!r}), LaunchOptions(executor='local', name='killed'))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9

    assert resume("killed", LaunchOptions(executor="local")).outcome == "finished"

    killed, whole = curve_of("killed", 0), curve_of("whole", 0)
    assert killed.end is not None
    assert killed.end.end is End.COMPLETED
    assert [attempt["from_step"] for attempt in killed.attempts] == [0, 39]
    assert {name: list(values) for name, values in killed.signals.items()} == {
        name: list(values) for name, values in whole.signals.items()
    }
    assert [done.metrics for done in killed.evaluations] == [done.metrics for done in whole.evaluations]
