"""A model is registered with all that MLflow shows of it, and nothing of it is pickled."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gansearch.errors import TrackingError
from gansearch.tracking import Experiment
from gansearch.tracking.registered_model import ALIAS, GeneratorModel, register_model

CODE = """
import torch

def load(folder):
    return float((folder / "weight.txt").read_text())

def sample(n, seed, generator):
    return torch.full((n, 1, 2, 2), generator * seed)

def sample_classes(labels, seed, generator):
    return torch.tensor(labels).float()[:, None, None, None].expand(-1, 1, 2, 2) + seed
"""


@pytest.fixture
def model(tmp_path: Path) -> GeneratorModel:
    """A folder as if it had been exported; its samples are a weight times the seed."""
    folder = tmp_path / "exported"
    folder.mkdir()
    (folder / "generator.py").write_text(CODE)
    (folder / "weight.txt").write_text("0.5")
    (folder / "config.json").write_text("{}")
    return GeneratorModel("digits-3", 40, folder, (1, 2, 2), 10, True, "A note.", {"gansearch.step": "40"})


def test_versions_the_alias_and_samples(experiment: Experiment, model: GeneratorModel) -> None:
    from mlflow import MlflowClient

    first = register_model(experiment, model)
    from mlflow.pyfunc import load_model  # only now, for MLflow warns of its own types when it is imported first

    assert (first.name, first.version, first.uri) == ("digits", "1", "models:/digits@best")
    (model.folder / "weight.txt").write_text("0.25")
    other = register_model(experiment, replace(model, run="digits-4", is_best=False, classes=0))
    assert (other.version, other.uri) == ("2", "models:/digits/2")
    client = MlflowClient(experiment.uri)
    best = client.get_model_version_by_alias("digits", ALIAS)
    assert (str(best.version), best.description, best.status) == ("1", "A note.", "READY")
    assert best.tags == {"gansearch.identity": "digits-3", "gansearch.step": "40"}
    (model.folder / "generator.py").unlink()  # what was registered is a copy
    loaded = load_model(best.source)
    assert loaded.predict({"n": [3], "seed": [4]}).tolist() == np.full((3, 1, 2, 2), 2.0).tolist()
    assert loaded.predict({"n": [1, 2], "label": [7, 9]})[:, 0, 0, 0].tolist() == [7.0, 9.0, 9.0]
    plain = load_model(client.get_model_version("digits", "2").source)
    assert plain.predict({"n": [1], "seed": [4]}).flatten().tolist() == [1.0] * 4
    assert [column.name for column in plain.metadata.signature.inputs] == ["n", "seed"]
    assert [column.name for column in loaded.metadata.signature.inputs] == ["n", "seed", "label"]


def test_files_of_a_model(experiment: Experiment, model: GeneratorModel) -> None:
    from mlflow import MlflowClient
    from mlflow.artifacts import download_artifacts

    register_model(experiment, model)
    source = MlflowClient(experiment.uri).get_model_version("digits", "1").source
    folder = Path(download_artifacts(source))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"MLmodel", "registered_model_code.py", "artifacts/generator/generator.py", "input_example.json"} <= files
    assert not [file for file in files if Path(file).suffix in (".pkl", ".pickle", ".pt", ".pth", ".bin")]
    needed = (folder / "requirements.txt").read_text().split()
    assert [line.partition("==")[0] for line in needed] == ["mlflow", "torch", "safetensors"]
    assert json.loads((folder / "input_example.json").read_text()) == {"n": [4], "seed": [0], "label": [0]}


def test_a_model_that_cannot_be_registered(experiment: Experiment, model: GeneratorModel, home: Path) -> None:
    with pytest.raises(TrackingError, match=r"must be a folder or begin with one of .* got 'nosuch://place'"):
        register_model(replace(experiment, uri="nosuch://place"), model)
    with pytest.raises(TrackingError, match=r"MLflow must take the model at sqlite:.*; got: "):
        register_model(experiment, replace(model, folder=home / "nosuch"))
    broken = home / "broken.db"
    broken.write_bytes(b"no database at all")
    with pytest.raises(TrackingError, match=r"broken\.db cannot be read"):
        register_model(replace(experiment, uri=f"sqlite:///{broken}"), model)
