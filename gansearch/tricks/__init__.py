"""Training tricks: one file each."""

from gansearch.tricks._base import (
    Batch,
    Classes,
    Labels,
    Lanes,
    PlayerName,
    Role,
    Scalar,
    Shown,
    Sizes,
    Trick,
    across,
    tricks,
)

__all__ = [
    "Batch",
    "Classes",
    "Labels",
    "Lanes",
    "PlayerName",
    "Role",
    "Scalar",
    "Shown",
    "Sizes",
    "Trick",
    "across",
    "tricks",
]
