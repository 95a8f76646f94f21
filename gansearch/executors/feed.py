"""Feeds the tracker from what trials have recorded. The records are the truth; the tracker may lag or be absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gansearch.curves import Record, read_curve
from gansearch.errors import CorruptFileError
from gansearch.records import Assignment, TrialEnd, TrialIdentity, evaluation_from_json, trial_end_from_json
from gansearch.reporting.pictures import picture_of
from gansearch.storage import Storage
from gansearch.tracking import MlflowTracker


class TrackingFeed:
    """Reads each trial's records from where it left off and passes them on.

    Args:
        storage: the study's storage.
        tracker: where runs are shown.
    """

    def __init__(self, storage: Storage, tracker: MlflowTracker) -> None:
        self._storage = storage
        self._tracker = tracker
        self._cursors: dict[TrialIdentity, int] = {}
        self._ends: dict[TrialIdentity, TrialEnd] = {}

    def started(self, assignment: Assignment) -> None:
        """Show a trial that starts, or starts again."""
        tags = {"seed": assignment.seed, "attempt": assignment.attempt, "number": assignment.identity.number}
        self._tracker.trial_started(assignment.identity, assignment.settings, assignment.parameters, tags)

    def update(self, identity: TrialIdentity) -> None:
        """Pass on what a trial has recorded since the last call."""
        records, self._cursors[identity] = read_curve(self._storage, identity, self._cursors.get(identity, 0))
        for record in records:
            self._show(identity, record)

    def ended(self, identity: TrialIdentity, end: TrialEnd) -> None:
        """Show the end that the study gives a trial, where its record has none or another; not where it never began."""
        try:
            self.update(identity)
            has_begun = self._cursors[identity] > 0
        except CorruptFileError:
            has_begun = True  # what can be read of it has been shown; its end says that it is damaged
        if has_begun and self._ends.get(identity) != end:
            self._end(identity, end)

    def _show(self, identity: TrialIdentity, record: Record) -> None:
        said: Mapping[str, Any] = record.payload
        if record.kind == "signals":
            self._tracker.signals(identity, said["first_step"], said["values"])
        elif record.kind == "evaluation":
            self._tracker.evaluation(identity, evaluation_from_json(said))
        elif record.kind == "samples":
            self._tracker.image(identity, said["step"], "samples", picture_of(self._storage.read(said["path"])))
        elif record.kind == "end":
            end = trial_end_from_json(said)
            if end.finding is not None:
                self._post_mortem(identity, end.finding.step)
            self._end(identity, end)

    def _end(self, identity: TrialIdentity, end: TrialEnd) -> None:
        self._ends[identity] = end
        self._tracker.trial_ended(identity, end)

    def _post_mortem(self, identity: TrialIdentity, step: int) -> None:
        """The files as they are, and the samples as a picture too."""
        for path in self._storage.list(f"post_mortem/{identity}"):
            content = self._storage.read(path)
            self._tracker.artifact(identity, path, content)
            if path.endswith(".npz"):
                self._tracker.image(identity, step, "post_mortem", picture_of(content))
