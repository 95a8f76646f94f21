"""Puts a study's numbers, sentences and figures into the order in which a report tells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gansearch.records import End
from gansearch.reporting import audit_sentences, figures, noise_sentences, sentences
from gansearch.reporting.analysis import Analysis
from gansearch.reporting.arm_samples import arm_samples_blocks
from gansearch.reporting.associations_section import association_blocks
from gansearch.reporting.audit import audit_of
from gansearch.reporting.best_section import below, best_blocks
from gansearch.reporting.cost_front_section import cost_front_blocks
from gansearch.reporting.document import Block, Bullets, Cell, Document, Figure, Link, Paragraph, Section, Table
from gansearch.reporting.facts import what_was_run
from gansearch.reporting.failures_section import kinds_blocks, places_blocks, stands_out_there
from gansearch.reporting.failures_section import stands_out as place_stands_out
from gansearch.reporting.importance_section import importance_blocks
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.noise_floor import objective_floors
from gansearch.reporting.statistics import Estimate
from gansearch.reporting.stored_samples import StoredSamples
from gansearch.reporting.wording import code, interval, number, percent, plain

MOST_EXAMPLES = 3
"""Stopped runs that are shown beside the best one."""
UNASKED = (
    "Nobody asked for what follows before the runs were made: it is what stands out when one looks at everything. It "
    "says where to look next, in a grid, an ablation or a confirmation on fresh seeds, and nothing more."
)

Samples = Callable[[TrialMaterial], "StoredSamples | None"]


def findings(
    material: StudyMaterial,
    analysis: Analysis,
    samples: Samples,
    unit: Callable[[str], str],
    asked: Sequence[Section] = (),
    *,
    confirmed: str | None = None,
) -> Document:
    """The report.

    Args:
        material: the study.
        analysis: its numbers.
        samples: of a run's last evaluation, or None where it has none.
        unit: a metric's unit, by name.
        asked: answers to what was asked of the study: hypotheses, a confirmation, an ablation.
        confirmed: whether its best configuration is confirmed, in one sentence.
    """
    best = None if material.best is None else samples(material.best)
    sections = [
        Section("In short", _in_short(material, analysis, confirmed)),
        Section("What was run", what_was_run(material)),
        *asked,
        Section("The best configuration", best_blocks(material, best, confirmed)),
        Section("Quality against computing time", cost_front_blocks(material, analysis.front)),
        Section("How the runs ended", _ends(material, analysis)),
        Section("Curves", _curves(material, unit)),
        Section("Samples side by side", _side_by_side(material, samples)),
        Section("Computing time, spent and saved", _compute(analysis)),
        *_unasked(material, analysis),
        Section("What this does not show", [Bullets(sentences.limits(material))]),
    ]
    return Document(f"Findings of the study {material.name}", [section for section in sections if section.blocks])


# --- sections -----------------------------------------------------------------------------------------------------


def _in_short(material: StudyMaterial, analysis: Analysis, confirmed: str | None) -> list[Block]:
    said = [sentences.state(material)]
    if material.trials:
        said.append(sentences.best(material))
        said.extend([] if confirmed is None else [confirmed])
        said.extend(noise_sentences.second_best(material))
        said.extend(sentences.end_share(found) for found in analysis.ends)
        said.append(sentences.saved(analysis.compute))
        said.extend(f"Exploratory: {each[0].lower()}{each[1:]}" for each in _noteworthy(material, analysis))
    return [Bullets(said)]


def _unasked(material: StudyMaterial, analysis: Analysis) -> list[Section]:
    """What nobody asked for, apart from the rest."""
    found = [
        Section("Exploratory: what goes with a good value", association_blocks(material, analysis)),
        Section("Exploratory: importance of dimensions", importance_blocks(material, analysis.importances)),
        Section("Exploratory: where runs fail", places_blocks(analysis.failures)),
    ]
    return [Section("Exploratory", [Paragraph(UNASKED)]), *found] if any(each.blocks for each in found) else []


def _noteworthy(material: StudyMaterial, analysis: Analysis) -> list[str]:
    """What survives correction."""
    under, floors = sentences.under(material), objective_floors(material)
    every = [found for each in analysis.associations.values() for found in each]
    goes_with = [
        sentences.association(found, under, floors.get(found.metric)) for found in every if sentences.stands_out(found)
    ]
    fails = [stands_out_there(found) for found in analysis.failures.concentrations if place_stands_out(found)]
    return [*goes_with, *fails]


def _ends(material: StudyMaterial, analysis: Analysis) -> list[Block]:
    shares = [
        (code(f.end), sentences.ENDS[f.end], str(round(f.share.value * f.share.n)), *_share(f.share))
        for f in analysis.ends
    ]
    unfinished = [trial for trial in material.trials if trial.end is not End.COMPLETED]
    rows = [
        (
            _linked(material, trial),
            code(trial.end_name),
            plain(trial.kind).replace("_", " "),
            number(trial.epoch),
            sentences.stop_reason(trial),
        )
        for trial in unfinished
    ]
    blocks: list[Block] = []
    if shares:
        blocks.append(Table(("end", "meaning", "runs", "share", "n", "95 % interval"), shares))
    spared = audit_sentences.spared(audit_of(material))
    if spared:
        blocks.append(Bullets(spared))
    blocks += kinds_blocks(analysis.failures)
    if rows:
        blocks.append(Paragraph(sentences.unfinished(len(rows), len(material.trials), material.links)))
        blocks.append(Table(("run", "end", "finding", "epoch", "reason"), rows))
    return blocks


def _curves(material: StudyMaterial, unit: Callable[[str], str]) -> list[Block]:
    blocks: list[Block] = []
    for metric in dict.fromkeys(objective.metric for objective in material.space.plan.objectives):
        drawn = figures.distance_curves(material.trials, metric, unit(metric), material.best)
        if drawn is not None:
            caption = (
                f"{code(metric)} at rungs, a line per run; the colour says how the run ended, a cross where a detector "
                "stopped it."
            )
            blocks.append(Figure(f"curves_{metric}", caption, drawn))
    losses = figures.loss_curves(_examples(material))
    if losses is not None:
        caption = "Losses as means over windows of steps; dotted, the floor that the labels set for the discriminator."
        blocks.append(Figure("losses", caption, losses))
    return blocks


def _side_by_side(material: StudyMaterial, samples: Samples) -> list[Block]:
    """Arms at equal latents; of a search, the best run beside stopped ones."""
    if material.space.arms:
        return arm_samples_blocks(material, samples)
    examples = [(f"{what}: {trial.identity}", samples(trial)) for what, trial in _examples(material)]
    shown = [(name, kept) for name, kept in examples if kept is not None]
    if len(shown) < 2:
        return []
    drawn = figures.grids([(name, kept.picture()) for name, kept in shown])
    caption = f"The last samples of the best run and of runs that were stopped, at fixed latents; {below(shown[0][1])}"
    return [] if drawn is None else [Figure("side_by_side", caption, drawn)]


def _compute(analysis: Analysis) -> list[Block]:
    compute = analysis.compute
    if compute.runs == 0:
        return []
    return [Bullets([sentences.spent(compute), sentences.evaluation_cost(compute), sentences.saved(compute)])]


# --- parts --------------------------------------------------------------------------------------------------------


def _examples(material: StudyMaterial) -> list[tuple[str, TrialMaterial]]:
    """The best run, and the first stopped one of each kind of finding."""
    best = [("best", material.best)] if material.best is not None else []
    kinds: dict[str, TrialMaterial] = {}
    for trial in sorted(material.stopped, key=lambda trial: trial.end is not End.COLLAPSED):
        if trial.kind:
            kinds.setdefault(trial.kind, trial)
    return [*best, *((kind.replace("_", " "), trial) for kind, trial in list(kinds.items())[:MOST_EXAMPLES])]


def _share(estimate: Estimate) -> tuple[str, str, str]:
    return (
        percent(estimate.value),
        str(estimate.n),
        interval(estimate.interval, "percent").removeprefix("95 % interval "),
    )


def _linked(material: StudyMaterial, trial: TrialMaterial) -> Cell:
    name = str(trial.identity)
    return Link(name, material.links[name]) if name in material.links else name
