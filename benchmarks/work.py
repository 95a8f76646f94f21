"""The work in one step of a peer: its matrix products and convolutions, counted, and run without anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor, nn

from benchmarks.cases import Peer

Weighted: TypeAlias = nn.Linear | nn.Conv2d | nn.ConvTranspose2d

PASSES_PER_PARAMETER: Final = {"generator": 10, "discriminator": 12}
"""Passes over a parameter's memory that no order of the work can save while nothing stays in a cache: Adam reads four
numbers and writes three, the gradient is written once, and the weight is read forward and backward, by the
discriminator in both updates."""


@dataclass(frozen=True, eq=False)
class LayerWork:
    """A layer's products in one pass: forward, then what the pass needs of the two backward ones."""

    layer: Weighted
    inputs: Tensor
    slope: Tensor
    """Of the form of the outputs."""
    weight_gradient: bool
    input_gradient: bool

    @property
    def flops(self) -> int:
        """Multiplications and additions; a product backward has as many as the one forward."""
        return forward_flops(self.layer, self.inputs, self.slope) * (1 + self.weight_gradient + self.input_gradient)

    def run(self) -> None:
        """The products alone: neither biases nor anything that is taken of every number alone."""
        if isinstance(self.layer, nn.Linear):
            self._run_linear(self.layer.weight)
        else:
            self._run_convolution(self.layer)

    def _run_linear(self, weight: Tensor) -> None:
        torch.mm(self.inputs, weight.t())
        if self.weight_gradient:
            torch.mm(self.slope.t(), self.inputs)
        if self.input_gradient:
            torch.mm(self.slope, weight)

    def _run_convolution(self, layer: nn.Conv2d | nn.ConvTranspose2d) -> None:
        form = (layer.stride, layer.padding, layer.dilation, layer.transposed, layer.output_padding, layer.groups)
        aten: Any = torch.ops.aten
        aten.convolution(self.inputs, layer.weight, None, *form)
        wanted = [self.input_gradient, self.weight_gradient, False]
        if any(wanted):
            aten.convolution_backward(self.slope, self.inputs, layer.weight, None, *form, wanted)


def forward_flops(layer: Weighted, inputs: Tensor, outputs: Tensor) -> int:
    """Multiplications and additions of one product forward."""
    if isinstance(layer, nn.Linear):
        return 2 * inputs.numel() * layer.out_features
    kernel = layer.kernel_size[0] * layer.kernel_size[1]
    if isinstance(layer, nn.ConvTranspose2d):
        return 2 * inputs.numel() * layer.out_channels * kernel
    return 2 * outputs.numel() * layer.in_channels * kernel


def step_work(peer: Peer, real: Tensor, *, needless: bool) -> list[LayerWork]:
    """The products of a step that reuses its fakes, without any penalty.

    Args:
        peer: whose networks.
        real: a batch in the peer's form.
        needless: whether to take the discriminator's weight gradients in the generator's update too, which a plain
            loop works out and throws away.
    """
    latents = torch.randn(len(real), peer.latent_size, device=real.device)
    fake = torch.randn_like(real)
    return [
        *_pass(peer.generator, latents, weights=True, inputs=False),
        *_pass(peer.discriminator, real, weights=True, inputs=False),
        *_pass(peer.discriminator, fake, weights=True, inputs=False),
        *_pass(peer.discriminator, fake, weights=needless, inputs=True),
    ]


def penalty_flops(peer: Peer, real: Tensor) -> int:
    """What R1 adds: a pass forward, the gradient at the images, and that gradient's own two products in every layer."""
    layers = _pass(peer.discriminator, real, weights=True, inputs=True)
    return sum(work.flops for work in layers) * 4 // 3


def flops(work: Sequence[LayerWork]) -> int:
    """All of it together."""
    return sum(layer.flops for layer in work)


def parameter_bytes(peer: Peer) -> int:
    """Bytes of weights, gradients and Adam's state that a step moves, in single precision."""
    moved = 0
    for name, passes in PASSES_PER_PARAMETER.items():
        network: nn.Sequential = getattr(peer, name)
        moved += 4 * passes * sum(parameter.numel() for parameter in network.parameters())
    return moved


def run(work: Sequence[LayerWork], *, times: int = 1) -> None:
    """Every product, in the order of the step, as often as ``times`` says."""
    with torch.no_grad():
        for _ in range(times):
            for layer in work:
                layer.run()


def _pass(network: nn.Sequential, first: Tensor, *, weights: bool, inputs: bool) -> list[LayerWork]:
    """The products of one pass; ``inputs`` says whether the gradient at the very first inputs is needed."""
    work: list[LayerWork] = []
    with torch.no_grad():
        for layer in network:
            outputs: Tensor = layer(first)
            if isinstance(layer, Weighted):
                slope = torch.randn_like(outputs)
                work.append(LayerWork(layer, first, slope, weights, inputs or len(work) > 0))
            first = outputs
    return work
