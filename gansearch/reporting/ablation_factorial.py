"""The effects of a factorial: of each factor, and of pairs as far as the design can tell them from each other."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.reporting.document import Block, Bullets, Paragraph, Table
from gansearch.reporting.effects.factorial import FactorialAnalysis, FactorialEffect, analyse_factorial
from gansearch.reporting.effects.factorial_design import CLEAR, Term, TwoLevelDesign, design_of
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.experiments.measures import Reading
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.samples import Selection, sample
from gansearch.reporting.statistics import FEWEST
from gansearch.reporting.wording import code, number, p_value, percent, plural
from gansearch.space.ablation import Ablation
from gansearch.space.ablation_names import level_name

HEADERS = ("effect [95 %]", "p (Holm)", "could have shown", "it is")
_ROMAN = {3: "III", 4: "IV", 5: "V"}
_SCALES = {
    Scale.RATIO: (
        "An effect is the geometric mean of the arms that have the change, over that of those that lack it; of a pair, "
        "the effect of one where the other is changed, over that where it is not: 0 % where the two effects multiply."
    ),
    Scale.DIFFERENCE: (
        "An effect is the mean of the arms that have the change, less that of those that lack it; of a pair, the "
        "effect of one where the other is changed, less that where it is not: 0 where the two effects add up."
    ),
    Scale.RANK: (
        "By rank, since runs have no value at their full budget: the probability that a run of the arms that have the "
        "change is better than one of those that lack it, stopped and diverged runs last. Ranks do not tell whether "
        "two effects add up, so nothing is said of pairs."
    ),
}


def factorial_blocks(ablation: Ablation, study: Experiments, read: Reading) -> list[Block]:
    """What the design can tell, main effects, and pairs.

    Args:
        ablation: a factorial.
        study: its runs.
        read: the metric.

    Raises:
        ReportError: where a value on the ratio scale is not above 0.
    """
    arms = study.space.arms
    names = [level_name(factor.path, factor.others[0]) for factor in ablation.factors]
    changed = [[arm.settings[each.path] != each.baseline for each in ablation.factors] for arm in arms]
    samples = [sample(Selection((arm.name,)), read, study) for arm in arms]
    found = analyse_factorial(read.measure, design_of(names, changed), samples)
    blocks: list[Block] = [Paragraph(_design(found.design)), Bullets(_in_short(found))]
    mains = [each for each in found.effects if _is_main(each)]
    pairs = [each for each in found.effects if not _is_main(each)]
    if mains:
        blocks.append(_table("factor changed", mains, found))
    if pairs:
        is_clear = all(len(each.terms) == 1 for each in pairs)
        blocks.append(_table("pair" if is_clear else "pairs that are not told apart", pairs, found))
    return [*blocks, Paragraph(_method(found))]


def terms_text(terms: Sequence[Term]) -> str:
    """``a with b``, or ``a with b, plus c with d`` where the design shows their sum alone."""
    parts = [" with ".join(map(code, term.factors)) for term in terms]
    others = [
        f", {'plus' if term.sign > 0 else 'less'} {part}" for part, term in zip(parts[1:], terms[1:], strict=True)
    ]
    return "".join([*parts[:1], *others])


def _is_main(effect: FactorialEffect) -> bool:
    return len(effect.terms[0].factors) == 1


def _design(design: TwoLevelDesign) -> str:
    arms, combinations = len(design.levels), 1 << len(design.factors)
    if design.is_full:
        return f"All {arms} combinations of {plural(len(design.factors), 'factor')} are there: no effect is aliased."
    said = (
        f"{arms} of {combinations:,} combinations, a regular fraction of resolution {_ROMAN[design.resolution]}"
        f"{' or more' if design.resolution == CLEAR else ''}. "
    )
    return (
        said
        + {
            3: "Main effects are aliased with pairs: a row shows a sum, and which of its parts it is cannot be known.",
            4: (
                "Main effects stand apart from pairs, where three factors together do nothing more; pairs are aliased "
                "with each other: a row with several shows their sum, and which of them it is cannot be known."
            ),
            CLEAR: "Main effects and pairs stand apart from each other, where three factors together do nothing more.",
        }[design.resolution]
    )


def _in_short(found: FactorialAnalysis) -> list[str]:
    if not found.effects:
        return ["Nothing can be said yet: there is no replicate that every arm has."]
    shown = [each for each in found.effects if each.is_shown]
    pairs = [each for each in shown if not _is_main(each)]
    told = "; ".join(f"{terms_text(each.terms)} {_word(each)} ({_effect(each, found)})" for each in shown)
    said = [f"{len(shown)} of {plural(len(found.effects), 'effect')} shown" + (f": {told}." if told else ".")]
    if pairs:
        said.append("Where a pair is shown, the effect of each of its factors is a mean over two that differ.")
    if found.is_too_small:
        said.append(
            f"Every arm has {plural(len(found.blocks), 'replicate')} in common: below {FEWEST} nothing is tested."
        )
    return said


def _word(effect: FactorialEffect) -> str:
    """What is shown; of a pair whether both together are better than their effects come to, or worse."""
    if not effect.is_shown:
        return "undecided"
    word = "better" if effect.gain > 0 else "worse"
    if len(effect.terms) > 1:
        return f"{word} in sum"
    return word if _is_main(effect) else f"{word} together"


def _table(first: str, effects: Sequence[FactorialEffect], found: FactorialAnalysis) -> Table:
    ranked = sorted(effects, key=lambda each: -each.gain)
    return Table((first, *HEADERS), [_row(each, found) for each in ranked])


def _row(effect: FactorialEffect, found: FactorialAnalysis) -> tuple[str, ...]:
    return (
        terms_text(effect.terms),
        _effect(effect, found),
        "-" if effect.p_adjusted is None else p_value(effect.p_adjusted),
        "none yet" if effect.smallest_visible is None else _told(effect.smallest_visible, found.scale),
        _word(effect),
    )


def _effect(effect: FactorialEffect, found: FactorialAnalysis) -> str:
    told = _told(effect.value, found.scale)
    if effect.interval is None:
        return told
    return f"{told} [{_told(effect.interval.low, found.scale)}, {_told(effect.interval.high, found.scale)}]"


def _told(value: float, scale: Scale) -> str:
    if scale is Scale.RATIO:
        return f"{round(100 * (value - 1)):+d} %"
    if scale is Scale.RANK:
        return f"better in {percent(value)} of pairs"
    return f"+{number(value)}" if value > 0 else number(value)


def _method(found: FactorialAnalysis) -> str:
    unused = (
        f" {plural(found.unused, 'run')} of other replicates (of the baseline, mostly) are not used."
        if found.unused
        else ""
    )
    censored = f" {found.censored} of them were stopped or diverged." if found.censored else ""
    return (
        f"{_SCALES[found.scale]} All {plural(len(found.blocks) * len(found.design.levels), 'run')} of the "
        f"{plural(len(found.blocks), 'replicate')} that every arm has count in every effect, with replicates as blocks."
        f"{censored}{unused} Tests are permutations within replicates at 5 %, corrected by Holm over all effects; an "
        "effect counts from 10 % of a distance, or the margin of another metric, and above the metric's noise."
    )
