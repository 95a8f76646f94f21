"""The frames behind a page of experiments: runs, arms, and every test of a hypothesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

import pandas as pd

from gansearch.reporting.effects.comparison import Effect
from gansearch.reporting.effects.rates import RateEffect
from gansearch.reporting.experiments.hypotheses import PRIMARY
from gansearch.reporting.experiments.judging import JudgedComparison, JudgedHypothesis
from gansearch.reporting.experiments.runs import ExperimentRun, Experiments
from gansearch.reporting.experiments.screening import ScreenedArm


def frames(
    experiments: Experiments, found: Sequence[JudgedHypothesis], screened: Sequence[ScreenedArm]
) -> dict[str, pd.DataFrame]:
    """Every number of the page, by name of the table; tables without rows are left out.

    ``runs``: one row per run, with the metrics of its end. ``arms``: per arm, its effect on the distance. ``tests``:
    per comparison of a hypothesis.
    """
    tables = {
        "runs": pd.DataFrame([_run(run) for run in experiments.runs]),
        "arms": pd.DataFrame(list(_arms(experiments, screened))),
        "tests": pd.DataFrame([_test(each, one) for each in found for one in each.comparisons]),
    }
    return {name: table for name, table in tables.items() if len(table)}


def _run(run: ExperimentRun) -> dict[str, object]:
    return {
        "run": run.key,
        "arm": run.arm,
        "replicate": run.replicate,
        "outcome": None if run.outcome is None else str(run.outcome),
        "findings": ",".join(sorted(run.kinds)),
        "is_censored": run.is_censored,
        "steps": run.steps,
        "total_steps": run.total_steps,
    } | dict(sorted(run.final.items()))


def _arms(experiments: Experiments, screened: Sequence[ScreenedArm]) -> list[dict[str, object]]:
    effects = {each.arm: each for each in screened}
    rows = []
    for arm, runs in experiments.by_arm.items():
        values = [run.final[PRIMARY] for run in runs if not run.is_censored and PRIMARY in run.final]
        own = effects.get(arm)
        counts: Mapping[str, object] = {
            "arm": arm,
            "runs": len(runs),
            "wanted": experiments.wanted(arm),
            "censored": sum(run.is_censored for run in runs),
            f"median_{PRIMARY}": median(values) if values else None,
        }
        rows.append({**counts, **_effect(None if own is None else own.effect)})
    return rows


def _test(hypothesis: JudgedHypothesis, found: JudgedComparison) -> dict[str, object]:
    asked, effect = found.comparison, found.effect
    return {
        "hypothesis": hypothesis.hypothesis.name,
        "arm": str(asked.arm),
        "claim": str(asked.claim),
        "against": str(asked.against),
        "measure": asked.measure,
        **_effect(effect),
        "p_holm": found.p_adjusted,
        "verdict": str(found.verdict),
        "missing": found.missing,
    }


def _effect(effect: Effect | RateEffect | None) -> dict[str, object]:
    if effect is None:
        return {"scale": None, "effect": None, "low": None, "high": None, "p": None, "n": None, "n_against": None}
    return {
        "scale": "rate" if isinstance(effect, RateEffect) else str(effect.scale),
        "effect": effect.points if isinstance(effect, RateEffect) else effect.value,
        "low": None if effect.interval is None else effect.interval.low,
        "high": None if effect.interval is None else effect.interval.high,
        "p": effect.p,
        "n": effect.arm.n,
        "n_against": effect.baseline.n,
    }
