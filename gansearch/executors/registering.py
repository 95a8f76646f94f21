"""Registers the generator of a run as a model of MLflow."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gansearch.executors.exporting import Exported, export_generator
from gansearch.records import TrialIdentity
from gansearch.storage.place import study_storage
from gansearch.study.runs import best_run
from gansearch.study.status import best_first
from gansearch.study.study_reader import open_readonly
from gansearch.tracking import Experiment, default_uri
from gansearch.tracking.registered_model import GeneratorModel, Registered, register_model


@dataclass(frozen=True)
class RegisteredGenerator:
    """A generator that has been exported and registered."""

    exported: Exported
    """Its folder is gone unless one was asked for."""
    model: Registered
    is_best: bool
    """Whether the version has the alias ``best``."""


def register_generator(
    name: str,
    number: int | None = None,
    *,
    replicate: int | None = None,
    out: Path | None = None,
    tracking_uri: str | None = None,
) -> RegisteredGenerator:
    """Register the generator of a run under the study's name, as a new version.

    Args:
        name: of the study.
        number: of the trial; None takes the best run.
        replicate: where the trial has several.
        out: folder that the exported generator is kept in; None keeps it in MLflow alone.
        tracking_uri: of MLflow; None takes SQLite in GANSEARCH_HOME.

    Raises:
        StudyNotFoundError, StudyError, StorageError, PluginError: as ``export_generator``.
        TrackingError: where MLflow does not answer or refuses.
    """
    with tempfile.TemporaryDirectory(prefix="gansearch-register-") as scratch:
        made = export_generator(name, number, replicate=replicate, out=out or Path(scratch) / "generator")
        study_id, best = _study(name)
        model = _model(made, is_best=best == made.identity)
        registered = register_model(Experiment(tracking_uri or default_uri(), name, study_id=study_id), model)
    return RegisteredGenerator(made, registered, model.is_best)


def _study(name: str) -> tuple[str | None, TrialIdentity | None]:
    """The study's id, and its best run; None where no trial has completed."""
    with open_readonly(name, study_storage(name)) as study:
        has_best = bool(best_first(study.trials(), study.space.plan.objectives))
        return study.metadata.id, best_run(study).identity if has_best else None


def _model(made: Exported, *, is_best: bool) -> GeneratorModel:
    config = json.loads((made.folder / "config.json").read_text(encoding="utf-8"))
    metrics = {
        f"gansearch.{metric['name']}": f"{metric['value']:.6g}"
        for evaluation in config["evaluations"]
        for metric in evaluation["metrics"]
    }
    return GeneratorModel(
        run=str(made.identity),
        step=config["step"],
        folder=made.folder,
        shape=config["shape"],
        classes=config["classes"],
        is_best=is_best,
        note=_note(made, config["step"], config["generator"]),
        tags={"gansearch.step": str(config["step"]), "gansearch.generator": config["generator"], **metrics},
    )


def _note(made: Exported, step: int, generator: str) -> str:
    kind = "averaged over training" if generator == "ema" else "as trained"
    return (
        f"The generator of {made.identity} after {step:,} updates, its parameters {kind}. The model card is "
        "README.md in the folder artifacts/generator of this version, with a grid of samples beside it."
    )
