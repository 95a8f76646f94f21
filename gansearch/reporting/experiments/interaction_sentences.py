"""What is said of a judged interaction: a row of the table and how to read it, from its numbers alone."""

from __future__ import annotations

from gansearch.reporting.effects.interaction import InteractionEffect
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.experiments.interactions import Change
from gansearch.reporting.experiments.judged_interactions import JudgedInteraction
from gansearch.reporting.experiments.sentences import CLAIMS
from gansearch.reporting.wording import code, number, p_value, plural


def asked(found: JudgedInteraction) -> str:
    """``A against B better than C against D``."""
    interaction = found.interaction
    return f"{_named(interaction.effect)}: an effect {CLAIMS[interaction.claim]} that of {_named(interaction.than)}"


def effect_text(found: JudgedInteraction) -> str:
    """One effect beyond the other, with its interval, and both."""
    effect = found.effect
    if effect.value is None or effect.value_of_one is None or effect.value_of_other is None:
        return (
            f"none: {plural(effect.censored, 'run')} diverged" if effect.censored else "no replicate in all four arms"
        )
    ends = (
        ""
        if effect.interval is None
        else f" [{_told(effect, effect.interval.low)}, {_told(effect, effect.interval.high)}]"
    )
    both = f"{_told(effect, effect.value_of_one)} against {_told(effect, effect.value_of_other)}"
    return f"{_told(effect, effect.value)}{ends} beyond the other: {both}"


def row(found: JudgedInteraction) -> tuple[str, ...]:
    """As the rows of comparisons."""
    missing = f", {plural(found.missing, 'run')} missing" if found.missing else ""
    return (
        asked(found),
        code(found.interaction.measure),
        effect_text(found),
        f"{plural(len(found.effect.replicates), 'replicate')} of 4 arms{missing}",
        "-" if found.p_adjusted is None else p_value(found.p_adjusted),
        _visible(found.effect),
        str(found.verdict),
    )


def reading(found: JudgedInteraction) -> str:
    """How to read the contrast."""
    effect = found.effect
    zero = "the two changes multiply" if effect.measure.scale is Scale.RATIO else "the two changes add up"
    return (
        f"The interaction on {code(found.interaction.measure)}: at each seed that all four arms have, how much larger "
        f"one effect is than the other; where {zero}, not at all. The test swaps both effects of a seed."
    )


def _named(change: Change) -> str:
    return f"{code(change.arm)} against {code(change.against)}"


def _visible(effect: InteractionEffect) -> str:
    if effect.is_too_small:
        return "none yet"
    return "none" if effect.smallest_visible is None else _told(effect, effect.smallest_visible)


def _told(effect: InteractionEffect, value: float) -> str:
    if effect.measure.scale is Scale.RATIO:
        return f"{100 * (value - 1):+.0f} %"
    return f"+{number(value)}" if value > 0 else number(value)
