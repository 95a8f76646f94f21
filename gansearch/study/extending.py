"""Whether a trial that was run can be extended, and to how many epochs."""

from __future__ import annotations

from collections.abc import Iterable

from gansearch.errors import StudyError
from gansearch.records import TrialIdentity
from gansearch.study.extension import epochs_of
from gansearch.study.study_reader import StudyReader
from gansearch.trial.checkpoints import read_latest


def epochs_wanted(reader: StudyReader, runs: Iterable[TrialIdentity], number: int, said: str, planned: int) -> int:
    """Epochs of a trial that extends the one of this number.

    Args:
        reader: of the study.
        runs: of the trial, one for each replicate.
        number: of the trial, which has ended.
        said: as ``extension.epochs_of`` reads it.
        planned: epochs of the trial.

    Raises:
        StudyError: where the trial was trained for so many epochs, or has no checkpoint.
    """
    wanted = epochs_of(said, planned)
    runs = list(runs)
    trained = max(row.epoch for row in reader.trials() if row.number == number)
    if wanted <= trained:
        raise StudyError(
            f"an extension of {runs[0]} must have more epochs than it was trained for, {trained}; got {wanted}"
        )
    for identity in runs:
        if read_latest(reader.storage, identity) is None:
            raise StudyError(
                f"a trial that is extended must have a checkpoint; {identity} has none: it ended before its first "
                "one, or the checkpoint has been removed (keep: in the space, or gansearch prune)"
            )
    return wanted
