"""Arms as samples: one arm by its name in an experiment, or several together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gansearch.errors import ReportError
from gansearch.plugins import nearest
from gansearch.records import Setting
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.sample import ArmRun, ArmSample
from gansearch.reporting.experiments.measures import Reading
from gansearch.reporting.experiments.runs import ExperimentRun, Experiments
from gansearch.space.arms import Arm
from gansearch.space.experiments_reader import BASELINE


@dataclass(frozen=True)
class Selection:
    """Which arms are meant."""

    names: tuple[str, ...] = ()
    """As ``E1/elu``, by the name that the experiment gives it; ``baseline``."""
    experiment: str | None = None
    """All arms of an experiment, as far as ``where`` holds."""
    where: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    """Values that a setting may have."""

    def __str__(self) -> str:
        if self.experiment is None:
            return " + ".join(self.names)
        said = " and ".join(f"{path} in {', '.join(map(str, values))}" for path, values in self.where.items())
        return f"{self.experiment}" + (f" where {said}" if said else "")


def chosen(selection: Selection, experiments: Experiments) -> tuple[Arm, ...]:
    """The arms of a selection, in the order of the plan.

    Raises:
        ReportError: where a name or an experiment is unknown, or nothing is left.
    """
    arms = experiments.space.arms
    if selection.experiment is not None:
        found = tuple(arm for arm in arms if selection.experiment in arm.experiments and _holds(selection, arm))
        if not found:
            known = tuple(dict.fromkeys(name for arm in arms for name in arm.experiments))
            raise ReportError(
                f"a selection must have arms; {selection} has none in {experiments.space.name}, whose experiments are "
                f"{', '.join(known)}"
            )
        return found
    by_name = {BASELINE: arms[0]} | {f"{place}/{name}": arm for arm in arms for place, name in arm.experiments.items()}
    for name in selection.names:
        if name not in by_name:
            meant = nearest(name, tuple(by_name))
            raise ReportError(
                f"an arm must be one of {experiments.space.name}'s, as E/ARM; got {name!r}"
                + (f" (did you mean {meant!r}?)" if meant else "")
            )
    wanted = {by_name[name].name for name in selection.names}
    return tuple(arm for arm in arms if arm.name in wanted)


def sample(selection: Selection, read: Reading, experiments: Experiments) -> ArmSample:
    """The runs of a selection as one sample.

    Of several arms, values at one seed become one, their geometric mean on the ratio scale and their mean otherwise,
    where every arm has that seed; a censored one makes it censored. Outcomes are counted run by run.

    Raises:
        ReportError: as ``chosen``.
    """
    groups = [experiments.by_arm[arm.name] for arm in chosen(selection, experiments)]
    name = str(selection)
    if read.happened is not None:
        return ArmSample(name, tuple(_outcomes(groups, read)))
    if len(groups) == 1:
        return ArmSample(name, tuple(_value(run, read) for run in groups[0]))
    return ArmSample(name, tuple(_pooled(groups, read)))


def _holds(selection: Selection, arm: Arm) -> bool:
    return all(arm.settings.get(path) in values for path, values in selection.where.items())


def _outcomes(groups: Sequence[Sequence[ExperimentRun]], read: Reading) -> list[ArmRun]:
    assert read.happened is not None
    runs = [run for group in groups for run in group]
    return [ArmRun(run.key, index, None, read.happened(run), run.is_censored) for index, run in enumerate(runs)]


def _value(run: ExperimentRun, read: Reading) -> ArmRun:
    assert read.value is not None
    return ArmRun(run.key, run.replicate, None if run.is_censored else read.value(run), None, run.is_censored)


def _pooled(groups: Sequence[Sequence[ExperimentRun]], read: Reading) -> list[ArmRun]:
    by_seed = [{run.replicate: _value(run, read) for run in group} for group in groups]
    shared = sorted(set.intersection(*(set(each) for each in by_seed)))
    return [_mean([each[replicate] for each in by_seed], read) for replicate in shared]


def _mean(runs: Sequence[ArmRun], read: Reading) -> ArmRun:
    key, replicate = ", ".join(run.key for run in runs), runs[0].replicate
    values = [run.value for run in runs if run.value is not None]
    if any(run.is_censored for run in runs) or len(values) < len(runs):
        return ArmRun(key, replicate, None, None, is_censored=any(run.is_censored for run in runs))
    if read.measure.scale is Scale.RATIO:
        return ArmRun(key, replicate, math.exp(math.fsum(map(math.log, values)) / len(values)), None)
    return ArmRun(key, replicate, math.fsum(values) / len(values), None)
