"""The arms that several studies have: equal names and equal changes of their own baselines, ranked on each study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gansearch.metrics import metrics
from gansearch.records import Setting
from gansearch.reporting.effects.ranking import Ranking, rank_arms
from gansearch.reporting.effects.sample import ArmSample
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.runs import experiments_of_study
from gansearch.reporting.experiments.samples import Selection, sample
from gansearch.reporting.material import StudyMaterial
from gansearch.space.arms import Arm


@dataclass(frozen=True)
class SharedArms:
    """What came of ranking them."""

    metric: str | None
    """By which they were ranked; None where the studies do not share a metric that is known here."""
    ranking: Ranking | None
    """None without such a metric."""
    different: tuple[str, ...]
    """Arms of one name that change their baselines in different ways: they are not ranked."""


def rank_shared_arms(studies: Sequence[StudyMaterial]) -> SharedArms:
    """Rank the arms that all studies have, by the metric of their first objective.

    Args:
        studies: all with plans of experiments.

    Raises:
        ReportError: where a distance is not above 0.
    """
    changes = [{arm.name: _changes(study, arm) for arm in study.space.arms} for study in studies]
    named = [name for name in changes[0] if all(name in each for each in changes)]
    equal = [name for name in named if all(each[name] == changes[0][name] for each in changes)]
    different = tuple(name for name in named if name not in equal)
    wanted = {study.space.plan.objectives[0].metric for study in studies}
    metric = next(iter(wanted)) if len(wanted) == 1 and wanted <= set(metrics.names()) else None
    if metric is None:
        return SharedArms(None, None, different)
    found = {study.name: _samples(study, metric, equal) for study in studies}
    return SharedArms(metric, rank_arms(reading(metric, {}).measure, found), different)


def _samples(study: StudyMaterial, metric: str, names: Sequence[str]) -> list[ArmSample]:
    runs, read = experiments_of_study(study), reading(metric, {})
    return [sample(Selection(names=(name,)), read, runs) for name in names]


def _changes(study: StudyMaterial, arm: Arm) -> Mapping[str, Setting]:
    """What an arm sets otherwise than the study's baseline."""
    baseline = study.space.arms[0].settings
    return {path: arm.settings.get(path) for path in {*arm.settings, *baseline} if _differs(path, arm, baseline)}


def _differs(path: str, arm: Arm, baseline: Mapping[str, Setting]) -> bool:
    own, other = arm.settings.get(path), baseline.get(path)
    return (type(own), own) != (type(other), other)
