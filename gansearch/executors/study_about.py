"""What MLflow is told of a study's plan: what varies between its trials, which arm a trial is, which way is better."""

from __future__ import annotations

from collections.abc import Mapping

from gansearch.dimensions import Choice, Dimension
from gansearch.metrics import metrics
from gansearch.records import Assignment, Setting
from gansearch.space import SearchSpace
from gansearch.space.arms import ARM, Arm
from gansearch.space.dimension_values import text
from gansearch.space.experiments_reader import BASELINE
from gansearch.space.plan import Aim
from gansearch.tracking import StudyAbout


def varying_settings(space: SearchSpace, assignment: Assignment) -> dict[str, Setting]:
    """What sets a trial apart: what was searched; of an arm its name, and every setting that some arm changes."""
    if not space.arms:
        return dict(assignment.parameters)
    return {**assignment.parameters, **{path: assignment.settings[path] for path in _changed(space, assignment)}}


def arm_tags(space: SearchSpace, parameters: Mapping[str, Setting]) -> dict[str, Setting]:
    """The arm of a trial, and what each experiment that has it calls it; nothing in a plan without arms."""
    arm = next((arm for arm in space.arms if arm.name == parameters.get(ARM)), None)
    if arm is None:
        return {}
    return {"arm": arm.name, **{f"experiment.{name}": called for name, called in arm.experiments.items()}}


def direction_of(space: SearchSpace, metric: str) -> Aim | None:
    """Which values of a metric are the better ones: as the plan says, else as the metric does; else None."""
    aims = {objective.metric: objective.direction for objective in space.plan.objectives}
    known = {each.name: each.direction for each in metrics}
    return aims.get(metric, known.get(metric))


def study_about(space: SearchSpace, name: str) -> StudyAbout:
    """What is known of a study as a whole.

    Args:
        space: its search space.
        name: of the study.
    """
    searched = {each.path: _values(each.dimension) for each in space.parameters if each.path != ARM}
    changed = {path: "" for arm in space.arms for path in sorted(arm.settings) if path not in space.fixed}
    experiments = dict.fromkeys(each for arm in space.arms for each in arm.experiments)
    return StudyAbout(
        name=name,
        kind=space.plan.kind,
        objectives=[objective.metric for objective in space.plan.objectives],
        varying={**searched, **changed},
        arms={arm.name: _changes(arm, space.arms[0]) for arm in space.arms},
        experiments=[each for each in experiments if each != BASELINE],
        replicates=space.plan.replicates,
    )


def _changed(space: SearchSpace, assignment: Assignment) -> list[str]:
    return [path for path in assignment.settings if path not in space.fixed]


def _changes(arm: Arm, baseline: Arm) -> str:
    """What differs from the baseline, or is not there in it."""
    changed = [path for path in sorted(arm.settings) if baseline.settings.get(path) != arm.settings[path]]
    return "; ".join(f"`{path}` {text(arm.settings[path])}" for path in changed) or "nothing"


def _values(dimension: Dimension) -> str:
    if isinstance(dimension, Choice):
        return ", ".join(text(value) for value in dimension.choices)
    return f"{text(dimension.low)} to {text(dimension.high)}" + (", log" if dimension.log else "")
