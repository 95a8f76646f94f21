"""Checks what a user's loop passes to ``gansearch.report`` and ``checkpointed``, inside a trial and outside."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from gansearch.errors import ScriptError

if TYPE_CHECKING:
    from torch import Tensor

    Samples: TypeAlias = Tensor | Callable[[int], Tensor]
else:
    Samples: TypeAlias = Any


def checked_step(step: object) -> int:
    """A whole number of at least 1."""
    return _whole(step, "step", "generator updates done, a whole number of at least 1")


def checked_epoch(epoch: object) -> int | None:
    """A whole number of at least 1, or None."""
    return None if epoch is None else _whole(epoch, "epoch", "the number of an epoch, a whole number of at least 1")


def checked_signals(signals: object) -> Mapping[str, Any]:
    """Names and single numbers; tensors are left as they are, so that a GPU is not waited for."""
    if not isinstance(signals, Mapping):
        raise ScriptError(f"signals must be a mapping from names to numbers; got {type(signals).__name__}")
    for name, value in signals.items():
        _check_number(name, value, "signals")
    return signals


def checked_metrics(metrics: object) -> dict[str, float] | None:
    """Names and numbers, or None."""
    if metrics is None:
        return None
    if not isinstance(metrics, Mapping) or not metrics:
        raise ScriptError(f"metrics must be a mapping from at least one name to its number; got {metrics!r}")
    for name, value in metrics.items():
        _check_number(name, value, "metrics")
    return {name: number(value) for name, value in metrics.items()}


def checked_samples(samples: object) -> Samples | None:
    """A tensor or a function, or None."""
    if samples is None or callable(samples) or hasattr(samples, "detach"):
        found: Samples | None = samples  # type: ignore[assignment]
        return found
    raise ScriptError(
        f"samples must be a tensor [n, *shape] in [-1, 1], or a function from n to one; got {type(samples).__name__}"
    )


def checked_objects(objects: Mapping[str, object]) -> None:
    """Objects that have a state: at least one."""
    if not objects:
        raise ScriptError("checkpointed must be given what the training consists of, as netG=netG; got nothing")
    for name, value in objects.items():
        has_state = hasattr(value, "state_dict") and hasattr(value, "load_state_dict")
        if not (has_state or (hasattr(value, "get_state") and hasattr(value, "set_state"))):
            raise ScriptError(
                f"{name} must have state_dict and load_state_dict, or be a torch.Generator; got {type(value).__name__}"
            )


def number(value: Any) -> float:
    """The value of a number, or of a tensor that holds one."""
    return float(value.detach().item() if hasattr(value, "detach") else value)


def _whole(value: object, name: str, what: str) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ScriptError(f"{name} must be {what}; got {value!r}") from None
    if isinstance(value, bool) or number < 1:
        raise ScriptError(f"{name} must be {what}; got {value!r}")
    return number


def _check_number(name: object, value: object, where: str) -> None:
    if not isinstance(name, str) or not name:
        raise ScriptError(f"the names in {where} must be words; got {name!r}")
    if hasattr(value, "numel"):  # a tensor
        if value.numel() != 1:
            raise ScriptError(f"{where}[{name!r}] must be one number; got a tensor of shape {list(value.shape)}")  # type: ignore[attr-defined]
        return
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ScriptError(f"{where}[{name!r}] must be a number; got {value!r}") from None
