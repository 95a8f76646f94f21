"""Several studies on one page: each in short, then beside each other. Runs of different studies are never pooled."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.reporting import joint_sentences, sentences
from gansearch.reporting.analysis import compute, end_shares
from gansearch.reporting.document import Block, Bullets, Document, Paragraph, Section, Table
from gansearch.reporting.failures import failures
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.shared_arms import SharedArms, rank_shared_arms
from gansearch.reporting.study_comparison import StudyComparison, compare_studies
from gansearch.reporting.wording import code, duration, interval, number, percent, plural

MOST_ROWS = 60
"""Of a table of differences."""


def joint_findings(studies: Sequence[StudyMaterial]) -> Document:
    """The page of two studies or more, in the order in which they were named."""
    compared = compare_studies(studies)
    sections = [
        Section("In short", [Bullets(_in_short(studies, compared))]),
        Section("The studies", [_studies(studies)]),
        Section("Best configurations side by side", _best(compared)),
        Section("How the spaces differ", _spaces(compared)),
        Section("Arms across the studies", _arms(studies)),
        Section("How the runs ended", [_ends(studies)]),
        Section("Computing time, spent and saved", [_compute(studies)]),
        Section("What this does not show", [Bullets(joint_sentences.limits(studies))]),
    ]
    title = f"Findings of the studies {', '.join(study.name for study in studies)}"
    return Document(title, [section for section in sections if section.blocks])


def _in_short(studies: Sequence[StudyMaterial], compared: StudyComparison) -> list[str]:
    said = []
    for study in studies:
        said.append(f"{code(study.name)}: {sentences.state(study)}")
        if study.trials:
            said.append(f"{code(study.name)}: {sentences.best(study)}")
    return [*said, joint_sentences.spaces(compared), *joint_sentences.obstacles(compared)]


def _studies(studies: Sequence[StudyMaterial]) -> Table:
    headers = ("study", "data", "plan", "runs", "completed", "failed", "objective", "best value", "best run")
    return Table(headers, [_study(study) for study in studies])


def _study(study: StudyMaterial) -> tuple[str, ...]:
    objective, best, found = study.space.plan.objectives[0], study.best, failures(study)
    return (
        code(study.name),
        str(study.space.fixed.get("dataset.name", "searched")),
        study.space.plan.kind,
        str(len(study.trials)),
        str(len(study.completed)),
        f"{found.failed} of {found.runs}",
        f"{objective.direction} {code(objective.metric)}",
        "-" if best is None or best.values is None else number(best.values[0]),
        "-" if best is None else code(best.identity),
    )


def _best(compared: StudyComparison) -> list[Block]:
    """The settings in which the best runs differ."""
    if sum(study.best is not None for study in compared.studies) < 2:
        return [
            Paragraph("Fewer than two of the studies have a completed run, so there is nothing to set side by side.")
        ]
    headers = ("setting", *(code(study.name) for study in compared.studies))
    rows = [(code(row.path), *row.values) for row in compared.best_settings]
    said = Paragraph(joint_sentences.best_settings(compared))
    return [said, *_cut(headers, rows)]


def _spaces(compared: StudyComparison) -> list[Block]:
    headers = ("entry", *(code(study.name) for study in compared.studies))
    rows = [(code(row.path), *row.values) for row in compared.space]
    return [Paragraph(joint_sentences.spaces(compared)), *_cut(headers, rows)]


def _cut(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[Block]:
    """The table, and how many rows it leaves out."""
    if not rows:
        return []
    left = len(rows) - MOST_ROWS
    return [Table(headers, rows[:MOST_ROWS]), *([Paragraph(f"{plural(left, 'row')} more.")] if left > 0 else [])]


def _arms(studies: Sequence[StudyMaterial]) -> list[Block]:
    """Ranks of the arms that all have; a sentence where some study has no arms; nothing where none has."""
    having = [study for study in studies if study.space.arms]
    if not having:
        return []
    if len(having) < len(studies):
        return [Paragraph(joint_sentences.without_arms(studies))]
    found = rank_shared_arms(studies)
    blocks: list[Block] = [Paragraph(joint_sentences.ranking(found))]
    if found.ranking is not None and found.ranking.arms:
        blocks.append(_ranks(found))
    return blocks


def _ranks(found: SharedArms) -> Table:
    ranking = found.ranking
    assert ranking is not None
    headers = ("arm", "mean rank", "95 % interval", *(f"rank in {code(name)} (runs)" for name in ranking.data_sets))
    rows = [
        (
            code(arm.name),
            number(arm.mean_rank),
            "-" if arm.interval is None else interval(arm.interval).removeprefix("95 % interval "),
            *(f"{number(rank)} ({runs})" for rank, runs in zip(arm.ranks, arm.runs, strict=True)),
        )
        for arm in ranking.arms
    ]
    return Table(headers, rows)


def _ends(studies: Sequence[StudyMaterial]) -> Table:
    shares = {study.name: {each.end: each.share for each in end_shares(study.trials)} for study in studies}
    ends = list(dict.fromkeys(end for own in shares.values() for end in own))
    headers = ("end", *(f"{code(study.name)} (n = {_ended(study)})" for study in studies))
    rows = []
    for end in ends:
        cells = [shares[study.name].get(end) for study in studies]
        rows.append((code(end), *("0" if each is None else _share(each.value, each.n) for each in cells)))
    return Table(headers, rows)


def _ended(study: StudyMaterial) -> int:
    return sum(trial.end is not None for trial in study.trials)


def _share(value: float, n: int) -> str:
    return f"{round(value * n)} ({percent(value)})"


def _compute(studies: Sequence[StudyMaterial]) -> Table:
    headers = ("study", "runs", "epochs", "run time", "of it evaluations at rungs", "stopped early", "saved, about")
    rows = []
    for study in studies:
        spent = compute(study)
        times = (duration(spent.seconds), duration(spent.evaluation_seconds))
        saved = (str(spent.stopped), duration(spent.saved_seconds))
        rows.append((code(study.name), str(spent.runs), number(spent.epochs), *times, *saved))
    return Table(headers, rows)
