"""Makes the list of configurations that ``gansearch.trial.runner`` trains, from a search space."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gansearch.errors import SpecError
from gansearch.executors.launch import LaunchOptions, trial_context, with_evaluation_interval
from gansearch.executors.launch_run import Say
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import check_study_name, home
from gansearch.study.planned import check_listable, planned_assignments
from gansearch.trial.spec import Spec


def list_of(
    space: SearchSpace,
    *,
    name: str | None = None,
    seed: int | None = None,
    data_dir: Path | None = None,
    plugins: Sequence[Path] = (),
    say: Say | None = None,
) -> Spec:
    """Every run of the space's plan: what a study would hand out, whatever comes of it.

    Args:
        space: a grid, or a search by a sampler that needs no results.
        name: of the study; None takes the space's.
        seed: of the study; None takes the plan's.
        data_dir: where data sets lie on this machine; used where the interval between evaluations must be measured.
        plugins: plug-in files that the space needs; their source goes into the list.
        say: told what a user should know.

    Raises:
        SpecError: where a script trains.
        StudyError: where what is tried depends on results, or the name cannot be used.
        DataError: where data is missing that the interval between evaluations must be measured on.
    """
    say = say or (lambda _: None)
    name = space.name if name is None else name
    check_study_name(name)
    if space.script is not None:
        raise SpecError(
            f"a list must be of configurations that the package trains itself; {space.name} runs the script "
            f"{space.script.file}: launch it instead, on this machine or on a Ray cluster"
        )
    check_listable(space)
    seed = space.plan.seed if seed is None else seed
    options = LaunchOptions(name=name, data_dir=data_dir, plugins=tuple(plugins), seed=seed)
    context = trial_context(space, Storage(home()), options)
    space = with_evaluation_interval(space, context, say)
    if space.plan.pruner["name"] != "none":
        say(f"a runner prunes nothing: the plan's pruner {space.plan.pruner['name']} does not act")
    return Spec(
        study=name,
        seed=seed,
        space=space.source,
        detectors=space.detectors,
        assignments=tuple(planned_assignments(space, name, seed)),
        use_average=context.use_average,
        final_evaluation=context.final_evaluation,
        also=context.also,
        inception_weights=context.inception_weights,
        plugins=_sources(plugins),
        threads=context.threads,
        device=context.device,
        lanes=space.resources.lanes,
    )


def _sources(files: Sequence[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in files:
        if path.name in found:
            raise SpecError(f"the plug-in files of a list must have different names; got {path.name} twice")
        found[path.name] = path.read_text(encoding="utf-8")
    return found
