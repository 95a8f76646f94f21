"""What ``gansearch replay`` prints, and the same as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING, Any

from gansearch.cli._text import columns, duration, number

if TYPE_CHECKING:
    from gansearch.executors.replay.comparison import Middle
    from gansearch.executors.replay.outcome import Best, Outcome

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
"""Of trials, and of simulated time, at which the best so far is told."""
SUMMARY = ("search", "regret", "compute used", "saved", "time", "ends of all trials")
COST = ("", "ms a trial", "asking", "reporting", "times real time")


def told(found: Mapping[str, Sequence[Outcome]], *, cells: int, workers: int) -> str:
    """What a user reads."""
    count = len(next(iter(found.values())))
    trials = sum(next(iter(found.values()))[0].ends.values())
    head = (
        f"{cells} recorded combinations; searches of {trials} trials with {workers} simulated workers, {count} seeds.\n"
        "Medians over seeds, in brackets an interval for the median at 95 %."
    )
    longest_s = max(outcome.simulated_s for each in found.values() for outcome in each)
    counts, moments = [round(share * trials) for share in SHARES], [share * longest_s for share in SHARES]
    by_trials = [
        _best_row(name, [[one.after(count) for one in each] for count in counts]) for name, each in found.items()
    ]
    by_time = [
        _best_row(name, [[one.at(moment) for one in each] for moment in moments]) for name, each in found.items()
    ]
    parts = [
        columns([SUMMARY, *map(_sum_row, found.items())]),
        "best found after so many trials have ended\n" + columns([("", *map(str, counts)), *by_trials]),
        "best found by simulated time\n" + columns([("", *map(duration, moments)), *by_time]),
        "cost of the replay\n" + columns([COST, *map(_cost_row, found.items())]),
    ]
    return "\n\n".join([head, *parts])


def _sum_row(item: tuple[str, Sequence[Outcome]]) -> tuple[str, ...]:
    name, said = item
    ends: dict[str, int] = {}
    for each in said:
        for end, count in each.ends.items():
            ends[end] = ends.get(end, 0) + count
    return (
        name,
        _middle([each.bests[-1].regret if each.bests else None for each in said]),
        duration(median([each.used_s for each in said])),
        f"{median([each.saved_s / max(1e-9, each.saved_s + each.used_s) for each in said]):.0%}",
        duration(median([each.simulated_s for each in said])),
        ", ".join(f"{count} {end}" for end, count in sorted(ends.items())),
    )


def _best_row(name: str, bests: Sequence[Sequence[Best | None]]) -> tuple[str, ...]:
    return (name, *(_middle([None if best is None else best.value for best in each]) for each in bests))


def _cost_row(item: tuple[str, Sequence[Outcome]]) -> tuple[str, ...]:
    name, said = item
    trials = sum(sum(each.ends.values()) for each in said)
    parts = (sum(each.wall_s for each in said), sum(each.ask_s for each in said), sum(each.report_s for each in said))
    speed = sum(each.used_s for each in said) / max(1e-9, parts[0])
    return (name, *(f"{part / trials * 1e3:.1f}" for part in parts), f"{speed:,.0f}")


def _middle(values: Sequence[float | None]) -> str:
    """The median with its interval; ``-`` where half of the searches had found nothing."""
    from gansearch.executors.replay.comparison import middle

    found = [float("inf") if value is None else value for value in values]
    return _said(middle(found))


def _said(found: Middle) -> str:
    if found.median == float("inf"):
        return "-"
    interval = "" if found.low is None or found.high is None else f" [{number(found.low)}, {number(found.high)}]"
    return number(found.median) + interval


def described(found: Mapping[str, Sequence[Outcome]]) -> dict[str, Any]:
    """Every search as plain values: the form of ``--json``."""
    return {name: [_described(each) for each in said] for name, said in found.items()}


def _described(outcome: Outcome) -> dict[str, Any]:
    bests = [{**asdict(best), "regret": best.regret if math.isfinite(best.regret) else None} for best in outcome.bests]
    return {**asdict(outcome), "bests": bests, "speed": outcome.speed}
