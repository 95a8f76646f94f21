"""The section that ranks all arms by what they did to the distance, and says how far that can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.reporting.document import Block, Paragraph, Section, Table
from gansearch.reporting.effects.stages import SCREENING_LEVEL
from gansearch.reporting.experiments import sentences
from gansearch.reporting.experiments.hypotheses import PRIMARY
from gansearch.reporting.experiments.screening import ScreenedArm
from gansearch.reporting.statistics import FEWEST
from gansearch.reporting.wording import code, p_value, plural

TITLE = "All arms by effect"


def screening_section(found: Sequence[ScreenedArm]) -> Section:
    """A row per arm with runs, the best first."""
    if not found:
        return Section(TITLE, [Paragraph("The baseline or every other arm has no run yet.")])
    headers = ("arm", "effect [95 %]", "runs", "p, uncorrected", "", "asked by")
    blocks: list[Block] = [Paragraph(_about(found)), Table(headers, [_row(each) for each in found])]
    return Section(TITLE, blocks)


def _about(found: Sequence[ScreenedArm]) -> str:
    unasked = sum(each.is_contender and not each.asked_by for each in found)
    return (
        f"{code(PRIMARY)} of {plural(len(found), 'arm')} with runs, each against the baseline; of two distances the "
        "lower is better. This is exploratory: nothing is corrected here, and the best of many estimates is too good. "
        f"An arm is worth fresh seeds where its effect counts and p is at most {SCREENING_LEVEL:g}; "
        f"{unasked} of those that no hypothesis asks about are. What is asked is decided in the sections of the "
        "hypotheses."
    )


def _row(found: ScreenedArm) -> tuple[str, ...]:
    effect = found.effect
    runs = f"{effect.arm.n} v {effect.baseline.n}" + (", in pairs" if effect.is_paired else "")
    return (
        code(found.arm),
        sentences.of_effect(effect),
        runs,
        "-" if effect.p is None else p_value(effect.p),
        _said(found),
        ", ".join(found.asked_by) or "-",
    )


def _said(found: ScreenedArm) -> str:
    if found.effect.is_too_small:
        return f"fewer than {FEWEST} runs"
    return "worth fresh seeds" if found.is_contender else "-"
