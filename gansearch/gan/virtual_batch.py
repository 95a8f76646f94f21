"""Virtual batch normalisation, in two readings. Source: Salimans et al. 2016, arXiv:1606.03498.

A reference batch of latents, drawn once, goes through the generator in front of every batch. It is normalised by its
own statistics. In the paper's reading every sample is normalised by those of the reference batch and itself, so that
it depends on no other; in the other reading by those of the reference batch and the whole batch at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Int
from gansearch.gan._base import Draws, Module, Parameter, WithoutParameters
from gansearch.gan.normalisation import EPSILON, NORMALISATIONS, Normalisation
from gansearch.gan.plain import PlainLayer

NONE: Final = "none"
VIRTUAL: Final[Mapping[str, bool]] = MappingProxyType({"virtual_batch": False, "virtual_batch_union": True})
"""The readings by name: whether statistics are those of the union of both batches."""
COUPLING: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"batch": ("couples_batch",), "virtual_batch_union": ("couples_batch",)}
)
"""The facts that normalisations of generators imply, as ``dimensions.static`` takes them."""
LATENTS: Final = "reference.latents"
"""Name of the parameter that holds the reference batch."""

REFERENCE_SIZE: Final[dict[str, Any]] = {
    "default": 64,
    "dimension": Int(32, 512),
    "meaning": "samples in the reference batch of a virtual batch normalisation",
    "limits": Int(2, 65536),
}
"""The field ``reference_size`` of a generator."""

_WITH: Final = '''\
class WithReference(nn.Module):
    """Puts the reference batch of latents in front of the batch."""

    def __init__(self, size: int, latent_size: int) -> None:
        super().__init__()
        self.register_buffer("latents", torch.zeros(size, latent_size))

    def forward(self, latents: Tensor) -> Tensor:
        return torch.cat([self.latents, latents])
'''
_WITHOUT: Final = '''\
class WithoutReference(nn.Module):
    """Leaves out what became of the reference batch."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, samples: Tensor) -> Tensor:
        return samples[self.size :]
'''
_NORM: Final = '''\
class VirtualBatchNorm(nn.Module):
    """Normalises by the reference batch, which stands in front, and each sample itself, or all of them."""

    def __init__(self, channels: int, size: int, union: bool) -> None:
        super().__init__()
        self.size, self.union = size, union
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, inputs: Tensor) -> Tensor:
        flat = inputs.flatten(2) if inputs.ndim > 2 else inputs[..., None]
        known, new = flat[: self.size], flat[self.size :]
        dims = (0, 2) if self.union else (2,)
        share = (len(new) if self.union else 1) / (self.size + (len(new) if self.union else 1))
        mean, variance = known.mean((0, 2), True), known.var((0, 2), correction=0, keepdim=True)
        own_mean, own_variance = new.mean(dims, True), new.var(dims, correction=0, keepdim=True)
        joint = mean + share * (own_mean - mean)
        spread = (1 - share) * (variance + (mean - joint) ** 2) + share * (own_variance + (own_mean - joint) ** 2)
        known = (known - mean) * torch.rsqrt(variance + {epsilon})
        new = (new - joint) * torch.rsqrt(spread + {epsilon})
        normal = torch.cat([known, new]) * self.weight[:, None] + self.bias[:, None]
        return normal.view(inputs.shape)
