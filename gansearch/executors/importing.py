"""Makes a study of what ``gansearch.trial.runner`` has left in a folder: decisions, MLflow runs, and a report."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from gansearch.curves.whole import is_recorded
from gansearch.errors import CorruptFileError, SpecError, StudyExistsError, TrackingError
from gansearch.executors.hand_over import track_command
from gansearch.executors.launch_run import Say
from gansearch.executors.preflight import check_tracking
from gansearch.executors.study_source import FINISHED
from gansearch.executors.tracking_again import track_study
from gansearch.plugins import load_file
from gansearch.records import Assignment, TrialIdentity
from gansearch.reporting import ReportFiles, write_report
from gansearch.storage import Storage
from gansearch.storage.home import cache_dir
from gansearch.storage.place import studies_storage, study_storage
from gansearch.study import StudyStatus, list_studies, open_readonly
from gansearch.study.database import check_database
from gansearch.study.importing import RunElsewhere, create_imported, update_imported
from gansearch.study.launches import record_launch
from gansearch.study.listed_space import space_of
from gansearch.tracking import default_uri
from gansearch.trial import provenance
from gansearch.trial.copying import TrialCopy
from gansearch.trial.runner_folder import CACHE, PLUGINS
from gansearch.trial.spec import SPEC_FILE, Spec, first_difference
from gansearch.trial.spec_reader import parse_spec, read_spec
from gansearch.trial.standing import Standing, standing

IMPORTED = "import"
"""What the record of an import has in place of an executor."""

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
        StudyError: where the study is to lie elsewhere and no database is named for its decisions.
    """
    say = say or _silent
    spec = _spec_of(folder)
    plugins = tuple(folder / PLUGINS / plugin for plugin in spec.plugins)
    for plugin in plugins:
        load_file(plugin)
    space = space_of(spec, str(folder / SPEC_FILE))
    target = study_storage(name)
    is_new = _is_new(name, target, spec)
    check_database(target)
    check_tracking(tracking_uri or default_uri(), say)
    target.write(SPEC_FILE, (folder / SPEC_FILE).read_bytes())
    runs = [_copied(each, Storage(folder), target, name, say) for each in spec.assignments]
    _keep_extractors(Storage(folder))
    if is_new:
        create_imported(space, name, target, seed=spec.seed, plugins=plugins, runs=runs)
    else:
        update_imported(name, target, runs)
    report = _project(name, target, tracking_uri, say)
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
    if name not in list_studies(studies_storage()):
        return True
    difference = first_difference(_imported(target), spec) if target.exists(SPEC_FILE) else "everything"
    if difference is None:
        return False
    raise StudyExistsError(
        f"a study called {name!r} exists already in {target.url} and does not come from this list (they differ in "
        f"{difference}); choose another name with --study"
    )


def _imported(target: Storage) -> Spec:
    return parse_spec(target.read(SPEC_FILE).decode(), f"{target.url}/{SPEC_FILE}")


def _copied(assignment: Assignment, source: Storage, target: Storage, name: str, say: Say) -> RunElsewhere:
    """Copy what was recorded about one run; what is damaged is left out, as if the run had not begun."""
    old = assignment.identity
    new = TrialIdentity(name, old.number, old.replicate)
    mine = replace(assignment, identity=new)
    if not is_recorded(source, old):
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
        if inner.startswith("extractors/") and path.endswith(".safetensors") and not kept.exists(inner):
            kept.write(inner, source.read(path))


def _project(name: str, target: Storage, uri: str | None, say: Say) -> ReportFiles:
    """Show every run in MLflow, and write the report; MLflow may be away."""
    now = time.time()
    times = {"started": now, "ended": now, "outcome": FINISHED}
    record_launch(target, {**times, "executor": IMPORTED, "versions": provenance.versions(), "lanes": None})
    _show(name, uri, say, is_checked=False)  # before the report, which links to the runs
    report = write_report(name, target, tracking_uri=uri or default_uri())
    _show(name, uri, say, is_checked=True)
    return report


def _show(name: str, uri: str | None, say: Say, *, is_checked: bool) -> None:
    """Bring MLflow up to date."""
    try:
        found = track_study(name, tracking_uri=uri, is_checked=is_checked)
    except TrackingError as error:
        if is_checked:
            say(f"{error}; the study has everything: {track_command(name, uri)}")
        return
    if is_checked and not found.is_complete:
        say(f"MLflow lacks something of {len(found.lacking)} runs: {track_command(name, uri)}")


def _silent(_: str) -> None:
    """Say nothing."""
