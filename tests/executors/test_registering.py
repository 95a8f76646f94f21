"""A registered generator gives the samples of the exported one in a process that has no gansearch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gansearch.errors import StudyError, TrackingError
from gansearch.executors.exporting import read_run
from gansearch.executors.registering import register_generator
from gansearch.executors.sampling import Wanted, drawn
from gansearch.executors.tracking_again import track_study
from gansearch.plugins import load_file
from gansearch.space import parse_space
from gansearch.study import open_readonly
from gansearch.testing.studies import run_study
from gansearch.tracking import default_uri

pytestmark = pytest.mark.verify(seconds=60)
TINY = Path(__file__).parents[2] / "gansearch" / "testing" / "data.py"
TOLD = """
name: told
dataset: {name: tiny_images}
generator: {architecture: dcgan, filters: 4, latent_size: 4}
discriminator: {architecture: dcgan, filters: 4}
tricks: {conditioning: conditional_one_hot}
training: {batch_size: 16, epochs: 1, evaluate_every: 1}
plan: {kind: search, trials: 2, sampler: random, objective: {metric: frechet_distance}}
detectors: {mode: shadow}
"""
ELSEWHERE = """
import sys
sys.modules["gansearch"] = None
import mlflow, numpy, pandas
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model("models:/told@best")
chance = model.predict({"n": [3], "seed": [7]})
chosen = model.predict(pandas.DataFrame({"n": [2, 2], "seed": [5, 6], "label": [1, 0]}))
wrong = []
for asked in ({"n": [0]}, {"n": [1], "label": [2]}, {"seed": [1]}):
    try:
        model.predict(asked)
    except Exception as error:
        wrong.append(str(error))
numpy.savez(sys.argv[2], chance=chance, chosen=chosen, wrong=wrong, signature=str(model.metadata.signature))
"""


def test_the_best_generator_as_a_model_of_mlflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load_file(TINY)
    storage = run_study(parse_space(TOLD, "told.yaml"), "told", plugins=[TINY])
    assert track_study("told").is_complete
    with open_readonly("told", storage) as study:
        best, other = (row.number for row in sorted(study.trials(), key=lambda row: row.values or [0.0]))
    made = register_generator("told")
    assert (made.exported.identity.number, made.model.uri, made.is_best) == (best, "models:/told@best", True)
    second = register_generator("told", other, out=tmp_path / "kept")
    assert (second.model.version, second.model.uri, second.is_best) == ("2", "models:/told/2", False)
    assert (tmp_path / "kept" / "generator.safetensors").is_file()
    _check_pages(best)
    _check_samples(best, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gansearch_home", "kept", "there.npz"]
    with pytest.raises(StudyError, match="must have a trial 9 that has begun"):
        register_generator("told", 9)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match=r"MLflow must take the model at http://127\.0\.0\.1:9; got: MlflowExcept"):
        register_generator("told", tracking_uri="http://127.0.0.1:9")


def _check_pages(best: int) -> None:
    """What the pages of the model, its versions and its run show."""
    from mlflow import MlflowClient

    client = MlflowClient(default_uri())
    version = client.get_model_version_by_alias("told", "best")
    assert (str(version.version), version.tags["gansearch.identity"]) == ("1", f"told-{best}")
    assert "gansearch.frechet_distance" in version.tags
    assert client.get_run(version.run_id).data.tags["gansearch.identity"] == f"told-{best}"
    (logged,) = client.get_run(version.run_id).outputs.model_outputs
    model = client.get_logged_model(logged.model_id)
    assert model.artifact_location == version.source
    assert model.tags["mlflow.modelVersions"] == '[{"name": "told", "version": 1}]'
    assert "models:/told@best" in client.get_registered_model("told").description
    files = sorted(file.path for file in client.list_logged_model_artifacts(logged.model_id, "artifacts/generator"))
    assert {"README.md", "generator.py", "generator.safetensors"} <= {Path(file).name for file in files}
    every = [file.path for file in client.list_logged_model_artifacts(logged.model_id)]
    assert not [path for path in [*files, *every] if path.endswith((".pkl", ".pickle", ".pt", ".pth", ".bin"))]


def _check_samples(best: int, folder: Path) -> None:
    """The samples that another process draws, and what it is told of wrong input."""
    command = [sys.executable, "-c", ELSEWHERE, default_uri(), str(folder / "there.npz")]
    subprocess.run(command, capture_output=True, text=True, check=True)
    there, run = np.load(folder / "there.npz"), read_run("told", best, None)
    assert there["chance"].dtype == np.float32
    assert np.array_equal(there["chance"], drawn(run, Wanted(n=3, seed=7)).numpy())
    ones, zeros = (drawn(run, Wanted(n=2, seed=seed, labels=(label,))).numpy() for seed, label in ((5, 1), (6, 0)))
    assert np.array_equal(there["chosen"], np.concatenate([ones, zeros]))
    assert not np.array_equal(ones, drawn(run, Wanted(n=2, seed=5, labels=(0,))).numpy())
    few, unknown, lacking = there["wrong"]
    assert "n must be 1 or more" in few
    assert "classes must be 0 to 1; got [2]" in unknown
    assert "Model is missing inputs ['n']" in lacking
    for part in ("'n': long (required)", "'seed': long (optional)", "'label': long (optional)", "(-1, 1, 8, 8)"):
        assert part in str(there["signature"])
