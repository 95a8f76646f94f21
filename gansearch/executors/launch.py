"""Launches and resumes studies: everything is checked before anything starts, and nothing is lost when it stops."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from gansearch.errors import ExecutorError
from gansearch.executors.data_files import with_absolute_paths
from gansearch.executors.data_sentences import data_sentences
from gansearch.executors.launch_run import LaunchOptions, LaunchResult, LaunchRun, Say, Watch
from gansearch.executors.preflight import check_address, check_tracking
from gansearch.executors.single_lanes import single_lane_reasons
from gansearch.executors.transfer import Source, transfer
from gansearch.executors.webhook import webhook
from gansearch.plugins import load_file
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.storage.home import cache_dir
from gansearch.storage.place import study_storage
from gansearch.study import Study, plugin_files
from gansearch.study.origin import TRANSFER
from gansearch.study.origin import keep as keep_origin
from gansearch.study.transfer_sentences import sentences
from gansearch.study.transferred import to_bytes
from gansearch.tracking import default_uri
from gansearch.trial.context import TrialContext
from gansearch.trial.device import is_found
from gansearch.trial.probe import evaluation_cost
from gansearch.trial.workbench import open_workbench

__all__ = ["LaunchOptions", "LaunchResult", "Say", "Watch", "extend", "launch", "resume", "trial_context"]


def launch(
    space: SearchSpace,
    options: LaunchOptions,
    *,
    origin: Mapping[str, bytes] | None = None,
    source: Source | None = None,
    watch: Watch | None = None,
    say: Say | None = None,
) -> LaunchResult:
    """Start a study and drive it to its end, or to the user's Ctrl-C.

    Args:
        space: what to search.
        options: how to run.
        origin: files of ``study.origin`` that say where its configurations come from, by name.
        source: a study whose best configurations come first.
        watch: called at most once a second with the study's status.
        say: called with a sentence for the user now and then.

    Raises:
        StudyExistsError: where the name is taken.
        StudyError: where nothing can be taken over from the other study.
        PluginError: where a plug-in file cannot be used.
        DataError: where the data is missing or damaged, or lacks what a metric needs that is asked for.
        ExecutorError: where no Ray cluster listens at the address.
        TrackingError: where the tracking URI is none; nothing has been made in any of these cases.
    """
    say = say or _silent
    name = space.name if options.name is None else options.name
    storage = study_storage(name)
    Study.check_free(name, storage)
    _preflight(options, say)
    for path in options.plugins:
        load_file(path)
    plugin_files.contents(options.plugins)
    plugin_files.check_complete(space, options.plugins)
    if source is not None:
        space, transferred = transfer(space, source)
        origin = {TRANSFER: to_bytes(transferred)}
        for sentence in sentences(transferred):
            say(sentence)
    space = with_absolute_paths(space, options.data_dir)
    # Nothing is kept yet: until there is a study, plug-ins are those that this process has imported.
    context = replace(trial_context(space, storage, options), plugins=())
    _open_data(space, context, say)
    if space.script is not None and space.plan.kind == "search":
        say("a script draws its samples while it runs: its best trials keep the values of their rungs")
    space = with_evaluation_interval(space, context, say)
    for reason in single_lane_reasons(space):
        say(f"{reason}; trials with it are packs of one lane")
    seed = space.plan.seed if options.seed is None else options.seed
    keep_origin(storage, origin or {})
    with closing(Study.create(space, name=name, storage=storage, seed=seed, plugins=options.plugins)) as study:
        return LaunchRun(study, trial_context(space, storage, options), options, watch, say).run()


def resume(
    name: str,
    options: LaunchOptions,
    *,
    trials: int | None = None,
    budget: Mapping[str, str] | None = None,
    watch: Watch | None = None,
    say: Say | None = None,
) -> LaunchResult:
    """Continue a study from its storage: interrupted trials from their checkpoints, then new ones.

    Args:
        name: of the study.
        options: how to run; ``name`` and ``seed`` are the study's own.
        trials: further trials to run beyond the plan's.
        budget: changes of it by key: ``20`` sets a bound, ``+5`` adds to it, ``null`` lifts it.
        watch: as for ``launch``.
        say: as for ``launch``.

    Raises:
        StudyNotFoundError: where there is none of that name.
        StudyLockedError: where another driver holds it.
        PluginError: where a plug-in file is given that differs from the study's own.
        SpaceError: where the budget has no such bound, or it breaks what holds for a space's.
        StudyError: where trials cannot be added, or a bound of the budget is spent already.
    """
    say = say or _silent
    storage = study_storage(name)
    _preflight(options, say)
    with closing(Study.open(name, storage)) as study:
        plugin_files.check_given(storage, options.plugins)
        context = trial_context(study.space, storage, options)
        _open_data(study.space, context, say)
        study.extend(trials=trials or 0, budget=budget)
        return LaunchRun(study, context, options, watch, say).run()


def extend(
    name: str,
    number: int,
    epochs: str,
    options: LaunchOptions,
    *,
    watch: Watch | None = None,
    say: Say | None = None,
) -> LaunchResult:
    """Go on with a trial that has ended: as a new trial, from its checkpoint, for more epochs. No other is run.

    Args:
        name: of the study.
        number: of the trial.
        epochs: ``10x`` those of the trial, ``+20`` to them, or ``60`` in all.
        options: how to run; ``name`` and ``seed`` are the study's own.
        watch: as for ``launch``.
        say: as for ``launch``.

    Raises:
        StudyNotFoundError: where there is none of that name.
        StudyLockedError: where another driver holds it.
        StudyError: where the trial cannot be extended so.
    """
    say = say or _silent
    storage = study_storage(name)
    _preflight(options, say)
    with closing(Study.open(name, storage)) as study:
        plugin_files.check_given(storage, options.plugins)
        context = trial_context(study.space, storage, options)
        _open_data(study.space, context, say)
        new = study.extend_trial(number, epochs)
        say(f"{name}-{number} goes on as {name}-{new}")
        return LaunchRun(study, context, options, watch, say).run()


def _preflight(options: LaunchOptions, say: Say) -> None:
    webhook(options.notify)
    if options.executor == "ray_tune":
        check_address(options.address)
    check_tracking(options.tracking_uri or default_uri(), say)


def _open_data(space: SearchSpace, context: TrialContext, say: Say) -> None:
    """Open the data set before anything is made, and say what it takes; a script may have none."""
    settings = space.settings(space.default_parameters())
    if "dataset.name" in settings:
        for sentence in data_sentences(open_workbench(settings, context).data):
            say(sentence)


def trial_context(space: SearchSpace, storage: Storage, options: LaunchOptions) -> TrialContext:
    """What every trial of a study shares; plug-ins are those that the study keeps, whatever the options name."""
    return TrialContext(
        storage_url=storage.url,
        data_dir=None if options.data_dir is None else str(options.data_dir.resolve()),
        cache_dir=str(cache_dir()),
        detectors=space.detectors,
        use_average=all(objective.generator == "ema" for objective in space.plan.objectives),
        final_evaluation=space.plan.kind != "search",
        plugins=plugin_files.kept(storage),
        threads=max(1, int(space.resources.cpu)),
        device=space.resources.trains_on,
        memory_share=min(1.0, space.resources.gpu) or 1.0,
        objectives=tuple(objective.metric for objective in space.plan.objectives),
        also=space.evaluation.also,
        inception_weights=space.evaluation.inception_weights,
    )


def with_evaluation_interval(space: SearchSpace, context: TrialContext, say: Say) -> SearchSpace:
    """The space with ``training.evaluate_every`` measured where the user left it out; a script decides it itself.

    Raises:
        ExecutorError: where it is to be measured on CUDA, and there is none here.
    """
    if space.script is not None:
        return space
    settings = space.settings(space.default_parameters())
    if settings.get("training.evaluate_every") is not None:
        return space
    if not is_found(context.device):
        raise ExecutorError(
            "training.evaluate_every must be given where trials train on CUDA (resources.gpu is above 0) and the "
            "launch runs on a machine without, which cannot measure it; got none. Give it, as with --set "
            "training.evaluate_every=5, or train on the CPU: --set resources.device=cpu"
        )
    cost = evaluation_cost(settings, context)
    say(
        f"evaluating every {cost.evaluate_every} epochs: {cost.evaluation_s:.2f} s an evaluation, "
        f"{cost.epoch_s:.2f} s an epoch, {cost.share:.0%} of a trial"
    )
    return parse_space(space.source, space.origin, {"training.evaluate_every": cost.evaluate_every})


def _silent(_: str) -> None:
    """Say nothing."""
