"""Studies whose trials are a training script of the user's own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import gansearch
from gansearch.curves import Curve, read_curve
from gansearch.errors import SpecError, TrainingError
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.executors.listing import list_of
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace, load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import StudyStatus
from gansearch.tracking import default_uri, run_links

POINTS = """
import torch
import gansearch

lr, = gansearch.parameters(lr=1e-2).values()
net = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=lr)
step = gansearch.checkpointed(net=net, optimizer=optimizer)
for epoch in range(step // 5, 2):
    for _ in range(5):
        loss = (net(torch.randn(16, 2)).norm(dim=1) - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        gansearch.report(step, {"g_loss": loss})
    gansearch.report(step, {}, samples=lambda n: net(torch.randn(n, 2)))
"""
IMAGES = """
import torch
import gansearch
p = gansearch.parameters(level=0.0)
for step in range(1, 3):
    image = torch.full((20, 3, 8, 8), p.level)
    gansearch.report(step, {"g_loss": p.level}, samples=image, metrics={"darkness": -p.level / step})
"""
SPACE = """
name: own
script: train.py
parameters: {lr: {float: [1e-3, 1e-1], log: true}}
dataset: {name: ring, train_samples: 640, test_samples: 1000}
training: {epochs: 2}
plan: {trials: 2, sampler: random, enqueue: [defaults]}
"""
GRID = """
name: own
script: train.py
parameters: {level: {choice: [-0.5, 0.5]}}
training: {epochs: 2}
plan: {kind: grid, objective: {metric: darkness, direction: maximize, value: last}}
"""
LOCAL = LaunchOptions(executor="local")
Own = Callable[..., SearchSpace]


@pytest.fixture
def own(tmp_path: Path) -> Own:
    def build(script: str = POINTS, text: str = SPACE, **changes: object) -> SearchSpace:
        (tmp_path / "train.py").write_text(script, encoding="utf-8")
        (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
        overrides = {key.replace("__", "."): value for key, value in changes.items()}
        return load_space(str(tmp_path / "own.yaml"), overrides)

    return build


def curve_of(study: str, number: int) -> Curve:
    return Curve.of(read_curve(Storage(study_dir(study)), TrialIdentity(study, number))[0])


def test_a_search_over_a_script_is_run_tracked_and_reported(own: Own, tmp_path: Path) -> None:
    said: list[str] = []
    result = launch(own(), LOCAL, say=said.append)

    assert result.outcome == "finished"
    assert list(gansearch.load_study("own").trials.end) == ["completed", "completed"]
    assert curve_of("own", 0).evaluations[-1].value("frechet_distance") > 0
    assert len(run_links(default_uri(), "own", pages="http://localhost")) == 2
    assert any("keep the values of their rungs" in sentence for sentence in said)
    assert result.report is not None
    assert "--set parameters.lr=0.0" in result.report.markdown.read_text(encoding="utf-8")

    (tmp_path / "train.py").unlink()
    again = load_space(str(study_dir("own") / "space.yaml"), {"parameters.lr": 0.01, "plan.trials": 1})
    assert launch(again, LaunchOptions(executor="local", name="again")).outcome == "finished"


def test_a_grid_without_a_data_set_is_judged_by_the_scripts_own_metric(own: Own) -> None:
    result = launch(own(IMAGES, GRID), LOCAL)
    assert result.status.best is not None
    assert result.status.best.params == {"parameters.level": -0.5}
    assert result.report is not None
    text = result.report.markdown.read_text(encoding="utf-8")
    assert "`darkness`" in text


def test_ctrl_c_and_resume_give_the_undisturbed_curve(own: Own) -> None:
    space = own(POINTS.replace("step += 1", "step += 1; __import__('time').sleep(0.05)"), plan__trials=1)
    launch(space, LaunchOptions(executor="local", name="whole"))
    pressed = threading.Event()

    def press_once(status: StudyStatus) -> None:
        if not pressed.is_set():
            pressed.set()
            os.kill(os.getpid(), signal.SIGINT)

    result = launch(space, LaunchOptions(executor="local", name="disturbed"), watch=press_once)
    assert result.outcome == "interrupted"
    assert resume("disturbed", LOCAL).outcome == "finished"
    whole, disturbed = curve_of("whole", 0), curve_of("disturbed", 0)
    # The two studies have the same seed and number, and so the same trials.
    assert list(whole.signals["g_loss"]) == list(disturbed.signals["g_loss"])
    assert [done.metrics for done in whole.evaluations] == [done.metrics for done in disturbed.evaluations]


def test_what_needs_networks_of_the_package_refuses_a_script(own: Own) -> None:
    space = own()
    with pytest.raises(SpecError, match=r"own runs the script train\.py: launch it instead"):
        list_of(space)
    with pytest.raises(TrainingError, match=r"train\.py trains its own"):
        gansearch.train(space.settings(space.default_parameters()))


@pytest.mark.verify(seconds=100)
def test_a_script_runs_on_workers_of_ray_with_the_same_curve(own: Own, tmp_path: Path) -> None:
    space = own()
    (tmp_path / "train.py").unlink()  # workers have the study's own copy
    for executor in ("ray_tune", "local"):
        assert launch(space, LaunchOptions(executor=executor, name=executor)).outcome == "finished"
    for number in range(2):
        ray, here = curve_of("ray_tune", number), curve_of("local", number)
        assert list(ray.signals["g_loss"]) == list(here.signals["g_loss"])
        assert [done.metrics for done in ray.evaluations] == [done.metrics for done in here.evaluations]
