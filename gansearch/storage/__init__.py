"""Atomic, checksummed, fenced files behind an fsspec URL."""

from gansearch.storage.storage import Storage

__all__ = ["Storage"]
