"""Records the runs of a plan for the calibration of detectors: to their end, with detectors that stop nothing."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gansearch.curves import Curve, read_curve
from gansearch.curves.corpus import CorpusRun
from gansearch.curves.corpus_files import read_corpus, write_part
from gansearch.errors import SpecError
from gansearch.executors.launch_run import Say
from gansearch.executors.listing import list_of
from gansearch.records import Assignment, End, LaneReport, TrialEnd, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.storage.home import cache_dir, home
from gansearch.trial.context import TrialContext
from gansearch.trial.list_lanes import most_lanes
from gansearch.trial.list_run import ListRun, Stop
from gansearch.trial.runner_folder import context_of, runner_folder
from gansearch.trial.spec import Spec, to_text
from gansearch.trial.tracing import corpus_run
from gansearch.trial.workbench import open_workbench

Watch = Callable[[Sequence[LaneReport]], None]

KEPT = (End.COMPLETED, End.DIVERGED)
"""Ends of runs that are recorded: a run that failed says nothing about training."""
MOST_PARTS = 8
"""Parts of one study beyond which they are made one when a recording ends: each has 30 kB beside its runs."""


@dataclass(frozen=True)
class RecordOptions:
    """How to record, beside what the space says."""

    trials: int | None = None
    """Record the first so many configurations of the plan; None for all."""
    every_s: float = 1200.0
    """Seconds between two parts."""
    seed: int | None = None
    """Of the study; None takes the plan's."""
    data_dir: Path | None = None
    plugins: tuple[Path, ...] = ()
    samples: bool = False
    """Keep what the first run of every configuration generates at its end: for images about 30 kB each."""
    share: tuple[int, int] = (0, 1)
    """Which of how many shares of the configurations to record, from 0: several recorders work side by side."""


@dataclass(frozen=True)
class Recorded:
    """What a recording came to."""

    study: str
    wanted: int
    """Runs to be recorded, with those that were there before."""
    there: int
    """Runs of them that the corpus holds."""
    left: int
    """Runs that the same command goes on with."""
    failed: Mapping[TrialIdentity, str] = field(default_factory=dict)
    """Runs that failed, or whose records are damaged, and why; they are left out."""


def record(
    space: SearchSpace,
    out: Path,
    options: RecordOptions,
    *,
    stop: Stop = lambda: None,
    watch: Watch = lambda _: None,
    say: Say = lambda _: None,
) -> Recorded:
    """Train what the corpus lacks of a plan; what is finished goes into a new part every now and then, and at the end.

    Args:
        space: a grid, or a search by a sampler that needs no results.
        out: folder of the corpus.
        options: how.
        stop: why to stop now, or None; asked between packs, and about once a second or once an epoch within one.
        watch: told of every report.
        say: told what a user should know.

    Raises:
        SpecError: where the corpus holds a run of the plan with other settings, or the plan has too few runs.
        StudyError: where what is tried depends on results.
        StorageError: where something cannot be read or written.
    """
    spec = recording_list(space, options, say)
    wanted = _shared(_first(spec, options.trials), options.share)
    there = recorded_runs(out, spec.study)
    missing = [each for each in wanted if not _is_there(each, there)]
    with runner_folder(working_folder(spec, options.share), spec) as storage:
        context = replace(context_of(spec, storage), cache_dir=str(cache_dir()))
        parts = _Parts(missing, storage, context, out, options)

        def told(reports: Sequence[LaneReport]) -> None:
            parts.take(reports)
            watch(reports)

        run = ListRun(missing, storage, context, stop=stop, watch=told)
        for identity, standing in run.standings.items():
            parts.add(identity, standing.end)  # those that were finished, and killed before they were in a part
        try:
            if run.left and stop() is None:
                run.run(most_lanes(replace(spec, assignments=tuple(missing)), storage, context, say))
        finally:
            parts.write()
    merge_parts(out, spec.study, share=options.share)
    count = len(wanted) - len(missing) + parts.written
    return Recorded(spec.study, len(wanted), count, run.left, {**parts.failed, **run.damaged})


def recording_list(space: SearchSpace, options: RecordOptions, say: Say = lambda _: None) -> Spec:
    """Every run of the plan, with detectors that stop nothing, and each measured by the protocol of the end.

    Raises:
        StudyError: where what is tried depends on results.
    """
    quiet = replace(space, plan=replace(space.plan, pruner={"name": "none"}))
    spec = list_of(quiet, seed=options.seed, data_dir=options.data_dir, plugins=options.plugins, say=say)
    data_dir = None if options.data_dir is None else str(options.data_dir)
    detectors = replace(spec.detectors, mode="shadow")
    return replace(spec, detectors=detectors, final_evaluation=True, data_dir=data_dir)


def working_folder(spec: Spec, share: tuple[int, int] = (0, 1)) -> Path:
    """Where runs are kept until they are in a part: a folder of its own for every list, and share of one."""
    digest = hashlib.sha256(to_text(replace(spec, data_dir=None)).encode()).hexdigest()
    index, count = share
    return home() / "recordings" / (f"{spec.study}-{digest[:8]}" + (f"-{index + 1}of{count}" if count > 1 else ""))


def recorded_runs(out: Path, study: str) -> dict[str, CorpusRun]:
    """The runs of one study that the corpus holds, by key.

    Raises:
        CorruptFileError: where a part is not whole.
    """
    if not any(out.glob("part-*.parquet")):
        return {}
    return {run.key: run for run in read_corpus(out) if run.study == study}


