"""What an ablation came to, as a section of a study's report."""

from __future__ import annotations

from gansearch.metrics import metrics
from gansearch.reporting.ablation_contrasts import contrast_blocks
from gansearch.reporting.ablation_factorial import factorial_blocks
from gansearch.reporting.document import Block, Paragraph, Section
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.runs import Experiments, experiments_of_study
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.noise_floor import least_difference
from gansearch.reporting.wording import code, plural
from gansearch.space.ablation import FACTORIAL, Ablation

TITLE = "The ablation"
_DESIGNS = {
    "one_factor": "one factor at a time: each arm changes one factor of what it is compared with",
    "leave_one_out": (
        "leave one out: the baseline has every factor on, and each arm sets one back. An arm that is worse than the "
        "baseline shows that what it lacks helps"
    ),
    "factorial": "a factorial: every factor is changed in half of the arms, so that every run counts in every effect",
}


def ablation_section(material: StudyMaterial) -> Section:
    """The effects of an ablation by the metric of the plan's first objective; no blocks where the plan is none."""
    ablation, arms = material.space.plan.ablation, material.space.arms
    if ablation is None or not arms:
        return Section(TITLE, [])
    study, metric = experiments_of_study(material), material.space.plan.objectives[0].metric
    blocks: list[Block] = [Paragraph(_basis(ablation, study, metric))]
    if metric not in metrics.names():
        said = f"{code(metric)} is the script's own: on which scale its effects add up is not known, so none is told."
        return Section(TITLE, [*blocks, Paragraph(said)])
    floors = {floor.metric: least_difference(floor) for floor in material.noise_floors}
    if ablation.design == FACTORIAL:
        return Section(TITLE, [*blocks, *factorial_blocks(ablation, study, reading(metric, floors))])
    return Section(TITLE, [*blocks, *contrast_blocks(ablation, study, metric, floors)])


def _basis(ablation: Ablation, study: Experiments, metric: str) -> str:
    wanted = sum(study.wanted(arm.name) for arm in study.space.arms)
    arms, factors = plural(len(study.space.arms), "arm"), plural(len(ablation.factors), "factor")
    return (
        f"{len(study.runs):,} of {wanted:,} runs are there, of {arms} and {factors}. The "
        f"design is {_DESIGNS[ablation.design]}. Compared is {code(metric)} at the end of a full run; equal replicates "
        "have equal seeds in all arms. These are screening results and exploratory: the best of several "
        "estimates is too good, and is to be confirmed on fresh seeds."
    )
