"""Turns the records of one trial into what its MLflow run has to be told.

It is a function of the records, of the configuration and of the study's decision alone, and takes every time from them:
a run comes out the same whether its trial was watched, caught up with after a crash, or projected anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gansearch.errors import CorruptFileError
from gansearch.records import (
    End,
    Evaluation,
    Finding,
    Setting,
    TrialEnd,
    TrialIdentity,
    evaluation_from_json,
    finding_from_json,
    reals_seen,
    to_json,
    trial_end_from_json,
)
from gansearch.storage.checksums import sha256_12
from gansearch.tracking.finding_tags import finding_tags, spared_tags
from gansearch.tracking.pending import File, PendingRun, Point, StepImage, milliseconds, prefixed
from gansearch.tracking.run_status import run_status
from gansearch.tracking.source import Recorded, Source, TrialAbout
from gansearch.tracking.standings import Standings
from gansearch.tracking.thinning import Thinner

PLANNED_EPOCHS = 100
"""Assumed where a trial's settings do not say."""
RUNNING = "running"
"""The tag ``gansearch.end`` of a trial that has none yet, so that a resumed one does not show its last rest."""
FAILURES = (End.FAILED, End.OUT_OF_MEMORY)
PICTURES = {".npz": "post_mortem", "/finding.json": "finding"}
"""Files of a post-mortem that are shown as images too: how their names end, and the images' key."""
SPARED = "spared-"
"""Before the step, the folder in a run's post-mortem of the moment at which it would have been stopped."""


