"""What is said of the rules' own errors: every sentence follows from its numbers, by the rules here alone."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import stats

from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.sample import BASELINE_RUNS
from gansearch.reporting.effects.shares import Share
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.nulls.findings import NullFindings
from gansearch.reporting.nulls.planted import DISTANCE, Planted
from gansearch.reporting.nulls.relabelling import Relabelled, all_claims
from gansearch.reporting.nulls.trained import ARMS, Trained, Verdicts
from gansearch.reporting.statistics import FEWEST
from gansearch.reporting.wording import code, p_value, plural


def basis(found: NullFindings) -> str:
    """How many runs, steps and seeds the page rests on, and what is missing."""
    stored = sum(pool.size for pool in found.pools if not pool.pairs)
    return (
        f"{' '.join(of_runs(each) for each in found.trained)} Relabelled are {plural(len(found.pools), 'pool')} of "
        f"stored runs, {stored:,} runs in all, these among them. "
        f"Every comparison goes the way by which a page of hypotheses judges: {FEWEST} runs against {BASELINE_RUNS}, "
        "or as many as a pool has."
    )


def of_runs(found: Trained) -> str:
    """Runs and steps of one configuration, and what is missing."""
    steps = f" of {found.steps:,} steps" if found.there else ""
    return (
        f"{found.there:,} of {found.wanted:,} runs{steps} of {code(found.study)} are there, each with a seed of its "
        f"own, {_missing(found)}"
    )


def _missing(found: Trained) -> str:
    left = found.wanted - found.there
    if left <= 0:
        return "and none is missing."
    if found.arms == ARMS:
        return f"and {left:,} are missing."
    made = f"they make {found.arms} of {ARMS} arms" if found.arms else "too few for an arm"
    return f"and {left:,} are missing: {made}."


def in_short(found: NullFindings) -> list[str]:
    """The answers, one line each."""
    said = [of_measure(found.relabelled, name) for name in measures(found.relabelled)]
    if not said:
        said = ["No configuration has the 16 runs that a relabelling needs yet."]
    for study in found.trained:
        said += [of_trained(study.study, each) for each in study.verdicts]
        if not study.verdicts:
            said.append(
                f"No trained null of {code(study.study)} is there yet: a baseline of {BASELINE_RUNS} and an arm of "
                f"{FEWEST} are the least."
            )
    return said + of_planted(found.planted)


def measures(found: Sequence[Relabelled]) -> tuple[str, ...]:
    """Of the relabellings, in their order."""
    return tuple(dict.fromkeys(each.measure for each in found))


def of_measure(found: Sequence[Relabelled], measure: str) -> str:
    """False claims over all pools by one measure, and whether they are as few as promised."""
    claims = all_claims(found, measure)
    return f"{code(measure)}: an effect was claimed in {share_text(claims)} relabellings, {against_level(claims)}."


def against_level(claims: Share) -> str:
    """Where the interval lies: the promise is 5 % at most."""
    assert claims.interval is not None
    if claims.interval.high < ALPHA:
        return "fewer than the 5 % that the test alone would allow"
    if claims.interval.low > ALPHA:
        return "more than the promised 5 %"
    return "as many as the promised 5 %, as far as can be told"


def above(found: NullFindings) -> int:
    """Combinations of measure and pool whose share of false claims lies above 5 %, by its interval."""
    intervals = [each.rate.claims.interval for each in found.relabelled]
    return sum(interval is not None and interval.low > ALPHA for interval in intervals)


def of_trained(study: str, found: Verdicts) -> str:
    """Claims about the trained nulls, alone and corrected, with the exact bound."""
    alone, corrected = found.claims(is_corrected=False), found.claims(is_corrected=True)
    chance = float(stats.binomtest(alone.count, alone.n, ALPHA, alternative="greater").pvalue)
    expected = "no more than chance" if chance > ALPHA else "more than chance"
    return (
        f"{code(found.measure)}, trained nulls of {code(study)}: {alone.count} of {plural(alone.n, 'arm')} would "
        f"be claimed to differ without a correction, {expected} at 5 % gives (so many or more: "
        f"p = {p_value(chance)}; the true share is at most {_percent(alone.at_most)} with 95 % confidence); "
        f"{corrected.count} after Holm's correction; {found.counted(is_corrected=True)[Verdict.EQUIVALENT]} are shown "
        "to be equivalent."
    )


def of_planted(found: Sequence[Planted]) -> list[str]:
    """Planted effects at the power that pages state, a line for each pool and measure."""
    said = []
    for each in found:
        if each.stated != 0.8:
            continue
        said.append(
            f"{code(each.measure)}, planted: {planted_text(each)} in the runs of {each.pool}, {each.runs} against "
            f"{each.baseline_runs}, was found in {share_text(each.found)} studies; stated is "
            f"{'80 %' if each.measure == DISTANCE else 'at least 80 %'}, {against_stated(each)}."
        )
    return said


def against_stated(found: Planted) -> str:
    """Whether the stated power holds: no study may be promised more than it finds."""
    interval = found.found.interval
    assert interval is not None
    if interval.high < found.stated:
        return "which is too much"
    if interval.low > found.stated:
        return "and it is more"
    return "which agrees"


def planted_text(found: Planted) -> str:
    """The size: a change of the distance, or points of a rate."""
    if found.measure == DISTANCE:
        return f"{100 * (found.effect - 1):+.0f} %"
    return f"{found.effect:+.0f} points"


def share_text(found: Share) -> str:
    """``5.1 % [4.2 %, 6.2 %] of 2,000``."""
    if found.value is None or found.interval is None:
        return "none of 0"
    low, high = _percent(found.interval.low), _percent(found.interval.high)
    return f"{_percent(found.value)} [{low}, {high}] of {found.n:,}"


def limits(found: NullFindings) -> list[str]:
    """What the numbers do not say."""
    said = [
        "Intervals of relabellings (Wilson's) say how well the share is known for these runs; runs of other networks "
        "and data may have other tails.",
        "Trained nulls have seeds of their own, while arms of a study share theirs with the baseline: equal settings "
        "at equal seeds are equal bit by bit, and no null. Seeds that correlate are in the pools of pairs.",
        "A rate's test (Boschloo's) holds 5 % over all outcomes together, and not given how many runs of both arms had "
        "one: dealt out whole, 8 and 20 runs of which 12 have it are claimed to differ in 9 %, others in 1 %.",
        "Stated power takes logarithms of distances for nearly normal. A pool of few runs is dealt out almost whole, "
        "so that two or three runs that lie far off are in every study.",
        "All trained nulls of a configuration are compared with one baseline, so that their verdicts are not "
        "independent: one that happens to lie off is seen by all of them, and the bound takes them for independent.",
    ]
    constant = [
        each.pool.name for each in found.relabelled if each.measure == "success" and each.rate.claims.count == 0
    ]
    if constant:
        said.append(
            f"No relabelling of {', '.join(dict.fromkeys(constant))} is claimed by `success`: where all runs or none "
            "succeed, a rate cannot be claimed to differ, and that says nothing of the test."
        )
    return said


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
