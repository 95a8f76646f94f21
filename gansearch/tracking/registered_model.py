"""Registers an exported generator as a model of MLflow, a version each time; the best one is called ``best``."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from gansearch.errors import TrackingError
from gansearch.storage.masking import masked, shown
from gansearch.tracking.experiment import Experiment
from gansearch.tracking.location import check_uri, is_server, sqlite_file
from gansearch.tracking.run_index import find_runs
from gansearch.tracking.silence import prepare_environment, quiet_thread
from gansearch.tracking.store import check_sound

ALIAS: Final = "best"
"""Of the version that was the study's best run when it was registered last."""
_CODE: Final = Path(__file__).with_name("registered_model_code.py")
_FOLDER: Final = "generator"
"""As ``registered_model_code.py`` has it, which runs without this file."""
_NEEDED: Final = ("mlflow", "torch", "safetensors")
_EXISTS: Final = "RESOURCE_ALREADY_EXISTS"


@dataclass(frozen=True)
class GeneratorModel:
    """A generator that is to be registered."""

    run: str
    """Identity of the run that trained it."""
    step: int
    """Generator updates of the checkpoint."""
    folder: Path
    """What ``gansearch export`` wrote."""
    shape: Sequence[int]
    """Of one sample."""
    classes: int
    """That samples can be asked for; 0 where there are none."""
    is_best: bool
    """Whether the alias ``best`` goes to this version."""
    note: str
    """Shown on the version's page."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    """A version of a model."""

    name: str
    version: str
    uri: str
    """What ``mlflow.pyfunc.load_model`` takes: by the alias where the version has it, else by its number."""


def register_model(experiment: Experiment, model: GeneratorModel) -> Registered:
    """Register a generator under the study's name, as a new version.

    The model is logged in the study's experiment, under the run that trained it where MLflow has that run.

    Raises:
        TrackingError: where MLflow does not answer or refuses, or its store is damaged.
    """
    check_uri(experiment.uri)
    check_sound(experiment.uri)
    file = sqlite_file(experiment.uri)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    prepare_environment()
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # six files are copied at once

    def register() -> Registered:
        with quiet_thread():
            try:
                return _register(experiment, model)
            except Exception as error:  # noqa: BLE001 - clients, databases and artifact stores raise what they like
                raise _refused(experiment.uri, error) from None  # a traceback of it would show what is masked

    with ThreadPoolExecutor(1) as thread:  # of its own, for what MLflow logs is kept quiet by thread
        return thread.submit(register).result()


def _register(experiment: Experiment, model: GeneratorModel) -> Registered:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=experiment.uri)
    experiment_id = _experiment(client, experiment)
    runs, _ = find_runs(client, experiment_id, experiment.study_id)
    run_id = runs[model.run].run_id if model.run in runs else None
    logged = _logged(client, experiment_id, run_id, model)
    _make(client, experiment.study)
    made = client.create_model_version(
        experiment.study,
        logged.artifact_location,
        run_id,
        tags={"gansearch.identity": model.run, **model.tags},
        description=model.note,
        model_id=logged.model_id if is_server(experiment.uri) else None,  # else looked up in the process's own store
    )
    listed = json.dumps([{"name": experiment.study, "version": made.version}])
    client.set_logged_model_tags(logged.model_id, {"mlflow.modelVersions": listed})  # what its page links to
    if model.is_best:
        client.set_registered_model_alias(experiment.study, ALIAS, made.version)
    address = f"@{ALIAS}" if model.is_best else f"/{made.version}"
    return Registered(experiment.study, str(made.version), f"models:/{experiment.study}{address}")


def _experiment(client: Any, experiment: Experiment) -> str:
    """The study's experiment; made where the study was never tracked."""
    known = client.get_experiment_by_name(experiment.study)
    if known is not None:
        return str(known.experiment_id)
    return str(client.create_experiment(experiment.study, artifact_location=experiment.artifact_location))


def _logged(client: Any, experiment_id: str, run_id: str | None, model: GeneratorModel) -> Any:
    """Log the model's files."""
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus

    logged = client.create_logged_model(
        experiment_id, "generator", run_id, tags={"gansearch.identity": model.run, **model.tags}, model_type="generator"
    )
    status = LoggedModelStatus.FAILED
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder, exported = Path(scratch) / "model", Path(scratch) / _FOLDER  # the name that it keeps in the model
            shutil.copytree(model.folder, exported)
            _save(logged, run_id, replace(model, folder=exported), folder)
            client.log_model_artifacts(logged.model_id, str(folder))
        status = LoggedModelStatus.READY
    finally:
        client.finalize_logged_model(logged.model_id, status)
    if run_id is not None:
        client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, model.step)])
    return logged


def _save(logged: Any, run_id: str | None, model: GeneratorModel, folder: Path) -> None:
    """Write the model as MLflow wants it: code, exported folder, signature, example, requirements."""
    pyfunc = _pyfunc()
    from mlflow.models import Model

    about = Model(
        artifact_path=logged.artifact_location, run_id=run_id, model_uuid=logged.model_id, model_id=logged.model_id
    )
    pyfunc.save_model(
        folder,
        mlflow_model=about,
        python_model=str(_CODE),
        artifacts={_FOLDER: str(model.folder)},
        signature=_signature(model),
        input_example=_example(model),
        pip_requirements=[f"{name}=={version(name).partition('+')[0]}" for name in _NEEDED],
    )


def _pyfunc() -> Any:
    """MLflow's module of models, which warns of the types of its own when it is imported."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*Any type hint is inferred as AnyType", UserWarning)
        import mlflow.pyfunc
    return mlflow.pyfunc


def _signature(model: GeneratorModel) -> Any:
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    columns = [ColSpec(DataType.long, "n"), ColSpec(DataType.long, "seed", required=False)]
    if model.classes:
        columns.append(ColSpec(DataType.long, "label", required=False))
    return ModelSignature(Schema(columns), Schema([TensorSpec(np.dtype(np.float32), (-1, *model.shape))]))


def _example(model: GeneratorModel) -> dict[str, list[int]]:
    return {"n": [4], "seed": [0], **({"label": [0]} if model.classes else {})}


def _make(client: Any, name: str) -> None:
    """Make the registered model, unless there is one."""
    from mlflow.exceptions import MlflowException

    note = (
        f"Generators of the study {name}. Draw samples with "
        f'mlflow.pyfunc.load_model("models:/{name}@{ALIAS}").predict(...); each version\'s artifacts hold a model card.'
    )
    try:
        client.create_registered_model(name, tags={"gansearch.study": name}, description=note)
    except MlflowException as error:
        if error.error_code != _EXISTS:
            raise


def _refused(uri: str, error: Exception) -> TrackingError:
    why = " ".join(masked(str(error), uri).split())
    return TrackingError(f"MLflow must take the model at {shown(uri)}; got: {type(error).__name__}: {why}")