class TrialProjection:
    """One trial's way into its run.

    Args:
        identity: the trial.
        about: what is known of it besides its records.
        source: names the files that it has left behind.
    """

    def __init__(self, identity: TrialIdentity, about: TrialAbout, source: Source) -> None:
        epochs = about.settings.get("training.epochs")
        settings = json.dumps(dict(about.settings), indent=2, sort_keys=True)
        self.pending = PendingRun(
            tags={**trial_tags(identity, about.tags), "gansearch.end": RUNNING},
            params={name: str(value) for name, value in about.parameters.items()},
            status="RUNNING",
        )
        self.pending.files.append(File("settings.json", settings.encode()))
        self.started_s: float | None = None
        """When its first attempt began, unix seconds; None while it has not."""
        self._identity = identity
        self._settings = about.settings
        self._source = source
        self._thinner = Thinner(epochs if isinstance(epochs, int) else PLANNED_EPOCHS)
        self._standings = Standings(source.better)
        self._generator: str | None = None
        self._attempt = 0
        self._seen_s = 0.0
        self._end: TrialEnd | None = None
        self._shown: TrialEnd | None = None
        self._spared: Finding | None = None
        self._had_finding = False

    @property
    def end(self) -> TrialEnd | None:
        """The end that the run shows, once what is pending is written; None of a trial that runs."""
        return self._shown

    def take(self, records: Iterable[Recorded]) -> None:
        """Take the next records; those of an attempt that has been replaced are passed over.

        Raises:
            CorruptFileError: where one of them is none that this version knows; what was taken cannot be used then.
        """
        for record in records:
            if record.attempt < self._attempt:
                continue
            self._attempt = record.attempt
            try:
                self._take(record)
            except (KeyError, TypeError, ValueError) as error:
                raise CorruptFileError(
                    f"the records of {self._identity} hold one of kind {record.kind!r} that cannot be read: "
                    f"{type(error).__name__}: {error}"
                ) from error

    def settle(self, about: TrialAbout) -> None:
        """Show the trial as it stands after what has been taken: as the study decided, else as recorded."""
        end = self._end if about.end is None else about.end
        if self.started_s is None and about.end is not None and about.end.end in FAILURES:
            # Its workers died before any of them could record anything, or its record is damaged from the start.
            self.started_s = self._seen_s = about.ended_s or 0.0
        if end is not None and end != self._shown:
            self._show_end(end)
        elif end is None and self._shown is not None:
            self._show_running()
        self._shown = end

    def _take(self, record: Recorded) -> None:
        said, now_ms = record.payload, milliseconds(record.time)
        if record.kind == "attempt":
            self._begin(record)
        elif record.kind == "signals":
            self._signals(int(said["first_step"]), said["values"], now_ms)
        elif record.kind == "evaluation":
            self._evaluation(evaluation_from_json(said), now_ms)
        elif record.kind == "finding":
            self._finding(said, now_ms)
        elif record.kind == "samples":
            self.pending.images.append(StepImage("samples", int(said["step"]), str(said["path"]), now_ms))
        elif record.kind == "end":
            self._end = trial_end_from_json(said)
            self._close(self._end, now_ms)
        if self._end is None or record.kind == "end":  # what is measured after the end does not move it
            self._seen_s = record.time

    def _begin(self, record: Recorded) -> None:
        if self.started_s is None:
            self.started_s = float(record.payload.get("started", record.time))
        self._end = None
        self.pending.tags["gansearch.attempt"] = str(record.attempt)
        if self._spared is not None and self._spared.step > int(record.payload["from_step"]):
            self._spared = None
            self.pending.tags.update(spared_tags(None))

    def _finding(self, said: Mapping[str, Any], now_ms: int) -> None:
        """What detectors saw shows where they would have stopped the run; where they do, its end says it."""
        by = said.get("spared")
        if by:
            saw = finding_from_json({key: value for key, value in said.items() if key not in ("stopped", "spared")})
            assert saw is not None
            self._spared = saw
            self.pending.tags.update(spared_tags(saw, by if isinstance(by, str) else ""))
            self._post_mortem(saw.step, now_ms, f"{SPARED}{saw.step}/")

    def _signals(self, first_step: int, values: Mapping[str, NDArray[np.float32]], now_ms: int) -> None:
        rows = np.array(list(values.values()), dtype=np.float32)
        for step, means in self._thinner.add(first_step, tuple(values), rows):
            self._window(step, means, now_ms)

    def _evaluation(self, evaluation: Evaluation, now_ms: int) -> None:
        """One evaluation.

        Values of the final protocol carry their number of samples in their name, and those of another generator than
        the run's own carry its name: neither belongs on the curve of the others.
        """
        if self._generator is None:
            self._generator = evaluation.generator
            self.pending.tags["gansearch.generator"] = evaluation.generator
        tail = "" if evaluation.generator == self._generator else f".{evaluation.generator}"
        stream = ("final" if evaluation.final else "evaluation") + tail
        samples = max((metric.protocol.samples for metric in evaluation.metrics), default=0)
        values = {
            f"{metric.name}_n{metric.protocol.samples}{tail}" if evaluation.final else metric.name + tail: metric.value
            for metric in evaluation.metrics
        }
        values[f"evaluation_seconds_n{samples}{tail}" if evaluation.final else "evaluation_seconds" + tail] = (
            evaluation.cost_s
        )
        if stream == "evaluation":
            values["epoch"] = float(evaluation.epoch)
            seen = reals_seen(self._settings, evaluation.step)
            values |= {} if seen is None else {"reals_seen": float(seen)}
            self.pending.points.extend(self._standings.take(evaluation, now_ms))
        self.pending.points.extend(Point(stream, key, value, evaluation.step, now_ms) for key, value in values.items())

    def _show_end(self, end: TrialEnd) -> None:
        pending, now_ms = self.pending, milliseconds(self._seen_s)
        pending.tags.update({"gansearch.end": str(end.end), "gansearch.reason": end.reason})
        self._tag_finding(end.finding)
        pending.status = run_status(end.end)
        pending.ended_ms = now_ms if end.end.is_final else None
        if end != self._end:
            self._close(end, now_ms)

    def _close(self, end: TrialEnd, now_ms: int) -> None:
        """What comes with an end: the last, unfinished window of the signals, and what a stop leaves behind.

        It follows from the records alone, also where an end is followed by a further attempt.
        """
        if end.end is End.COMPLETED:
            self.pending.points.extend(self._standings.final())
        if end.end.is_final:
            for step, means in self._thinner.rest():
                self._window(step, means, now_ms)
        if end.finding is not None:
            self._had_finding = True
            self._post_mortem(end.finding.step, now_ms)

    def _show_running(self) -> None:
        self.pending.tags.update({"gansearch.end": RUNNING, "gansearch.reason": ""})
        self._tag_finding(None)
        self.pending.status, self.pending.ended_ms = "RUNNING", None

    def _tag_finding(self, finding: Finding | None) -> None:
        """The finding of the end; what an earlier end said of another is taken back."""
        tags = finding_tags(finding)
        shown = tags if finding is not None or self._had_finding else {"gansearch.finding": ""}
        self.pending.tags.update(shown)

    def _post_mortem(self, step: int, now_ms: int, part: str = "") -> None:
        """The files of one folder as they are, and samples and finding as pictures too: beside them, and among images.

        What a run was spared has a folder of its own, so that its pictures are the same ones whenever they are drawn.
        """
        for path in self._source.post_mortem(self._identity):
            if not f"{path.rpartition('/')[0]}/".endswith(f"/{self._identity}/{part}"):
                continue
            self.pending.files.append(File(path))
            key = next((key for tail, key in PICTURES.items() if path.endswith(tail)), None)
            if key is not None:
                self.pending.images.append(StepImage(key, step, path, now_ms))
                self.pending.files.append(File(f"{path.rpartition('.')[0]}.png", picture_of=path))

    def _window(self, step: int, means: Mapping[str, float], now_ms: int) -> None:
        self.pending.points.extend(
            Point("train", f"train/{name}", value, step, now_ms) for name, value in means.items()
        )


def trial_tags(identity: TrialIdentity, tags: Mapping[str, Setting]) -> dict[str, str]:
    """The tags of a trial's run: its identity, its number, and ``tags`` under ``gansearch.``."""
    own = {"gansearch.identity": str(identity), "gansearch.number": str(identity.number), "gansearch.kind": "trial"}
    if identity.replicate is not None:
        own["gansearch.replicate"] = str(identity.replicate)
    return {**{prefixed(name): str(value) for name, value in tags.items()}, **own}


def end_digest(end: TrialEnd | None) -> str:
    """A short hash that tells ends apart; ``running`` where there is none."""
    return RUNNING if end is None else sha256_12(json.dumps(to_json(end), sort_keys=True).encode())
