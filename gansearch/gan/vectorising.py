"""Whether lanes of a user's module can be one program: tried with two lanes, never assumed.

``torch.func.vmap`` has no rule for some operations, takes others one lane at a time, and cannot follow a decision that
depends on numbers. What it gives is compared with each lane alone: output, gradients, and gradients of a gradient.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import torch
from torch import Tensor, autograd

from gansearch.gan.torch_lanes import TorchLanes

_RELATIVE: Final = 1e-7
_ABSOLUTE: Final = 1e-10
_SLOW: Final = re.compile(r"batching rule for (\S+?)\.? ")
"""What torch's warning says where it takes the lanes of an operation one by one."""


@dataclass(frozen=True)
class Vectorised:
    """What was found."""

    possible: bool
    reason: str
    """Why not; empty where it is possible."""


def vectorises(lanes: TorchLanes, parameters: Mapping[str, Tensor], inputs: Tensor) -> Vectorised:
    """Whether two lanes in one program equal each lane alone.

    Args:
        lanes: the module.
        parameters: [2, *shape] by name, in double precision.
        inputs: [2, B, ...].
    """
    alone = [measured(lanes, parameters, inputs, (lane,)) for lane in (0, 1)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            together = measured(lanes, parameters, inputs, (0, 1))
        except Exception as error:  # noqa: BLE001 - whatever torch or the module raises is the reason that is shown
            return Vectorised(False, f"torch.func.vmap cannot run it ({_first_sentence(str(error)) or repr(error)})")
    slow = next((found[1] for found in (_SLOW.search(str(one.message)) for one in caught) if found), None)
    if slow is not None:
        return Vectorised(False, f"torch.func.vmap has no rule for {slow} and would take the lanes one by one")
    return _compared(together, alone)


def _compared(together: Mapping[str, Tensor], alone: Sequence[Mapping[str, Tensor]]) -> Vectorised:
    for name in alone[0]:
        expected = torch.cat([lane[name] for lane in alone])
        if name not in together or not torch.allclose(
            together[name], expected, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True
        ):
            return Vectorised(False, f"under torch.func.vmap its {name} is not that of a lane alone")
    return Vectorised(True, "")


def measured(
    lanes: TorchLanes, parameters: Mapping[str, Tensor], inputs: Tensor, which: Sequence[int]
) -> dict[str, Tensor]:
    """Outputs, gradients and second-order gradients [K, ...] by name, of the lanes ``which`` as one program."""
    chosen = list(which)
    leaves = {name: value[chosen].detach().requires_grad_() for name, value in parameters.items()}
    batch = inputs[chosen].detach().requires_grad_()
    output = lanes.apply(leaves, batch, FixedMasks(which))
    found = {"output": output, "output without dropout": lanes.apply(leaves, batch, None)}
    weighted = (output * torch.linspace(-1, 2, output[0].numel(), dtype=output.dtype).view(output.shape[1:])).sum()
    (slope,) = autograd.grad(weighted, [batch], create_graph=True, materialize_grads=True)
    found["gradient of the input"] = slope
    gradients = autograd.grad(weighted, list(leaves.values()), retain_graph=True, materialize_grads=True)
    found.update({f"gradient of {name}": one for name, one in zip(leaves, gradients, strict=True)})
    found.update(_second_order(slope, leaves))
    return {name: tensor.detach() for name, tensor in found.items()}


def _second_order(slope: Tensor, leaves: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a gradient penalty needs; empty where the module cannot be derived twice, one lane or many."""
    if not slope.requires_grad:
        return {}
    try:
        gradients = autograd.grad(slope.square().sum(), list(leaves.values()), materialize_grads=True)
    except RuntimeError:  # an operation without a second derivative: no matter of lanes, and only penalties need it
        return {}
    return {f"second-order gradient of {name}": one for name, one in zip(leaves, gradients, strict=True)}


class FixedMasks:
    """Draws for a check: masks that depend on the lane and on how many were drawn before, and on nothing else."""

    def __init__(self, lanes: Sequence[int]) -> None:
        self._lanes = lanes
        self._drawn = 0

    is_sampling: Final = False

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """Zeros [K, *shape]: no module of a user's draws any."""
        return torch.zeros(len(self._lanes), *shape)

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        """A dropout mask [K, *shape]: 1 / (1 - p) where kept, 0 where dropped; drops one number in three."""
        self._drawn += 1
        count = torch.arange(prod(shape), dtype=torch.int64)
        kept = torch.stack([(count + lane + self._drawn) % 3 > 0 for lane in self._lanes]).to(p)
        return (kept / (1 - p[:, None])).reshape(-1, *shape)

    def lanes(self, start: int, stop: int) -> FixedMasks:
        """Draws for some of the lanes, from the first on."""
        return FixedMasks(self._lanes[start:stop])


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).split(". ")[0].rstrip(".")
