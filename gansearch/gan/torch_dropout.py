"""Dropout inside a user's ``torch.nn.Module``: torch's layers, with masks from the lane's own stream.

torch's layers draw from one global generator, so that a lane would depend on its neighbours and on all that has been
drawn before. Sources: Srivastava et al. 2014, JMLR 15; whole channels Tompson et al. 2015, arXiv:1411.4280; for SELU
Klambauer et al. 2017, arXiv:1706.02515.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final, TypeAlias

import torch
from torch import Tensor, nn

from gansearch.errors import TrainingError
from gansearch.gan._base import Draws

MaskSource: TypeAlias = Callable[[str, tuple[int, ...], float], Tensor | None]
"""Gives a layer its mask: name of the layer, shape of the mask without the lane axis, probability; None for none."""

_SATURATION: Final = -1.7580993408473766
"""What SELU tends to at minus infinity: ``-alpha * scale``."""


class MaskFeed:
    """Hands the dropout layers of one module their masks while a pass lasts."""

    def __init__(self) -> None:
        self._source: MaskSource | None = None
        self._rates: dict[tuple[float, int, torch.dtype, torch.device], Tensor] = {}

    def rate(self, p: float, count: int, like: Tensor) -> Tensor:
        """The probability ``p`` for ``count`` lanes, [K]; the same tensor at each call, as ``Draws`` likes it."""
        key = (p, count, like.dtype, like.device)
        if key not in self._rates:
            self._rates[key] = like.detach().new_full((count,), p)
        return self._rates[key]

    @contextmanager
    def serving(self, source: MaskSource) -> Iterator[None]:
        """A pass in which masks come from ``source``."""
        before, self._source = self._source, source
        try:
            yield
        finally:
            self._source = before

    def drawn(self, draws: Draws, like: Tensor) -> MaskSource:
        """A source of the masks that ``draws`` gives a single lane; ``like`` has their device and number format."""
        return lambda layer, shape, p: draws.keep_mask(layer, shape, self.rate(p, 1, like)).squeeze(0)

    def mask(self, layer: str, shape: tuple[int, ...], p: float) -> Tensor | None:
        """The mask of a layer: 1 / (1 - p) where kept, 0 where dropped; None where dropout is off.

        Raises:
            TrainingError: where no pass is under way.
        """
        if self._source is None:
            raise TrainingError(
                f"dropout layer {layer!r} must be used within forward alone; it was called while gradients are worked "
                f"out: leave torch.utils.checkpoint away from it"
            )
        return self._source(layer, shape, p)


def no_masks(layer: str, shape: tuple[int, ...], p: float) -> None:
    """A ``MaskSource`` for a pass without dropout."""


class _Drops(nn.Module):
    """A layer that drops single numbers."""

    def __init__(self, name: str, feed: MaskFeed, p: float) -> None:
        super().__init__()
        self._name = name
        self._feed = feed
        self.p = p

    def forward(self, inputs: Tensor) -> Tensor:
        """Keep the shape."""
        if self.p == 0:
            return inputs
        if self.p == 1:
            return self._dropped(inputs, torch.zeros_like(inputs))
        mask = self._feed.mask(self._name, self._mask_shape(inputs), self.p)
        return inputs if mask is None else self._dropped(inputs, mask)

    def _mask_shape(self, inputs: Tensor) -> tuple[int, ...]:
        return tuple(inputs.shape)

    def _dropped(self, inputs: Tensor, mask: Tensor) -> Tensor:
        return inputs * mask


class _DropsChannels(_Drops):
    """A layer that drops whole channels of [B, C, ...]."""

    def _mask_shape(self, inputs: Tensor) -> tuple[int, ...]:
        return (*inputs.shape[:2], *[1] * (inputs.ndim - 2))


class _DropsToSaturation(_Drops):
    """A layer that sets numbers to what SELU saturates at, and keeps mean and variance."""

    def _dropped(self, inputs: Tensor, mask: Tensor) -> Tensor:
        if self.p == 1:
            return torch.zeros_like(inputs)
        kept = (mask > 0).to(inputs.dtype)
        scale: float = ((1 - self.p) * (1 + self.p * _SATURATION**2)) ** -0.5
        return scale * (inputs * kept + _SATURATION * (1 - kept) - _SATURATION * self.p)


class _DropsChannelsToSaturation(_DropsToSaturation, _DropsChannels):
    """The same for whole channels."""


REPLACED: Final[Mapping[type[nn.Module], type[_Drops]]] = MappingProxyType(
    {
        nn.Dropout: _Drops,
        nn.Dropout1d: _DropsChannels,
        nn.Dropout2d: _DropsChannels,
        nn.Dropout3d: _DropsChannels,
        nn.AlphaDropout: _DropsToSaturation,
        nn.FeatureAlphaDropout: _DropsChannelsToSaturation,
    }
)
"""torch's layers that can be reproduced, and what stands in for each; a subclass is another layer."""


def replace_dropout(module: nn.Module, feed: MaskFeed) -> None:
    """Put layers fed by ``feed`` in the place of torch's, each under the name of its first place; in ``module``."""
    stand_ins: dict[nn.Module, _Drops] = {}
    for path, layer in list(module.named_modules(remove_duplicate=False)):
        if not path or type(layer) not in REPLACED:
            continue
        if layer not in stand_ins:
            stand_ins[layer] = REPLACED[type(layer)](path, feed, float(layer.p))
        parent, _, name = path.rpartition(".")
        setattr(module.get_submodule(parent), name, stand_ins[layer])


def remove_dropout(module: nn.Module) -> None:
    """Put layers that do nothing in the place of those that are fed: what they are when samples are drawn."""
    for path, layer in list(module.named_modules(remove_duplicate=False)):
        if path and isinstance(layer, _Drops):
            parent, _, name = path.rpartition(".")
            setattr(module.get_submodule(parent), name, nn.Identity())
