"""What is said of a judged hypothesis: every sentence follows from its numbers, by the rules here alone."""

from __future__ import annotations

from collections.abc import Callable

from gansearch.reporting.effects.comparison import Effect
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.rate_power import RatePower
from gansearch.reporting.effects.rates import RateEffect
from gansearch.reporting.effects.shares import Share
from gansearch.reporting.effects.verdicts import OF_A_SHARE, Claim, Verdict
from gansearch.reporting.experiments.judging import JudgedComparison, JudgedHypothesis
from gansearch.reporting.statistics import Interval
from gansearch.reporting.wording import code, number, p_value, percent, plural

CLAIMS = {
    Claim.BETTER: "better than",
    Claim.WORSE: "worse than",
    Claim.DIFFERENT: "different from",
    Claim.NO_DIFFERENCE: "equal to",
    Claim.AT_LEAST_AS_GOOD: "at least as good as",
    Claim.AT_MOST_AS_GOOD: "at most as good as",
    Claim.NEVER: "never",
    Claim.ALWAYS: "always",
}


def headline(found: JudgedHypothesis) -> str:
    """One line: name, verdict, claim, and what it rests on."""
    hypothesis, count = found.hypothesis, len(found.verdicts)
    decided = sum(each is not Verdict.UNDECIDED for each in found.verdicts)
    kind = "comparison" if count == len(found.comparisons) else "test"
    claim = hypothesis.claim.removesuffix(".")
    missing = f"; {plural(found.missing, 'run')} missing" if found.missing else ""
    rests = f"{decided} of {plural(count, kind)} decided{missing}"
    return f"{hypothesis.name}, {found.verdict}: {claim} ({hypothesis.source}). {rests}."


def asked(found: JudgedComparison) -> str:
    """The comparison in words: ``E1/elu better than baseline``."""
    comparison = found.comparison
    arm = code(comparison.arm)
    if comparison.claim in OF_A_SHARE:
        return f"{arm} {CLAIMS[comparison.claim]} a {code(comparison.measure)}"
    return f"{arm} {CLAIMS[comparison.claim]} {code(comparison.against)}"


def effect_text(found: JudgedComparison) -> str:
    """The effect with its interval, in the measure's own terms."""
    effect = found.effect
    if isinstance(effect, RateEffect):
        return _share(effect.arm) if found.comparison.claim in OF_A_SHARE else _rates(effect)
    return of_effect(effect)


def of_effect(effect: Effect) -> str:
    """An effect on a metric with its interval: in percent, in the metric's unit, or as a share of pairs."""
    if effect.value is None:
        return "no runs"
    if effect.scale is Scale.RATIO:
        return f"{_signed_percent(effect.value - 1)}{_interval(effect.interval, lambda end: _signed_percent(end - 1))}"
    if effect.scale is Scale.RANK:
        return f"better in {percent(effect.value)} of pairs{_interval(effect.interval, percent)}"
    return f"{_signed(effect.value)}{_interval(effect.interval, _signed)}"


def visible_text(found: JudgedComparison) -> str:
    """The smallest effect that the comparison could have shown with 80 % power; what it needs where it has none."""
    effect = found.effect
    if found.comparison.claim in OF_A_SHARE:
        return "-"
    if effect.power is None:
        return "none yet"
    if isinstance(effect.power, RatePower):
        ends = [effect.power.better, effect.power.worse]
        return " or ".join(f"{_signed(end)} points" for end in ends if end is not None) or "none"
    assert isinstance(effect, Effect)
    return _visible(effect.scale, effect.power.smallest_visible)


def runs_text(found: JudgedComparison) -> str:
    """``8 v 20, in pairs``: runs used of the arm and of the other; of a claim about a share alone the arm's."""
    effect = found.effect
    if found.comparison.claim in OF_A_SHARE:
        return str(effect.arm.n)
    text = f"{effect.arm.n} v {effect.baseline.n}"
    if isinstance(effect, Effect) and effect.is_paired:
        return f"{text}, in pairs"
    censored = 0 if isinstance(effect, RateEffect) else effect.arm.censored + effect.baseline.censored
    return f"{text}, {censored} diverged" if censored else text


def p_text(found: JudgedComparison) -> str:
    """After Holm's correction."""
    return "-" if found.p_adjusted is None else p_value(found.p_adjusted)


def _visible(scale: Scale, seen: float | None) -> str:
    if seen is None:
        return "none"
    if scale is Scale.RATIO:
        return _signed_percent(seen - 1)
    return f"{percent(seen)} of pairs" if scale is Scale.RANK else _signed(seen)


def _share(found: Share) -> str:
    if not found.n:
        return "no runs"
    return f"{found.count} of {found.n} runs; with 95 % confidence at most {percent(found.at_most)}"


def _rates(effect: RateEffect) -> str:
    if effect.points is None:
        return "no runs"
    ours, theirs = f"{effect.arm.count} of {effect.arm.n}", f"{effect.baseline.count} of {effect.baseline.n}"
    return f"{ours} against {theirs}, {_signed(effect.points)} points{_interval(effect.interval, _signed)}"


def _interval(found: Interval | None, write: Callable[[float], str]) -> str:
    return "" if found is None else f" [{write(found.low)}, {write(found.high)}]"


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def _signed_percent(value: float) -> str:
    return f"{100 * value:+.0f} %"
