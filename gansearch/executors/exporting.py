"""Writes the generator of a run as plain PyTorch, with a card that says where it is from."""

from __future__ import annotations

import importlib.util
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

from gansearch.curves import Curve
from gansearch.curves.origin import origin
from gansearch.errors import PluginError, StudyError
from gansearch.executors.exported_classes import Told, classes_code, told_classes
from gansearch.gan import Generator
from gansearch.gan.plain import PlainModule
from gansearch.gan.plain_file import CODE, WEIGHTS, Sampling, generator_file
from gansearch.records import Assignment, Geometry, TrialIdentity, to_json
from gansearch.reporting.model_card import PICTURE, CardFacts, model_card
from gansearch.reporting.pictures import picture_of, png
from gansearch.space.script import is_script
from gansearch.storage import Storage
from gansearch.storage.disk_errors import storage_errors
from gansearch.storage.place import study_storage
from gansearch.study.recorded import recorded_curve
from gansearch.study.runs import best_run, find_run
from gansearch.study.study_reader import open_readonly
from gansearch.training.configuration import Configuration
from gansearch.training.networks import widened
from gansearch.training.pack import SAMPLES_AT_ONCE
from gansearch.training.passes import in_latent_order
from gansearch.trial.samples import COLUMNS, POINTS, ROWS
from gansearch.trial.trained_generator import TrainedGenerator, trained_generator

LIVE_WEIGHTS: Final = "generator_live.safetensors"
"""Parameters as training left them, where ``WEIGHTS`` holds their average."""
FORMAT: Final = "gansearch-generator"
VERSION: Final = 1

_CHECKED: Final = 64
"""Samples that the exported module is checked with."""
_LARGEST_GAP: Final = 1e-4
"""Between its samples and the run's own, as a share of the largest number among them: rounding of deep networks."""


@dataclass(frozen=True)
class Exported:
    """A generator that has been written."""

    identity: TrialIdentity
    folder: Path
    files: tuple[str, ...]
    """Names in the folder."""
    gap: float
    """Largest difference between samples of the exported module and of the run's own generator."""


@dataclass(frozen=True, eq=False)
class PlainCode:
    """A generator in plain PyTorch."""

    module: PlainModule
    source: str
    """Of the file ``generator.py``."""


@dataclass(frozen=True, eq=False)
class TrainedRun:
    """A run and the generator that it trained."""

    assignment: Assignment
    curve: Curve
    storage: Storage
    trained: TrainedGenerator
    is_averaged: bool
    """Whether the averaged generator is what was evaluated."""

    @property
    def configuration(self) -> Configuration:
        """Whole, as the run was trained."""
        return self.trained.configuration

    @property
    def geometry(self) -> Geometry:
        """Of its samples, and their classes."""
        return self.configuration.geometry

    @property
    def generator(self) -> Generator:
        """With room for what tricks put behind the latents."""
        return widened(self.configuration, self.geometry)

    @property
    def weights(self) -> dict[str, Mapping[str, Tensor]]:
        """Parameters by file, those that were evaluated first."""
        live, averaged = self.trained.live, self.trained.averaged
        return {WEIGHTS: averaged, LIVE_WEIGHTS: live} if self.is_averaged and averaged is not None else {WEIGHTS: live}


