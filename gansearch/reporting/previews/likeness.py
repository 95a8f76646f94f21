"""What runs that there are say of a plan: seconds a step, and how much the distance varies among seeds."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from gansearch.curves.corpus import CorpusRun
from gansearch.curves.corpus_files import read_corpus
from gansearch.reporting.loading import load_material
from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.statistics import FEWEST
from gansearch.storage.place import study_storage

DISTANCE: Final = "frechet_distance"


@dataclass(frozen=True)
class Spread:
    """How much the logarithm of the distance varies among seeds of one configuration."""

    deviation: float
    """Standard deviation within configurations, pooled over them."""
    runs: int
    configurations: int
    source: str


DEFAULT_SPREAD: Final = Spread(0.12, 26, 1, "stored nulls: one MLP on mnist5k, 1,560 steps (analysis/null)")
"""What is taken where no runs are named. On the ring, 2,000 steps, it is .91: other data may vary much more."""


@dataclass(frozen=True)
class Likeness:
    """What runs of a study or a recording say."""

    source: str
    runs: int
    steps: int
    """Of all runs together."""
    seconds: float
    """That all runs took."""
    spread: Spread | None
    """None with fewer than 8 runs of configurations that have several."""

    @property
    def step_s(self) -> float | None:
        """Seconds a step, evaluations and all; None where nothing was trained."""
        return self.seconds / self.steps if self.steps and self.seconds else None


@dataclass(frozen=True)
class _Run:
    configuration: Hashable
    steps: int
    seconds: float
    distance: float | None


def likeness(named: str) -> Likeness:
    """Read the runs of a folder of ``part-*.parquet``, or of a study of that name.

    Raises:
        StorageError: where the folder holds no recorded runs.
        StudyNotFoundError: where there is neither a folder nor a study of that name.
    """
    folder = Path(named)
    if folder.is_dir():
        return _of(named, [_recorded(run) for run in read_corpus(folder)])
    material = load_material(named, study_storage(named))
    return _of(f"study {named}", [_live(trial) for trial in material.trials])


def spread(configurations: Iterable[Hashable], distances: Iterable[float | None], source: str) -> Spread | None:
    """The deviation within configurations, of finite distances above 0; None below 8 runs.

    Args:
        configurations: which one each run is of.
        distances: of each run; None where it has none.
        source: whose they are.
    """
    groups: dict[Hashable, list[float]] = {}
    for configuration, distance in zip(configurations, distances, strict=True):
        if distance is not None and math.isfinite(distance) and distance > 0:
            groups.setdefault(configuration, []).append(math.log(distance))
    several = [group for group in groups.values() if len(group) > 1]
    runs = sum(map(len, several))
    if runs < FEWEST:
        return None
    squares = sum(float(np.var(group)) * len(group) for group in several)
    return Spread(math.sqrt(squares / (runs - len(several))), runs, len(several), source)


def _of(source: str, runs: Sequence[_Run]) -> Likeness:
    trained = [run for run in runs if run.steps and run.seconds]
    return Likeness(
        source,
        runs=len(runs),
        steps=sum(run.steps for run in trained),
        seconds=sum(run.seconds for run in trained),
        spread=spread([run.configuration for run in runs], [run.distance for run in runs], source),
    )


def _recorded(run: CorpusRun) -> _Run:
    distance = run.final.get(DISTANCE) if run.end == "completed" else None
    return _Run((run.study, run.number), run.steps, run.seconds, distance)


def _live(trial: TrialMaterial) -> _Run:
    last = trial.last_evaluation if trial.end_name == "completed" else None
    values = {} if last is None else {metric.name: metric.value for metric in last.metrics}
    return _Run(trial.identity.number, trial.step, trial.seconds, values.get(DISTANCE))
