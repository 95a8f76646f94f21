"""Batch, instance and layer normalisation, with a scale and a shift of every channel in every lane.

Sources: batch Ioffe and Szegedy 2015, arXiv:1502.03167; instance Ulyanov et al. 2016, arXiv:1607.08022; layer Ba et al.
2016, arXiv:1607.06450. Each takes vectors [K, B, C] and images [K, B, C, H, W], is differentiable twice (gradient
penalties), and is mean zero and variance one (of the sum over n, not n - 1) before scale and shift. Statistics are
taken in the number format of the parameters, whatever that of the products before.

A network is a pure function of its parameters, so batch normalisation keeps no running averages: its statistics are
always those of the batch at hand. In training that is the minibatch; when samples are drawn for an evaluation it is the
portion that is drawn at once, up to 2,500 samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.errors import PluginError, TrainingError
from gansearch.gan._base import Draws, Parameter
from gansearch.gan.folding import folded, unfolded
from gansearch.gan.plain import PlainLayer

EPSILON: Final = 1e-5
"""Added to the variance; in the units of the squared input."""

Normalise: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Of inputs [K, B, C, *S], scale [K, C] and shift [K, C]."""


def batch_norm(
    inputs: Float[Tensor, "K B C *S"], scale: Float[Tensor, "K C"], shift: Float[Tensor, "K C"]
) -> Float[Tensor, "K B C *S"]:
    """Every channel over the whole batch and all pixels. The lanes are further channels of one operation.

    Raises:
        ValueError: by torch, where a channel has one number only.
    """
    lanes, inputs = len(inputs), inputs.to(scale.dtype)
    if lanes == 1:
        return F.batch_norm(inputs[0], None, None, scale[0], shift[0], True, eps=EPSILON)[None]
    together = F.batch_norm(folded(inputs), None, None, scale.flatten(), shift.flatten(), True, eps=EPSILON)
    return unfolded(together, lanes)


def instance_norm(
    inputs: Float[Tensor, "K B C *S"], scale: Float[Tensor, "K C"], shift: Float[Tensor, "K C"]
) -> Float[Tensor, "K B C *S"]:
    """Every channel of every sample over its pixels.

    Raises:
        TrainingError: where a channel of a sample is a single number, as in a vector: nothing of it would be left.
    """
    if inputs[0, 0, 0].numel() == 1:
        raise TrainingError(
            "instance normalisation needs more than one pixel in each channel of a sample; got samples of shape "
            f"{tuple(inputs.shape[2:])}"
        )
    return _affine(_standardised(inputs.to(scale.dtype), (-2, -1)), scale, shift)


def layer_norm(
    inputs: Float[Tensor, "K B C *S"], scale: Float[Tensor, "K C"], shift: Float[Tensor, "K C"]
) -> Float[Tensor, "K B C *S"]:
    """Every sample over all its channels and pixels; scale and shift are still those of the channel."""
    return _affine(_standardised(inputs.to(scale.dtype), tuple(range(2, inputs.ndim))), scale, shift)


NORMALISATIONS: Final[Mapping[str, Normalise]] = MappingProxyType(
    {"batch": batch_norm, "instance": instance_norm, "layer": layer_norm}
)

_PLAIN: Final[Mapping[Normalise, str]] = MappingProxyType(
    {
        batch_norm: "nn.BatchNorm2d({channels}, track_running_stats=False)",
        instance_norm: "nn.InstanceNorm2d({channels}, affine=True)",
        layer_norm: "nn.GroupNorm(1, {channels})",
    }
)
"""What makes the layers of torch; layer normalisation over all channels is group normalisation with one group."""


@dataclass(frozen=True)
class Normalisation:
    """Parameters ``<name>.scale`` [K, C], which starts at 1, and ``<name>.shift`` [K, C], which starts at 0."""

    name: str
    function: Normalise
    channels: int
    of_vectors: bool = False
    """Whether samples are vectors [C], rather than images [C, H, W]; torch has two layers of batch normalisation."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Scale and shift."""
        return (
            Parameter(f"{self.name}.scale", (self.channels,), 1, is_scale=True),
            Parameter(f"{self.name}.shift", (self.channels,), 1, is_shift=True),
        )

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape."""
        return self.function(inputs, parameters[f"{self.name}.scale"], parameters[f"{self.name}.shift"])

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """The same layer of torch; batch normalisation without running statistics.

        Raises:
            PluginError: where the function is none of ``NORMALISATIONS``.
        """
        if self.function not in _PLAIN:
            raise PluginError(f"{self.name} cannot be exported: it must be one of {', '.join(NORMALISATIONS)}")
        tensors = {"weight": f"{self.name}.scale", "bias": f"{self.name}.shift"}
        code = _PLAIN[self.function].format(channels=self.channels)
        return (PlainLayer(code.replace("Norm2d", "Norm1d") if self.of_vectors else code, tensors),)


def _standardised(inputs: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Mean zero and variance one over ``dims``."""
    centred = inputs - inputs.mean(dims, keepdim=True)
    return centred * torch.rsqrt(centred.square().mean(dims, keepdim=True) + EPSILON)


def _affine(inputs: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """``inputs * scale + shift``, by lane and channel."""
    per_channel = (len(inputs), 1, -1, *[1] * (inputs.ndim - 3))
    return torch.addcmul(shift.reshape(per_channel), inputs, scale.reshape(per_channel))