def export_generator(
    name: str, number: int | None = None, *, replicate: int | None = None, out: Path | None = None
) -> Exported:
    """Write the generator of a run into a folder.

    Args:
        name: of the study.
        number: of the trial; None takes the best run.
        replicate: where the trial has several.
        out: the folder, which must be empty or not exist; None takes one that is called as the run, in this folder.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyError: where there is no such run, it has no generator that is known, or the folder holds something.
        StorageError: where the run has no checkpoint, or the folder cannot be written.
        PluginError: where the network or a trick cannot be said in plain PyTorch, with what to add.
    """
    run = read_run(name, number, replicate)
    folder = Path(str(run.assignment.identity)) if out is None else out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(f"{folder} must be an empty folder, or not exist; it holds something")
    plain = plain_code(run)
    with storage_errors("written", str(folder)):
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".export-", dir=folder.absolute().parent))
    try:
        with storage_errors("written", str(folder)):
            gap = _write(run, plain, made)
            made.chmod(0o755)
            made.replace(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return Exported(run.assignment.identity, folder, tuple(sorted(path.name for path in folder.iterdir())), gap)


def read_run(name: str, number: int | None, replicate: int | None) -> TrainedRun:
    """A run of a study with its generator; the best one where ``number`` is None.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyError: where there is no such run, or it has no generator that is known.
        StorageError: where the run has no checkpoint.
    """
    storage = study_storage(name)
    with open_readonly(name, storage) as study:
        row = best_run(study) if number is None else find_run(study, number, replicate)
        assignment = study.assignment(row)
    if is_script(assignment.settings):
        raise StudyError(
            f"{row.identity} has no generator that gansearch knows: it was trained by a script of your own, which must "
            "save its networks itself"
        )
    trained, curve = trained_generator(assignment, storage), recorded_curve(storage, row.identity)
    is_averaged = trained.averaged is not None and all(done.generator == "ema" for done in curve.evaluations)
    return TrainedRun(assignment, curve, storage, trained, is_averaged)


def plain_code(run: TrainedRun) -> PlainCode:
    """What is written into ``generator.py``.

    Raises:
        PluginError: where the network or a trick cannot be said in plain PyTorch, with what to add.
    """
    module = run.generator.plain(run.geometry)
    return PlainCode(module, generator_file(module, _sampling(run)) + classes_code(_told(run)))


def write_code(run: TrainedRun, plain: PlainCode, folder: Path) -> tuple[ModuleType, float]:
    """Write code and parameters; the code, imported, and the largest gap between its samples and the run's own.

    Raises:
        PluginError: where the gap is more than rounding.
    """
    (folder / CODE).write_text(plain.source, encoding="utf-8")
    for file, values in run.weights.items():
        (folder / file).write_bytes(save(plain.module.state(values)))
    code = _imported(folder / CODE)
    return code, max(_gap(run, code, folder, file, values) for file, values in run.weights.items())


def _told(run: TrainedRun) -> Told | None:
    """Where the generator is told the class."""
    return told_classes(run.configuration.tricks, run.geometry, run.configuration.generator.latent_size)


def _sampling(run: TrainedRun) -> Sampling:
    expressions = []
    tricks = [(trick, trick.plain_latents(run.geometry)) for trick in run.configuration.tricks]
    for trick, expression in in_latent_order(tricks, run.geometry):
        if expression is None:
            raise PluginError(
                f"the trick {trick.name} changes the latents and does not say how in plain PyTorch: generators that "
                "were trained with it can be exported when it has a method plain_latents (gansearch/tricks/_base.py)"
            )
        expressions.append(expression)
    return Sampling(run.configuration.generator.latent_size, run.geometry.shape, SAMPLES_AT_ONCE, expressions)


def _write(run: TrainedRun, plain: PlainCode, folder: Path) -> float:
    """Write every file; the largest gap that the check found."""
    code, gap = write_code(run, plain, folder)
    picture = _picture(run, code)
    if picture is not None:
        (folder / f"{PICTURE}.png").write_bytes(picture)
    (folder / "config.json").write_text(json.dumps(_config(run), indent=2, default=str) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(model_card(_facts(run, picture, gap)), encoding="utf-8")
    return gap


def _imported(path: Path) -> ModuleType:
    """The exported module's own code, as whoever takes it away runs it."""
    spec = importlib.util.spec_from_file_location("exported_generator", path)
    assert spec is not None
    assert spec.loader is not None
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
    return code


@torch.no_grad()
def _gap(run: TrainedRun, code: Any, folder: Path, file: str, values: Mapping[str, Tensor]) -> float:
    """Largest difference between what was written and what was trained, for the same latents.

    Raises:
        PluginError: where it is more than rounding.
    """
    latents: Tensor = code.draw_latents(_CHECKED)
    wanted = run.generator.build(run.geometry)(values, latents[None], None)[0]
    gap = float((code.load(folder, file)(latents) - wanted).abs().max())
    limit = _LARGEST_GAP * max(1.0, wanted.abs().max().item())
    if not gap <= limit and bool(wanted.isfinite().all()):
        raise PluginError(
            f"{type(run.configuration.generator).__name__} cannot be exported: in plain PyTorch its samples must "
            f"differ by {limit:.1e} at most; they differ by {gap:.1e}"
        )
    return gap


def _picture(run: TrainedRun, code: Any) -> bytes | None:
    """Samples beside real ones, which the run's own sample files hold; None where it has none."""
    paths = [sample.path for sample in run.curve.samples if run.storage.exists(sample.path)]
    if not paths:
        return None
    with np.load(io.BytesIO(run.storage.read(paths[-1])), allow_pickle=False) as arrays:
        real = arrays["real"]
    is_image = real.dtype == np.uint8
    drawn = code.sample(ROWS * COLUMNS if is_image else POINTS, seed=0)
    fake = drawn.nan_to_num(0.0).numpy()
    if is_image:
        fake = ((fake.clip(-1, 1) + 1) * 127.5).round().astype(np.uint8)
    packed = io.BytesIO()
    np.savez(packed, fake=fake, real=real)
    return png(picture_of(packed.getvalue()), scale=2 if is_image else 1)


def _facts(run: TrainedRun, picture: bytes | None, gap: float) -> CardFacts:
    return CardFacts(
        identity=run.assignment.identity,
        seed=run.assignment.seed,
        settings=run.assignment.settings,
        curve=run.curve,
        step=run.trained.step,
        parameters=_count(run),
        shape=run.geometry.shape,
        is_bounded=run.geometry.bounded,
        is_averaged=run.is_averaged,
        couples_batch=run.configuration.generator.facts.couples_batch,
        picture=picture,
        classes=0 if (told := _told(run)) is None else told.classes,
        gap=gap,
    )


def _config(run: TrainedRun) -> dict[str, Any]:
    """What a program may want to know of the generator."""
    end, told = run.curve.end, _told(run)
    return {
        "format": FORMAT,
        "version": VERSION,
        "run": str(run.assignment.identity),
        "seed": run.assignment.seed,
        "step": run.trained.step,
        "generator": "ema" if run.is_averaged else "live",
        "weights": list(run.weights),
        "parameters": _count(run),
        "latent_size": run.configuration.generator.latent_size,
        "shape": list(run.geometry.shape),
        "bounded": run.geometry.bounded,
        "classes": 0 if told is None else told.classes,
        "settings": dict(run.assignment.settings),
        "origin": {name: values[-1] for name, values in origin(run.curve).items()},
        "end": None if end is None else {"end": str(end.end), "reason": end.reason, "step": end.step},
        "evaluations": [to_json(done) for done in run.curve.evaluations if done.step == run.trained.step],
    }


def _count(run: TrainedRun) -> int:
    """Numbers that the generator learned."""
    parameters = run.generator.build(run.geometry).parameters
    return sum(prod(parameter.shape) for parameter in parameters if not parameter.is_frozen)
