"""The checksum by which a trial says what it was trained on."""

from __future__ import annotations

import hashlib

from gansearch.data._base import Samples


def checksum(samples: Samples) -> str:
    """First 12 hex digits of the SHA-256 of a split: shape, type and content of its values, then of its labels."""
    digest = hashlib.sha256()
    for tensor in (samples.values, samples.labels):
        digest.update(f"{tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()[:12]
