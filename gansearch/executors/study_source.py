"""What the tracker reads of a study: its trials' records, what was decided about them, its launches, its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gansearch.curves import Record, read_curve
from gansearch.errors import CorruptFileError, SpaceError
from gansearch.executors.study_about import arm_tags, direction_of, study_about, varying_settings
from gansearch.records import Assignment, Setting, TrialEnd, TrialIdentity
from gansearch.reporting.judged_series import judged_series
from gansearch.reporting.pictures import picture_of
from gansearch.space import SearchSpace
from gansearch.space.plan import Aim
from gansearch.storage import Storage
from gansearch.study.assigning import assignment_of
from gansearch.study.launches import read_launches
from gansearch.study.seeds import run_seed
from gansearch.study.status import WAITING, TrialRow
from gansearch.tracking import LaunchAbout, StudyAbout, TrialAbout
from gansearch.trial.post_mortem import FINDING, read_post_mortem

REPORT = ("report/findings.md", "report/findings.html")
FINISHED = "finished"


class StudySource:
    """One study. The driver tells it of decisions; the tracker's thread asks.

    Args:
        storage: the study's storage.
        space: its search space.
        seed: of the study.
        rows: its trials as they stand.
        name: of the study, which need not be its space's.
    """

    def __init__(self, storage: Storage, space: SearchSpace, seed: int, rows: Iterable[TrialRow], name: str) -> None:
        self._storage = storage
        self._name = name
        self._space = space
        self._seed = seed
        self._rows = {row.identity: row for row in rows if row.detail is not None or row.state != WAITING}
        self._assignments: dict[TrialIdentity, Assignment] = {}
        self._ends: dict[TrialIdentity, TrialEnd] = {}

    @property
    def trials(self) -> list[TrialIdentity]:
        """The trials that the study knew at first and that had begun."""
        return list(self._rows)

    def began(self, assignment: Assignment) -> None:
        """A trial starts, or starts again."""
        self._assignments[assignment.identity] = assignment

    def decided(self, identity: TrialIdentity, end: TrialEnd) -> None:
        """The study has given a trial an end; one that rests has none."""
        if end.end.is_final:
            self._ends[identity] = end

    # --- what the tracker asks --------------------------------------------------------------------------------------

    def trial(self, identity: TrialIdentity) -> TrialAbout | None:
        """What is known of a trial besides its records."""
        row, assignment = self._rows.get(identity), self._assignments.get(identity)
        if assignment is None and row is not None:
            assignment = self._assigned(row)
        if assignment is None:
            return None
        tags: dict[str, Setting] = {"seed": assignment.seed, **arm_tags(self._space, assignment.parameters)}
        if assignment.extended_from is not None:
            tags["extended_from"] = str(replace(identity, number=assignment.extended_from))
        end = self._ends.get(identity)
        if end is None and row is not None and row.detail is not None and row.detail.end.is_final:
            end = row.detail
        varying = varying_settings(self._space, assignment)
        return TrialAbout(assignment.settings, varying, tags, end, _ended_s(row))

    def records(self, identity: TrialIdentity, cursor: int) -> tuple[list[Record], int]:
        """What a trial has recorded since ``cursor``."""
        return read_curve(self._storage, identity, cursor)

    def post_mortem(self, identity: TrialIdentity) -> Sequence[str]:
        """Paths of what a stopped trial has left behind."""
        return self._storage.list(f"post_mortem/{identity}")

    def content(self, path: str) -> bytes | None:
        """A file of the study; None where it is gone."""
        return self._storage.read(path) if self._storage.exists(path) else None

    def picture(self, path: str) -> NDArray[np.uint8] | None:
        """The picture of a file of samples, or of a finding beside its curves; None where it is gone or damaged."""
        folder, _, name = path.rpartition("/")
        try:
            if name == FINDING:
                return self._of_finding(folder)
            content = self.content(path)
            return None if content is None else picture_of(content)
        except (CorruptFileError, ValueError):
            return None

    def better(self, metric: str) -> Aim | None:
        """Which values of a metric are the better ones; None where nobody says."""
        return direction_of(self._space, metric)

    def study(self) -> StudyAbout:
        """What is known of the study as a whole."""
        return study_about(self._space, self._name)

    def launches(self) -> list[LaunchAbout]:
        """Every launch of the study."""
        documents = read_launches(self._storage)
        finished = [each["number"] for each in documents if each.get("outcome") == FINISHED]
        return [self._launch(each, has_report=[each["number"]] == finished[-1:]) for each in documents]

    def report(self) -> Mapping[str, bytes]:
        """The study's report."""
        found = {path.rpartition("/")[2]: self.content(path) for path in REPORT}
        return {name: content for name, content in found.items() if content is not None}

    def _of_finding(self, folder: str) -> NDArray[np.uint8] | None:
        left = read_post_mortem(folder, self.content)
        series = None if left is None else judged_series(left.finding, left.signals, left.evaluations)
        if left is None or series is None:
            return None
        from gansearch.reporting.finding_picture import finding_picture  # matplotlib: a launch need not wait for it

        _, run, *moment = folder.split("/")  # post_mortem/<identity>, and spared-<step> of a run that went on
        return finding_picture(run, left.finding, series, is_spared=bool(moment))

    def _launch(self, document: Mapping[str, Any], *, has_report: bool) -> LaunchAbout:
        return LaunchAbout(
            number=document["number"],
            document={"space": self._space.source, "fixed": dict(self._space.fixed), **document},
            started_s=float(document.get("started", 0.0)),
            ended_s=document.get("ended"),
            outcome=document.get("outcome"),
            has_report=has_report,
            is_told=document["version"] > 1,
        )

    def _assigned(self, row: TrialRow) -> Assignment:
        """What was run; of a trial whose driver died while choosing, as much of it as was chosen."""
        try:
            return assignment_of(row, self._space, self._seed)
        except SpaceError:
            seed = run_seed(self._space.plan, self._seed, row.number, row.replicate)
            return Assignment(row.identity, seed, row.attempt, {**self._space.fixed, **row.params}, row.params)


def _ended_s(row: TrialRow | None) -> float | None:
    return None if row is None or row.ended is None else row.ended.timestamp()
