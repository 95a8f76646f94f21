"""Whether CUDA is there where a trial is to train on it: one that was given a GPU never falls back on the CPU."""

from __future__ import annotations

import os
import platform

import torch

from gansearch.errors import ExecutorError
from gansearch.trial.provenance import VISIBLE


def is_found(device: str) -> bool:
    """Whether torch finds the device in this process; the CPU is always there."""
    return torch.device(device).type != "cuda" or torch.cuda.is_available()


def check_device(device: str) -> None:
    """Whether torch finds the device in this process.

    Args:
        device: as torch names it.

    Raises:
        ExecutorError: where it is CUDA, and torch finds none.
    """
    if not is_found(device):
        is_built = torch.backends.cuda.is_built()  # type: ignore[no-untyped-call]
        wrong = "finds no GPU that it can use" if is_built else "is built without CUDA"
        remedy = "Mend its GPU driver" if is_built else "Install a build of torch with CUDA there"
        raise ExecutorError(
            f"a trial that is given a GPU (resources.gpu of the space is above 0) must find CUDA where it runs; "
            f"got none on {platform.node()}, where {VISIBLE} {_visible()} and torch {torch.__version__} {wrong}. "
            f"{remedy}, or train on the CPU: launch with --set resources.device=cpu"
        )


def _visible() -> str:
    said = os.environ.get(VISIBLE)
    return "is not set" if said is None else f"is {said or 'empty'}"
