"""An extractor of images: a small convolutional classifier, frozen. Features are its penultimate layer.

Source: the protocol of Heusel et al. 2017 (arXiv:1706.08500) with a network that fits 28 x 28 digits, as the Inception
network does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import safetensors.torch
import torch
from jaxtyping import Float
from safetensors import SafetensorError
from torch import Tensor

from gansearch.errors import CorruptFileError
from gansearch.metrics._base import Measured
from gansearch.metrics.classifier import Classifier

CHUNK = 500
"""Samples per pass: always the same, since the last bits of a product depend on its size."""
FORMAT = "1"


@dataclass(frozen=True, eq=False)
class CnnExtractor:
    """A classifier with fixed weights: float32 values that float16 can hold, so that storing changes nothing.

    Class probabilities are those of labels: how an image has been turned is no class of it.
    """

    name: str
    classifier: Classifier
    weights: Mapping[str, Tensor]
    _on_device: dict[torch.device, dict[str, Tensor]] = field(default_factory=dict, repr=False)

    @cached_property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of the definition and the weights."""
        return weights_hash(self.classifier.definition, self.weights)

    @torch.no_grad()
    def __call__(self, samples: Float[Tensor, "n c h w"]) -> Measured:
        """Measure images in [-1, 1], on the device that they are on."""
        weights = self._weights_on(samples.device)
        passes = [self.classifier.classify(weights, chunk) for chunk in torch.split(samples.float(), CHUNK)]
        features = torch.cat([features for features, _ in passes])
        if self.classifier.task != "labels":
            return Measured(samples, features, None)
        logits = torch.cat([logits for _, logits in passes])
        return Measured(samples, features, logits.double().softmax(1).float())

    def _weights_on(self, device: torch.device) -> dict[str, Tensor]:
        if device not in self._on_device:
            self._on_device[device] = {name: weight.to(device) for name, weight in self.weights.items()}
        return self._on_device[device]

    def to_bytes(self) -> bytes:
        """A safetensors file with float16 weights, and name, definition and hash in its metadata."""
        stored = {name: weight.half().contiguous() for name, weight in sorted(self.weights.items())}
        metadata = {
            "name": self.name,
            "definition": self.classifier.definition,
            "hash": self.hash,
            "format": FORMAT,
        }
        return safetensors.torch.save(stored, metadata)


def extractor_from_bytes(content: bytes, origin: str, classifier: Classifier) -> CnnExtractor:
    """The extractor that ``to_bytes`` wrote.

    Args:
        content: the file's content.
        origin: where it was read, for messages.
        classifier: what its weights must mean.

    Raises:
        CorruptFileError: where it is no such file, has another definition, or its weights do not match its hash.
    """
    try:
        stored = safetensors.torch.load(content)
        metadata = _metadata(content)
    except (SafetensorError, ValueError) as error:
        raise CorruptFileError(f"an extractor must be a safetensors file; {origin} is none: {error}") from error
    if metadata.get("definition") != classifier.definition or metadata.get("format") != FORMAT:
        raise CorruptFileError(f"an extractor must be defined as {classifier.definition!r}; {origin} says {metadata!r}")
    weights = {name: weight.float() for name, weight in stored.items()}
    extractor = CnnExtractor(metadata["name"], classifier, weights)
    if extractor.hash != metadata.get("hash"):
        raise CorruptFileError(f"the weights in {origin} must have hash {metadata.get('hash')}; got {extractor.hash}")
    return extractor


def rounded(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as float32 values that float16 can hold, without a graph, on the CPU."""
    return {name: weight.detach().cpu().half().float() for name, weight in weights.items()}


def weights_hash(definition: str, weights: Mapping[str, Tensor]) -> str:
    """First 12 hex digits of the SHA-256 of the definition and of every weight's name, shape and float32 bytes."""
    digest = hashlib.sha256(definition.encode())
    for name, weight in sorted(weights.items()):
        digest.update(f"{name}{tuple(weight.shape)}".encode())
        digest.update(weight.detach().cpu().float().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def _metadata(content: bytes) -> dict[str, str]:
    """Metadata of a safetensors file, read from its JSON header (the library reads it from paths only)."""
    length = int.from_bytes(content[:8], "little")
    found: dict[str, str] = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return found