def merge_parts(out: Path, study: str, most: int = MOST_PARTS, *, share: tuple[int, int] = (0, 1)) -> None:
    """Make the parts of one study a single one where they are more than ``most``; of several shares the first does.

    The new one is written before the others go: whatever happens between, no run is lost, and none counts twice.
    """
    parts = _parts_of(out, study)
    if len(parts) > most and share[0] == 0:
        write_part(out, list(recorded_runs(out, study).values()), _next_name(out, study, share))
        for path in parts:
            path.unlink()


def _first(spec: Spec, trials: int | None) -> list[Assignment]:
    """The runs of the first ``trials`` configurations."""
    planned = len({each.identity.number for each in spec.assignments})
    if trials is not None and trials > planned:
        raise SpecError(
            f"no more can be recorded than is planned: {spec.study} plans {planned} configurations; got {trials} "
            f"(plan more with --set plan.trials={trials})"
        )
    return [each for each in spec.assignments if trials is None or each.identity.number < trials]


def _shared(wanted: Sequence[Assignment], share: tuple[int, int]) -> list[Assignment]:
    """Every so-manieth configuration.

    Raises:
        SpecError: where there is no such share.
    """
    index, count = share
    if not 0 <= index < count:
        raise SpecError(f"a share must be one of 1/{count} to {count}/{count}; got {index + 1}/{count}")
    return [each for each in wanted if each.identity.number % count == index]


def _is_there(assignment: Assignment, there: Mapping[str, CorpusRun]) -> bool:
    """Whether the corpus holds a run.

    Raises:
        SpecError: where it holds one of that name with other settings or another seed.
    """
    run = there.get(str(assignment.identity))
    if run is None:
        return False
    mine = {**json.loads(json.dumps(dict(assignment.settings))), "seed": assignment.seed}
    kept = {**run.settings, "seed": run.seed}
    if mine != kept:
        key = next(key for key in sorted({**mine, **kept}) if mine.get(key) != kept.get(key))
        raise SpecError(
            f"a run that was recorded must have the settings that it is planned with: {run.key} was recorded with "
            f"{key} = {kept.get(key)!r}; got {mine.get(key)!r} (give the space another name, or another folder)"
        )
    return True


class _Parts:
    """Takes what has ended, and writes it into a new part from time to time.

    Args:
        assignments: that may end.
        storage: of the working folder.
        context: what all runs share.
        out: folder of the corpus.
        options: how to record.
    """

    def __init__(
        self,
        assignments: Sequence[Assignment],
        storage: Storage,
        context: TrialContext,
        out: Path,
        options: RecordOptions,
    ) -> None:
        self._assignments = {each.identity: each for each in assignments}
        self._storage = storage
        self._context = context
        self._out = out
        self._options = options
        self._ended: list[TrialIdentity] = []
        self._last = time.monotonic()
        self.written = 0
        """Runs that have gone into parts."""
        self.failed: dict[TrialIdentity, str] = {}

    def take(self, reports: Sequence[LaneReport]) -> None:
        """Take what has ended; write a part where it is time."""
        for report in reports:
            self.add(report.identity, report.end)
        if time.monotonic() - self._last >= self._options.every_s:
            self.write()

    def add(self, identity: TrialIdentity, end: TrialEnd | None) -> None:
        """Take the end of a run; one that rests, or has none, is not over."""
        if end is None or not end.end.is_final:
            return
        if end.end in KEPT:
            self._ended.append(identity)
        else:
            self.failed[identity] = f"{end.end}: {end.reason}"

    def write(self) -> None:
        """Write what has ended since the last part, if anything has.

        Raises:
            StorageError: where a record cannot be read or the part not written.
        """
        self._last = time.monotonic()
        if self._ended:
            write_part(
                self._out,
                [self._row(self._assignments[each]) for each in self._ended],
                _next_name(self._out, self._ended[0].study, self._options.share),
            )
            self.written += len(self._ended)
            self._ended = []

    def _row(self, assignment: Assignment) -> CorpusRun:
        curve = Curve.of(read_curve(self._storage, assignment.identity)[0])
        data = open_workbench(assignment.settings, self._context).data
        training = resolve(assignment.settings).training
        per_epoch = len(data.train) // training.batch_size
        run = corpus_run(
            assignment,
            curve,
            classes=data.geometry.classes,
            steps_per_epoch=per_epoch,
            total_steps=per_epoch * training.epochs,
        )
        has_samples = self._options.samples and not assignment.identity.replicate and curve.samples
        return replace(run, samples=self._storage.read(curve.samples[-1].path)) if has_samples else run


def _parts_of(out: Path, study: str) -> list[Path]:
    """Parts of one study, in the order of their numbers."""
    name = re.compile(rf"part-{re.escape(study)}-\d{{4,}}\.parquet")
    return sorted(path for path in out.glob("part-*.parquet") if name.fullmatch(path.name))


def _next_name(out: Path, study: str, share: tuple[int, int]) -> str:
    """``<study>-0007``, where the last part has the number 6; each of several shares has numbers of its own."""
    parts = _parts_of(out, study)
    number = 1 + int(parts[-1].stem.rpartition("-")[2]) if parts else 0
    index, count = share
    return f"{study}-{number + (index - number) % count:04d}"
