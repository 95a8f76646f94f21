"""Ends a launch in its record and in MLflow, waits for what is still on its way there, and says what tracking cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from gansearch.errors import StorageError
from gansearch.storage import Storage
from gansearch.storage.masking import shown
from gansearch.study.launches import end_launch
from gansearch.tracking import MlflowTracker

NAMED = 5
"""Runs that lack something and are named; of the others only the number is said."""


@dataclass(frozen=True)
class TrackingOutcome:
    """What MLflow came to in one launch."""

    blocked_s: float
    """Seconds that the search has spent on tracking instead of on itself."""
    waited_s: float
    """Seconds that the launch waited for MLflow at its end."""
    lacking: tuple[str, ...]
    """Runs that MLflow may lack something of."""
    lost: int
    """Points, files and other things that MLflow refused."""


def hand_over(
    tracker: MlflowTracker,
    storage: Storage,
    launch: int,
    outcome: str,
    say: Callable[[str], None],
    *,
    command: str,
    within_s: float,
) -> TrackingOutcome:
    """End the launch in MLflow.

    Args:
        tracker: of the launch; it is closed.
        storage: of the study.
        launch: number of the launch.
        outcome: ``finished``, ``interrupted``, ``stopped``, anything else for a failure.
        say: told what tracking cost, and what MLflow lacks.
        command: that brings MLflow up to date.
        within_s: seconds to wait at most.
    """
    try:
        end_launch(storage, launch, outcome)
    except StorageError as error:  # it must not hide why the launch ends; whoever drives the study next closes it
        say(f"the end of this launch could not be kept: {error}")
    tracker.launch_changed()
    before = time.monotonic()
    tracker.close(within_s)
    found = TrackingOutcome(tracker.blocked_s, time.monotonic() - before, tuple(tracker.lacking), tracker.lost)
    say(told(found, command))
    return found


def track_command(study: str, tracking_uri: str | None) -> str:
    """The command that brings MLflow up to date with a study; a secret in the address must be given anew."""
    return f"gansearch track {study}" + ("" if tracking_uri is None else f" --tracking-uri {shown(tracking_uri)}")


def told(found: TrackingOutcome, command: str) -> str:
    """What a user reads about tracking at the end of a launch."""
    cost = f"MLflow: the search was held up for {found.blocked_s:.3f} s, its end for {found.waited_s:.1f} s"
    if not found.lacking:
        return f"{cost}; it has everything" if not found.lost else f"{cost}; it has refused {found.lost} items"
    named = ", ".join(found.lacking[:NAMED])
    more = len(found.lacking) - NAMED
    runs = f"{named} and {more} more" if more > 0 else named
    return f"{cost}; it may lack something of {runs}, which the study's records have: {command}"
