"""What a network costs: multiplications for one sample, for comparisons at equal cost.

A multiplication and the addition behind it count as one, as products and convolutions do them. What activations, pools
and batch normalisation do besides is not counted; it is a small share.
"""

from __future__ import annotations

from typing import Any, Final

import torch

from gansearch.gan._base import Discriminator, Generator
from gansearch.records import Geometry

_BATCH: Final = 2
"""Samples in the pass that is counted: batch normalisation takes no single numbers."""


def multiplications(network: Generator | Discriminator, geometry: Geometry) -> int:
    """Multiplications in one forward pass, per sample; nothing is computed.

    Args:
        network: of one lane.
        geometry: of the samples.
    """
    from torch.utils.flop_counter import FlopCounterMode  # takes half a second to import

    shape = (network.latent_size,) if isinstance(network, Generator) else geometry.shape
    module = network.build(geometry)
    values = {each.key: torch.empty(1, *each.shape, device="meta") for each in module.parameters}
    inputs = torch.empty(1, _BATCH, *shape, device="meta")
    # A linear layer with one output is a product of numbers and a sum.
    counter = FlopCounterMode(display=False, custom_mapping={torch.ops.aten.mul: _of_numbers})
    with torch.no_grad(), counter:
        module(values, inputs, None)
    return counter.get_total_flops() // (2 * _BATCH)


def _of_numbers(*_: Any, out_shape: torch.Size) -> int:
    """Operations of a product number by number, two each as the counter has it."""
    return 2 * out_shape.numel()
