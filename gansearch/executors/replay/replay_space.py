"""The search space of a replay: choices among what was recorded, under a plan as any search space may have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gansearch.dimensions import Choice
from gansearch.errors import ExecutorError
from gansearch.executors.replay.recorded_grid import RecordedGrid
from gansearch.space import SearchParameter, SearchSpace, parse_space
from gansearch.space.nodes import COMMAND_LINE
from gansearch.space.priors import Priors

NAME = "replay"
SKELETON = f"name: {NAME}\nplan: {{kind: search}}\n"
"""A space around plan and detectors, so that these are read and checked as everywhere."""
KEPT = ("dataset.name", "training.epochs", "training.evaluate_every")
"""Settings of the corpus that the plan must suit."""


def replay_space(grid: RecordedGrid, changes: Mapping[str, object]) -> SearchSpace:
    """What a replay searches.

    The parameters are not read from YAML: conditions and conflicts are about what can be trained, and all of this was.

    Args:
        grid: of the corpus.
        changes: keys below ``plan`` and ``detectors``, as ``plan.sampler``, with values as on the command line.

    Raises:
        SpaceError: where a change is not one that a search space may have.
        ExecutorError: where a change is about something else, or the plan is no search.
    """
    for key in changes:
        if key.partition(".")[0] not in ("plan", "detectors"):
            raise ExecutorError(f"a replay can change plan and detectors, for the rest was recorded; got {key!r}")
    about = {path: grid.fixed[path] for path in KEPT if grid.fixed.get(path) is not None}
    read = parse_space(SKELETON, COMMAND_LINE, {**about, **changes})
    if read.plan.kind != "search" or read.plan.trials is None:
        raise ExecutorError(f"a replay must be a search with a number of trials; got plan.kind {read.plan.kind!r}")
    return replace(
        read,
        parameters=tuple(SearchParameter(path, Choice(values)) for path, values in grid.choices.items()),
        fixed=dict(grid.fixed),
        constants=(),
        priors=Priors(),
        notes=(),
    )
