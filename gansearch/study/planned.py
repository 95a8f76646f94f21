"""Every run of a plan before any of them has begun: for a list that is trained where no study is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import optuna

from gansearch.errors import StudyError
from gansearch.records import Assignment, Setting, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.study.asking import parameters_of
from gansearch.study.samplers import GRID, build_sampler
from gansearch.study.seeds import run_seed
from gansearch.study.trial_queue import Queue, put_prior

BLIND = (GRID, "qmc", "random")
"""Samplers that choose without looking at results."""


def planned_assignments(space: SearchSpace, name: str, seed: int) -> list[Assignment]:
    """The runs that a study of ``space`` would hand out, in its numbers, parameters and seeds.

    Args:
        space: a grid, or a search whose sampler needs no results.
        name: of the study.
        seed: of the study.

    Raises:
        StudyError: as ``check_listable``.
    """
    check_listable(space)
    return [
        Assignment(
            identity=TrialIdentity(name, number, replicate),
            seed=run_seed(space.plan, seed, number, replicate),
            attempt=0,
            settings=space.settings(parameters),
            parameters=parameters,
        )
        for number, parameters in enumerate(_parameters(space, seed))
        for replicate in replicates_of(space, parameters)
    ]


def replicates_of(space: SearchSpace, parameters: Mapping[str, Setting]) -> list[int | None]:
    """Numbers of the runs of a trial; of the only one it is None."""
    return [None] if space.plan.replicates == 1 else list(range(space.replicates(parameters)))


def runs_from(space: SearchSpace, begun: int, wanted: int) -> int:
    """Runs that are left of ``wanted`` trials of which the first ``begun`` have begun."""
    left, usual = max(0, wanted - begun), space.plan.replicates
    # The baseline of experiments comes first, and may have more.
    more = space.replicates(space.default_parameters()) - usual if left and not begun else 0
    return left * usual + more


def chooses_blindly(space: SearchSpace) -> bool:
    """Whether what is tried depends on no result: a grid, or a sampler that does not look at any."""
    return is_grid(space) or space.plan.sampler["name"] in BLIND


def is_grid(space: SearchSpace) -> bool:
    """Whether the plan is every combination once."""
    return space.plan.kind == "grid" or space.plan.sampler["name"] == GRID


def known_points(space: SearchSpace) -> Sequence[Mapping[str, Setting]]:
    """Parameters of the trials that are known beforehand, in the order in which a study queues them."""
    return space.grid() if is_grid(space) else space.plan.enqueue


def check_listable(space: SearchSpace) -> None:
    """Whether the runs of a plan are known beforehand.

    Raises:
        StudyError: where what is tried depends on what came of the trials before, or there is no number of trials.
    """
    sampler = space.plan.sampler["name"]
    if not chooses_blindly(space):
        raise StudyError(
            f"what is tried must not depend on results where nobody hears of them: plan.sampler must be one of "
            f"{', '.join(BLIND)}; got {sampler!r} (change it with --set plan.sampler=random)"
        )
    if not is_grid(space) and space.plan.trials is None:
        raise StudyError("plan.trials must say how many configurations to list; got none (give --trials N)")


def _parameters(space: SearchSpace, seed: int) -> Iterator[dict[str, Setting]]:
    """The parameters of every trial, as ``starting.Starter`` chooses them for a study run one by one."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    points = known_points(space)
    queue = Queue(study, points, [])
    given = (len(points) if is_grid(space) else None, space.plan.trials, space.budget.trials)
    bounds = [bound for bound in given if bound is not None]
    for number in range(min(bounds)):
        if not queue.put_next():
            put_prior(study, space, study_seed=seed, number=number)
        study.sampler = build_sampler(space.plan.sampler, study_seed=seed, number=number, is_shared=False)
        trial = study.ask()
        yield parameters_of(space, trial, study._storage.get_trial(trial._trial_id), study_seed=seed)
        study.tell(trial, 0.0)  # quasi-random sampling learns the dimensions from trials that have ended
