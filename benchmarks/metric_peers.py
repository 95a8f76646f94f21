"""Metrics beside their peers, on the same features: torch-fidelity, torchmetrics, prdc."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Generator, Tensor

from gansearch.metrics import Measured, metrics
from gansearch.metrics.ms_ssim import similarity

FEATURES: Final = 128
"""As many as the extractors give."""
CLASSES: Final = 10
PAIRS: Final = 500
"""Of images, at most."""
SIDE: Final = 28
NEIGHBOURS: Final = 5
SCALES: Final = (0.0448, 0.2856)
"""Exponents of the two scales that images of 28 pixels have."""


@dataclass(frozen=True)
class Pair:
    """One comparison: values by name on either side, and what they rest on."""

    names: tuple[str, ...]
    peer: str
    samples: int
    ours: Callable[[], dict[str, float]]
    theirs: Callable[[], dict[str, float]]


@dataclass(frozen=True, eq=False)
class Sets:
    """Features, logits and images of two sets that resemble each other."""

    real: Tensor
    fake: Tensor
    logits: Tensor
    images: Tensor
    """Pairs of images [2, n, 1, 28, 28] in [0, 1]."""

    @classmethod
    def drawn(cls, samples: int) -> Sets:
        """Correlated features, shifted and narrowed for the second set."""
        stream = Generator().manual_seed(0)
        mixing = torch.randn(FEATURES, FEATURES, generator=stream) / FEATURES**0.5
        real, fake = (torch.randn(samples, FEATURES, generator=stream) @ mixing for _ in range(2))
        logits = 3 * torch.randn(samples, CLASSES, generator=stream)
        first = torch.rand(min(PAIRS, samples // 20), 1, SIDE, SIDE, generator=stream)
        second = (0.7 * first + 0.3 * torch.rand(first.shape, generator=stream)).clamp(0, 1)
        return cls(real, 0.9 * fake + 0.05, logits, torch.stack([first, second]))


def pairs(samples: int) -> list[Pair]:
    """Every comparison, at that many samples."""
    sets = Sets.drawn(samples)
    return [_frechet(sets), _frechet_by_torchmetrics(sets), _kernel(sets), _inception(sets), _balls(sets), _ssim(sets)]


def _ours(sets: Sets, *names: str) -> dict[str, float]:
    """Values of sets that nothing is known of yet."""
    probabilities = sets.logits.double().softmax(1).float()
    real, fake = Measured(None, sets.real, probabilities), Measured(None, sets.fake, probabilities)
    return {name: metrics.get(name)().value(real=real, fake=fake) for name in names}


def _pair(sets: Sets, names: tuple[str, ...], peer: str, theirs: Callable[[], dict[str, float]]) -> Pair:
    return Pair(names, peer, len(sets.real), lambda: _ours(sets, *names), theirs)


def _frechet(sets: Sets) -> Pair:
    from torch_fidelity import metric_fid

    def theirs() -> dict[str, float]:
        statistics = [metric_fid.fid_features_to_statistics(each) for each in (sets.real, sets.fake)]
        value = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
        return {"frechet_distance": float(value)}

    return _pair(sets, ("frechet_distance",), "torch-fidelity", theirs)


def _frechet_by_torchmetrics(sets: Sets) -> Pair:
    from torchmetrics.image.fid import _compute_fid

    def theirs() -> dict[str, float]:
        real, fake = sets.real.double(), sets.fake.double()
        return {"frechet_distance": _compute_fid(real.mean(0), real.T.cov(), fake.mean(0), fake.T.cov()).item()}

    return _pair(sets, ("frechet_distance",), "torchmetrics", theirs)


def _kernel(sets: Sets) -> Pair:
    from torch_fidelity import metric_kid

    def theirs() -> dict[str, float]:
        found = metric_kid.kid_features_to_metric(
            sets.real.double(), sets.fake.double(), kid_subsets=1, kid_subset_size=len(sets.real), verbose=False
        )
        return {"kernel_distance": float(found["kernel_inception_distance_mean"])}

    return _pair(sets, ("kernel_distance",), "torch-fidelity", theirs)


def _inception(sets: Sets) -> Pair:
    from torch_fidelity import metric_isc

    def theirs() -> dict[str, float]:
        found = metric_isc.isc_features_to_metric(sets.logits.double(), splits=1)
        return {"inception_score": float(found["inception_score_mean"])}

    return _pair(sets, ("inception_score",), "torch-fidelity", theirs)


def _balls(sets: Sets) -> Pair:
    from prdc import compute_prdc

    def theirs() -> dict[str, float]:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints
            found: dict[str, Any] = compute_prdc(sets.real.double().numpy(), sets.fake.double().numpy(), NEIGHBOURS)
        return {name: float(value) for name, value in found.items()}

    return _pair(sets, ("precision", "recall", "density", "coverage"), "prdc", theirs)


def _ssim(sets: Sets) -> Pair:
    from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

    first, second = (images.double() for images in sets.images)
    betas = tuple(scale / sum(SCALES) for scale in SCALES)

    def theirs() -> dict[str, float]:
        found = multiscale_structural_similarity_index_measure(first, second, data_range=1.0, betas=betas)
        assert isinstance(found, Tensor)
        return {"ms_ssim": found.item()}

    def ours() -> dict[str, float]:
        return {"ms_ssim": similarity(first, second).mean().item()}

    return Pair(("ms_ssim",), "torchmetrics", len(first), ours, theirs)
