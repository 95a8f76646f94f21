"""What is said of a confirmation: every sentence follows from its numbers, by the rules here alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from gansearch.reporting.confirmed import Confirmed, ConfirmedConfiguration, FreshRuns
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.wording import code, interval, number, percent, plural

OUTCOMES: Final = {
    Verdict.SUPPORTED: "better than",
    Verdict.CONTRADICTED: "worse than",
    Verdict.EQUIVALENT: "equivalent to",
    Verdict.UNDECIDED: "neither shown to be better nor worse than",
}
"""In the order in which they are told."""


def outcome(found: Confirmed) -> str:
    """What fresh seeds say of every configuration, in one sentence."""
    parts = []
    for verdict, words in OUTCOMES.items():
        those = [each for each in found.configurations if each.judged.verdict is verdict]
        if those:
            parts.append(f"{_trials(those)} {'is' if len(those) == 1 else 'are'} {words} {against(found)}")
    missing = f"; {plural(found.missing, 'run')} of the plan missing, so that is preliminary" if found.missing else ""
    return f"On fresh seeds ({code(found.study)}) {'; '.join(parts)}{missing}."


def against(found: Confirmed) -> str:
    """What the configurations are compared with."""
    number_ = found.confirms.baseline
    return "the defaults of the space" if number_ is None else f"trial {number_}"


def basis(found: Confirmed) -> str:
    """How to read the table."""
    counted = _margin(found)
    return (
        f"The search's value is that of the runs by which a configuration was chosen, as one of the best of "
        f"{plural(found.confirms.completed, 'completed trial')} of {code(found.confirms.study)}: it is too good by "
        "chance. The fresh seeds had no part in the choice, are the same in all arms, and count to the full budget. "
        f"A verdict is on {code('better than the baseline')} by at least {counted}; p is corrected (Holm) over the "
        f"{plural(len(found.configurations), 'configuration')} confirmed. They are not compared with each other."
    )


def unconfirmed(study: str, *, is_of_arms: bool) -> str:
    """What is said of a best configuration that nobody has confirmed; of a plan of arms there is a baseline already."""
    open_question = "" if is_of_arms else ", and whether it is better than the defaults of the space is not known"
    return (
        f"The best configuration of {code(study)} is not confirmed: its value is that of the very runs by which it was "
        f"chosen, so it will be worse again{open_question}."
    )


def has_changed(trial: int, found: Sequence[Confirmed]) -> str:
    """What is said where another configuration has become best since."""
    names = " and ".join(code(each.study) for each in found)
    return f"The configuration that is best by now, that of trial {trial}, is not among those that {names} confirmed."


def is_default(trial: int, found: Confirmed) -> str:
    """What is said where the best configuration is what the others are compared with."""
    return f"The best configuration, that of trial {trial}, is the baseline of {code(found.study)} itself."


def several(found: Sequence[Confirmed]) -> str:
    """What is said where a search was confirmed more than once."""
    return (
        f"The search was confirmed {len(found)} times. Each is corrected over its own configurations alone: a "
        "configuration that only one of several confirmations finds better may be so by chance."
    )


def median_text(fresh: FreshRuns) -> str:
    """The median with its interval, and how many runs were stopped."""
    if not fresh.median.n:
        return "no runs yet"
    stopped = f"{fresh.stopped} of {fresh.median.n} diverged or stopped"
    if math.isinf(fresh.median.value):
        return f"none: {stopped}"
    return f"{number(fresh.median.value)} ({interval(fresh.median.interval)}{f'; {stopped}' if fresh.stopped else ''})"


def searched_text(each: ConfirmedConfiguration) -> str:
    """What the search said of a configuration."""
    return f"{number(each.arm.value)} ({plural(each.arm.runs, 'run')})"


def shrinkage_text(found: Confirmed, each: ConfirmedConfiguration) -> str:
    """How far the fresh value lies from the search's."""
    if each.shrinkage is None:
        return "-"
    if found.measure.scale is Scale.RATIO:
        return f"{100 * each.shrinkage:+.0f} %"
    return f"{'+' if each.shrinkage > 0 else ''}{number(each.shrinkage)}"


def _margin(found: Confirmed) -> str:
    measure = found.measure
    return percent(measure.margin) if measure.scale is Scale.RATIO else f"{number(measure.margin)} {code(measure.name)}"


def _trials(those: Sequence[ConfirmedConfiguration]) -> str:
    names = [code(f"trial {each.arm.number}") for each in those]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
