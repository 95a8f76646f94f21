"""Samples as a run kept them at an evaluation: generated ones at fixed latents, real ones, and what lies between."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gansearch.errors import StorageError
from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.pictures import Pixels, compose_grid, scatter
from gansearch.storage import Storage

PER_PATH = 10
"""Images of an interpolation."""


@dataclass(frozen=True, eq=False)
class StoredSamples:
    """Images, uint8 [n, C, H, W], or points, float [n, D]."""

    fake: NDArray[np.generic]
    """At latents that follow from the run's seed alone."""
    real: NDArray[np.generic]
    paths: Pixels | None = None
    """Images on the way from one latent to another, ten after one another on each way."""
    seen: Pixels | None = None
    """Real and then generated images as the discriminator sees them."""

    @property
    def is_images(self) -> bool:
        """Whether they are images."""
        return self.fake.ndim == 4

    def picture(self) -> Pixels:
        """A grid with the real images as its bottom row, or the points in their plane.

        Raises:
            ValueError: where the arrays are neither images nor points.
        """
        if self.is_images:
            return compose_grid(self.fake.astype(np.uint8), self.real.astype(np.uint8), seen=self.seen)
        return scatter(self.fake.astype(np.float32), self.real.astype(np.float32))


def last_samples(trial: TrialMaterial, storage: Storage) -> StoredSamples | None:
    """The samples of a run's last evaluation; None where they are missing or damaged."""
    if not trial.curve.samples:
        return None
    try:
        return parse_samples(storage.read(trial.curve.samples[-1].path))
    except (StorageError, ValueError):
        return None


def parse_samples(npz: bytes) -> StoredSamples:
    """The content of a file of samples.

    Raises:
        ValueError: where it is none: not an archive, or without arrays ``fake`` and ``real`` of one form.
    """
    try:
        with np.load(io.BytesIO(npz), allow_pickle=False) as arrays:
            found = StoredSamples(arrays["fake"], arrays["real"], arrays.get("paths"), arrays.get("seen"))
    except (KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"a file of samples must hold the arrays fake and real; {error}") from error
    if found.fake.shape[1:] != found.real.shape[1:] or found.fake.ndim not in (2, 4):
        raise ValueError(
            f"samples must be images [n, C, H, W] or points [n, D], real ones as generated ones; got "
            f"{list(found.fake.shape)} and {list(found.real.shape)}"
        )
    return found
