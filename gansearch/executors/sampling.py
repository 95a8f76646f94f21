"""Draws samples of a run's generator as one picture."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from math import ceil, sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gansearch.errors import PluginError, StudyError
from gansearch.executors.exporting import TrainedRun, plain_code, read_run, write_code
from gansearch.executors.pack_samples import pack_samples, tells_generator
from gansearch.records import TrialIdentity
from gansearch.reporting.pictures import GAP, compose_grid, png, scatter
from gansearch.storage.disk_errors import storage_errors
from gansearch.trial.samples import POINTS

_SMALL: Final = 64
"""Pixels that a side of an image has at least in the picture."""


@dataclass(frozen=True)
class Wanted:
    """Which samples are drawn, and how they are laid out."""

    n: int = 64
    seed: int = 0
    labels: Sequence[int] = ()
    """Classes of the samples, again and again from the first; none leaves them to chance."""
    columns: int | None = None
    """Images in a row; None makes the grid about square."""


@dataclass(frozen=True)
class Sampled:
    """A picture of samples that has been written."""

    identity: TrialIdentity
    step: int
    """Generator updates of the checkpoint."""
    is_averaged: bool
    """Whether it is the average of the parameters over training."""
    shape: tuple[int, ...]
    """Of one sample."""
    columns: int | None
    """Images in a row; None where samples are points."""
    path: Path


def sample_generator(
    name: str, out: Path, wanted: Wanted, number: int | None = None, *, replicate: int | None = None
) -> Sampled:
    """Write a picture of samples: the parameters that were evaluated, at the run's last checkpoint.

    The same seed gives the samples of ``sample(n, seed)`` of the exported generator, and of the registered model. A
    generator that cannot be exported draws others, which are the same each time too.

    Args:
        name: of the study.
        out: the picture, a PNG file; one that is there is replaced.
        wanted: which samples.
        number: of the trial; None takes the best run.
        replicate: where the trial has several.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyError: where there is no such run, it has no generator that is known, or no such classes.
        StorageError: where the run has no checkpoint, or the picture cannot be written.
    """
    run = read_run(name, number, replicate)
    samples = drawn(run, wanted)
    is_image = samples.ndim == 4
    columns = (wanted.columns or ceil(sqrt(len(samples)))) if is_image else None
    picture = _scatter(run, samples) if columns is None else _grid(samples, columns)
    with storage_errors("written", str(out)):
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(picture)
    return Sampled(run.assignment.identity, run.trained.step, run.is_averaged, run.geometry.shape, columns, out)


def drawn(run: TrainedRun, wanted: Wanted) -> Tensor:
    """Samples [n, *shape]; images in [-1, 1].

    Raises:
        StudyError: where there are no such classes.
    """
    _check_labels(run, wanted.labels)
    labels = list(islice(cycle(wanted.labels), wanted.n))
    try:
        plain = plain_code(run)
        with tempfile.TemporaryDirectory(prefix="gansearch-sample-") as folder:
            code: Any = write_code(run, plain, Path(folder))[0]
            generator = code.load(folder)
    except PluginError:  # not in plain PyTorch, then as it was trained
        return pack_samples(run, wanted.n, wanted.seed, labels)
    if labels:
        return torch.as_tensor(code.sample_classes(labels, wanted.seed, generator))
    return torch.as_tensor(code.sample(wanted.n, wanted.seed, generator))


def _check_labels(run: TrainedRun, labels: Sequence[int]) -> None:
    identity, classes = run.assignment.identity, run.geometry.classes
    wrong = [label for label in labels if not 0 <= label < classes]
    if labels and not any(tells_generator(trick, run.geometry) for trick in run.configuration.tricks):
        raise StudyError(
            f"the generator of {identity} must be told the class (by a trick of the slot conditioning) to draw samples "
            f"of a label; none tells it, and the label {labels[0]} was asked for"
        )
    if wrong:
        raise StudyError(f"a label of {identity} must be 0 to {classes - 1}; got {wrong[0]}")


def _grid(samples: Tensor, columns: int) -> bytes:
    """Images alone, in rows."""
    count, channels, height, width = samples.shape
    if channels not in (1, 3):
        raise StudyError(f"samples must have 1 or 3 channels to be shown as images; they have {channels}")
    images = ((samples.nan_to_num(0.0).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()
    rows = -(-count // columns)
    whole = compose_grid(images, images[:0], columns)[: rows * (height + GAP) + GAP]  # without its row of real ones
    return png(whole, scale=max(1, _SMALL // max(height, width)))


def _scatter(run: TrainedRun, samples: Tensor) -> bytes:
    """Points, over real ones where the run has kept some."""
    points = samples.nan_to_num(0.0).numpy()
    if points.ndim != 2 or points.shape[1] < 2:
        raise StudyError(
            f"samples must be images or points of a plane to be shown; they are {list(run.geometry.shape)}"
        )
    return png(scatter(points, _real(run, points)))


def _real(run: TrainedRun, points: NDArray[np.float32]) -> NDArray[np.float32]:
    paths = [sample.path for sample in run.curve.samples if run.storage.exists(sample.path)]
    if not paths:
        return points[:POINTS]  # for the axes; they lie below the generated ones
    with np.load(io.BytesIO(run.storage.read(paths[-1])), allow_pickle=False) as arrays:
        return np.asarray(arrays["real"], dtype=np.float32)
