"""The Inception network of the standard FID and KID, with the user's weights. Source: Szegedy 2015, arXiv:1512.00567.

The network, and its resizing as in TensorFlow 1, are torch-fidelity's: Obukhov et al. 2020, doi:10.5281/zenodo.4957738.
"""

from __future__ import annotations

import hashlib
import pickle
import textwrap
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, Final

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from gansearch.errors import DataError
from gansearch.metrics._base import Measured

CHUNK: Final = 50
"""Images per pass: always the same, since the last bits of a product depend on its size."""
LAYER: Final = "2048"
"""Torch-fidelity's name of the layer that the metrics compare: its last average pool, of 2,048 features."""
COLOURS: Final = 3
LONGEST: Final = 300
"""Characters of torch's account of what is wrong with a file that a message repeats."""


@dataclass(frozen=True, eq=False)
class InceptionExtractor:
    """Features of images with one channel or three; there are no classes, since ImageNet's are not the data's."""

    name: ClassVar[str] = "inception-v3"
    network: nn.Module
    """Of uint8 images [n, 3, H, W] of any size."""
    hash: str
    """First 12 hex digits of the SHA-256 of the file of weights."""

    @torch.no_grad()
    def __call__(self, samples: Float[Tensor, "n c h w"]) -> Measured:
        """Measure images in [-1, 1], on the device that they are on."""
        network = self.network.to(samples.device)
        return Measured(
            samples, torch.cat([network(coloured(chunk))[0] for chunk in torch.split(samples, CHUNK)]), None
        )


def coloured(images: Float[Tensor, "n c h w"]) -> UInt8[Tensor, "n 3 h w"]:
    """Images in [-1, 1] as bytes in three channels, whose channel is repeated where there is one."""
    as_bytes = ((images.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return as_bytes.expand(-1, COLOURS, -1, -1)


def inception_extractor(path: Path) -> InceptionExtractor:
    """The extractor with the weights in a file, as torch-fidelity publishes them.

    Args:
        path: a state dict that ``torch.save`` wrote; nothing in it is run.

    Raises:
        DataError: where there is no such file, it holds no such weights, or torch-fidelity is not installed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"--inception-weights must name a file that can be read; got {path}: {error}") from error
    return InceptionExtractor(_network(_state(content, path), path), hashlib.sha256(content).hexdigest()[:12])


def _state(content: bytes, path: Path) -> dict[str, Any]:
    """What the file holds, read without running anything in it."""
    try:
        state = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, RuntimeError, ValueError, KeyError, IndexError) as error:
        raise DataError(f"Inception weights must be a state dict written by torch.save; {path} is none") from error
    if not isinstance(state, dict):
        raise DataError(f"Inception weights must be a state dict; {path} holds a {type(state).__name__}")
    return state


def _network(state: dict[str, Any], path: Path) -> nn.Module:
    """The network with these weights.

    Torch-fidelity would unpickle a file whatever it held, so it is given what has been read of it with care.
    """
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    except ModuleNotFoundError as error:
        raise DataError(f"Inception weights need torch-fidelity; got: {error}. Install gansearch[inception]") from error
    written = BytesIO()
    torch.save(state, written)
    written.seek(0)
    try:
        with torch.random.fork_rng(devices=[]):  # its first weights, which the file's replace, are random
            network: nn.Module = FeatureExtractorInceptionV3(
                InceptionExtractor.name, [LAYER], feature_extractor_weights_path=written
            )
    except RuntimeError as error:
        said = textwrap.shorten(str(error), LONGEST, placeholder=" ...")
        raise DataError(
            f"Inception weights must be those of torch-fidelity's FeatureExtractorInceptionV3; {path} holds others: "
            f"{said}"
        ) from error
    return network
