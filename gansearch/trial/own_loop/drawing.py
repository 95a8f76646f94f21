"""Samples of a user's own generator: drawn in portions, without a trace on the random states, and checked."""

from __future__ import annotations

import hashlib
from typing import Final

import torch
from torch import Tensor

from gansearch.errors import ScriptError
from gansearch.records import Geometry
from gansearch.trial.own_loop.arguments import Samples
from gansearch.trial.own_loop.random_states import set_aside

AT_ONCE: Final = 250
"""Samples that a function is asked for at a time: large networks would not have room for all at once."""
MARGIN: Final = 1e-3
"""Beyond [-1, 1], for rounding."""


def drawn(samples: Samples, count: int, least: int, geometry: Geometry | None, seed: int) -> Tensor:
    """Samples [n, *shape] as float32 on the CPU.

    Args:
        samples: a tensor, or a function from n to one.
        count: how many; of a tensor that has fewer, all.
        least: how many a tensor must have.
        geometry: of the data set; None where there is none.
        seed: of the trial: the same samples are drawn while the generator stays the same.

    Raises:
        ScriptError: where they do not have the form that they must have.
    """
    if callable(samples) and not isinstance(samples, Tensor):
        parts: list[Tensor] = []
        with set_aside(_samples_seed(seed)), torch.no_grad():
            for start in range(0, count, AT_ONCE):
                wanted = min(AT_ONCE, count - start)
                part = samples(wanted)
                _check(part, geometry)
                if len(part) != wanted:
                    raise ScriptError(f"samples(n) must return n samples; asked for {wanted}, it returned {len(part)}")
                parts.append(_plain(part))
        return torch.cat(parts)
    _check(samples, geometry)
    if len(samples) < least:
        raise ScriptError(
            f"samples must be at least {least:,} where they are measured, or a function from n to samples; "
            f"got {len(samples):,}"
        )
    return _plain(samples[:count])


def _check(samples: object, geometry: Geometry | None) -> None:
    if not isinstance(samples, Tensor) or not samples.dtype.is_floating_point or samples.ndim < 2:
        shown = f"{samples.dtype} {list(samples.shape)}" if isinstance(samples, Tensor) else type(samples).__name__
        raise ScriptError(f"samples must be a tensor [n, *shape] of real numbers; got {shown}")
    if geometry is None:
        return
    if tuple(samples.shape[1:]) != geometry.shape:
        raise ScriptError(
            f"samples must have the shape of the data set's, [n, {', '.join(map(str, geometry.shape))}]; "
            f"got {list(samples.shape)}"
        )
    if geometry.bounded and bool((samples.detach().abs() > 1 + MARGIN).any()):
        low, high = float(samples.min()), float(samples.max())
        raise ScriptError(f"samples must lie in [-1, 1], as data are scaled; got numbers from {low:.3g} to {high:.3g}")


def _plain(samples: Tensor) -> Tensor:
    return samples.detach().to("cpu", torch.float32, copy=True)


def _samples_seed(seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}|samples".encode()).digest()[:7], "little")
