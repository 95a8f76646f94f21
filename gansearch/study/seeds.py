"""Seeds: every random choice of a study follows from the study's seed and the place where the choice is made."""

from __future__ import annotations

import hashlib


def trial_seed(study_seed: int, number: int, replicate: int | None) -> int:
    """Seed of a trial's random streams, in [0, 2**63); a single replicate counts as the first."""
    return _hashed(f"{study_seed}:{number}:{replicate or 0}")


def sampler_seed(study_seed: int, number: int) -> int:
    """Seed of the sampler that chooses trial ``number``, in [0, 2**32).

    The sampler is seeded anew for every trial, so that a resumed study chooses as an uninterrupted one does.
    """
    return _hashed(f"{study_seed}:sampler:{number}") % 2**32


def order_seed(study_seed: int, number: int) -> int:
    """Seed of the order in which trial ``number`` is asked for its tricks."""
    return _hashed(f"{study_seed}:order:{number}")


def prior_seed(study_seed: int, number: int) -> int:
    """Seed of what trial ``number`` draws from the priors of the space."""
    return _hashed(f"{study_seed}:prior:{number}")


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
