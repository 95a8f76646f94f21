"""Stored runs whose labels are to mean nothing: one configuration's, many configurations', and pairs of equal seeds.

Labels that are dealt out at random mean nothing whatever the runs are. Runs of many configurations lie far apart, with
long tails and diverged ones among them, as the arms of a study may.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from gansearch.curves.corpus import CorpusRun
from gansearch.reporting.calibration.outcomes import final_distance, is_diverged, is_known, outcome, usual_distances
from gansearch.reporting.effects.sample import ArmRun, ArmSample
from gansearch.reporting.experiments.measures import Reading
from gansearch.reporting.experiments.runs import ExperimentRun
from gansearch.reporting.statistics import FEWEST
from gansearch.space.arms import ARM
from gansearch.space.experiments_reader import BASELINE


class Kind(StrEnum):
    """What the runs of a pool have in common."""

    CONFIGURATION = "one configuration"
    MIXTURE = "many configurations"
    PAIRS = "pairs of equal seeds"


@dataclass(frozen=True)
class Pool:
    """Runs to be dealt out anew, or pairs of arms that swap theirs."""

    name: str
    """Of the study, and of the arm where it has several."""
    kind: Kind
    runs: tuple[ExperimentRun, ...] = ()
    """To be dealt out; none of pairs."""
    pairs: tuple[tuple[tuple[ExperimentRun, ...], tuple[ExperimentRun, ...]], ...] = ()
    """The baseline's runs and an arm's, which have at least 8 seeds in common."""

    @property
    def size(self) -> int:
        """Runs, each counted once."""
        return len({run.key for run in (*self.runs, *(run for pair in self.pairs for arm in pair for run in arm))})


def pools(runs: Sequence[CorpusRun]) -> tuple[Pool, ...]:
    """Every pool that the stored runs make, in the order of the studies: those of 16 runs, or of 8 pairs, and more."""
    studies: dict[str, list[CorpusRun]] = {}
    for run in runs:
        studies.setdefault(run.study, []).append(run)
    return tuple(pool for name, own in studies.items() for pool in _of_study(name, own))


def sample(runs: Sequence[ExperimentRun], read: Reading, *, keeps_seeds: bool = False) -> ArmSample:
    """The runs as a sample by a measure.

    Args:
        runs: of one arm, or of anything where ``keeps_seeds`` is false.
        read: the measure.
        keeps_seeds: whether replicates stay what they are, as swapping within pairs needs; else they are numbered.
    """
    numbered = [(run.replicate if keeps_seeds else place, run) for place, run in enumerate(runs)]
    return ArmSample("pool", tuple(_arm_run(run, replicate, read) for replicate, run in numbered))


def _of_study(name: str, runs: Sequence[CorpusRun]) -> list[Pool]:
    groups: dict[int, list[CorpusRun]] = {}
    for run in runs:
        groups.setdefault(run.number, []).append(run)
    found = {number: [_judged(run, runs) for run in group] for number, group in groups.items()}
    if len(found) > 1 and all(len(group) == 1 for group in found.values()):
        every = tuple(run for group in found.values() for run in group)
        return [Pool(name, Kind.MIXTURE, every)] if len(every) >= 2 * FEWEST else []
    large = [group for group in found.values() if len(group) >= 2 * FEWEST]
    made = [Pool(_named(name, group, found), Kind.CONFIGURATION, tuple(group)) for group in large]
    pairs = _pairs(list(found.values()))
    return [*made, Pool(f"{name}, arms against the baseline", Kind.PAIRS, pairs=pairs)] if pairs else made


def _named(study: str, group: Sequence[ExperimentRun], groups: dict[int, list[ExperimentRun]]) -> str:
    return study if len(groups) == 1 else f"{study}, {group[0].arm}"


def _pairs(
    groups: Sequence[Sequence[ExperimentRun]],
) -> tuple[tuple[tuple[ExperimentRun, ...], tuple[ExperimentRun, ...]], ...]:
    baseline = next((group for group in groups if group[0].arm == BASELINE), None)
    if baseline is None:
        return ()
    seeds = {run.replicate for run in baseline}
    others = [group for group in groups if group is not baseline]
    return tuple(
        (tuple(baseline), tuple(group)) for group in others if len(seeds & {run.replicate for run in group}) >= FEWEST
    )


def _judged(run: CorpusRun, study: Sequence[CorpusRun]) -> ExperimentRun:
    known = is_known(run)
    return ExperimentRun(
        key=run.key,
        arm=str(run.parameters.get(ARM, f"configuration {run.number}")),
        replicate=run.replicate or 0,
        settings=run.settings,
        final=run.final,
        outcome=outcome(run, _usual(run, study)) if known else None,
        kinds=frozenset(finding.kind for finding in run.findings),
        is_censored=is_diverged(run),
        steps=run.steps,
        total_steps=run.total_steps,
    )


def _usual(run: CorpusRun, study: Sequence[CorpusRun]) -> float:
    """The median distance of the study's baseline; of a study of one configuration its own; else of good runs."""
    configurations = {each.number for each in study}
    own = [
        each for each in study if is_known(each) and (len(configurations) == 1 or each.parameters.get(ARM) == BASELINE)
    ]
    if own:
        return median(final_distance(each) for each in own)
    return usual_distances(study).get(run.dataset, math.inf)


def _arm_run(run: ExperimentRun, replicate: int, read: Reading) -> ArmRun:
    happened = None if read.happened is None else read.happened(run)
    value = None if read.value is None or run.is_censored else read.value(run)
    return ArmRun(run.key, replicate, value, happened, run.is_censored)
