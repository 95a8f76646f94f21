"""The sentences of a page of several studies."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.reporting.effects.ranking import FEWEST_DATA_SETS
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.shared_arms import SharedArms
from gansearch.reporting.study_comparison import StudyComparison
from gansearch.reporting.wording import code, number, p_value, plural


def spaces(found: StudyComparison) -> str:
    """Whether the studies have one space."""
    if not found.space:
        return f"The studies have one search space ({found.equal_entries} entries)."
    return (
        f"The studies have different search spaces: {len(found.space)} of {len(found.space) + found.equal_entries} "
        "entries differ. Their runs are set side by side and not pooled."
    )


def obstacles(found: StudyComparison) -> list[str]:
    """Why values are not subtracted from each other."""
    if not found.obstacles:
        return []
    return [f"Values of one study do not compare with those of another: {'; '.join(found.obstacles)}."]


def best_settings(found: StudyComparison) -> str:
    """What the table of the best runs' settings shows."""
    named = ", ".join(f"{code(each.best.identity)}" for each in found.studies if each.best is not None)
    if not found.best_settings:
        return f"The best runs, {named}, have equal settings (n = 1 each)."
    return (
        f"The settings in which the best runs, {named}, differ. Each is one run (n = 1), the best of many: where "
        "they differ it may be chance."
    )


def without_arms(studies: Sequence[StudyMaterial]) -> str:
    """Why arms are not ranked."""
    lacking = ", ".join(code(study.name) for study in studies if not study.space.arms)
    return f"Arms are not ranked across the studies: {lacking} has no plan of experiments."


def ranking(found: SharedArms) -> str:
    """What the ranks rest on, and what they may say."""
    different = (
        f" Left out, since they change their baselines differently: {', '.join(map(code, found.different))}."
        if found.different
        else ""
    )
    if found.metric is None or found.ranking is None:
        return f"Arms are not ranked: the studies do not share a first objective whose metric is known here.{different}"
    if not found.ranking.arms:
        return f"No arm that all studies have has runs in each of them, so none is ranked.{different}"
    count, studies = len(found.ranking.arms), len(found.ranking.data_sets)
    lacking = (
        f" Without a run in some study, and so left out: {', '.join(map(code, found.ranking.left_out))}."
        if found.ranking.left_out
        else ""
    )
    return (
        f"{plural(count, 'arm')} that all {studies} studies have, ranked by {code(found.metric)} within each study (1 "
        f"is best) and then averaged; intervals are over resampled seeds. {_test(found, studies)}{lacking}{different}"
    )


def _test(found: SharedArms, studies: int) -> str:
    ranking = found.ranking
    assert ranking is not None
    if ranking.p is None or ranking.critical_difference is None:
        return (
            f"Whether an order holds on other data is tested from {FEWEST_DATA_SETS} studies on; there are {studies}."
        )
    return (
        f"Friedman's test over {studies} studies: p {_p(ranking.p)}; mean ranks further apart than "
        f"{number(ranking.critical_difference)} differ (Nemenyi, 5 %)."
    )


def _p(value: float) -> str:
    said = p_value(value)
    return said if said.startswith("below") else f"= {said}"


def limits(studies: Sequence[StudyMaterial]) -> list[str]:
    """What a page of several studies cannot show."""
    data = {str(study.space.fixed.get("dataset.name")) for study in studies}
    said = ["The studies were not drawn from one plan: what else differs between them is in the tables."]
    if len(data) == 1:
        said.append(
            f"All {len(studies)} studies have one data set, {next(iter(data))}: ranks over them are no ranks over data."
        )
    unfinished = [code(study.name) for study in studies if any(trial.end is None for trial in study.trials)]
    if unfinished:
        said.append(f"Runs still go on in {', '.join(unfinished)}, so this page is preliminary.")
    empty = [code(study.name) for study in studies if not study.completed]
    if empty:
        said.append(f"No run has completed in {', '.join(empty)}.")
    return said
