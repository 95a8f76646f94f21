"""Tables of the page on nulls, and the same as frames."""

from __future__ import annotations

import pandas as pd

from gansearch.reporting.document import Table
from gansearch.reporting.effects.rates import RateEffect
from gansearch.reporting.effects.shares import Share
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.nulls.findings import NullFindings
from gansearch.reporting.nulls.sentences import against_stated, planted_text, share_text
from gansearch.reporting.nulls.trained import Verdicts, uncorrected
from gansearch.reporting.wording import code, percent


def of_pools(found: NullFindings) -> Table:
    """Where the relabelled runs are from."""
    rows = [
        (pool.name, str(pool.kind), f"{pool.size:,}", str(len(pool.pairs)) if pool.pairs else "-")
        for pool in found.pools
    ]
    return Table(("runs of", "kind", "runs", "pairs of arms"), rows)


def of_relabellings(found: NullFindings) -> Table:
    """False claims by measure and pool."""
    headers = ("measure", "runs of", "claimed [95 %]", "p of .05 or less", "in pairs", "by rank")
    rows = [
        (
            code(each.measure),
            each.pool.name,
            share_text(each.rate.claims),
            share_text(each.rate.significant),
            percent(each.rate.paired.value or 0.0),
            percent(each.rate.by_rank.value or 0.0),
        )
        for each in found.relabelled
    ]
    return Table(headers, rows)


def of_trained(found: NullFindings) -> Table:
    """Verdicts on the trained nulls, alone and corrected."""
    headers = ("runs of", "measure", "corrected", *(str(verdict) for verdict in Verdict))
    rows = [
        (
            study.study,
            code(each.measure),
            "by Holm" if corrected else "no",
            *(str(count[verdict]) for verdict in Verdict),
        )
        for study in found.trained
        for each in study.verdicts
        for corrected in (False, True)
        for count in [each.counted(is_corrected=corrected)]
    ]
    return Table(headers, rows)


def of_planted(found: NullFindings) -> Table:
    """Planted effects, stated and found."""
    headers = ("measure", "runs of", "runs", "planted", "stated", "found [95 %]", "")
    rows = [
        (
            code(each.measure),
            each.pool,
            f"{each.runs} v {each.baseline_runs}",
            planted_text(each),
            percent(each.stated),
            share_text(each.found),
            against_stated(each),
        )
        for each in found.planted
    ]
    return Table(headers, rows)


def frames(found: NullFindings) -> dict[str, pd.DataFrame]:
    """Every number of the page, by name of the table."""
    return {
        "relabellings": pd.DataFrame(
            [
                {"measure": each.measure, "pool": each.pool.name, "kind": str(each.pool.kind), "runs": each.pool.size}
                | _counts("claimed", each.rate.claims)
                | _counts("significant", each.rate.significant)
                | {"in_pairs": each.rate.paired.count, "by_rank": each.rate.by_rank.count}
                for each in found.relabelled
            ]
        ),
        "trained": pd.DataFrame(
            [row for study in found.trained for each in study.verdicts for row in _arms(study.study, each)]
        ),
        "planted": pd.DataFrame(
            [
                {"measure": each.measure, "pool": each.pool, "runs": each.runs, "baseline_runs": each.baseline_runs}
                | {"effect": each.effect, "stated": each.stated}
                | _counts("found", each.found)
                for each in found.planted
            ]
        ),
    }


def _arms(study: str, found: Verdicts) -> list[dict[str, object]]:
    return [
        {
            "study": study,
            "measure": found.measure,
            "arm": str(each.comparison.arm),
            "effect": each.effect.points if isinstance(each.effect, RateEffect) else each.effect.value,
            "low": None if each.effect.interval is None else each.effect.interval.low,
            "high": None if each.effect.interval is None else each.effect.interval.high,
            "p": each.effect.p,
            "p_holm": each.p_adjusted,
            "verdict": str(uncorrected(each)),
            "verdict_holm": str(each.verdict),
        }
        for each in found.judged
    ]


def _counts(name: str, found: Share) -> dict[str, object]:
    interval = found.interval
    return {
        name: found.count,
        f"{name}_of": found.n,
        f"{name}_low": None if interval is None else interval.low,
        f"{name}_high": None if interval is None else interval.high,
    }
