"""Which samples lie near which: screened in float32, decided in float64, a block at a time.

One product of matrices gives a lower bound of every squared distance that no rounding can break (Higham 2002, Accuracy
and Stability of Numerical Algorithms, section 3.1). The few that it leaves open are worked out exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn.functional import pad

BLOCK: Final = 2_000_000
"""Bounds held at once: 8 MB, and some 60 MB where all of them are within reach."""
GROUP: Final = 16
"""Bounds of which the smallest is found first; most groups are never looked into."""
SPARE: Final = 3
"""Candidates beyond the neighbours asked for, which prove that no other is nearer."""
PORTION: Final = 10_000
"""Pairs whose distances are worked out exactly at once."""
MIDDLE_OF: Final = 1_000
"""Centres at most whose median is where numbers are counted from."""
MANY: Final = 1 / 32
"""Share of open pairs above which a block is screened again in float64."""

Pairs: TypeAlias = tuple[Int64[Tensor, " p"], Int64[Tensor, " p"]]
"""Numbers of points, and of centres, that belong together."""


def nearest_squared(
    points: Float[Tensor, "n d"], centres: Float[Tensor, "m d"], count: int, *, own: Int64[Tensor, " n"] | None = None
) -> Float[Tensor, "n {count}"]:
    """Squared distances from each point to its nearest centres, ascending, in float64.

    Args:
        points: finite.
        centres: finite; at least ``count``, and one more where points have their own.
        count: of nearest centres.
        own: of each point the number of the centre that it is itself, which does not count; None where it is none.
    """
    found, is_sure = _nearest(points, centres, count, own, torch.float32)
    again = (~is_sure).nonzero()[:, 0]
    if len(again):
        found[again] = _nearest(points[again], centres, count, None if own is None else own[again], torch.float64)[0]
    return found


def pairs_within(
    points: Float[Tensor, "n d"], centres: Float[Tensor, "m d"], squared_radii: Float[Tensor, " m"]
) -> Iterator[Pairs]:
    """Pairs of a point and a centre nearer than the centre's radius, block after block of points."""
    screen = _Screen.of(points, centres, squared_radii, torch.float32)
    for block in screen.blocks():
        rows, columns, is_open = screen.reached(block)
        if int(is_open.sum()) > MANY * (block.stop - block.start) * len(centres):
            again = _Screen.of(points[block], centres, squared_radii, torch.float64)
            rows, columns, is_open = again.reached(slice(0, block.stop - block.start))
        rows = rows + block.start
        is_within = ~is_open
        exact = squared_between(points, centres, (rows[is_open], columns[is_open]))
        is_within[is_open] = exact < squared_radii[columns[is_open]]
        yield rows[is_within], columns[is_within]


def squared_between(points: Float[Tensor, "n d"], centres: Float[Tensor, "m d"], pairs: Pairs) -> Float[Tensor, " p"]:
    """Squared distances of pairs as sums of squared differences, in float64: 0 for equal ones, the same either way."""
    portions = zip(*(torch.split(numbers, PORTION) for numbers in pairs), strict=True)
    return torch.cat([(points[i].double() - centres[j].double()).square().sum(1) for i, j in portions])


