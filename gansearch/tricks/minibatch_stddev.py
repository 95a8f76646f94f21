"""Minibatch standard deviation: how varied a group of samples is. Source: Karras et al. 2017, arXiv:1710.10196."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Int, static
from gansearch.records import Facts
from gansearch.tricks._base import Classes, Lanes, Sizes, Trick

EPSILON = 1e-8
"""Under the root, as in the authors' code: a group without variety has a finite gradient."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MinibatchStddev(Trick):
    """Puts ``mean_f sqrt(Var_g f(x) + 1e-8)`` behind the features of every sample of a group g.

    The variance is taken over the ``group`` samples, and the root averaged over the features: one number, without
    parameters. It makes sense against mode collapse, and costs next to nothing. Groups are samples that follow each
    other; where the batch does not divide, the first samples fill the last group up, and a batch smaller than a group
    is one group.
    """

    name: ClassVar[str] = "minibatch_stddev"
    facts: ClassVar[Facts] = Facts(couples_batch=True, needs_features=True)
    paper: ClassVar[str] = "Karras et al. 2017, arXiv:1710.10196, section 3"

    group: int = static(
        4, Int(2, 16, log=True), "samples of a group; how the batch is laid out", unit="samples", limits=Int(2, 4096)
    )

    def extra_features(self, sizes: Sizes) -> int:
        """One number."""
        return 1

    def features(self, lanes: Lanes, features: Tensor, classes: Classes) -> Tensor:
        """The features and the deviation of their group, [K, B, F + 1]."""
        return torch.cat([features, group_deviation(features[..., : lanes.sizes.features], self.group)], 2)


def group_deviation(features: Float[Tensor, "K B F"], group: int) -> Float[Tensor, "K B 1"]:
    """For every sample the mean over the features of their standard deviation in its group."""
    lanes, batch, size = features.shape
    group = min(group, batch)
    filled = torch.cat([features, features[:, : -batch % group]], 1).reshape(lanes, -1, group, size)
    variance = (filled - filled.mean(2, keepdim=True)).square().mean(2)
    deviation = (variance + EPSILON).sqrt().mean(2)
    return deviation[:, :, None].expand(-1, -1, group).reshape(lanes, -1, 1)[:, :batch]
