"""Reads the search space that comes with a list of configurations, and checks that the list follows from it.

A study makes settings and seeds anew from its space wherever it needs them: a list that says something else would be
reported, and resumed, as what it is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from gansearch.errors import SpecError
from gansearch.records import Assignment, Setting
from gansearch.space import SearchSpace, parse_space
from gansearch.study.planned import replicates_of
from gansearch.study.seeds import run_seed
from gansearch.trial.spec import Spec


def space_of(spec: Spec, origin: str) -> SearchSpace:
    """The search space of a list, from which the list must follow.

    Args:
        spec: the list.
        origin: its file, for messages.

    Raises:
        SpecError: where there is none, or something in the list is not what the space and the seed make it.
    """
    if spec.space is None:
        raise SpecError(
            f"{origin}: space: must be the YAML of the search space that the configurations come from; got null. "
            "Such a list can be trained, but no study can be made of it"
        )
    space = parse_space(spec.space, f"{origin}: space")
    if spec.detectors != space.detectors:
        raise SpecError(f"{origin}: detectors: must be those of the search space, {space.detectors}")
    if spec.also != space.evaluation.also:
        raise SpecError(f"{origin}: also: must be the search space's evaluation.also, {list(space.evaluation.also)}")
    for index, each in enumerate(spec.assignments):
        _check(each, f"{origin}: assignments[{index}]", space, spec.seed)
    _check_numbers(spec, origin, space)
    return space


def _check(each: Assignment, where: str, space: SearchSpace, seed: int) -> None:
    wanted = run_seed(space.plan, seed, each.identity.number, each.identity.replicate)
    if each.seed != wanted:
        raise SpecError(f"{where}.seed: must follow from the seed, number and replicate: {wanted}; got {each.seed}")
    settings = space.settings(each.parameters)
    for path in sorted({*settings, *each.settings}):
        if path not in settings or path not in each.settings or settings[path] != each.settings[path]:
            raise SpecError(
                f"{where}.settings: must be what the search space makes of the parameters; {path} must be "
                f"{settings.get(path, 'absent')!r}; got {each.settings.get(path, 'absent')!r}"
            )


def _check_numbers(spec: Spec, origin: str, space: SearchSpace) -> None:
    """Trials are numbered from 0 without a gap, each with all of its replicates, and within the plan."""
    parameters: dict[int, Mapping[str, Setting]] = {}
    for each in spec.assignments:
        if parameters.setdefault(each.identity.number, each.parameters) != each.parameters:
            raise SpecError(f"{origin}: assignments: replicates of trial {each.identity.number} must be equal")
    count = len(parameters)
    wanted = {(number, each) for number, chosen in parameters.items() for each in replicates_of(space, chosen)}
    found = [(each.identity.number, each.identity.replicate) for each in spec.assignments]
    if set(found) != wanted or len(found) != len(wanted) or set(parameters) != set(range(count)):
        raise SpecError(
            f"{origin}: assignments: must have the numbers 0 to {max(0, count - 1)}, each once for every one of the "
            f"plan's {space.plan.replicates} replicates"
        )
    if space.plan.trials is not None and count > space.plan.trials:
        raise SpecError(f"{origin}: assignments: must be at most plan.trials, {space.plan.trials}; got {count}")
