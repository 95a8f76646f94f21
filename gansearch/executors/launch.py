"""Launches and resumes studies: everything is checked before anything starts, and nothing is lost when it stops."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from gansearch.executors._base import Executor
from gansearch.executors.driver import Driver
from gansearch.executors.feed import TrackingFeed
from gansearch.executors.interrupt import interruptible
from gansearch.executors.local import LocalExecutor
from gansearch.report import ReportFiles, write_report
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.storage.home import home, study_dir
from gansearch.study import Study, StudyStatus
from gansearch.tracking import MlflowTracker, default_uri
from gansearch.trial import provenance
from gansearch.trial.context import TrialContext
from gansearch.trial.probe import EvaluationCost, evaluation_cost
from gansearch.trial.workbench import open_workbench

Outcome: TypeAlias = Literal["finished", "interrupted", "stopped"]
Watch: TypeAlias = Callable[[StudyStatus], None]
Say: TypeAlias = Callable[[str], None]

BEST = 3
"""Trials of a search that are measured by the protocol of the end."""

HAND_OVER_S = 60.0
"""Seconds that the end of a launch waits for the tracking server."""


@dataclass(frozen=True)
class LaunchOptions:
    """How to run, as opposed to what."""

    name: str | None = None
    """Of the study; None takes the space's."""
    executor: Literal["ray_tune", "local"] = "ray_tune"
    tracking_uri: str | None = None
    """Of MLflow; None takes SQLite in GANSEARCH_HOME."""
    data_dir: Path | None = None
    """The folder that holds one folder per data set."""
    plugins: tuple[Path, ...] = ()
    address: str | None = None
    """Of a running Ray cluster."""
    seed: int | None = None
    """None takes the plan's."""


@dataclass(frozen=True)
class LaunchResult:
    """What a launch came to."""

    name: str
    status: StudyStatus
    outcome: Outcome
    report: ReportFiles | None
    """None where the study has not finished."""


def launch(
    space: SearchSpace, options: LaunchOptions, *, watch: Watch | None = None, say: Say | None = None
) -> LaunchResult:
    """Start a study and drive it to its end, or to the user's Ctrl-C.

    Args:
        space: what to search.
        options: how to run.
        watch: called at most once a second with the study's status.
        say: called with a sentence for the user now and then.

    Raises:
        StudyExistsError: where the name is taken.
        DataError: where the data is missing or damaged; nothing has been started then.
    """
    say = say or _silent
    name = options.name or space.name
    storage = Storage(study_dir(name))
    Study.check_free(name, storage)
    context = trial_context(space, storage, options)
    open_workbench(space.settings(space.default_parameters()), context)
    space = with_evaluation_interval(space, context, say)
    seed = space.plan.seed if options.seed is None else options.seed
    with closing(Study.create(space, name=name, storage=storage, seed=seed)) as study:
        return _drive(study, context, options, watch, say)


def resume(
    name: str, options: LaunchOptions, *, trials: int | None = None, watch: Watch | None = None, say: Say | None = None
) -> LaunchResult:
    """Continue a study from its storage: interrupted trials from their checkpoints, then new ones.

    Args:
        name: of the study.
        options: how to run; ``name`` and ``seed`` are the study's own.
        trials: further trials to run beyond the plan's.
        watch: as for ``launch``.
        say: as for ``launch``.

    Raises:
        StudyNotFoundError: where there is none of that name.
        StudyLockedError: where another driver holds it.
    """
    storage = Storage(study_dir(name))
    with closing(Study.open(name, storage)) as study:
        if trials is not None:
            study.extend(trials=trials)
        context = trial_context(study.space, storage, options)
        return _drive(study, context, options, watch, say or _silent)


def trial_context(space: SearchSpace, storage: Storage, options: LaunchOptions) -> TrialContext:
    """What every trial of a study shares."""
    return TrialContext(
        storage_url=storage.url,
        data_dir=None if options.data_dir is None else str(options.data_dir.resolve()),
        cache_dir=str(home() / "cache"),
        detectors=space.detectors,
        use_average=all(objective.generator == "ema" for objective in space.plan.objectives),
        final_evaluation=space.plan.kind != "search",
        plugins=tuple(str(path.resolve()) for path in options.plugins),
        threads=max(1, int(space.resources.cpu)),
        device="cuda" if space.resources.gpu else "cpu",
    )


def with_evaluation_interval(space: SearchSpace, context: TrialContext, say: Say) -> SearchSpace:
    """The space with ``training.evaluate_every`` measured where the user left it out."""
    settings = space.settings(space.default_parameters())
    if settings.get("training.evaluate_every") is not None:
        return space
    cost: EvaluationCost = evaluation_cost(settings, context)
    say(
        f"evaluating every {cost.evaluate_every} epochs: {cost.evaluation_s:.2f} s an evaluation, "
        f"{cost.epoch_s:.2f} s an epoch, {cost.share:.0%} of a trial"
    )
    return parse_space(space.source, space.origin, {"training.evaluate_every": cost.evaluate_every})


def _drive(study: Study, context: TrialContext, options: LaunchOptions, watch: Watch | None, say: Say) -> LaunchResult:
    storage = Storage(context.storage_url)
    tracker = MlflowTracker(options.tracking_uri or default_uri(), study.name, study_id=study.id)
    tracker.launch_started(
        {"space": study.space.source, "versions": provenance.versions(), "commit": provenance.commit()}
    )

    def on_first() -> None:
        say(f"stopping: trials write their checkpoints; continue later with: gansearch resume {study.name}")

    with interruptible(on_first) as interrupt, _executor(study.space, options) as executor:
        driver = Driver(
            study, TrackingFeed(storage, tracker), interrupt, lanes=study.space.resources.lanes, watch=watch
        )
        executor.run(driver, context)
        outcome = _outcome(study, interrupt.asked)
        if outcome == "finished":
            executor.finalise(study.best_assignments(BEST), context)
    report = write_report(study.name, storage, tracking_uri=tracker.uri) if outcome == "finished" else None
    _hand_over(tracker, report, outcome, say)
    return LaunchResult(study.name, study.status(), outcome, report)


def _executor(space: SearchSpace, options: LaunchOptions) -> Executor:
    if options.executor == "local":
        return LocalExecutor()
    from gansearch.executors.ray_tune import RayTuneExecutor

    return RayTuneExecutor(space.resources, options.address)


def _outcome(study: Study, interrupted: bool) -> Outcome:
    if interrupted:
        return "interrupted"
    return "stopped" if study.stop_requested else "finished"


def _hand_over(tracker: MlflowTracker, report: ReportFiles | None, outcome: Outcome, say: Say) -> None:
    """Give the report to MLflow and wait for what is still on its way there."""
    if report is not None:
        for path in (report.markdown, report.html):
            tracker.artifact(None, path.name, path.read_bytes())
    tracker.launch_ended(outcome)
    tracker.close(HAND_OVER_S)
    if tracker.lost:
        say(f"MLflow has not taken {tracker.lost} items; the study's records hold them")


def _silent(_: str) -> None:
    """Say nothing."""
