"""A search that begins with what another study found best, as far as the new space has it.

A value is taken over where the new space searches its setting and allows it. Values that it does not allow are left out
rather than moved to the nearest bound: the configuration that did well had no such value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gansearch.errors import StudyError
from gansearch.records import Setting
from gansearch.space import SearchParameter, SearchSpace, parse_space
from gansearch.space.dimension_values import coerce, contains, rule, text
from gansearch.space.parameters import walk
from gansearch.storage.place import study_storage
from gansearch.study import open_readonly
from gansearch.study.contenders import Contender, contenders
from gansearch.study.planned import is_grid
from gansearch.study.transferred import LeftOut, TakenOver, Transferred

DATA = "dataset."
Parameters = Mapping[str, Setting]


@dataclass(frozen=True)
class Source:
    """Where configurations come from."""

    study: str
    top: int = 5
    """How many, the best by the study's first objective."""


def transfer(space: SearchSpace, source: Source) -> tuple[SearchSpace, Transferred]:
    """The space with the best configurations of another study at the head of its queue, and what they are.

    Args:
        space: of a search.
        source: the other study, of whatever space and data set.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyError: where the space is of no search, the other study has no completed trial, or nothing of its
            configurations can be had here.
    """
    check_searches(space)
    with open_readonly(source.study, study_storage(source.study)) as study:
        found = contenders(study, source.top)
        metric, identity = study.space.plan.objectives[0].metric, study.metadata.id
    queued: list[tuple[Parameters, TakenOver]] = []
    for each in found:
        parameters, taken = taken_over(space, each)
        if taken.taken and parameters not in [other for other, _ in queued]:
            queued.append((parameters, taken))
    if not queued:
        raise StudyError(
            f"the best configurations of {source.study!r} must have a value that {space.name!r} searches and allows; "
            f"they have none among {', '.join(each.path for each in space.parameters) or 'no searched parameters'}"
        )
    ahead = [dict(parameters) for parameters, _ in queued]
    behind = [dict(given) for given in space.plan.enqueue if dict(given) not in ahead]
    space = parse_space(space.source, space.origin, {"plan.enqueue": [*ahead, *behind]})
    return space, Transferred(source.study, identity, metric, tuple(taken for _, taken in queued))


def check_searches(space: SearchSpace) -> None:
    """Whether the plan chooses what to try.

    Raises:
        StudyError: where it lists that beforehand.
    """
    if space.plan.kind == "search" and not is_grid(space):
        return
    kind = space.plan.kind if space.plan.kind != "search" else "grid"
    raise StudyError(
        f"--from must stand with a plan that searches, plan.kind: search; that of {space.name!r} is a {kind}, which "
        "tries everything that it lists and nothing else"
    )


def taken_over(space: SearchSpace, contender: Contender) -> tuple[dict[str, Setting], TakenOver]:
    """The parameters of one trial of the space, and where they come from."""
    theirs, taken, missing = contender.settings, list[str](), list[str]()
    left: dict[str, LeftOut] = {}

    def choose(parameter: SearchParameter) -> Setting:
        path, dimension = parameter.path, parameter.dimension
        if path not in theirs:
            missing.append(path)
            return parameter.default_value()
        value = coerce(dimension, theirs[path])
        if not contains(dimension, value):
            left[path] = LeftOut(path, value, rule(dimension))
            return parameter.default_value()
        taken.append(path)
        return value

    parameters = walk(space.parameters, choose, space.trick_limit.leaves_out)
    for path, said in _differing(space, parameters, theirs):
        left.setdefault(path, said)
    return parameters, TakenOver(contender.number, contender.value, tuple(taken), tuple(missing), tuple(left.values()))


def _differing(space: SearchSpace, parameters: Parameters, theirs: Parameters) -> Sequence[tuple[str, LeftOut]]:
    """What else is another here than there: fixed, or not asked for beside the rest. Data sets always may differ."""
    ours = space.settings(parameters)
    return [
        (path, LeftOut(path, theirs[path], f"is {text(ours[path])} here"))
        for path in sorted(ours.keys() & theirs.keys())
        if not path.startswith(DATA) and ours[path] != theirs[path]
    ]
