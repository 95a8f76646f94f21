"""Brings MLflow up to date with a study that nobody drives, and checks it by reading it back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from gansearch.errors import TrackingError
from gansearch.records import TrialIdentity
from gansearch.storage.masking import masked, shown
from gansearch.tracking.completeness import expected_run, lacks
from gansearch.tracking.experiment import Experiment
from gansearch.tracking.location import check_uri
from gansearch.tracking.pending import PendingRun
from gansearch.tracking.projection import Projection
from gansearch.tracking.run_writer import Written
from gansearch.tracking.silence import prepare_environment, quiet_thread
from gansearch.tracking.source import Source
from gansearch.tracking.store import damage
from gansearch.tracking.trouble import Trouble

PATIENCE_S = 30.0
"""Seconds without any progress after which it gives up."""
PAUSE_S = 0.5


@dataclass(frozen=True)
class UpToDate:
    """What bringing MLflow up to date came to."""

    written: Written
    """What it lacked before."""
    runs: int
    """Trials that MLflow must show; unchecked, all that may have begun."""
    lacking: Mapping[str, list[str]] = field(default_factory=dict)
    """What runs lack now, by their names; empty where MLflow is complete."""
    reason: str | None = None
    """Why the last try failed, where it did."""

    @property
    def is_complete(self) -> bool:
        """Whether MLflow has everything."""
        return not self.lacking


def bring_up_to_date(
    experiment: Experiment,
    source: Source,
    trials: Iterable[TrialIdentity],
    *,
    rebuild: bool = False,
    is_checked: bool = True,
    patience_s: float = PATIENCE_S,
) -> UpToDate:
    """Write what MLflow lacks of a study, wait for it, and read it back. Nobody else may write the study meanwhile.

    Args:
        experiment: where the study is shown.
        source: what there is to be told.
        trials: every trial of the study.
        rebuild: delete the study's runs first, and write all anew.
        is_checked: whether to read everything back; otherwise what was written counts as being there.
        patience_s: seconds without any progress after which it gives up.

    Raises:
        TrackingError: where MLflow does not answer at first, or its store is damaged.
    """
    check_uri(experiment.uri)
    prepare_environment()
    trouble = Trouble(experiment.uri, experiment.study, lambda _: None)  # told by what comes back
    projection = Projection(experiment, source, trouble)
    known = list(trials)

    def bring() -> UpToDate:
        with quiet_thread():
            _open(projection, experiment.uri, rebuild)
            projection.behind(known)
            _write(projection, patience_s)
            if not is_checked:
                return UpToDate(projection.tally, len(known), _unwritten(projection), trouble.reason)
            expected = _expected(source, known)
            return UpToDate(projection.tally, len(expected), _lacking(projection, source, expected), trouble.reason)

    with ThreadPoolExecutor(1) as thread:  # of its own, for what MLflow logs is kept quiet by thread
        return thread.submit(bring).result()


def _open(projection: Projection, uri: str, rebuild: bool) -> None:
    try:
        projection.open()
        if rebuild:
            projection.drop_all()
    except Exception as error:  # noqa: BLE001 - whatever a client or a database raises is why nothing can be written
        raise _no_answer(uri, error) from None  # a traceback of it would show what is masked


def _expected(source: Source, trials: Iterable[TrialIdentity]) -> dict[TrialIdentity, PendingRun]:
    """What MLflow must show of each trial that has begun."""
    found = {}
    for identity in trials:
        about = source.trial(identity)
        run = None if about is None else expected_run(identity, about, source)
        if run is not None:
            found[identity] = run
    return found


def _lacking(
    projection: Projection, source: Source, expected: Mapping[TrialIdentity, PendingRun]
) -> dict[str, list[str]]:
    """What runs lack, read back."""
    writer = projection.writer
    if writer is None:
        return {str(identity): ["it could not be read back"] for identity in expected}
    compared = {
        str(identity): lacks(writer.client, writer.runs.get(str(identity)), run, source)
        for identity, run in expected.items()
    }
    return {name: wrong for name, wrong in compared.items() if wrong}


def _unwritten(projection: Projection) -> dict[str, list[str]]:
    return {str(identity): ["it could not be written"] for identity in projection.lacking()}


def _write(projection: Projection, patience_s: float) -> None:
    """Write until everything is written, or nothing gets on any more."""
    tally, since = projection.tally.total, time.monotonic()
    while not projection.write():
        if projection.tally.total > tally:
            tally, since = projection.tally.total, time.monotonic()
        elif time.monotonic() - since > patience_s:
            return
        time.sleep(PAUSE_S)


def _no_answer(uri: str, error: Exception) -> TrackingError:
    if damage(error) is not None:
        return TrackingError(
            f"MLflow's store at {shown(uri)} is damaged ({damage(error)}); put it right, or move its file away: it is "
            "made anew, and every study's runs can be written again"
        )
    why = " ".join(masked(str(error), uri).split())
    return TrackingError(f"MLflow must answer at {shown(uri)}; got: {type(error).__name__}: {why}")
