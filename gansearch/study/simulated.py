"""A study in memory, for a search that is replayed: the same code, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable

from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import opening
from gansearch.study.call_log import Unlogged
from gansearch.study.ready import driver_clock
from gansearch.study.study import Study


def simulated_study(
    space: SearchSpace, *, name: str, storage: Storage, seed: int, clock: Callable[[], float] = driver_clock
) -> Study:
    """Make a study and drive it.

    Args:
        space: what to search; it need not be what any YAML says.
        name: of the study.
        storage: a folder for records of runs that are lost, of which a replay may have some; else it stays empty.
        seed: from which every random choice follows.
        clock: seconds, for runs that wait after a loss.

    Raises:
        StudyError: where the name cannot be used.
    """
    return Study.driven(*opening.in_memory(space, name, storage, seed=seed), Unlogged(storage), clock)
