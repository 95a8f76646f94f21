"""Interactions of hypotheses against a study's runs: the difference of both effects, corrected, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gansearch.reporting.effects.interaction import Contrast, InteractionEffect, interact
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.experiments.family import arms_of, family_level, judged_family, missing_runs
from gansearch.reporting.experiments.interactions import Interaction
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.samples import Selection, sample


@dataclass(frozen=True)
class JudgedInteraction:
    """One interaction with what was found."""

    interaction: Interaction
    effect: InteractionEffect
    p_adjusted: float | None
    """After Holm's correction over the interactions of its measure; None where there was no test."""
    verdict: Verdict
    missing: int
    """Runs that the plan has of its arms, and that are not there yet."""


def judged_interactions(
    asked: Sequence[Interaction], experiments: Experiments, floors: Mapping[str, float], precision: Precision
) -> list[JudgedInteraction]:
    """The verdict on each interaction.

    Raises:
        ReportError: where one names an arm or a measure that there is not, or the measure is a rate.
    """
    names = [each.measure for each in asked]
    effects = [_effect(each, experiments, floors, precision, family_level(each.measure, names)) for each in asked]
    found = judged_family(names, [each.claim for each in asked], effects, [each.p for each in effects])
    return [
        JudgedInteraction(each, effect, p, verdict, missing_runs(arms_of(selections(each), experiments), experiments))
        for each, effect, (p, verdict) in zip(asked, effects, found, strict=True)
    ]


def selections(interaction: Interaction) -> tuple[Selection, ...]:
    """All that it names."""
    return tuple(part for each in (interaction.effect, interaction.than) for part in (each.arm, each.against))


def _effect(
    interaction: Interaction,
    experiments: Experiments,
    floors: Mapping[str, float],
    precision: Precision,
    alpha: float,
) -> InteractionEffect:
    read = reading(interaction.measure, floors)
    one, other = (
        Contrast(sample(each.arm, read, experiments), sample(each.against, read, experiments))
        for each in (interaction.effect, interaction.than)
    )
    return interact(read.measure, one, other, precision, alpha)
