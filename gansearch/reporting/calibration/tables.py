"""The tables of the page on detectors."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from gansearch.reporting.calibration.assessment import ALL, Assessment, groups
from gansearch.reporting.calibration.baselines import Trial, mean_and_range
from gansearch.reporting.calibration.claims import claims_of_stops
from gansearch.reporting.calibration.confusion import POLICY, Confusion
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.judgement import Judgement
from gansearch.reporting.calibration.lead_time import lead_time
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.recovery import Course, course, recovery
from gansearch.reporting.calibration.splits import HeldOut
from gansearch.reporting.calibration.truths import Truths
from gansearch.reporting.document import Table
from gansearch.reporting.wording import code, interval, number, percent

SHOWN = (0.1, 0.25, 0.5)
"""Budgets in the table of baselines."""
AMONG = ("data set", "loss")


def of_runs(truths: Truths) -> Table:
    """How many runs there are of each data set and loss, and how they ended."""
    cells: dict[tuple[str, str], Counter[Outcome]] = {}
    for run, end in zip(truths.runs, truths.outcomes, strict=True):
        cells.setdefault((run.dataset, run.loss), Counter())[end] += 1
    rows = [
        (*name, str(sum(ends.values())), *(str(ends[each]) for each in Outcome)) for name, ends in sorted(cells.items())
    ]
    ends = Counter(truths.outcomes)
    rows.append(("all", "all", str(len(truths)), *(str(ends[each]) for each in Outcome)))
    return Table(("data set", "loss", "runs", *Outcome), rows)


def of_policy(found: Assessment) -> Table:
    """The policy's numbers by group."""
    headers = ("runs", "n", "false kills", "below (95 %)", "total collapses stopped", "stops of failed runs", *SAVED)
    rows = []
    for name, every in found.confusions.items():
        judged = every[0].judgement
        rows.append((name, str(sum(each.n for each in every[0].fired.values())), *_judged(judged)))
    return Table(headers, rows)


SAVED = ("their steps saved", "all steps saved", "all seconds saved", "regret")


def of_detectors(every: Sequence[Confusion], found: Assessment) -> Table:
    """The confusion of each detector alone with the outcomes, and of the policy."""
    modes: dict[str, str] = {each.name: found.policy.mode_of(each) for each in found.policy.detectors}
    headers = ("", "kind", "mode", *Outcome, "precision", "recall", "false kills")
    rows = [
        (
            code(each.name) if each.name != POLICY else POLICY,
            each.kind if each.name != POLICY else "any",
            modes.get(each.name, "-"),
            *(of_n(each.fired[outcome]) for outcome in Outcome),
            with_interval(each.precision),
            with_interval(each.recall),
            of_n(each.judgement.false_kills),
        )
        for each in every
    ]
    return Table(headers, rows)


def by_group(found: Assessment) -> Table:
    """Precision, recall and false kills of every detector alone in every group but all."""
    names = [name for name in found.confusions if name != ALL]
    rows = []
    for index, first in enumerate(found.confusions[ALL]):
        cells = (found.confusions[name][index] for name in names)
        rows.append((first.name, *(_rates(each) for each in cells)))
    return Table(("precision; recall; false kills", *names), rows)


def of_ways(ways: Sequence[Trial]) -> Table:
    """The policy beside the baselines: means over orders of the runs."""
    headers = (
        "way",
        "false kills",
        "total collapses stopped",
        "their steps saved",
        "all steps saved",
        *(f"regret with {percent(budget)} of all steps" for budget in SHOWN),
    )
    return Table(headers, [_way(each) for each in ways])


def of_lead_time(found: Assessment) -> Table:
    """Quartiles of how early stops are."""
    headers = ("runs", "n", "steps before the end (quartiles)", "steps after the collapse began (quartiles)")
    rows = []
    stops = dict(zip((run.key for run in found.truths.runs), found.stops, strict=True))
    for name, part in groups(found.truths).items():
        lead = lead_time(part, [stops[run.key] for run in part.runs])
        if lead.n:
            rows.append((name, str(lead.n), _quartiles(lead.before_end), _quartiles(lead.after_collapse)))
    return Table(headers, rows)


