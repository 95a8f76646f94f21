"""What each experiment of a plan showed, as pictures: effects and outcomes, maps of two settings, samples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gansearch.errors import ReportError
from gansearch.reporting.document import Block, Figure, Paragraph, Section
from gansearch.reporting.effects.comparison import Effect
from gansearch.reporting.experiments.effect_figure import DrawnArm, effect_figure
from gansearch.reporting.experiments.grid_map import crossed, grid_map
from gansearch.reporting.experiments.hypotheses import PRIMARY
from gansearch.reporting.experiments.runs import ExperimentRun, Experiments
from gansearch.reporting.experiments.screening import ScreenedArm
from gansearch.reporting.samples_side_by_side import ArmSamples, side_by_side
from gansearch.reporting.stored_samples import StoredSamples, parse_samples
from gansearch.reporting.wording import code, plural
from gansearch.space.arms import Arm
from gansearch.space.experiments_reader import BASELINE

REPLICATE = 0
"""Whose samples are kept and shown: equal seeds have equal latents, where these have one size."""


def experiment_sections(experiments: Experiments, screened: Sequence[ScreenedArm]) -> list[Section]:
    """A section for each experiment with runs of an arm beside the baseline, in the order of the plan.

    Args:
        experiments: the study.
        screened: its arms against the baseline.

    Raises:
        ReportError: where stored samples are damaged.
    """
    effects = {each.arm: each.effect for each in screened}
    arms = experiments.space.arms
    names = dict.fromkeys(name for arm in arms for name in arm.experiments)
    sections = []
    for name in names:
        own = [arm for arm in arms if name in arm.experiments]
        if any(experiments.by_arm[arm.name] for arm in own if arm.name != BASELINE):
            sections.append(Section(f"Experiment {name}", _blocks(name, own, experiments, effects)))
    return sections


def _blocks(name: str, arms: Sequence[Arm], experiments: Experiments, effects: Mapping[str, Effect]) -> list[Block]:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower())
    called = {arm.name: arm.experiments[name] for arm in arms}
    shown = {BASELINE: _name_of_baseline(called)} | {arm: label for arm, label in called.items() if arm != BASELINE}
    kept = {arm: experiments.by_arm[arm] for arm in shown if experiments.by_arm[arm]}
    blocks: list[Block] = []
    lacking = [arm for arm in shown if arm not in kept]
    if lacking:
        blocks.append(Paragraph(f"Without runs: {', '.join(code(shown[arm]) for arm in lacking)}."))
    baseline = DrawnArm(shown[BASELINE], experiments.by_arm[BASELINE], None)
    if baseline.distances:
        drawn = [DrawnArm(shown[arm], runs, effects.get(arm)) for arm, runs in kept.items()]
        blocks.append(Figure(f"{slug}_effects", _about_effects(name, drawn), effect_figure(drawn, baseline.distances)))
    cross = crossed(arms)
    drawn_map = None if cross is None else grid_map(cross, experiments)
    if cross is not None and drawn_map is not None:
        caption = (
            f"Median {code(PRIMARY)} of each pair of {code(cross.rows)} and {code(cross.columns)}, with its number of "
            "runs; darker is farther from the data. Where most runs diverged there is no median."
        )
        blocks.append(Figure(f"{slug}_map", caption, drawn_map))
    return [*blocks, *_samples(slug, name, kept, shown)]


def _name_of_baseline(called: Mapping[str, str]) -> str:
    return f"{called[BASELINE]} (baseline)" if BASELINE in called else BASELINE


def _about_effects(name: str, drawn: Sequence[DrawnArm]) -> str:
    runs = sum(len(arm.runs) for arm in drawn)
    return (
        f"Experiment {name}, {plural(len(drawn), 'arm')} with {plural(runs, 'run')}. Left: {code(PRIMARY)} over the "
        "baseline's geometric mean, a stroke per run; points are estimates with 95 % intervals, hollow where fewer "
        "than 8 runs, a rank or the baseline itself have none; dotted: the margin of 10 %. Right: how runs ended."
    )


def _samples(
    slug: str, name: str, kept: Mapping[str, Sequence[ExperimentRun]], shown: Mapping[str, str]
) -> list[Block]:
    found = [
        ArmSamples(shown[arm], _parsed(run, run.samples))
        for arm, runs in kept.items()
        for run in runs
        if run.replicate == REPLICATE and run.samples is not None
    ]
    if len(found) < 2:
        return []
    rows = "a row per arm, a column per latent; the bottom row is real images"
    panels = "a panel per arm in blue, real points in grey"
    caption = (
        f"Samples of {plural(len(found), 'arm')} of experiment {name} at the last evaluation (n = 1 run each, "
        f"replicate {REPLICATE}): {rows if found[0].samples.is_images else panels}."
    )
    return [Figure(f"{slug}_samples", caption, side_by_side(found))]


def _parsed(run: ExperimentRun, npz: bytes) -> StoredSamples:
    try:
        return parse_samples(npz)
    except ValueError as error:
        raise ReportError(f"the samples of {run.key} cannot be read: {error}") from error
