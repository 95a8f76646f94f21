"""Every arm beside the baseline, whether or not a hypothesis asks about it: what of it is worth fresh seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.reporting.effects.comparison import Effect
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.stages import Question, screen
from gansearch.reporting.experiments.hypotheses import OF_BASELINE, PRIMARY, Hypothesis
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.samples import Selection, chosen, sample

SCREENING: Final = Precision(permutations=1_999, bootstraps=1_999)
"""For many arms of which none is decided here."""


@dataclass(frozen=True)
class ScreenedArm:
    """What an arm did to the distance."""

    arm: str
    effect: Effect
    is_contender: bool
    """An effect that counts, at an uncorrected p of at most .1."""
    asked_by: tuple[str, ...]
    """The hypotheses that compare just this arm with the baseline by distance: they decide about it."""


def screened_arms(
    experiments: Experiments,
    hypotheses: Sequence[Hypothesis],
    floors: Mapping[str, float],
    precision: Precision = SCREENING,
) -> tuple[ScreenedArm, ...]:
    """All arms that have runs, from the largest gain to the largest loss; none where the baseline has no run.

    Arms that are compared by rank come last, since their effect is no ratio.

    Raises:
        ReportError: where a distance is not above 0.
    """
    read = reading(PRIMARY, floors)
    arms = [arm.name for arm in experiments.space.arms[1:] if experiments.by_arm[arm.name]]
    questions = [Question(sample(Selection((arm,)), read, experiments)) for arm in arms]
    screening = screen(read.measure, sample(OF_BASELINE, read, experiments), questions, precision)
    asked = _asked(experiments, hypotheses)
    found = [
        ScreenedArm(arm, each.effect, each.is_contender, tuple(asked.get(arm, ())))
        for arm, each in zip(arms, screening.arms, strict=True)
        if isinstance(each.effect, Effect) and each.effect.gain is not None
    ]
    return tuple(sorted(found, key=_place))


def _place(found: ScreenedArm) -> tuple[bool, float, str]:
    assert found.effect.gain is not None
    return found.effect.scale is not found.effect.measure.scale, -found.effect.gain, found.arm


def _asked(experiments: Experiments, hypotheses: Sequence[Hypothesis]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for hypothesis in hypotheses:
        for each in hypothesis.comparisons:
            arms = chosen(each.arm, experiments)
            is_alone = each.measure == PRIMARY and each.against == OF_BASELINE and len(arms) == 1
            if is_alone and hypothesis.name not in found.setdefault(arms[0].name, []):
                found[arms[0].name].append(hypothesis.name)
    return found