'''.replace("{epsilon}", str(EPSILON))


def virtual_batch_norm(
    inputs: Float[Tensor, "K N C *S"],
    scale: Float[Tensor, "K C"],
    shift: Float[Tensor, "K C"],
    *,
    reference: int,
    union: bool,
) -> Float[Tensor, "K N C *S"]:
    """Every channel by statistics over samples and pixels, with weight ``1 / (reference + 1)`` for a sample itself.

    Args:
        inputs: the reference batch, and the batch behind it.
        scale: multiplies what has variance one.
        shift: is added to that.
        reference: R, samples of the reference batch.
        union: whether statistics are those of all R + B samples, instead of those of R + 1.
    """
    inputs = inputs.to(scale.dtype)
    pixels = tuple(range(3, inputs.ndim))
    # The gradient of a split is laid together in one piece; that of a slice would be padded with zeros.
    known, new = torch.split(inputs, [reference, inputs.shape[1] - reference], dim=1)
    count = new.shape[1] if union else 1
    share = count / (reference + count)
    mean, variance = _moments(known, (1, *pixels))
    own_mean, own_variance = _moments(new, (1, *pixels) if union else pixels)
    joint = mean + share * (own_mean - mean)
    spread = (1 - share) * (variance + (mean - joint).square()) + share * (own_variance + (own_mean - joint).square())
    standardised = torch.cat(
        [(known - mean) * torch.rsqrt(variance + EPSILON), (new - joint) * torch.rsqrt(spread + EPSILON)], 1
    )
    per_channel = (len(inputs), 1, -1, *[1] * len(pixels))
    return torch.addcmul(shift.reshape(per_channel), standardised, scale.reshape(per_channel))


def _moments(inputs: Tensor, dims: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Mean and variance over ``dims``, which are kept; over none, each number and zero."""
    if not dims:
        return inputs, torch.zeros_like(inputs)
    mean = inputs.mean(dims, keepdim=True)
    return mean, (inputs - mean).square().mean(dims, keepdim=True)


@dataclass(frozen=True)
class VirtualBatchNormalisation:
    """Parameters ``<name>.scale`` [K, C] and ``<name>.shift`` [K, C], as those of ``Normalisation``."""

    name: str
    channels: int
    reference: int
    """Samples of the reference batch, which stand in front."""
    union: bool

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Scale and shift."""
        return (
            Parameter(f"{self.name}.scale", (self.channels,), 1, is_scale=True),
            Parameter(f"{self.name}.shift", (self.channels,), 1, is_shift=True),
        )

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the shape."""
        scale, shift = parameters[f"{self.name}.scale"], parameters[f"{self.name}.shift"]
        return virtual_batch_norm(inputs, scale, shift, reference=self.reference, union=self.union)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A layer of its own."""
        tensors = {"weight": f"{self.name}.scale", "bias": f"{self.name}.shift"}
        return (PlainLayer(f"VirtualBatchNorm({self.channels}, {self.reference}, {self.union})", tensors, (_NORM,)),)


@dataclass(frozen=True)
class WithReference:
    """Puts the reference batch, the frozen parameter ``reference.latents`` [K, R, Z], in front of latents [K, B, Z]."""

    size: int
    latent_size: int

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The reference batch."""
        return (Parameter(LATENTS, (self.size, self.latent_size), 1, is_frozen=True, is_latents=True),)

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Map [K, B, Z] to [K, R + B, Z]."""
        return torch.cat([parameters[LATENTS], inputs], 1)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A layer of the same name."""
        return (PlainLayer(f"WithReference({self.size}, {self.latent_size})", {"latents": LATENTS}, (_WITH,)),)


@dataclass(frozen=True)
class WithoutReference(WithoutParameters):
    """Leaves out what became of the reference batch: maps [K, R + B, *S] to [K, B, *S]."""

    size: int

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the samples of the batch at hand."""
        return inputs[:, self.size :]

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A layer of the same name."""
        return (PlainLayer(f"WithoutReference({self.size})", sources=(_WITHOUT,)),)


def normalisation_layers(
    kind: str, name: str, channels: int, reference: int = 0, *, of_vectors: bool = False
) -> tuple[Module, ...]:
    """The normalisation called ``kind``: none, one of ``NORMALISATIONS``, or one of ``VIRTUAL``.

    Args:
        kind: which.
        name: of the layer.
        channels: that it scales and shifts.
        reference: samples of the reference batch, which a virtual one finds in front of its inputs.
        of_vectors: whether samples are vectors there, rather than images.
    """
    if kind == NONE:
        return ()
    if kind in VIRTUAL:
        return (VirtualBatchNormalisation(name, channels, reference, VIRTUAL[kind]),)
    return (Normalisation(name, NORMALISATIONS[kind], channels, of_vectors),)


def with_reference(kind: str, size: int, latent_size: int, layers: tuple[Module, ...]) -> tuple[Module, ...]:
    """A generator's layers, between which the reference batch stands where its normalisation is a virtual one."""
    if kind not in VIRTUAL:
        return layers
    return (WithReference(size, latent_size), *layers, WithoutReference(size))
