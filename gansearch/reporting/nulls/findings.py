"""Everything that is known of the rules' own errors, from the runs that are stored by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.curves.corpus import CorpusRun
from gansearch.reporting.nulls.planted import STUDIES, Planted, planted
from gansearch.reporting.nulls.pools import Pool, pools
from gansearch.reporting.nulls.relabelling import RELABELLINGS, Relabelled, relabelled
from gansearch.reporting.nulls.trained import Trained, trained
from gansearch.space import SearchSpace

SEED: Final = 0


@dataclass(frozen=True)
class NullFindings:
    """What the page is made from."""

    pools: tuple[Pool, ...]
    relabelled: tuple[Relabelled, ...]
    trained: tuple[Trained, ...]
    """By configuration."""
    planted: tuple[Planted, ...]


def null_findings(
    spaces: Sequence[SearchSpace],
    runs: Sequence[CorpusRun],
    wanted: Mapping[str, int] = RELABELLINGS,
    studies: int = STUDIES,
) -> NullFindings:
    """Relabel, judge and plant with whatever is there; no run at all is enough.

    Args:
        spaces: of the trained nulls, each of one configuration.
        runs: stored, theirs and those of other studies.
        wanted: relabellings by measure.
        studies: with a planted effect, of each size and pool.

    Raises:
        ReportError: where a run of the nulls was recorded with other settings than its space has.
    """
    found = pools(runs)
    return NullFindings(
        pools=found,
        relabelled=relabelled(found, wanted, seed=SEED),
        trained=tuple(trained(space, runs) for space in spaces),
        planted=planted(found, studies=studies, seed=SEED),
    )
