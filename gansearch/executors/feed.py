"""What the driver says to the tracker: only which trial has something new. It never waits, and nothing can overflow."""

from __future__ import annotations

from gansearch.executors.study_source import StudySource
from gansearch.records import Assignment, TrialEnd, TrialIdentity
from gansearch.tracking import MlflowTracker


class TrackingFeed:
    """Marks trials as changed; the tracker's thread reads their records when it can.

    Args:
        tracker: where runs are shown.
        source: what the tracker reads.
    """

    def __init__(self, tracker: MlflowTracker, source: StudySource) -> None:
        self._tracker = tracker
        self._source = source

    def started(self, assignment: Assignment) -> None:
        """A trial starts, or starts again."""
        with self._tracker.counted():
            self._source.began(assignment)
            self._tracker.trial_changed(assignment.identity)

    def update(self, identity: TrialIdentity) -> None:
        """A trial has recorded something."""
        with self._tracker.counted():
            self._tracker.trial_changed(identity)

    def ended(self, identity: TrialIdentity, end: TrialEnd) -> None:
        """The study has given a trial an end, which its record may not have, or have otherwise."""
        with self._tracker.counted():
            self._source.decided(identity, end)
            self._tracker.trial_changed(identity)
