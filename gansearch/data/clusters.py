"""Classes for data that have none: clusters of the samples.

Sources: Lloyd 1982, doi:10.1109/TIT.1982.1056489; k-means++, Arthur and Vassilvitskii 2007.

The clusters follow from the data alone, so that every trial and every worker gives a sample the same class.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from gansearch.data._base import Data, Samples, scaled
from gansearch.errors import DataError

OWN: Final = "own"
FITTED_ON: Final = 10_000
"""Samples that the centres are fitted on at most; every sample is given its nearest centre."""
ROUNDS: Final = 50
"""Of moving centres at most."""
_AT_ONCE: Final = 10_000
"""Samples whose distances are worked out together, which bounds the memory."""


def labelled(data: Data, labels: str, clusters: int) -> Data:
    """The data set with the classes that training is told of.

    Args:
        data: a loaded data set.
        labels: ``own`` for its own classes, ``kmeans`` for clusters of its samples as vectors.
        clusters: their number.

    Raises:
        DataError: where there are fewer samples than clusters.
    """
    return data if labels == OWN else _clustered(data, clusters)


@lru_cache(maxsize=2)
def _clustered(data: Data, clusters: int) -> Data:
    values = data.train.values
    if len(values) < clusters:
        raise DataError(f"training.label_clusters must be at most the number of samples, {len(values)}; got {clusters}")
    classes = torch.zeros_like(data.train.labels) if values.is_meta else _classes(values, clusters)
    return replace(
        data, geometry=replace(data.geometry, classes=clusters), train=Samples(values, classes.to(values.device))
    )


def _classes(values: Tensor, clusters: int) -> Int64[Tensor, " N"]:
    stream = torch.Generator().manual_seed(clusters)
    chosen = torch.randperm(len(values), generator=stream)[:FITTED_ON]
    centres = fitted_centres(scaled(values.cpu()[chosen]).flatten(1), clusters, stream)
    portions = (values[start : start + _AT_ONCE].cpu() for start in range(0, len(values), _AT_ONCE))
    return torch.cat([nearest(scaled(portion).flatten(1), centres) for portion in portions])


def fitted_centres(points: Float[Tensor, "n D"], clusters: int, stream: torch.Generator) -> Float[Tensor, "C D"]:
    """Centres that no round of Lloyd's moves any more, or after the last round; first ones by k-means++.

    Args:
        points: at least as many as clusters.
        clusters: their number.
        stream: decides the first centres.
    """
    return settled(points, _spread_centres(points, clusters, stream), ROUNDS)


def settled(points: Float[Tensor, "n D"], centres: Float[Tensor, "C D"], rounds: int) -> Float[Tensor, "C D"]:
    """Centres after Lloyd's rounds: each moves to the mean of the points that it is nearest to, or stays without any.

    Args:
        points: in the centres' number format.
        centres: the first ones.
        rounds: at most; fewer where none moves any more.
    """
    for _ in range(rounds):
        assigned = nearest(points, centres)
        sums = torch.zeros_like(centres).index_add_(0, assigned, points)
        counts = torch.bincount(assigned, minlength=len(centres))[:, None]
        moved = torch.where(counts > 0, sums / counts.clamp_min(1), centres)
        if torch.equal(moved, centres):
            break
        centres = moved
    return centres


def nearest(points: Float[Tensor, "n D"], centres: Float[Tensor, "C D"]) -> Int64[Tensor, " n"]:
    """Number of the nearest centre of each point."""
    return torch.cdist(points, centres).argmin(1)


def _spread_centres(points: Tensor, clusters: int, stream: torch.Generator) -> Tensor:
    """Points far from one another: each next one is drawn in proportion to its squared distance from those before."""
    centres = points[torch.randint(len(points), (1,), generator=stream)]
    while len(centres) < clusters:
        weights = torch.cdist(points, centres).amin(1).square()
        weights = weights if bool(weights.sum() > 0) else torch.ones_like(weights)
        centres = torch.cat([centres, points[torch.multinomial(weights, 1, generator=stream)]])
    return centres
