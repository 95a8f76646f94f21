"""Lanes' configurations as one: equal structure, but for mixed fields, and every traced number a tensor [K]."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeVar

import torch

from gansearch.dimensions import declared
from gansearch.errors import TrainingError
from gansearch.gan import Network
from gansearch.training.configuration import Configuration

T = TypeVar("T")


def stack_traced(objects: Sequence[T], *, dtype: torch.dtype, device: torch.device | str = "cpu") -> T:
    """The first of ``objects`` with the values of all in each field that they may differ in.

    A traced field becomes a tensor [K]; a mixed one a tuple of K values, unless all are equal.
    """
    first: Any = objects[0]
    # Without numbers a network could not tell whether it drops anything, and would count as one that does.
    is_told_by_numbers = isinstance(first, Network) and torch.device(device).type == "meta"
    stacked: dict[str, object] = {}
    for name, said in declared(type(first)).items():
        values = [getattr(one, name) for one in objects]
        if said.traced and is_told_by_numbers and all(value == values[0] for value in values):
            continue
        if said.traced:
            stacked[name] = torch.tensor([float(value) for value in values], dtype=dtype, device=device)
        elif said.mixed and any(value != values[0] for value in values):
            stacked[name] = tuple(values)
    replaced: T = dataclasses.replace(first, **stacked)
    return replaced


def stack_configurations(
    configurations: Sequence[Configuration], *, dtype: torch.dtype, device: torch.device | str = "cpu"
) -> Configuration:
    """The configuration of a pack.

    The optimizers' numbers are in double precision, since an update on the CPU reads them as plain numbers.

    Raises:
        TrainingError: where two configurations differ in their structure, with the key that does.
    """
    first = configurations[0]
    for other in configurations[1:]:
        _check_equal_signatures(first, other)

    def stack(part: str) -> Any:
        is_optimizer = part.endswith("_optimizer")
        owners = [getattr(configuration, part) for configuration in configurations]
        return stack_traced(owners, dtype=torch.float64 if is_optimizer else dtype, device=device)

    tricks = zip(*(configuration.tricks for configuration in configurations), strict=True)
    return dataclasses.replace(
        first,
        **{part: stack(part) for part in Configuration.PARTS if part != "dataset"},
        tricks=tuple(stack_traced(same, dtype=dtype, device=device) for same in tricks),
    )


def _check_equal_signatures(first: Configuration, other: Configuration) -> None:
    ours, theirs = dict(first.signature()), dict(other.signature())
    for key in {**ours, **theirs}:
        if ours.get(key) != theirs.get(key):
            raise TrainingError(
                f"lanes of one pack must have the same structure; {key} differs: {ours.get(key)!r} and "
                f"{theirs.get(key)!r}"
            )
