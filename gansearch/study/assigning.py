"""What was run in a row: the seed, and the whole configuration."""

from __future__ import annotations

from gansearch.records import Assignment
from gansearch.space import SearchSpace
from gansearch.study.extension import extended
from gansearch.study.seeds import run_seed
from gansearch.study.status import TrialRow


def assignment_of(row: TrialRow, space: SearchSpace, study_seed: int) -> Assignment:
    """What was run in a row of a study.

    Args:
        row: the run.
        space: of the study.
        study_seed: from which every random choice follows.

    Raises:
        SpaceError: where the row lacks parameters: its driver died while choosing them.
    """
    extension = row.extension
    return Assignment(
        identity=row.identity,
        seed=run_seed(space.plan, study_seed, row.number if extension is None else extension.origin, row.replicate),
        attempt=row.attempt,
        settings=extended(space.settings(row.params), extension),
        parameters=dict(row.params),
        extended_from=None if extension is None else extension.of,
    )
