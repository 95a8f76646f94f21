"""What a probe found about packs of 1, 2, 4, ... lanes, and how many lanes follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

LEAST_GAIN: Final = 1.2
"""What a pack must gain over lanes one by one to be worth it."""
NEAR_BEST: Final = 0.95
"""Share of the best gain with which the fewest lanes are taken: large packs delay what the sampler learns."""
_MIB: Final = 2**20


@dataclass(frozen=True)
class LaneRow:
    """Packs of one size."""

    lanes: int
    ms: float
    """Milliseconds of a step, divided by the lanes."""
    gain: float
    """Lane-steps a second against those of one lane, measured in turns with it."""
    estimated_bytes: int | None
    """Memory by estimate; None where there is none."""
    measured_bytes: int | None
    """The most memory that torch took on the GPU; None elsewhere."""


@dataclass(frozen=True)
class LaneTable:
    """What was measured, and the number of lanes that follows."""

    rows: tuple[LaneRow, ...]
    """From one lane on; none where nothing was measured."""
    lanes: int
    """The number chosen."""
    reason: str
    """Why this number, or why the table ends where it does: a sentence without a capital or a full stop."""
    device: str
    seconds: float
    """That the probe took."""
    drift: float | None = None
    """A step of one lane at the end of the probe against its beginning, as a ratio; None where not measured."""

    @property
    def text(self) -> str:
        """What a user reads: a sentence, and the rows where there are any."""
        pack = "1 lane" if self.lanes == 1 else f"up to {self.lanes} lanes"
        said = f"packs of {pack}: {self.reason}"
        if not self.rows:
            return said
        drift = "" if self.drift is None else f"; one lane took {self.drift:.2f} of its first time at the end"
        return "\n".join([f"{said} (probed on {self.device} in {self.seconds:.1f} s{drift})", *self._lines()])

    def plain(self) -> dict[str, Any]:
        """All of it as plain values, with the text."""
        return {**asdict(self), "text": self.text}

    def _lines(self) -> list[str]:
        rows = [("lanes", "ms a lane-step", "gain", "memory")]
        rows += [(str(row.lanes), f"{row.ms:.3g}", f"{row.gain:.2f}", _memory(row)) for row in self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def chosen_lanes(gains: Mapping[int, float]) -> int:
    """The fewest lanes with nearly the best gain, where that is at least 1.2; else 1.

    Args:
        gains: lane-steps a second against those of one lane, by the number of lanes.
    """
    best = max(gains.values(), default=1.0)
    if best < LEAST_GAIN:
        return 1
    return min(lanes for lanes, gain in gains.items() if gain >= max(LEAST_GAIN, NEAR_BEST * best))


def one_lane(reason: str, device: str, *, rows: Sequence[LaneRow] = (), seconds: float = 0.0) -> LaneTable:
    """A table that ends in packs of one lane, for a reason."""
    return LaneTable(tuple(rows), 1, reason, device, seconds)


def _memory(row: LaneRow) -> str:
    said = {"estimated": row.estimated_bytes, "measured": row.measured_bytes}
    return ", ".join(f"{size / _MIB:.0f} MiB {word}" for word, size in said.items() if size is not None) or "not known"
