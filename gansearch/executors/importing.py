"""Makes a study of what ``gansearch.trial.runner`` has left in a folder: decisions, MLflow runs, and a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gansearch.errors import CorruptFileError, SpecError, StudyExistsError
from gansearch.executors.feed import TrackingFeed
from gansearch.executors.hand_over import hand_over
from gansearch.executors.launch_run import Say
from gansearch.executors.preflight import check_tracking
from gansearch.plugins import load_file
from gansearch.records import Assignment, TrialEnd, TrialIdentity
from gansearch.reporting import ReportFiles, write_report
from gansearch.storage import Storage
from gansearch.storage.home import cache_dir, study_dir
from gansearch.study import StudyStatus, list_studies, open_readonly
from gansearch.study.importing import RunElsewhere, create_imported, update_imported
from gansearch.study.listed_space import space_of
from gansearch.tracking import MlflowTracker, default_uri
from gansearch.trial import provenance
from gansearch.trial.copying import TrialCopy
from gansearch.trial.runner_folder import CACHE, PLUGINS
from gansearch.trial.spec import SPEC_FILE, Spec, first_difference
from gansearch.trial.spec_reader import read_spec
from gansearch.trial.standing import Standing, standing

PATIENCE_S = 60.0
"""Seconds that an import waits for MLflow where nothing at all gets on."""
BACKLOG = 5_000
"""Points, images and files that may wait for MLflow before more is read."""

NOT_BEGUN = Standing(attempt=None, end=None, epoch=0, seconds=0.0)


@dataclass(frozen=True)
class ImportResult:
    """What an import came to."""

    name: str
    status: StudyStatus
    is_new: bool
    """False where the study had been imported before, and has now been told what came since."""
    report: ReportFiles


def import_folder(folder: Path, name: str, *, tracking_uri: str | None = None, say: Say | None = None) -> ImportResult:
    """Make a study of a runner's folder, or bring one that was made of it up to date.

    Args:
        folder: of the runner, which may still be at work there; it is not changed.
        name: of the study.
        tracking_uri: of MLflow; None takes SQLite in GANSEARCH_HOME.
        say: told what a user should know.

    Raises:
        SpecError: where the folder is none of a runner, its list has no search space, or does not follow from it.
        StudyExistsError: where the name is taken by a study that does not come from this list.
        StudyLockedError: where that study is being driven.
    """
    say = say or _silent
    spec = _spec_of(folder)
    plugins = tuple(folder / PLUGINS / plugin for plugin in spec.plugins)
    for plugin in plugins:
        load_file(plugin)
    space = space_of(spec, str(folder / SPEC_FILE))
    target = Storage(study_dir(name))
    is_new = _is_new(name, target, spec)
    if tracking_uri is not None:
        check_tracking(tracking_uri, say)
    target.write(SPEC_FILE, (folder / SPEC_FILE).read_bytes())
    runs = [_copied(each, Storage(folder), target, name, say) for each in spec.assignments]
    _keep_extractors(Storage(folder))
    if is_new:
        create_imported(space, name, target, seed=spec.seed, plugins=plugins, runs=runs)
    else:
        update_imported(name, target, runs)
    report = _project(name, target, runs, tracking_uri or default_uri(), say)
    with open_readonly(name, target) as study:
        return ImportResult(name, study.status(), is_new, report)


def _spec_of(folder: Path) -> Spec:
    if not (folder / SPEC_FILE).is_file():
        raise SpecError(f"{folder}: must be a folder of gansearch.trial.runner; it holds no {SPEC_FILE}")
    return read_spec(folder / SPEC_FILE)


def _is_new(name: str, target: Storage, spec: Spec) -> bool:
    """Whether there is no study of that name yet.

    Raises:
        StudyExistsError: where there is one that does not come from this list.
    """
    if name not in list_studies(Storage(study_dir(name).parent)):
        return True
    path = study_dir(name) / SPEC_FILE
    difference = first_difference(read_spec(path), spec) if path.is_file() else "everything"
    if difference is None:
        return False
    raise StudyExistsError(
        f"a study called {name!r} exists already in {target.url} and does not come from this list (they differ in "
        f"{difference}); choose another name with --study"
    )


def _copied(assignment: Assignment, source: Storage, target: Storage, name: str, say: Say) -> RunElsewhere:
    """Copy what was recorded about one run; what is damaged is left out, as if the run had not begun."""
    old = assignment.identity
    new = TrialIdentity(name, old.number, old.replicate)
    mine = replace(assignment, identity=new)
    if not source.exists(f"records/{old}.records"):
        return RunElsewhere(mine, NOT_BEGUN, is_taken=False)
    try:
        is_taken = TrialCopy(source, target, old, new).run()
    except CorruptFileError as error:
        say(f"{old} is left out: {error}")
        return RunElsewhere(mine, NOT_BEGUN, is_taken=False)
    if not is_taken:
        say(f"{new} is left as it is: the study has gone on with it by itself")
    return RunElsewhere(mine, standing(target, new), is_taken=is_taken)


def _keep_extractors(source: Storage) -> None:
    """Reference extractors trained by the runner: what is trained on here must be measured by the same ones."""
    kept = Storage(cache_dir())
    for path in source.list(CACHE):
        inner = path.removeprefix(f"{CACHE}/")
        if path.endswith(".safetensors") and not kept.exists(inner):
            kept.write(inner, source.read(path))


def _project(name: str, target: Storage, runs: Sequence[RunElsewhere], uri: str, say: Say) -> ReportFiles:
    """Show every run in MLflow, and write the report."""
    with open_readonly(name, target) as study:
        rows, study_id, space = study.trials(), study.metadata.id, study.space.source
    tracker = MlflowTracker(uri, name, study_id=study_id)
    tracker.launch_started({"space": space, "versions": provenance.versions(), "imported": True})
    report: ReportFiles | None = None
    try:
        _feed(TrackingFeed(target, tracker), tracker, runs, {row.identity: row.detail for row in rows})
        report = write_report(name, target, tracking_uri=tracker.uri)
    finally:
        hand_over(tracker, report, "failed" if report is None else "finished", say, within_s=PATIENCE_S)
    return report


def _feed(
    feed: TrackingFeed,
    tracker: MlflowTracker,
    runs: Sequence[RunElsewhere],
    ends: Mapping[TrialIdentity, TrialEnd | None],
) -> None:
    """Tell MLflow all that is recorded, no faster than it takes it; where it takes nothing, without waiting."""
    is_taking = True
    for run in runs:
        if not run.is_taken:
            continue
        identity = run.assignment.identity
        feed.started(replace(run.assignment, attempt=run.standing.attempt or 0))
        feed.update(identity)
        end = ends.get(identity)
        if end is not None:
            feed.ended(identity, end)
        is_taking = is_taking and tracker.drain(BACKLOG, PATIENCE_S)
    if is_taking:
        tracker.drain(0, PATIENCE_S)


def _silent(_: str) -> None:
    """Say nothing."""
