"""Puts a study's numbers, sentences and figures into the order in which a report tells them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from shlex import quote

from gansearch.records import End, MetricValue, NoiseFloor
from gansearch.reporting import audit_sentences, figures, noise_sentences, sentences
from gansearch.reporting.analysis import Analysis
from gansearch.reporting.associations import Association
from gansearch.reporting.audit import audit_of
from gansearch.reporting.document import Block, Bullets, Cell, Code, Document, Figure, Link, Paragraph, Section, Table
from gansearch.reporting.facts import what_was_run
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.noise_floor import objective_floors
from gansearch.reporting.pictures import Pixels, png
from gansearch.reporting.statistics import FEWEST, Estimate
from gansearch.reporting.wording import code, correlation, interval, number, percent, plain, setting
from gansearch.space.dimension_values import text

MOST_EXAMPLES = 3
"""Stopped runs that are shown beside the best one."""

Picture = Callable[[TrialMaterial], "Pixels | None"]


def findings(material: StudyMaterial, analysis: Analysis, picture: Picture, unit: Callable[[str], str]) -> Document:
    """The report.

    Args:
        material: the study.
        analysis: its numbers.
        picture: the picture of a run's last samples, or None where it has none.
        unit: a metric's unit, by name.
    """
    sections = [
        Section("In short", _in_short(material, analysis)),
        Section("What was run", what_was_run(material)),
        Section("The best configuration", _best(material, picture)),
        Section("How the runs ended", _ends(material, analysis)),
        Section("What goes with a good value", _associations(material, analysis)),
        Section("Curves", _curves(material, unit)),
        Section("Samples side by side", _side_by_side(material, picture)),
        Section("Computing time, spent and saved", _compute(analysis)),
        Section("What this does not show", [Bullets(sentences.limits(material))]),
    ]
    return Document(f"Findings of the study {material.name}", [section for section in sections if section.blocks])


# --- sections -----------------------------------------------------------------------------------------------------


def _in_short(material: StudyMaterial, analysis: Analysis) -> list[Block]:
    said = [sentences.state(material)]
    if material.trials:
        said.append(sentences.best(material.best, len(material.completed), material.space.plan.objectives[0]))
        said.extend(noise_sentences.second_best(material))
        said.extend(sentences.end_share(found) for found in analysis.ends)
        said.append(sentences.saved(analysis.compute))
        said.extend(_noteworthy(material, analysis))
    return [Bullets(said)]


def _noteworthy(material: StudyMaterial, analysis: Analysis) -> list[str]:
    under, floors = sentences.under(material), objective_floors(material)
    every = [found for each in analysis.associations.values() for found in each]
    return [
        sentences.association(found, under, floors.get(found.metric)) for found in every if sentences.stands_out(found)
    ]


def _best(material: StudyMaterial, picture: Picture) -> list[Block]:
    best = material.best
    if best is None:
        return [Paragraph(sentences.best(None, 0, material.space.plan.objectives[0]))]
    blocks: list[Block] = [
        Paragraph(sentences.best(best, len(material.completed), material.space.plan.objectives[0])),
        Table(("parameter", "value"), [(code(name), code(setting(value))) for name, value in best.parameters.items()]),
    ]
    done = best.last_evaluation
    if done is not None:
        blocks.append(Paragraph(sentences.measured(done)))
        blocks.append(Table(_METRIC_HEADERS, [_metric(m, material.noise_floors) for m in done.metrics]))
    shown = picture(best)
    if shown is not None:
        caption = f"Samples of {code(best.identity)} at its end, the latents being fixed; {_below(shown)}"
        blocks.append(Figure("best_samples", caption, png(shown, _enlarged(shown))))
    return [*blocks, *_reproduce(material, best)]


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
    if rows:
        blocks.append(Paragraph(sentences.unfinished(len(rows), len(material.trials), material.links)))
        blocks.append(Table(("run", "end", "finding", "epoch", "reason"), rows))
    return blocks


def _associations(material: StudyMaterial, analysis: Analysis) -> list[Block]:
    under, floors = sentences.under(material), objective_floors(material)
    blocks: list[Block] = []
    for found in analysis.associations.values():
        numeric = [each for each in found if each.rho is not None and each.rho.interval is not None]
        if numeric:
            blocks.append(Paragraph(sentences.ABOUT_RHO))
            blocks.append(Table(_RHO_HEADERS, [_rho_row(each) for each in numeric]))
        unseen = [each for each in numeric if not sentences.seen(each)]
        few = [each for each in found if each.n < FEWEST]
        said = [
            sentences.association(each, under, floors.get(each.metric))
            for each in found
            if each not in unseen and each not in few
        ]
        if unseen:
            said.append(sentences.none_seen(unseen, under))
        if few:
            said.append(sentences.too_few(few))
        if said:
            blocks.append(Bullets(said))
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


def _side_by_side(material: StudyMaterial, picture: Picture) -> list[Block]:
    examples = [(what, trial, picture(trial)) for what, trial in _examples(material)]
    shown = [(f"{what}: {trial.identity}", grid) for what, trial, grid in examples if grid is not None]
    if len(shown) < 2:
        return []
    drawn = figures.grids(shown)
    caption = f"The last samples of the best run and of runs that were stopped, at fixed latents; {_below(shown[0][1])}"
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


def _reproduce(material: StudyMaterial, best: TrialMaterial) -> list[Block]:
    again = f"gansearch launch space.yaml --name {material.name}-again --seed {material.seed}"
    whole: list[Block] = [
        Paragraph("To run the whole study again, from the `space.yaml` in its folder:"),
        Code("sh", again),
    ]
    if material.space.script is not None:
        return [*_with_script(material, best), *whole]
    settings = json.dumps(dict(best.settings), indent=2, sort_keys=True)
    snippet = (
        "import json\n\nimport gansearch\n\n"
        f"settings = json.loads(r'''{settings}''')\n"
        f"trained = gansearch.train(settings, seed={best.seed})\n"
        "print(trained.curve.evaluations[-1].metrics)\nimages = trained.sample(60)"
    )
    return [
        Paragraph(
            "To train it again (with the same versions on the same kind of machine, and one lane, it gives the same "
            "curve; data sets that are files need `data_dir=`):"
        ),
        Code("python", snippet),
        *whole,
    ]


def _with_script(material: StudyMaterial, best: TrialMaterial) -> list[Block]:
    """The best run's parameters as a launch of that one configuration; its own seed belongs to its number."""
    fixed = [f"--set {quote(f'{path}={text(value)}')}" for path, value in best.parameters.items()]
    words = ["gansearch launch space.yaml", f"--name {material.name}-best", "--trials 1", *fixed]
    return [
        Paragraph("To train this configuration again by its script, with another seed, from the study's folder:"),
        Code("sh", " \\\n  ".join(words)),
    ]


