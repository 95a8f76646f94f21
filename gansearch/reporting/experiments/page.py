"""The page of a study of arms: verdicts on what was asked, the comparisons behind them, all arms, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from gansearch.records import NoiseFloor
from gansearch.reporting.document import Block, Bullets, Document, Paragraph, Section, Table
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.experiments import interaction_sentences, model_sentences, sentences
from gansearch.reporting.experiments.experiment_sections import experiment_sections
from gansearch.reporting.experiments.floors import floors_text, least_differences
from gansearch.reporting.experiments.hypotheses import PRIMARY
from gansearch.reporting.experiments.judging import JudgedComparison, JudgedHypothesis
from gansearch.reporting.experiments.runs import ExperimentRun, Experiments
from gansearch.reporting.experiments.screening import ScreenedArm, screened_arms
from gansearch.reporting.experiments.screening_section import screening_section
from gansearch.reporting.experiments.tables import frames
from gansearch.reporting.published import write_document
from gansearch.reporting.wording import code, number, percent, plural
from gansearch.space.experiments_reader import BASELINE

ABOUT_ARMS = (
    f"The median {code(PRIMARY)} of each arm's runs, and its middle half; how many ended in which way by the second "
    f"classifier; and the failures that detectors found on the way. {code(BASELINE)} is what `plan.experiments` vary; "
    "arms are named after the first experiment that has them."
)
DECIDED = (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.EQUIVALENT)


@dataclass(frozen=True)
class OtherPage:
    """A page on another study."""

    title: str
    path: str
    """Of the page, from the folder of this one."""
    found: Sequence[JudgedHypothesis]


def write_page(
    title: str,
    experiments: Experiments,
    found: Sequence[JudgedHypothesis],
    folder: Path,
    floors: Sequence[NoiseFloor] = (),
    *,
    others: Sequence[OtherPage] = (),
) -> Path:
    """Write ``findings.md``, ``findings.html``, ``figures/*.png`` and ``tables/*.parquet``; returns the first.

    Raises:
        ReportError: where stored samples are damaged, or a distance is not above 0.
        StorageError: where they cannot be written.
    """
    asked = [each.hypothesis for each in found]
    screened = screened_arms(experiments, asked, least_differences(floors))
    document = page(title, experiments, found, screened, floors, others=others)
    return write_document(document, folder, frames(experiments, found, screened))


def page(
    title: str,
    experiments: Experiments,
    found: Sequence[JudgedHypothesis],
    screened: Sequence[ScreenedArm],
    floors: Sequence[NoiseFloor] = (),
    *,
    others: Sequence[OtherPage] = (),
) -> Document:
    """The whole page.

    Args:
        title: its heading.
        experiments: the study.
        found: its hypotheses, judged.
        screened: its arms against the baseline.
        floors: those that the hypotheses were judged with.
        others: pages on other studies, whose verdicts are told here too.
    """
    return Document(
        title,
        [
            Section("In short", [Paragraph(_basis(experiments)), *_in_short(found)]),
            *map(_told, others),
            *(Section(each.hypothesis.name, _blocks(each)) for each in found),
            screening_section(screened),
            *experiment_sections(experiments, screened),
            Section("All arms", [Paragraph(ABOUT_ARMS), _arms(experiments)]),
            Section("Limits", [Bullets([*_limits(experiments), floors_text(floors)])]),
        ],
    )


def _told(other: OtherPage) -> Section:
    return Section(other.title, [Paragraph(f"{code(other.path)} has the rest."), *_in_short(other.found)])


def hypotheses_section(experiments: Experiments, found: Sequence[JudgedHypothesis]) -> Section:
    """What a study's report says of hypotheses: how they were judged, the verdicts, and the comparisons behind them."""
    blocks: list[Block] = [Paragraph(_basis(experiments)), *_in_short(found)]
    for each in found:
        blocks += _blocks(each)
    return Section("Hypotheses", blocks)


def _basis(experiments: Experiments) -> str:
    space, runs = experiments.space, experiments.runs
    wanted = sum(experiments.wanted(arm.name) for arm in space.arms)
    lengths = sorted({run.total_steps for run in runs})
    steps = " to ".join(f"{each:,}" for each in dict.fromkeys((lengths[0], lengths[-1]))) if lengths else "no"
    return (
        f"{len(runs):,} of {wanted:,} runs of {plural(len(space.arms), 'arm')} are there, of {steps} steps each. Equal "
        "replicates have equal seeds in all arms. Verdicts rest on permutation tests at 5 %, corrected by Holm over "
        "all comparisons of a measure (over all models of an outcome, all interactions on a measure), and count an "
        "effect from 10 % of a distance or 10 points of a rate; intervals "
        "are bootstrap BCa at 95 %, of rates Newcombe's. Below 8 runs of an arm nothing is decided."
    )


def _in_short(found: Sequence[JudgedHypothesis]) -> list[Block]:
    """The decided ones in words, and a table of all: supported first, undecided last."""
    if not found:
        return [Paragraph("Nothing was asked.")]
    ordered = [each for verdict in (*DECIDED, Verdict.UNDECIDED) for each in found if each.verdict is verdict]
    decided = [each for each in ordered if each.verdict is not Verdict.UNDECIDED]
    said = [sentences.headline(each) for each in decided] or ["No claim is decided as a whole yet."]
    headers = ("hypothesis", "claim", "verdict", "tests decided", "runs missing")
    return [Bullets(said), Table(headers, [_verdict_row(each) for each in ordered])]


def _verdict_row(found: JudgedHypothesis) -> tuple[str, ...]:
    hypothesis, verdicts = found.hypothesis, found.verdicts
    counts = Counter(verdicts)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in DECIDED if counts[verdict])
    decided = f"{len(verdicts) - counts[Verdict.UNDECIDED]} of {len(verdicts)}{told and f': {told}'}"
    claim = f"{hypothesis.claim.removesuffix('.')} ({hypothesis.source})"
    return hypothesis.name, claim, str(found.verdict), decided, str(found.missing or "-")


def _blocks(found: JudgedHypothesis) -> list[Block]:
    hypothesis = found.hypothesis
    text = f"{hypothesis.name}. {hypothesis.claim} Source: {hypothesis.source}. Verdict: {found.verdict}."
    if hypothesis.change:
        text += f" What would change it, beside more seeds: {hypothesis.change[0].lower()}{hypothesis.change[1:]}"
    headers = ("asked", "measure", "effect [95 %]", "runs", "p (Holm)", "could have shown", "verdict")
    rows = [_row(each) for each in found.comparisons]
    rows += [model_sentences.row(each) for each in found.models]
    rows += [interaction_sentences.row(each) for each in found.interactions]
    read = [model_sentences.reading(each) for each in found.models]
    read += [interaction_sentences.reading(each) for each in found.interactions]
    return [Paragraph(text), Table(headers, rows), *map(Paragraph, read)]


def _row(found: JudgedComparison) -> tuple[str, ...]:
    missing = f", {plural(found.missing, 'run')} missing" if found.missing else ""
    return (
        sentences.asked(found),
        code(found.comparison.measure),
        sentences.effect_text(found),
        sentences.runs_text(found) + missing,
        sentences.p_text(found),
        sentences.visible_text(found),
        str(found.verdict),
    )


def _arms(experiments: Experiments) -> Table:
    headers = ("arm", "runs", f"median {code(PRIMARY)}", "middle half", "outcomes", "found on the way")
    return Table(headers, [_arm_row(arm, experiments) for arm in experiments.by_arm])


def _arm_row(arm: str, experiments: Experiments) -> tuple[str, ...]:
    runs = experiments.by_arm[arm]
    values = sorted(run.final[PRIMARY] for run in runs if not run.is_censored and PRIMARY in run.final)
    middle = _middle(values)
    return (
        code(arm),
        f"{len(runs)} of {experiments.wanted(arm)}",
        number(median(values)) if values else "-",
        "-" if middle is None else f"{number(middle[0])} to {number(middle[1])}",
        _counted(Counter(str(run.outcome) for run in runs if run.outcome is not None)),
        _counted(Counter(kind for run in runs for kind in sorted(run.kinds))),
    )


def _middle(values: Sequence[float]) -> tuple[float, float] | None:
    """The quarters of sorted values; None of fewer than four."""
    if len(values) < 4:
        return None
    quarter = len(values) // 4
    return values[quarter], values[-1 - quarter]


def _counted(found: Counter[str]) -> str:
    return (
        ", ".join(f"{count} {name}" for name, count in sorted(found.items(), key=lambda item: (-item[1], item[0])))
        or "-"
    )


def _limits(experiments: Experiments) -> list[str]:
    missing = experiments.missing
    said = []
    if missing:
        said.append(
            f"{plural(sum(missing.values()), 'run')} of {plural(len(missing), 'arm')} are still missing: what rests on "
            "them is undecided, and may change."
        )
    own = experiments.by_arm[BASELINE]
    succeeded = sum(str(run.outcome) == "success" for run in own)
    if own and succeeded < len(own) / 2:
        said.append(
            f"{succeeded} of {len(own)} runs of the baseline are a success ({percent(succeeded / len(own))}): at this "
            "budget most runs are still on their way, and effects are those on how a network begins to learn."
        )
    said.append(_censored(experiments.runs))
    said.append("One data set and one family of networks: what holds here may not hold on others.")
    return said


def _censored(runs: Sequence[ExperimentRun]) -> str:
    count = sum(run.is_censored for run in runs)
    return f"{count} of {len(runs):,} runs diverged; arms with such a run are compared by rank, those runs last."
