"""Seeds that a study has not used: what was chosen by some seeds is judged on others."""

from __future__ import annotations

from gansearch.errors import StudyError
from gansearch.study.seeds import confirmation_seed, run_seed, trial_seed
from gansearch.study.study_reader import StudyReader


def fresh_seed(study: StudyReader, name: str, replicates: int) -> int:
    """A seed for a study of arms, none of whose runs has a seed of ``study``; it follows from both.

    Args:
        study: whose seeds are spent.
        name: of the new study, so that each confirmation has seeds of its own.
        replicates: runs of its largest arm.
    """
    spent, seed = _spent(study), confirmation_seed(study.seed, name)
    while not spent.isdisjoint(_drawn(seed, replicates)):
        seed += 1
    return seed


def check_fresh(study: StudyReader, seed: int, replicates: int) -> None:
    """Whether a seed that is given leads to none that ``study`` has used.

    Raises:
        StudyError: where it does.
    """
    if not _spent(study).isdisjoint(_drawn(seed, replicates)):
        raise StudyError(
            f"a confirmation must have seeds with which {study.name!r} did not choose; the seed {seed} leads to some "
            "of them: leave --seed out, or give another"
        )


def _spent(study: StudyReader) -> frozenset[int]:
    plan = study.space.plan
    origins = ((row.number if row.extension is None else row.extension.origin, row) for row in study.trials())
    return frozenset(run_seed(plan, study.seed, number, row.replicate) for number, row in origins)


def _drawn(seed: int, replicates: int) -> frozenset[int]:
    return frozenset(trial_seed(seed, 0, replicate) for replicate in range(replicates))
