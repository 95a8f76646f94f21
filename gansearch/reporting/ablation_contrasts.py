"""The arms of an ablation that changes one factor at a time, each against the arm that differs in that one alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gansearch.reporting.document import Block, Bullets, Paragraph, Table
from gansearch.reporting.effects.stages import SCREENING_LEVEL
from gansearch.reporting.effects.verdicts import Claim, Verdict
from gansearch.reporting.experiments import sentences
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis
from gansearch.reporting.experiments.judging import JudgedComparison, judged
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.wording import code, plural
from gansearch.space.ablation import Ablation

METHOD = (
    "Tests are permutation tests at 5 %, corrected by Holm over all arms; an effect counts from 10 % of a distance, or "
    "the margin of another metric, and above the metric's noise; intervals are bootstrap BCa at 95 %. Below 8 runs of "
    "an arm nothing is decided. What could have been shown is the smallest effect that so many runs show in 80 of 100 "
    "studies."
)
HEADERS = ("arm", "compared with", "effect [95 %]", "runs", "p (Holm)", "could have shown", "it is")
ORDER = ("better", "worse", "equivalent", "undecided")


def contrast_blocks(ablation: Ablation, study: Experiments, metric: str, floors: Mapping[str, float]) -> list[Block]:
    """In short, and a row for each arm, the best first.

    Args:
        ablation: with contrasts.
        study: its runs.
        metric: by which arms are compared.
        floors: by metric, the least difference that its noise allows to tell.
    """
    asked = tuple(
        Comparison(Selection((each.arm,)), Claim.DIFFERENT, metric, Selection((each.against,)))
        for each in ablation.contrasts
    )
    (found,) = judged([Hypothesis("ablation", "Each factor matters.", "the plan", asked)], study, floors)
    ranked = sorted(found.comparisons, key=_order)
    said = [_in_short(ranked), *_to_confirm(ranked)]
    return [Bullets(said), Table(HEADERS, [_row(each) for each in ranked]), Paragraph(METHOD)]


def outcome_of(found: JudgedComparison) -> str:
    """``better``, ``worse``, ``equivalent`` or ``undecided``."""
    if found.verdict is not Verdict.SUPPORTED:
        return str(found.verdict)
    return "better" if (found.effect.gain or 0.0) > 0 else "worse"


def _order(found: JudgedComparison) -> tuple[bool, float]:
    gain = found.effect.gain
    return gain is None, -(gain or 0.0)


def _in_short(found: Sequence[JudgedComparison]) -> str:
    groups = {word: [each for each in found if outcome_of(each) == word] for word in ORDER}
    parts = [
        f"{len(members)} {word}" + ("" if word == "undecided" else f" ({_names(members)})")
        for word, members in groups.items()
        if members
    ]
    return f"Of {plural(len(found), 'arm')}, against what each is compared with: {', '.join(parts)}."


def _to_confirm(found: Sequence[JudgedComparison]) -> list[str]:
    """The arms that are worth fresh seeds, as in the first of two stages."""
    worth = [
        each for each in found if each.effect.counts and each.effect.p is not None and each.effect.p <= SCREENING_LEVEL
    ]
    if not worth:
        return []
    return [
        f"Worth fresh seeds (an effect that counts, with p up to {SCREENING_LEVEL:g} before the correction): "
        f"{_names(worth)}. A plan of experiments with these arms and another `plan.seed` confirms them."
    ]


def _names(found: Sequence[JudgedComparison]) -> str:
    return ", ".join(code(_short(each.comparison.arm)) for each in found)


def _short(arm: Selection) -> str:
    return str(arm).partition("/")[2] or str(arm)


def _row(found: JudgedComparison) -> tuple[str, ...]:
    missing = f", {plural(found.missing, 'run')} missing" if found.missing else ""
    return (
        code(_short(found.comparison.arm)),
        code(_short(found.comparison.against)),
        sentences.effect_text(found),
        sentences.runs_text(found) + missing,
        sentences.p_text(found),
        sentences.visible_text(found),
        outcome_of(found),
    )