_RHO_HEADERS = (
    "dimension",
    "rho, completed",
    "n",
    "95 % interval",
    "p",
    "p (Holm)",
    "rho, stopped last",
    "n ",
    "95 % interval ",
)


def _rho_row(found: Association) -> tuple[str, ...]:
    rho, censored = found.rho, found.rho_censored
    assert rho is not None
    p, corrected = ("" if value is None else f"{value:.2g}" for value in (found.p, found.p_holm))
    return (code(found.path), *_rho(rho), p, corrected, *(("", "", "") if censored is None else _rho(censored)))


def _rho(estimate: Estimate) -> tuple[str, str, str]:
    return correlation(estimate.value), str(estimate.n), _bounds(estimate, "correlation")


def _share(estimate: Estimate) -> tuple[str, str, str]:
    return percent(estimate.value), str(estimate.n), _bounds(estimate, "percent")


def _bounds(estimate: Estimate, form: str) -> str:
    return interval(estimate.interval, form).removeprefix("95 % interval ")


_METRIC_HEADERS = ("metric", "value", "noise floor", "n generated", "n real", "extractor")


def _metric(metric: MetricValue, floors: Sequence[NoiseFloor]) -> tuple[str, ...]:
    protocol = metric.protocol
    extractor = protocol.extractor + (f" {protocol.extractor_hash}" if protocol.extractor_hash else "")
    real = f"{protocol.real_samples:,} ({protocol.real_split})" if protocol.real_samples else "none needed"
    floor = noise_sentences.noise_floor(metric, floors)
    return code(metric.name), number(metric.value), floor, f"{protocol.samples:,}", real, extractor


def _linked(material: StudyMaterial, trial: TrialMaterial) -> Cell:
    name = str(trial.identity)
    return Link(name, material.links[name]) if name in material.links else name


def _below(picture: Pixels) -> str:
    return (
        "grey, real points." if picture.ndim == 3 and picture.shape[0] == picture.shape[1] else "bottom row: real ones."
    )


def _enlarged(picture: Pixels) -> int:
    return 2 if picture.shape[1] <= 400 else 1