@dataclass(frozen=True, eq=False)
class _Screen:
    """Lower bounds of ``|x - y|^2 - r`` for points ``x`` and centres ``y`` of squared radius ``r``."""

    left: Float[Tensor, "n k"]
    right: Float[Tensor, "k padded"]
    """The product of both is the bounds; columns beyond the centres are infinite."""
    point_margins: Float[Tensor, " n"]
    centre_margins: Float[Tensor, " m"]
    """The sum of both is what a bound was lowered by; the true number lies at most twice that above it."""
    scale: Float[Tensor, ""]
    """Length that counts as 1."""

    @staticmethod
    def of(points: Tensor, centres: Tensor, squared_radii: Tensor | None, dtype: torch.dtype) -> _Screen:
        """Prepare the two factors; radii of 0 where None."""
        middle, scale = _frame(points, centres)
        radii = 0.0 if squared_radii is None else squared_radii / scale.square()
        x, of_points = _placed(points, middle, scale, dtype)
        y, of_centres = _placed(centres, middle, scale, dtype)
        point_margins = _margins(of_points, points.shape[1], dtype)
        centre_margins = _margins(of_centres + radii, points.shape[1], dtype)
        ones, centre_ones = (torch.ones(len(side), 1, dtype=dtype, device=side.device) for side in (x, y))
        left = torch.cat([-2 * x, (of_points - point_margins)[:, None].to(dtype), ones], 1)
        right = torch.cat([y, centre_ones, (of_centres - centre_margins - radii)[:, None].to(dtype)], 1)
        right = pad(right, (0, 0, 0, -len(centres) % GROUP))
        right[len(centres) :, -1] = torch.inf
        return _Screen(left, right.T.contiguous(), point_margins, centre_margins, scale)

    def blocks(self) -> Iterator[slice]:
        """Parts of the points whose bounds are held at once."""
        rows = max(1, BLOCK // self.right.shape[1])
        for start in range(0, len(self.left), rows):
            yield slice(start, min(start + rows, len(self.left)))

    def bounds(self, block: slice) -> Float[Tensor, "b padded"]:
        """Of a part of the points against all centres."""
        return self.left[block] @ self.right

    def reached(self, block: slice) -> tuple[Int64[Tensor, " p"], Int64[Tensor, " p"], Bool[Tensor, " p"]]:
        """Pairs whose bound is not above 0: points counted within the block, centres, and whether they are open."""
        groups = self.bounds(block).view(block.stop - block.start, GROUP, -1)
        row, group = (groups.amin(1) <= 0).nonzero(as_tuple=True)
        members = groups[row, :, group]
        at, member = (members <= 0).nonzero(as_tuple=True)
        rows, columns = row[at], member * groups.shape[2] + group[at]
        margins = self.point_margins[block][rows] + self.centre_margins[columns]
        return rows, columns, members[at, member] + 2 * margins >= 0


def _frame(points: Tensor, centres: Tensor) -> tuple[Float[Tensor, " d"], Float[Tensor, ""]]:
    """The middle of the centres, and the largest number of either side about it: in these units nothing overflows.

    It is a median, so that a few samples far away cost those near each other no digits.
    """
    middle = centres[:: -(-len(centres) // MIDDLE_OF)].double().median(0).values
    ends = torch.stack([side.double() for part in (points, centres) for side in (part.amin(0), part.amax(0))])
    scale = (ends - middle).abs().amax()
    return middle, torch.where(scale > 0, scale, 1.0)


def _placed(samples: Tensor, middle: Tensor, scale: Tensor, dtype: torch.dtype) -> tuple[Tensor, Float[Tensor, " n"]]:
    """Samples about the middle, and their squared norms in float64."""
    placed = (samples - middle) / scale
    return placed.to(dtype), torch.linalg.vecdot(placed, placed)


def _margins(squared_norms: Tensor, width: int, dtype: torch.dtype) -> Float[Tensor, " n"]:
    """What rounding, of the factors and of their product, can add to a bound for each side's part in it."""
    precision = torch.finfo(dtype)
    return (width + 8) * (precision.eps * squared_norms + precision.tiny)


def _nearest(
    points: Tensor, centres: Tensor, count: int, own: Tensor | None, dtype: torch.dtype
) -> tuple[Float[Tensor, "n {count}"], Bool[Tensor, " n"]]:
    """Nearest centres among candidates, and whether no other centre can be nearer."""
    screen = _Screen.of(points, centres, None, dtype)
    others = len(centres) - (own is not None)
    kept = min(count + SPARE, others)
    found, is_sure = [], []
    for block in screen.blocks():
        bounds = screen.bounds(block)
        if own is not None:
            bounds.scatter_(1, own[block, None], torch.inf)
        least, columns = _smallest(bounds, kept)
        rows = torch.arange(block.start, block.stop, device=points.device)[:, None].expand_as(columns)
        exact = squared_between(points, centres, (rows.flatten(), columns.flatten())).view_as(columns)
        found.append(exact.sort(1).values[:, :count])
        is_sure.append((least.amax(1) * screen.scale.square() >= found[-1][:, -1]) | (kept == others))
    return torch.cat(found), torch.cat(is_sure)


def _smallest(values: Float[Tensor, "b m"], count: int) -> tuple[Float[Tensor, "b k"], Int64[Tensor, "b k"]]:
    """The smallest values of each row and their columns: those of the groups whose smallest is smallest."""
    groups = values.view(len(values), GROUP, -1)
    chosen = groups.amin(1).topk(min(count, groups.shape[2]), largest=False, sorted=False).indices
    members = groups.gather(2, chosen[:, None].expand(-1, GROUP, -1))
    least, at = members.flatten(1).topk(count, largest=False)
    member, group = at // chosen.shape[1], at % chosen.shape[1]
    return least, member * groups.shape[2] + chosen.gather(1, group)
