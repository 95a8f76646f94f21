"""Minibatch discrimination: how alike the samples of a batch are. Source: Salimans et al. 2016, arXiv:1606.03498."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Int, static
from gansearch.gan import Parameter
from gansearch.gan.layers import Linear
from gansearch.records import Facts
from gansearch.tricks._base import Classes, Lanes, Sizes, Trick

TENSOR = "tensor"
BIAS = "bias"
FIRST_BIAS = -1.0
"""Where the bias starts, as in the authors' code."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MinibatchDiscrimination(Trick):
    """Puts ``o_b = sum_{j != i} exp(-|M_ib - M_jb|_1) + bias_b`` behind the features of sample i, for each kernel b.

    ``M_i = T f(x_i)`` are ``kernels`` vectors of ``dim`` numbers, with a tensor ``T`` and a bias of the trick's own. A
    generator whose samples are all alike gives itself away, so it makes sense against mode collapse; real and fake
    samples should then be judged in batches of their own. A lane takes memory for ``B^2 * kernels`` numbers, on a GPU
    ``dim`` times that in the backward pass. The authors have 100 kernels of 5 numbers on CIFAR-10.
    """

    name: ClassVar[str] = "minibatch_discrimination"
    facts: ClassVar[Facts] = Facts(couples_batch=True, needs_features=True)
    paper: ClassVar[str] = "Salimans et al. 2016, arXiv:1606.03498, section 3.2"

    kernels: int = static(
        50, Int(5, 100, log=True), "numbers that are added; the shape of the tensor", limits=Int(1, 1000)
    )
    dim: int = static(5, Int(3, 16), "numbers of a sample that a kernel compares; shape as well", limits=Int(1, 256))

    def extra_features(self, sizes: Sizes) -> int:
        """One number for each kernel."""
        return self.kernels

    def discriminator_parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """The tensor as a matrix [kernels * dim, F], and the bias less where it starts."""
        tensor = Linear(TENSOR, sizes.features, self.kernels * self.dim, has_bias=False)
        return (*tensor.parameters, Parameter(BIAS, (self.kernels,), sizes.features, is_bias=True))

    def features(self, lanes: Lanes, features: Tensor, classes: Classes) -> Tensor:
        """The features and the closeness to the others, [K, B, F + kernels]."""
        tensor = self._projection(lanes.own, features[..., : lanes.sizes.features])
        bias = lanes.own[BIAS][:, None] + FIRST_BIAS
        return torch.cat([features, closeness(tensor) + bias], 2)

    def _projection(self, own: Mapping[str, Tensor], features: Tensor) -> Tensor:
        tensor = Linear(TENSOR, features.shape[2], self.kernels * self.dim, has_bias=False)
        return tensor(own, features, None).reshape(*features.shape[:2], self.kernels, self.dim)


def closeness(vectors: Float[Tensor, "K B kernels dim"]) -> Float[Tensor, "K B kernels"]:
    """``sum exp(-L1 distance)`` to the vectors of all other samples, by kernel; a sample itself never counts."""
    by_kernel = vectors.transpose(1, 2)
    near = torch.exp(-torch.cdist(by_kernel, by_kernel, p=1.0))
    itself = torch.eye(vectors.shape[1], dtype=torch.bool, device=vectors.device)
    return torch.where(itself, 0.0, near).sum(3).transpose(1, 2)
