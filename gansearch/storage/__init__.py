"""Atomic, checksummed, fenced files behind an fsspec URL."""
