"""``gansearch status``: one study, or all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Home, Json, StorageUrl
from gansearch.cli._text import columns, duration, number, print_json
from gansearch.cli._there import HeadAddress, tell_from_there
from gansearch.errors import GansearchError
from gansearch.storage.masking import shown

if TYPE_CHECKING:
    from gansearch.storage import Storage
    from gansearch.study import StudyStatus, TrialRow


def status(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of a study. Default: all studies.", metavar="[NAME]", show_default=False),
    ] = None,
    as_json: Json = False,
    address: HeadAddress = None,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Say how a study stands; without a name, how all of them do."""
    if tell_from_there(address, *(["status"] if name is None else ["status", name]), json=as_json, storage=storage_url):
        return
    from gansearch.storage.place import studies_storage

    if name is None:
        print_studies([studies_storage()], as_json)
    else:
        _print_one(name, as_json)


def print_studies(places: Sequence[Storage], as_json: bool) -> None:
    """Print how each study stands.

    Args:
        places: folders of studies; where there are several, it is said which one a study lies in.
        as_json: as one JSON document.
    """
    found: list[tuple[StudyStatus, Storage]] = []
    unreadable: dict[str, str] = {}
    for place in places:
        studies, untold = _studies(place)
        found += [(each, place) for each in studies]
        unreadable |= untold
    if as_json:
        print_json([{**described(each), "storage": shown(place.url)} for each, place in found])
    elif not found and not unreadable:
        where = " or ".join(shown(place.url) for place in places)
        typer.echo(f"no study in {where}; start one with: gansearch launch quickstart")
    else:
        rows = [("study", "state", "trials", "best", "driven for"), *(_row_of_study(each) for each, _ in found)]
        if len(places) > 1:
            in_places = ["in", *(shown(place.url) for _, place in found)]
            rows = [(*row, place) for row, place in zip(rows, in_places, strict=True)]
        typer.echo(columns(rows))
    for name, why in unreadable.items():
        typer.echo(f"{name} cannot be read: {why}", err=True)


def _studies(place: Storage) -> tuple[list[StudyStatus], dict[str, str]]:
    """The studies that lie there, and why others cannot be read: one bad study must not hide the others."""
    from gansearch.study import list_studies

    found, unreadable = [], {}
    for name in list_studies(place):
        try:
            found.append(_read(name, place.folder(name))[0])
        except GansearchError as error:
            unreadable[name] = str(error)
    return found, unreadable


def _print_one(name: str, as_json: bool) -> None:
    from gansearch.cli._next import resume_command
    from gansearch.cli._progress import progress, rows
    from gansearch.storage.place import study_storage
    from gansearch.study.launches import read_launches

    storage = study_storage(name)
    said, trials = _read(name, storage)
    launches = read_launches(storage)
    if as_json:
        print_json({**described(said), "trial_rows": [_described_row(row) for row in trials], "launches": launches})
        return
    found = [*rows(progress(said)), *_rows_of_budget(said), *_rows_of_lanes(launches)]
    typer.echo(columns([("study", name), ("state", _state(said)), *found]))
    if trials:
        typer.echo("\n" + columns([("run", "end", "epoch", "value", "reason"), *map(_row_of_trial, trials)]))
    if said.holder is None and progress(said).ended != said.trials_wanted:
        typer.echo(f"\ngo on with: {resume_command(said)}")


def _read(name: str, storage: Storage) -> tuple[StudyStatus, list[TrialRow]]:
    from gansearch.study import open_readonly

    with open_readonly(name, storage) as study:
        return study.status(), study.trials()


def _rows_of_lanes(launches: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Lanes of a pack in the last launch, with what a probe found line by line."""
    if not launches or launches[-1]["lanes"] is None:  # still to be found out, or nothing was trained
        return []
    table = launches[-1].get("lane_table")
    first, *rest = table["text"].splitlines() if table else [f"packs of up to {launches[-1]['lanes']} lanes, as given"]
    return [("lanes", first), *(("", line) for line in rest)]


def _rows_of_budget(said: StudyStatus) -> list[tuple[str, str]]:
    """``1.5 of 3 hours (2 planned)``: every bound, with what the space says where it was changed since."""
    found = []
    for bound in said.bounds:
        planned = "none" if bound.planned is None else f"{bound.planned:g}"
        changed = "" if bound.planned == bound.most else f" ({planned} planned)"
        found.append(f"{number(bound.used)} of {bound.most:g} {bound.key}{changed}")
    return [("budget", ", ".join(found))] if found else []


def described(said: StudyStatus) -> dict[str, Any]:
    """A status as plain values: the form of ``--json``."""
    return {
        "name": said.name,
        "state": _state(said),
        "holder": said.holder,
        "counts": dict(said.counts),
        "trials": said.trials,
        "trials_wanted": said.trials_wanted,
        "epochs": said.epochs,
        "epochs_wanted": said.epochs_wanted,
        "elapsed_s": said.elapsed_s,
        "hours_wanted": said.hours_wanted,
        "gpu_hours": said.gpu_hours,
        "gpu_hours_wanted": said.gpu_hours_wanted,
        "cost": said.cost,
        "cost_wanted": said.cost_wanted,
        "budget": [asdict(bound) for bound in said.bounds],
        "objectives": [asdict(objective) for objective in said.objectives],
        "best": None if said.best is None else _described_row(said.best),
        "running": [str(row.identity) for row in said.running],
    }


def _described_row(row: TrialRow) -> dict[str, Any]:
    return {
        "run": str(row.identity),
        "number": row.number,
        "replicate": row.replicate,
        "parameters": dict(row.params),
        "values": row.values,
        "end": row.end,
        "kind": row.kind,
        "reason": row.reason,
        "epoch": row.epoch,
        "attempt": row.attempt,
        "seconds": row.seconds,
    }


def _state(said: StudyStatus) -> str:
    if said.holder is not None:
        return f"stopping, driven by {said.holder}" if said.is_stopping else f"driven by {said.holder}"
    return "at rest"


def _row_of_study(said: StudyStatus) -> tuple[str, ...]:
    of = "" if said.trials_wanted is None else f" of {said.trials_wanted}"
    best = "-" if said.best is None else f"{said.objectives[0].metric} {number(said.best.value)}"
    return said.name, _state(said), f"{said.trials}{of}", best, duration(said.elapsed_s)


def _row_of_trial(row: TrialRow) -> tuple[str, ...]:
    end = row.state if row.end is None else row.end if row.kind is None else f"{row.end} ({row.kind})"
    return str(row.identity), str(end), str(row.epoch), number(row.value), row.reason or ""
