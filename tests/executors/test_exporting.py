"""A generator that is taken away needs no gansearch, and is the one that was trained."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from gansearch.errors import PluginError, StorageError, StudyError
from gansearch.executors.exporting import LIVE_WEIGHTS, export_generator
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import open_readonly
from gansearch.testing.studies import run_study
from gansearch.trial import checkpoints
from gansearch.trial.trained_generator import trained_generator

Ring = Callable[..., SearchSpace]
TINY = Path(__file__).parents[2] / "gansearch" / "testing" / "data.py"
IMAGES = """
name: images
dataset: {name: tiny_images}
generator: {architecture: dcgan, filters: 8, latent_size: 4}
discriminator: {architecture: dcgan, filters: 8}
tricks: {ema: {enabled: true, decay: 0.5}, spherical_latents: {enabled: true}}
training: {batch_size: 16, epochs: 2, evaluate_every: 1}
plan: {kind: search, trials: 1, sampler: random, objective: {metric: frechet_distance}}
detectors: {mode: shadow}
"""
ALONE = """
import sys
sys.modules["gansearch"] = None
import generator, torch
print(generator.sample(5, seed=1).flatten().tolist())
"""


@pytest.fixture
def images() -> Storage:
    """A study of one DCGAN with an averaged generator and spherical latents."""
    from gansearch.plugins import load_file

    load_file(TINY)
    return run_study(parse_space(IMAGES, "images.yaml"), "images", plugins=[TINY])


def test_the_folder_works_elsewhere_and_gives_the_samples_of_the_run(images: Storage, tmp_path: Path) -> None:
    made = export_generator("images", 0, out=tmp_path / "made")
    assert made.files == (
        "README.md", "config.json", "generator.py", "generator.safetensors", LIVE_WEIGHTS, "samples.png"
    )  # fmt: skip
    assert made.gap <= 1e-6
    away = Path(shutil.move(tmp_path / "made", tmp_path / "elsewhere"))
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=away, capture_output=True, text=True, check=True)
    with open_readonly("images", images) as study:
        trained = trained_generator(study.assignment(study.trials()[0]), images)
    latents = torch.randn(5, 4, generator=torch.Generator().manual_seed(1))
    latents = latents / latents.norm(dim=1, keepdim=True) * 2.0
    network = trained.configuration.generator.build(trained.configuration.dataset.geometry)
    assert trained.averaged is not None
    with torch.no_grad():
        wanted = network(trained.averaged, latents[None], None)[0].flatten()
    torch.testing.assert_close(torch.tensor(json.loads(done.stdout)), wanted, rtol=0, atol=1e-6)


def test_both_generators_are_there_and_the_papers_say_which_was_measured(images: Storage, tmp_path: Path) -> None:
    folder = export_generator("images", out=tmp_path / "made").folder
    average, live = load_file(folder / "generator.safetensors"), load_file(folder / LIVE_WEIGHTS)
    assert average.keys() == live.keys()
    assert any(not torch.equal(average[name], live[name]) for name in average)
    config = json.loads((folder / "config.json").read_text())
    assert (config["generator"], config["step"], config["shape"]) == ("ema", 8, [1, 8, 8])
    assert config["parameters"] == sum(tensor.numel() for tensor in live.values())
    card = (folder / "README.md").read_text()
    for said in ("tiny_images", "`frechet_distance`", "| ema |", "spherical_latents", "trained all 2 epochs", "1,000"):
        assert said in card, said
    assert config["origin"]["data.checksum"] in card
    assert "sample_classes" not in card
    grid = np.asarray(Image.open(folder / "samples.png"))
    assert grid.ndim == 2
    assert grid.std() > 0


def test_a_trained_network_without_an_average_of_points(
    ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_study(ring(plan__trials=2, training__epochs=1), "rings")
    monkeypatch.chdir(tmp_path)
    made = export_generator("rings", 1)
    assert made.folder == Path("rings-1")
    assert LIVE_WEIGHTS not in made.files
    assert "first two coordinates" in (made.folder / "README.md").read_text()
    with pytest.raises(StudyError, match="rings-1 must be an empty folder, or not exist; it holds something"):
        export_generator("rings", 1)


def test_what_cannot_be_exported_is_refused_and_leaves_nothing(
    ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = run_study(ring(plan__trials=1, training__epochs=1, tricks__spherical_latents__enabled=True), "rings")
    from gansearch.tricks.spherical_latents import SphericalLatents

    with monkeypatch.context() as patch:
        patch.setattr(SphericalLatents, "plain_latents", lambda *_: None)
        with pytest.raises(PluginError, match="the trick spherical_latents changes the latents and does not say how"):
            export_generator("rings", 0, out=tmp_path / "made")
    with open_readonly("rings", storage) as study:
        checkpoints.delete(storage, study.trials()[0].identity)
    with pytest.raises(StorageError, match="rings-0 must have a checkpoint"):
        export_generator("rings", 0, out=tmp_path / "made")
    assert not list(tmp_path.glob("made*"))
    assert not list(tmp_path.glob(".export*"))


def test_a_study_without_a_completed_trial_has_no_best(ring: Ring) -> None:
    from contextlib import closing

    from gansearch.study import Study

    with closing(Study.create(ring(), name="empty", storage=Storage(study_dir("empty")), seed=1)):
        pass
    with pytest.raises(StudyError, match="'empty' must have a completed trial to have a best one; it has none"):
        export_generator("empty")
