"""A picture holds the samples that the exported generator gives, of the classes that were asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gansearch.errors import PluginError, StorageError, StudyError
from gansearch.executors.exporting import export_generator, read_run
from gansearch.executors.sampling import Wanted, drawn, sample_generator
from gansearch.plugins import load_file
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import open_readonly
from gansearch.testing.studies import run_study
from gansearch.trial import checkpoints

Ring = Callable[..., SearchSpace]
TINY = Path(__file__).parents[2] / "gansearch" / "testing" / "data.py"
TOLD = """
name: told
dataset: {name: tiny_images}
generator: {architecture: mlp, layers: 2, width: 16, latent_size: 4}
discriminator: {architecture: mlp, layers: 2, width: 16}
tricks: {conditioning: WAY, infogan_codes: {enabled: true, categories: 3}, ema: {enabled: true, decay: 0.5}}
training: {batch_size: 16, epochs: 1, evaluate_every: 1}
plan: {kind: search, trials: 1, sampler: random, objective: {metric: frechet_distance}}
detectors: {mode: shadow}
"""


def told(way: str) -> None:
    """A study whose generator is told the class in one of several ways."""
    load_file(TINY)
    run_study(parse_space(TOLD.replace("WAY", way), "told.yaml"), "told", plugins=[TINY])


def test_the_picture_is_of_the_samples_of_the_exported_generator(tmp_path: Path) -> None:
    told("conditional_one_hot")
    made = sample_generator("told", tmp_path / "new" / "grid.png", Wanted(n=5, seed=3))
    assert (str(made.identity), made.step, made.is_averaged, made.shape, made.columns) == (
        "told-0",
        4,
        True,
        (1, 8, 8),
        3,
    )
    pixels = np.asarray(Image.open(made.path))
    assert pixels.shape == ((2 * 10 + 2) * 8, (3 * 10 + 2) * 8)
    folder = export_generator("told", out=tmp_path / "made").folder
    assert (
        "`sample_classes(labels, seed=0)` draws a sample of each of the `labels`" in (folder / "README.md").read_text()
    )
    code: dict[str, object] = {"__file__": str(folder / "generator.py"), "__name__": "exported"}
    exec((folder / "generator.py").read_text(), code)
    sample = code["sample"]
    assert callable(sample)
    wanted = sample(5, seed=3)
    assert torch.equal(drawn(read_run("told", None, None), Wanted(n=5, seed=3)), wanted)
    first = ((wanted[0, 0].clamp(-1, 1) + 1) * 127.5).round().numpy()
    assert np.array_equal(pixels[16:80:8, 16:80:8], first)


def test_labels_are_the_classes_that_the_network_is_told() -> None:
    told("conditional_one_hot")
    run = read_run("told", 0, None)
    samples = drawn(run, Wanted(n=3, seed=1, labels=(1, 0)))
    torch.manual_seed(1)
    latents = torch.cat([torch.randn(3, 4), torch.zeros(3, 2)], 1)
    latents[[0, 1, 2], [5, 4, 5]] = 1.0  # classes 1, 0 and 1
    torch.randint(2, (3,))  # the classes that `sample` draws
    codes = torch.nn.functional.one_hot(torch.randint(3, (3,)), 3)
    latents = torch.cat([latents, codes, 2 * torch.rand(3, 2) - 1], 1)
    assert run.trained.averaged is not None
    with torch.no_grad():
        wanted = run.generator.build(run.geometry)(run.trained.averaged, latents[None], None)[0]
    torch.testing.assert_close(samples, wanted, rtol=0, atol=1e-6)


def test_a_generator_that_cannot_be_exported_is_drawn_from_as_in_training(tmp_path: Path) -> None:
    told("conditional_embedding")
    run = read_run("told", 0, None)
    with pytest.raises(PluginError, match="the trick conditional_embedding changes the latents"):
        export_generator("told", out=tmp_path / "made")
    one, again = (drawn(run, Wanted(n=4, seed=2, labels=(0, 1))) for _ in range(2))
    assert torch.equal(one, again)
    other = drawn(run, Wanted(n=4, seed=2, labels=(0,)))
    assert [torch.equal(one[at], other[at]) for at in range(4)] == [True, False, True, False]
    assert not torch.equal(one, drawn(run, Wanted(n=4, seed=3, labels=(0, 1))))


def test_points_lie_over_real_ones(ring: Ring, tmp_path: Path) -> None:
    storage = run_study(ring(plan__trials=1, training__epochs=1), "rings")
    made = sample_generator("rings", tmp_path / "points.png", Wanted(n=9), 0)
    assert (made.columns, made.is_averaged) == (None, False)
    with_real = np.asarray(Image.open(made.path))
    for sample in read_run("rings", 0, None).curve.samples:
        storage.delete(sample.path)
    alone = np.asarray(Image.open(sample_generator("rings", tmp_path / "alone.png", Wanted(n=9), 0).path))
    assert (with_real != 255).any(axis=2).sum() > 3 * (alone != 255).any(axis=2).sum() > 0


def test_what_cannot_be_drawn_is_said(ring: Ring, tmp_path: Path) -> None:
    out = tmp_path / "grid.png"
    storage = run_study(ring(plan__trials=1, training__epochs=1), "rings")
    with pytest.raises(StudyError, match="must have a trial 7 that has begun; there are 0 to 0"):
        sample_generator("rings", out, Wanted(), 7)
    with pytest.raises(StudyError, match=r"rings-0 must be told the class .* the label 3 was asked for"):
        sample_generator("rings", out, Wanted(labels=(3,)))
    with pytest.raises(StorageError, match=r"grid\.png cannot be written"):
        sample_generator("rings", Path("/proc/nowhere/grid.png"), Wanted(n=1))
    delete_checkpoint(storage)
    with pytest.raises(StorageError, match=r"rings-0 must have a checkpoint; .* the checkpoint has been removed"):
        sample_generator("rings", out, Wanted())
    assert not out.exists()


def test_a_class_that_there_is_not_is_refused(tmp_path: Path) -> None:
    told("projection")
    with pytest.raises(StudyError, match="a label of told-0 must be 0 to 1; got 2"):
        sample_generator("told", tmp_path / "grid.png", Wanted(labels=(1, 2)))


def delete_checkpoint(storage: Storage) -> None:
    with open_readonly("rings", Storage(study_dir("rings"))) as study:
        checkpoints.delete(storage, study.trials()[0].identity)
