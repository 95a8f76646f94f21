"""Removes the files of a study's runs that are no longer kept. What is interrupted can be done again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gansearch.curves import Curve, read_curve
from gansearch.errors import CorruptFileError
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.keep import Keep
from gansearch.storage import Storage
from gansearch.study import opening
from gansearch.study.retention import MEASURED_AT_END, RunFiles, decide
from gansearch.study.status import TrialRow
from gansearch.study.study_reader import StudyReader, open_readonly
from gansearch.trial import checkpoints

SAMPLES = "samples"
POST_MORTEM = "post_mortem"


@dataclass(frozen=True)
class Freed:
    """Files that were removed, or would be."""

    files: int = 0
    size: int = 0
    """In bytes."""

    @property
    def mib(self) -> float:
        """The size in MiB."""
        return self.size / 2**20


@dataclass(frozen=True)
class Cleared:
    """What came of clearing a study's files."""

    keep: Keep
    checkpoints: Freed
    artifacts: Freed
    kept: Mapping[TrialIdentity, str]
    """Runs that have a checkpoint still, and why."""

    @property
    def files(self) -> int:
        """Removed in all."""
        return self.checkpoints.files + self.artifacts.files

    @property
    def mib(self) -> float:
        """Freed in all, in MiB."""
        return self.checkpoints.mib + self.artifacts.mib


def clear(
    storage: Storage, space: SearchSpace, rows: Sequence[TrialRow], keep: Keep, *, dry_run: bool = False
) -> Cleared:
    """Remove what is not kept of a study whose lease the caller holds.

    Args:
        storage: of the study.
        space: of the study.
        rows: every run of it, as it stands.
        keep: what stays.
        dry_run: only say what would go.

    Raises:
        StorageError: where a file cannot be removed; what is left can be removed by another call.
    """
    runs = _runs(storage, rows)
    # A user's own training script has no measurement of the end.
    found = decide(runs, keep, space.plan.objectives, measured=0 if space.script else MEASURED_AT_END)
    leaving = set(found.checkpoints)
    of_checkpoints = [path for run in runs if run.identity in leaving for path in run.checkpoints]
    cleared = Cleared(keep, _size(storage, of_checkpoints), _size(storage, found.artifacts), found.kept)
    if not dry_run:
        for identity in found.checkpoints:
            checkpoints.delete(storage, identity)
        for path in found.artifacts:
            storage.delete(path)
    return cleared


def clear_study(name: str, storage: Storage, keep: Keep | None = None, *, dry_run: bool = False) -> Cleared:
    """Remove what is not kept of a study that nobody drives.

    Args:
        name: of the study.
        storage: its folder.
        keep: what stays; None takes what its space says.
        dry_run: only say what would go; a driver may then be at work.

    Raises:
        StudyNotFoundError: where there is none.
        StudyLockedError: where another process drives it.
        StorageError: where a file cannot be removed.
    """
    if dry_run:
        with open_readonly(name, storage) as study:
            return _cleared(study, keep, dry_run=True)
    reader, lease = opening.open_driven(name, storage, None)
    with reader:
        try:
            return _cleared(reader, keep, dry_run=False)
        finally:
            lease.release()


def _cleared(study: StudyReader, keep: Keep | None, *, dry_run: bool) -> Cleared:
    return clear(study.storage, study.space, study.trials(), keep or study.space.keep, dry_run=dry_run)


def _runs(storage: Storage, rows: Sequence[TrialRow]) -> list[RunFiles]:
    samples, post_mortems = _by_run(storage, SAMPLES), _by_run(storage, POST_MORTEM)
    return [
        _run(storage, row, samples.get(str(row.identity), ()), post_mortems.get(str(row.identity), ())) for row in rows
    ]


def _run(storage: Storage, row: TrialRow, samples: Sequence[str], post_mortem: Sequence[str]) -> RunFiles:
    found = RunFiles(
        row=row,
        checkpoints=tuple(checkpoints.files(storage, row.identity)),
        samples=tuple(samples),
        post_mortem=tuple(post_mortem),
        is_readable=False,
    )
    try:
        curve = Curve.of(read_curve(storage, row.identity)[0])
    except CorruptFileError:
        return found
    return replace(
        found,
        last_samples=curve.samples[-1].path if curve.samples else None,
        is_measured=any(evaluation.final for evaluation in curve.evaluations),
        is_readable=True,
    )


def _by_run(storage: Storage, folder: str) -> dict[str, list[str]]:
    """Files of a folder by the run that they belong to: ``<folder>/<identity>/...``."""
    found: dict[str, list[str]] = {}
    for path in storage.list(folder):
        found.setdefault(path.split("/")[1], []).append(path)
    return found


def _size(storage: Storage, paths: Iterable[str]) -> Freed:
    sizes = [storage.size(path) for path in paths]
    return Freed(len(sizes), sum(sizes))
