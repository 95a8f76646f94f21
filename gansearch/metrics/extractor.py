"""The reference extractor of images: a small convolutional classifier, frozen. Features are its penultimate layer.

Source: the protocol of Heusel et al. 2017 (arXiv:1706.08500) with a network that fits 28 x 28 digits, as the Inception
network does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import safetensors.torch
import torch
from jaxtyping import Float
from safetensors import SafetensorError
from torch import Tensor
from torch.nn import functional as F

from gansearch.errors import CorruptFileError
from gansearch.metrics._base import Measured
from gansearch.records import Geometry

FEATURES = 128
"""Units of the penultimate layer."""
DEFINITION = "conv5s2-16 relu conv5s2-32 relu dense-128 relu dense-classes; input in [-1, 1]"
"""What the weights mean; part of the hash."""
CHUNK = 500
"""Samples per pass: always the same, since the last bits of a product depend on its size."""
FORMAT = "1"


def weight_shapes(geometry: Geometry) -> dict[str, tuple[int, ...]]:
    """Shape of every weight for images of this geometry, by name."""
    channels, height, width = geometry.shape
    flat = 32 * -(-height // 4) * -(-width // 4)
    return {
        "conv1.weight": (16, channels, 5, 5),
        "conv1.bias": (16,),
        "conv2.weight": (32, 16, 5, 5),
        "conv2.bias": (32,),
        "dense.weight": (FEATURES, flat),
        "dense.bias": (FEATURES,),
        "classes.weight": (geometry.classes, FEATURES),
        "classes.bias": (geometry.classes,),
    }


def classify(
    weights: Mapping[str, Tensor], images: Float[Tensor, "n c h w"]
) -> tuple[Float[Tensor, "n d"], Float[Tensor, "n classes"]]:
    """Features (at least 0) and class logits of images in [-1, 1]."""
    hidden = F.relu(F.conv2d(images, weights["conv1.weight"], weights["conv1.bias"], stride=2, padding=2))
    hidden = F.relu(F.conv2d(hidden, weights["conv2.weight"], weights["conv2.bias"], stride=2, padding=2))
    features = F.relu(F.linear(hidden.flatten(1), weights["dense.weight"], weights["dense.bias"]))
    return features, F.linear(features, weights["classes.weight"], weights["classes.bias"])


@dataclass(frozen=True, eq=False)
class CnnExtractor:
    """The classifier with fixed weights: float32 values that float16 can hold, so that storing changes nothing."""

    name: str
    weights: Mapping[str, Tensor]
    _on_device: dict[torch.device, dict[str, Tensor]] = field(default_factory=dict, repr=False)

    @property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of the definition and the weights."""
        return weights_hash(self.weights)

    @torch.no_grad()
    def __call__(self, samples: Float[Tensor, "n c h w"]) -> Measured:
        """Measure images in [-1, 1], on the device that they are on."""
        weights = self._weights_on(samples.device)
        passes = [classify(weights, chunk) for chunk in torch.split(samples.float(), CHUNK)]
        features = torch.cat([features for features, _ in passes])
        logits = torch.cat([logits for _, logits in passes])
        return Measured(samples, features, logits.double().softmax(1).float())

    def _weights_on(self, device: torch.device) -> dict[str, Tensor]:
        if device not in self._on_device:
            self._on_device[device] = {name: weight.to(device) for name, weight in self.weights.items()}
        return self._on_device[device]

    def to_bytes(self) -> bytes:
        """A safetensors file with float16 weights, and name, definition and hash in its metadata."""
        stored = {name: weight.half().contiguous() for name, weight in sorted(self.weights.items())}
        metadata = {"name": self.name, "definition": DEFINITION, "hash": self.hash, "format": FORMAT}
        return safetensors.torch.save(stored, metadata)


def extractor_from_bytes(content: bytes, origin: str) -> CnnExtractor:
    """The extractor that ``to_bytes`` wrote.

    Args:
        content: the file's content.
        origin: where it was read, for messages.

    Raises:
        CorruptFileError: where it is no such file, has another definition, or its weights do not match its hash.
    """
    try:
        stored = safetensors.torch.load(content)
        metadata = _metadata(content)
    except (SafetensorError, ValueError) as error:
        raise CorruptFileError(f"an extractor must be a safetensors file; {origin} is none: {error}") from error
    if metadata.get("definition") != DEFINITION or metadata.get("format") != FORMAT:
        raise CorruptFileError(f"an extractor must be defined as {DEFINITION!r}; {origin} says {metadata!r}")
    extractor = CnnExtractor(metadata["name"], {name: weight.float() for name, weight in stored.items()})
    if extractor.hash != metadata.get("hash"):
        raise CorruptFileError(f"the weights in {origin} must have hash {metadata.get('hash')}; got {extractor.hash}")
    return extractor


def rounded(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as float32 values that float16 can hold, without a graph, on the CPU."""
    return {name: weight.detach().cpu().half().float() for name, weight in weights.items()}


def weights_hash(weights: Mapping[str, Tensor]) -> str:
    """First 12 hex digits of the SHA-256 of the definition and of every weight's name, shape and float32 bytes."""
    digest = hashlib.sha256(DEFINITION.encode())
    for name, weight in sorted(weights.items()):
        digest.update(f"{name}{tuple(weight.shape)}".encode())
        digest.update(weight.detach().cpu().float().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def _metadata(content: bytes) -> dict[str, str]:
    """Metadata of a safetensors file, read from its JSON header (the library reads it from paths only)."""
    length = int.from_bytes(content[:8], "little")
    found: dict[str, str] = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return found
