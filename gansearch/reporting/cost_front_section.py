"""What a report says of quality against computing time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from gansearch.records import Setting
from gansearch.reporting import figures
from gansearch.reporting.cost_front import CostFront, PricedRun
from gansearch.reporting.document import Block, Bullets, Figure, Paragraph, Table
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.wording import code, number, percent, plural, setting
from gansearch.space.plan import Objective

NEAR = 0.1
"""A distance within 10 % of the best one is about as good: the smallest effect that counts."""
MOST_SHOWN = 4
"""Parameters of a run in the table."""


def cost_front_blocks(material: StudyMaterial, found: CostFront) -> list[Block]:
    """The front as sentences, table and figure; nothing without two completed runs of known time."""
    objective = material.space.plan.objectives[0]
    if len(found.runs) < 2:
        return []
    rows = [_row(run, found.front) for run in found.front]
    caption = figure_caption(found, objective)
    return [
        Paragraph(about(found, objective)),
        Table(("run", code(objective.metric), found.unit, "epochs", "parameters in which they differ"), rows),
        Bullets(nearly_as_good(found, objective)),
        Figure("quality_against_time", caption, front_figure(found, objective)),
    ]


def about(found: CostFront, objective: Objective) -> str:
    """What the front is, and how many runs lie on it."""
    count = len(found.front)
    unpriced = f" The time of {plural(found.unpriced, 'completed run')} is not known." if found.unpriced else ""
    lies = f"{plural(len(found.runs), 'completed run')} {'lies' if count == 1 else 'lie'}"
    return (
        f"{count} of {lies} on the front: no other run has both a better {code(objective.metric)} and fewer "
        f"{found.unit}. A run in a pack of several lanes counts its share of the pack's time. Each is one run (n = 1), "
        f"so that a neighbour may do as well by chance.{unpriced}"
    )


def nearly_as_good(found: CostFront, objective: Objective) -> list[str]:
    """What the best run costs, and the cheapest one that is nearly as good; of values above 0 that are to be low."""
    best = found.front[-1]
    said = [
        f"The best run, {code(best.trial.identity)}, has {number(best.value)} after {number(best.cost_s)} {found.unit}."
    ]
    if objective.direction == "minimize" and best.value > 0:
        near = next(run for run in found.front if run.value <= best.value * (1 + NEAR))
        if near is not best:
            said.append(
                f"{code(near.trial.identity)} is within {percent(NEAR)} of it ({number(near.value)}) for "
                f"{percent(near.cost_s / best.cost_s)} of its time (n = 1 each)."
            )
    return said


def figure_caption(found: CostFront, objective: Objective) -> str:
    """What is to be seen."""
    cheapest, best = found.front[0], found.front[-1]
    return (
        f"{code(objective.metric)} against {found.unit}, a point per completed run (n = {len(found.runs)}); the line "
        f"joins the {plural(len(found.front), 'run')} of the front, from {number(cheapest.value)} at "
        f"{number(cheapest.cost_s)} to {number(best.value)} at {number(best.cost_s)} {found.unit}."
    )


def front_figure(found: CostFront, objective: Objective) -> bytes:
    """The runs as points, the front as steps; PNG."""
    with figures.figure_of(figures.WIDTH, 4.0) as (figure, (axes,)):
        others = [run for run in found.runs if not run.is_on_front]
        axes.plot(
            [run.cost_s for run in others],
            [run.value for run in others],
            "o",
            color=figures.SOFT,
            alpha=0.5,
            markersize=4,
            label="completed run",
        )
        costs, values = [run.cost_s for run in found.front], [run.value for run in found.front]
        axes.step(costs, values, where="post", color=figures.ACCENT, linewidth=1.6)
        axes.plot(costs, values, "D", color=figures.ACCENT, markersize=6, label="on the front")
        for place, each in (
            (axes.xaxis, [run.cost_s for run in found.runs]),
            (axes.yaxis, [r.value for r in found.runs]),
        ):
            if min(each) > 0 and max(each) / min(each) > 5:
                (axes.set_xscale if place is axes.xaxis else axes.set_yscale)("log")
                place.set_major_locator(LogLocator(subs=(1, 2, 5)))
                place.set_major_formatter(StrMethodFormatter("{x:,.4g}"))
                place.set_minor_formatter(NullFormatter())
        axes.set_xlabel(found.unit)
        axes.set_ylabel(objective.metric)
        axes.set_title(f"{objective.metric} against {found.unit}, a point per run")
        axes.legend(fontsize=8)
        return figures.to_png(figure)


def _row(run: PricedRun, front: Sequence[PricedRun]) -> tuple[str, ...]:
    parameters = _differing(run.trial.parameters, [each.trial.parameters for each in front])
    said = ", ".join(f"{code(path)} {setting(value)}" for path, value in parameters[:MOST_SHOWN])
    more = f" and {len(parameters) - MOST_SHOWN} more" if len(parameters) > MOST_SHOWN else ""
    identity, epochs = str(run.trial.identity), number(run.trial.epoch)
    return identity, number(run.value), number(run.cost_s), epochs, said + more or "-"


def _differing(own: Mapping[str, Setting], every: Sequence[Mapping[str, Setting]]) -> list[tuple[str, Setting]]:
    """The parameters that are not the same in all."""
    return [(path, value) for path, value in own.items() if len({repr(each.get(path)) for each in every}) > 1]
