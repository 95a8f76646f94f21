"""The standard KID: kernel distance of Inception features. Source: Binkowski et al. 2018, arXiv:1801.01401."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import View, When
from gansearch.metrics.kernel_distance import KernelDistance


@dataclass(frozen=True, kw_only=True)
class Kid(KernelDistance):
    """``E k(x, x') + E k(y, y') - 2 E k(x, y)`` with ``k(x, y) = (x . y / d + 1)^3``.

    Of the 2,048 features of the user's Inception weights.
    """

    name: ClassVar[str] = "kid"
    view: ClassVar[View] = "inception"
    when: ClassVar[When] = "end"
