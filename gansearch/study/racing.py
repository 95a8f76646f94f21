"""A race over replicates: more seeds only for contenders. Source: Maron and Moore 1994, "Hoeffding Races".

The pruner ``wilcoxon`` sets a trial's replicates against those of the best trial. A replicate that is at work already
cannot be saved, so a trial begins with as many as the test needs before it can say anything, and has one more at a time
from then on. Workers that are free meanwhile take other trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gansearch.records import Setting
from gansearch.space.plan import WILCOXON
from gansearch.study.live_trial import LiveTrial
from gansearch.study.replicate import Replicate

P_THRESHOLD = 0.1
"""Optuna's own, as ``STARTUP`` is."""
STARTUP = 2


@dataclass(frozen=True)
class Race:
    """Which replicates may begin."""

    first: int | None = None
    """Replicates with which a trial begins, at least 2; None where all begin at once: nothing is raced."""

    @classmethod
    def of(cls, pruner: Mapping[str, Setting]) -> Race:
        """The race of a plan's pruner: its name and options."""
        if pruner["name"] != WILCOXON:
            return cls()
        startup = int(pruner.get("n_startup_steps", STARTUP))  # type: ignore[arg-type]
        return cls(max(2, startup, fewest(float(pruner.get("p_threshold", P_THRESHOLD)))))  # type: ignore[arg-type]

    def is_held(self, live: LiveTrial, replicate: Replicate) -> bool:
        """Whether the replicate waits for what the test says of those before it.

        One that has begun never does, nor one of a trial that no pruner may end.
        """
        has_begun = replicate.end is not None or replicate.epoch > 0
        if self.first is None or replicate.index < self.first or has_begun or live.is_safe:
            return False
        return not all(earlier.is_over for earlier in live.replicates[: replicate.index])


def fewest(threshold: float) -> int:
    """The fewest pairs, at most 64, whose signed-rank test can fall below ``threshold``: its smallest p is ``2^-n``."""
    return next((pairs for pairs in range(1, 64) if 0.5**pairs < threshold), 64)
