"""Seeds: every random choice of a study follows from the study's seed and the place where the choice is made."""

from __future__ import annotations

import hashlib

from gansearch.space.plan import Plan


def trial_seed(study_seed: int, number: int, replicate: int | None) -> int:
    """Seed of a trial's random streams, in [0, 2**63); a single replicate counts as the first."""
    return _hashed(f"{study_seed}:{number}:{replicate or 0}")


def run_seed(plan: Plan, study_seed: int, number: int, replicate: int | None) -> int:
    """Seed of a run of trial ``number``: with experiments that of its replicate, so that arms are compared in pairs.

    Equal seeds mean equal draws of data, latents and noise, and equal initial weights where networks are equal.
    """
    return trial_seed(study_seed, 0 if plan.is_paired else number, replicate)


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


def confirmation_seed(study_seed: int, name: str) -> int:
    """Seed of a study called ``name`` that confirms what another chose, in [0, 2**62)."""
    return _hashed(f"{study_seed}:confirmed:{name}") >> 1


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
