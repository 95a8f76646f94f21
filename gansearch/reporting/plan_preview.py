"""What a plan will come to, before anything starts: its runs, what they train and cost, and what they can detect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gansearch.errors import DataError
from gansearch.reporting.previews.cost import Cost, Steps, cost, steps_of, workers_here
from gansearch.reporting.previews.detectable import Detectable, detectable
from gansearch.reporting.previews.likeness import DEFAULT_SPREAD, Likeness, Spread, likeness
from gansearch.reporting.previews.planned_runs import Configuration, PlannedRuns, configurations, planned_runs
from gansearch.reporting.previews.timing import Timing, UntimedError, measured
from gansearch.reporting.statistics import FEWEST
from gansearch.space import SearchSpace
from gansearch.trial.context import TrialContext
from gansearch.trial.device import is_found
from gansearch.trial.workbench import open_workbench


@dataclass(frozen=True)
class PreviewOptions:
    """How a preview is made."""

    like: str | None = None
    """Folder of recorded runs, or name of a study, that says what runs take and how seeds vary."""
    measures: bool = True
    """Whether to time steps on this machine where no runs say what they take."""
    workers: int | None = None
    """Packs at a time; None: ``resources.concurrent``, or what this machine holds."""


@dataclass(frozen=True)
class PlanPreview:
    """What a plan will come to."""

    space: str
    runs: PlannedRuns
    steps: Steps | None
    """None where the data set cannot be opened, or a script trains."""
    cost: Cost | None
    """None where nothing was measured."""
    spread: Spread
    """The noise that ``detectable`` rests on."""
    detectable: tuple[Detectable, ...]
    notes: tuple[str, ...]
    """What is not known, and why; a sentence each."""


def preview(space: SearchSpace, context: TrialContext, options: PreviewOptions | None = None) -> PlanPreview:
    """Count, time and weigh the runs of a plan; nothing is started, and no study is made.

    Args:
        space: the plan's.
        context: what its trials would share.
        options: how.

    Raises:
        StorageError: where ``like`` is a folder without recorded runs.
        StudyNotFoundError: where it is neither a folder nor a study.
    """
    options = options or PreviewOptions()
    alike = None if options.like is None else likeness(options.like)
    every = configurations(space)
    runs = planned_runs(space, every)
    notes: list[str] = []
    steps = _steps(every, context, notes)
    timing = None if steps is None else _timing_of_runs(alike)
    if steps is not None and timing is None:
        timing = _timing_here(every, context, space.resources.lanes, notes, measures=options.measures)
    spread = alike.spread if alike is not None and alike.spread is not None else DEFAULT_SPREAD
    found = detectable(runs, spread)
    _note(runs, alike, found, notes)
    return PlanPreview(
        space=space.name,
        runs=runs,
        steps=steps,
        cost=None if steps is None or timing is None else _cost(space, runs, steps, timing, options),
        spread=spread,
        detectable=found,
        notes=tuple(notes),
    )


def _cost(space: SearchSpace, runs: PlannedRuns, steps: Steps, timing: Timing, options: PreviewOptions) -> Cost:
    return cost(
        runs,
        steps,
        timing,
        space.resources,
        space.budget,
        workers=options.workers or workers_here(space.resources),
        stops=space.detectors.mode == "enforce",
    )


def _steps(every: Sequence[Configuration], context: TrialContext, notes: list[str]) -> Steps | None:
    if "dataset.name" not in every[0].settings:
        notes.append("A script trains: how many steps it makes, and what they take, is not known beforehand.")
        return None
    try:
        samples = len(open_workbench(every[0].settings, context).data.train)
    except DataError as error:
        notes.append(f"Steps and cost are not known without the data: {error}")
        return None
    return steps_of([(_steps_of(each, samples), each.weight) for each in every])


def _steps_of(each: Configuration, samples: int) -> int:
    per_epoch = samples // max(1, int(each.settings.get("training.batch_size") or 1))
    return per_epoch * int(each.settings.get("training.epochs") or 0)


def _timing_of_runs(alike: Likeness | None) -> Timing | None:
    """From the runs that are named, where they were trained at all."""
    if alike is None or alike.step_s is None:
        return None
    source = f"taken from {alike.runs:,} runs of {alike.source}, evaluations and all"
    return Timing(source, alike.step_s, (alike.step_s, alike.step_s), 1, 0.0, 0.0)


def _timing_here(
    every: Sequence[Configuration], context: TrialContext, lanes: int | str, notes: list[str], *, measures: bool
) -> Timing | None:
    """Measured, unless nobody wants that or this machine cannot."""
    if not measures:
        notes.append("Nothing was measured: the cost is not known (--like STUDY takes it from runs that there are).")
        return None
    if not is_found(context.device):
        notes.append(
            "Trials train on CUDA (resources.gpu is above 0), and this machine has none: the cost is not known "
            "(--like STUDY takes it from runs that there are)."
        )
        return None
    try:
        return measured(every, context, lanes, is_final_due=context.final_evaluation)
    except UntimedError as error:
        notes.append(f"The cost is not known: {error}.")
        return None


def _note(runs: PlannedRuns, alike: Likeness | None, found: Sequence[Detectable], notes: list[str]) -> None:
    if runs.runs is None:
        notes.append("Nothing bounds the number of trials: the cost is told for one run.")
    if runs.kind == "search":
        notes.append(
            "A search compares nothing: it gives associations under its sampler. What is told is what a confirmation "
            "of its best configuration on fresh seeds could show."
        )
    elif not found:
        notes.append(f"Below {FEWEST} runs of an arm nothing is decided: set plan.replicates to {FEWEST} or more.")
    if runs.evaluations == 0:
        notes.append("The interval between evaluations is measured at the launch, and no cost of them is in here.")
    if alike is not None and alike.spread is None:
        notes.append(
            f"{alike.source} has fewer than {FEWEST} runs of configurations with several seeds: the noise is the "
            "usual one."
        )
