"""Training tricks: one file each."""

from gansearch.tricks._base import Batch, Labels, Lanes, Role, Scalar, Trick, across, tricks

__all__ = ["Batch", "Labels", "Lanes", "Role", "Scalar", "Trick", "across", "tricks"]
