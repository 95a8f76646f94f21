"""Checksums of bytes: a short content hash for identity, a CRC against damage."""

from __future__ import annotations

import hashlib
import zlib


def sha256_12(content: bytes) -> str:
    """First 12 hex digits of the SHA-256 of ``content``: tells contents apart."""
    return hashlib.sha256(content).hexdigest()[:12]


def crc32(content: bytes) -> int:
    """CRC-32 of ``content``, in [0, 2**32): finds damage, at a fraction of the cost of a hash."""
    return zlib.crc32(content)
