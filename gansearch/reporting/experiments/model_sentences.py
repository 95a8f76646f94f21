"""What is said of a judged model: a row of the table and how to read it, from its numbers alone."""

from __future__ import annotations

from gansearch.reporting.effects.logistic import LogisticEffect
from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.judged_models import JudgedModel
from gansearch.reporting.experiments.models import Model
from gansearch.reporting.statistics import FEWEST, Interval
from gansearch.reporting.wording import code, number, p_value, plural

SCATTERED = 1.2
"""Scatter of the arms about the fit from which on it is worth a word."""


def asked(found: JudgedModel) -> str:
    """``failure more often with a larger X, at equal Y``."""
    model, effect = found.model, found.effect
    others = " and ".join(code(term) for place, term in enumerate(model.terms) if place != model.tested)
    equal = f", at equal {others}" if others else ""
    return f"{code(model.outcome)} {_change(model.claim, effect)} with a larger {code(effect.tested)}{equal}"


def effect_text(found: JudgedModel) -> str:
    """The odds ratio with its interval, and what it comes to in points."""
    effect = found.effect
    if effect.odds_ratio is None or effect.points is None:
        return "too few arms with runs"
    if effect.is_constant:
        return f"none: {effect.count} of {plural(effect.runs, 'run')} ended so"
    ends = "" if effect.interval is None else f" {_interval(effect.interval)}"
    rise = f"{_signed(effect.points)} points from {number(effect.low)} to {number(effect.high)}"
    return f"odds x {number(effect.odds_ratio)}{ends} for one more; {rise}"


def row(found: JudgedModel) -> tuple[str, ...]:
    """As the rows of comparisons."""
    effect = found.effect
    missing = f", {plural(found.missing, 'run')} missing" if found.missing else ""
    return (
        asked(found),
        code(found.model.outcome),
        effect_text(found),
        f"{effect.runs} in {effect.arms} of {plural(effect.planned, 'arm')}{missing}",
        "-" if found.p_adjusted is None else p_value(found.p_adjusted),
        _visible(effect),
        str(found.verdict),
    )


def reading(found: JudgedModel) -> str:
    """How the model was made, and what limits it."""
    effect = found.effect
    said = [
        f"The model of {code(found.model.outcome)}: logistic in {_terms(found.model)}, with Firth's penalty, over "
        f"{effect.arms} of {plural(effect.planned, 'arm')}; {effect.count} of {plural(effect.runs, 'run')} ended so. "
        "Runs of one arm share what the terms do not say of it: the test permutes whole arms, and the interval "
        "is as wide as the arms scatter about the fit."
    ]
    if effect.is_constant and effect.runs:
        said.append(f"{'Every' if effect.count else 'No'} run ended so: no term can show what drives it.")
    elif effect.is_separated:
        said.append("The terms divide the outcomes, so that only the penalty keeps the odds ratio finite.")
    if effect.scatter is not None and effect.scatter >= SCATTERED:
        said.append(f"Arms scatter {number(effect.scatter)} times as much as independent runs would.")
    if effect.planned < FEWEST:
        said.append(f"Below {FEWEST} arms nothing is decided.")
    elif effect.lacking:
        said.append(
            f"{plural(effect.lacking, 'arm')} {'has' if effect.lacking == 1 else 'have'} fewer than {FEWEST} runs: "
            "before that nothing is decided."
        )
    return " ".join(said)


def _change(claim: Claim, effect: LogisticEffect) -> str:
    more, less = ("more", "less") if effect.measure.lower_is_better else ("less", "more")
    return {
        Claim.WORSE: f"{more} often",
        Claim.BETTER: f"{less} often",
        Claim.DIFFERENT: "more or less often",
        Claim.NO_DIFFERENCE: "as often",
        Claim.AT_LEAST_AS_GOOD: f"not {more} often",
        Claim.AT_MOST_AS_GOOD: f"not {less} often",
    }[claim]


def _terms(model: Model) -> str:
    names = [code(term) for term in model.terms]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _visible(effect: LogisticEffect) -> str:
    if effect.is_too_small:
        return "none yet"
    return "none" if effect.smallest_visible is None else f"odds x {number(effect.smallest_visible)}"


def _interval(found: Interval) -> str:
    return f"[{number(found.low)}, {number(found.high)}]"


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)
