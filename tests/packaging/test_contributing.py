"""The examples of CONTRIBUTING.md are whole plug-ins: they fulfil the contracts that built-in ones fulfil."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import gansearch
from gansearch.cli._app import app
from gansearch.detectors import detectors
from gansearch.gan import discriminators, generators
from gansearch.metrics import Measured, metrics
from gansearch.plugins import load_file
from gansearch.space import load_space
from gansearch.testing.contracts import check_discriminator, check_generator, check_trick, check_trick_in_packs
from gansearch.testing.contracts.detectors import check_detector
from gansearch.testing.contracts.metrics import check_metric
from gansearch.testing.contracts.networks import IMAGES, POINTS
from gansearch.testing.traces import trace
from gansearch.tricks import tricks

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```python\n# (?P<path>gansearch/(?P<kind>\w+)/(?P<name>\w+)\.py)\n(?P<code>.*?)```", re.DOTALL)
EXAMPLES = {found["kind"]: found for found in BLOCK.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))}

GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
SPACE = """
name: residual
dataset: {name: ring, train_samples: 256, test_samples: 500}
training: {batch_size: 32, epochs: 2, evaluate_every: 1}
detectors: {mode: shadow}
plan: {kind: search, trials: 2, sampler: random, pruner: none, objective: {metric: frechet_distance}}
"""

CONTRACTS = {"tricks": check_trick, "detectors": check_detector, "metrics": check_metric}
REGISTRIES = {"tricks": tricks, "detectors": detectors, "metrics": metrics}


def written(kind: str, folder: Path) -> Path:
    """The example as a file of its own."""
    file = folder / f"{EXAMPLES[kind]['name']}.py"
    file.write_text(EXAMPLES[kind]["code"], encoding="utf-8")
    return file


def test_there_is_an_example_of_each_kind() -> None:
    assert list(EXAMPLES) == ["tricks", "detectors", "metrics", "gan"]


@pytest.mark.parametrize("kind", CONTRACTS)
def test_an_example_fulfils_its_contract(kind: str, tmp_path: Path) -> None:
    load_file(written(kind, tmp_path))

    CONTRACTS[kind](REGISTRIES[kind].get(EXAMPLES[kind]["name"]))  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_passes_the_linter_in_its_place(kind: str) -> None:
    found = EXAMPLES[kind]
    ruff = [sys.executable, "-m", "ruff"]
    stdin = ["--stdin-filename", str(ROOT / found["path"]), "-"]

    for command in (["check", "--no-cache", *stdin], ["format", "--check", *stdin]):
        done = subprocess.run([*ruff, *command], input=found["code"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_trick_can_be_trained_in_a_pack(tmp_path: Path) -> None:
    load_file(written("tricks", tmp_path))

    check_trick_in_packs(tricks.get("score_drift"))


def test_the_trick_is_shown_with_the_lines_that_search_over_it(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["tricks", "show", "score_drift", "--plugin", str(written("tricks", tmp_path))])

    assert shown.exit_code == 0
    assert "score_drift: {enabled: {choice: [true, false]}, weight: {float: [0.0001, 1], log: true}}" in shown.output


def test_the_detector_fires_where_the_gradient_explodes_and_not_where_it_grows(tmp_path: Path) -> None:
    load_file(written("detectors", tmp_path))
    detector = detectors.get("exploding_gradient")()

    finding = detector.check(trace(signals={"g_grad_norm": np.repeat([1.0, 20.0], [2900, 100])}))
    assert finding is not None
    assert (finding.value, finding.threshold) == (20.0, 10.0)
    assert detector.check(trace(signals={"g_grad_norm": np.repeat([1.0, 9.0], [2900, 100])})) is None


def test_the_metric_is_the_squared_distance_of_the_means(tmp_path: Path) -> None:
    load_file(written("metrics", tmp_path))
    metric = metrics.get("mean_gap")()
    real, fake = (Measured(features, features, None) for features in (torch.zeros(5, 2), torch.tensor([[3.0, 4.0]])))

    assert metric.measure(real=real, fake=fake) == 25.0


def test_the_networks_fulfil_their_contracts_in_packs(tmp_path: Path) -> None:
    load_file(written("gan", tmp_path))
    generator, discriminator = generators.get("residual"), discriminators.get("residual")

    check_generator(generator, (IMAGES, POINTS))
    check_discriminator(discriminator, (IMAGES, POINTS))
    for network in (generator(), discriminator()):
        assert network.one_lane_reason(IMAGES) is None


def test_the_networks_can_be_searched_over_as_the_guide_says(tmp_path: Path) -> None:
    plugin = written("gan", tmp_path)
    load_file(plugin)
    (players,) = re.findall(r"```yaml\n(generator: {architecture: residual.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "space.yaml").write_text(f"{SPACE}{players}", encoding="utf-8")

    result = gansearch.launch(load_space(str(tmp_path / "space.yaml")), executor="local", plugins=(plugin,))

    assert result.outcome == "finished"
    assert list(gansearch.load_study("residual").trials.end) == ["completed", "completed"]