def of_folds(every: Sequence[HeldOut]) -> Table:
    """The targets, by thresholds that were tuned without the data set or the loss."""
    rows = []
    for fold in every:
        what = AMONG[0] if fold.by == "dataset" else AMONG[1]
        names = fold.truths.datasets if fold.by == "dataset" else fold.truths.losses
        for name in fold.tuned:
            own = names == name
            part = fold.truths.where(own)
            stops = [stop for stop, chosen in zip(fold.stops, own, strict=True) if chosen]
            met = (each.verdict for each in claims_of_stops(part, stops))
            shadow = sorted(kind for kind, mode in fold.tuned[name].policy.kinds.items() if mode == "shadow")
            rows.append((f"{what} {name}", str(len(part)), *met, ", ".join(shadow) or "none"))
    headers = ("held out", "n", "no false kill", "recall", "steps saved", "kinds that the tuning part put in shadow")
    return Table(headers, rows)


def of_recovery(truths: Truths) -> Table:
    """Courses of runs by data set, and the share of collapsed runs that recovered."""
    headers = ("runs", *Course, "recovered of collapsed")
    rows = []
    for name, part in groups(truths).items():
        if not name.startswith("loss"):
            courses = Counter(course(run) for run in part.runs)
            rows.append((name, *(str(courses[each]) for each in Course), with_interval(recovery(part.runs))))
    return Table(headers, rows)


def csv_rows(found: Assessment) -> list[Mapping[str, object]]:
    """A row per run: what became of it, and what the policy would have done."""
    return [
        {
            "run": run.key,
            "dataset": run.dataset,
            "architecture": run.architecture,
            "loss": run.loss,
            "outcome": str(end),
            "course": str(course(run)),
            "best_quarter": bool(best),
            "frechet_distance": distance if math.isfinite(distance) else "",
            "steps": run.steps,
            "seconds": round(run.seconds, 2),
            "stopped_at": "" if stop is None else stop.step,
            "kind": "" if stop is None else stop.kind,
            "detector": "" if stop is None else stop.detector,
            "kinds_seen": " ".join(sorted(seen)),
        }
        for run, end, best, distance, stop, seen in zip(
            found.truths.runs,
            found.truths.outcomes,
            found.truths.is_best,
            found.truths.distances.tolist(),
            found.stops,
            found.seen,
            strict=True,
        )
    ]


def of_n(count: Count) -> str:
    """``3 of 12``."""
    return f"{count.count:,} of {count.n:,}"


def with_interval(count: Count) -> str:
    """``3 of 12 (25 %, 95 % interval 9 % to 53 %)``."""
    estimate = count.estimate
    if estimate is None:
        return "none"
    return f"{of_n(count)} ({percent(estimate.value)}, {interval(estimate.interval, 'percent')})"


def share_or_none(value: float) -> str:
    """A share, or that there is none."""
    return "-" if math.isnan(value) else percent(value)


def _judged(judged: Judgement) -> tuple[str, ...]:
    return (
        of_n(judged.false_kills),
        percent(judged.false_kills.upper),
        with_interval(judged.collapses_stopped),
        with_interval(judged.stops_right),
        share_or_none(judged.collapsed_steps_saved),
        share_or_none(judged.steps_saved),
        share_or_none(judged.seconds_saved),
        share_or_none(judged.regret),
    )


def _way(way: Trial) -> tuple[str, ...]:
    columns = (
        [each.false_kills.share for each in way.judgements],
        [each.collapses_stopped.share for each in way.judgements],
        [each.collapsed_steps_saved for each in way.judgements],
        [each.steps_saved for each in way.judgements],
    )
    return (way.name, *(_mean(column) for column in columns), *(_range(*way.regret(budget)) for budget in SHOWN))


def _rates(each: Confusion) -> str:
    counts = (each.precision, each.recall, each.judgement.false_kills)
    return "; ".join(f"{count.count:,}/{count.n:,}" for count in counts)


def _mean(values: Sequence[float]) -> str:
    """The mean, and the middle 95 % where draws differ."""
    if any(math.isnan(value) for value in values):
        return "-"
    return _range(*mean_and_range(values))


def _range(mean: float, low: float, high: float) -> str:
    return percent(mean) if math.isclose(low, high) else f"{percent(mean)} ({percent(low)} to {percent(high)})"


def _quartiles(values: tuple[float, float, float]) -> str:
    return ", ".join(number(value) for value in values) if not math.isnan(values[0]) else "-"
