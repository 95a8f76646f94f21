"""``gansearch detectors audit``: how often detectors would have stopped a run that ended well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Home, Json, StorageUrl
from gansearch.cli._text import columns, print_json
from gansearch.errors import GansearchError

if TYPE_CHECKING:
    from gansearch.reporting.audit import AuditRate, StudyAudit


def audit(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of studies. Default: all studies.", metavar="[STUDY ...]", show_default=False),
    ] = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Say how many runs that detectors would have stopped ended in the best quarter of their study.

    Only runs that went on to their end can tell: those of shadow mode, and those that `detectors.audit` drew. Kinds
    that are in shadow mode themselves are told apart: the policy does not stop for them.
    """
    from gansearch.reporting.audit import pooled

    studies, unreadable = _audited(names or [])
    rates = pooled(studies)
    if as_json:
        print_json(described(studies, rates, unreadable))
    else:
        typer.echo(told(studies, rates))
    for name, why in unreadable.items():
        typer.echo(f"{name} cannot be read: {why}", err=True)


def _audited(names: Sequence[str]) -> tuple[list[StudyAudit], dict[str, str]]:
    """The studies, and why some cannot be read; of named ones that is an error, of all others a note."""
    from gansearch.reporting.audit import audit_study
    from gansearch.storage.place import studies_storage, study_storage
    from gansearch.study import list_studies

    if names:
        return [audit_study(name, study_storage(name)) for name in dict.fromkeys(names)], {}
    place = studies_storage()
    found, unreadable = [], {}
    for name in list_studies(place):
        try:
            found.append(audit_study(name, place.folder(name)))
        except GansearchError as error:
            unreadable[name] = str(error)
    return found, unreadable


def described(studies: Sequence[StudyAudit], rates: Sequence[AuditRate], unreadable: dict[str, str]) -> dict[str, Any]:
    """The audit as plain values: the form of ``--json``; a rate is null where too few runs were spared."""
    from dataclasses import asdict

    from gansearch.reporting.audit import FEWEST_COMPLETED, FEWEST_SPARED

    return {
        "least_completed": FEWEST_COMPLETED,
        "least_spared": FEWEST_SPARED,
        "studies": [
            {
                "study": each.study,
                "completed": each.completed,
                "counts": each.counts,
                "spared": [
                    {
                        "run": str(run.identity),
                        "kind": run.finding.kind,
                        "step": run.finding.step,
                        "good": run.is_good,
                        "in_shadow": run.in_shadow,
                    }
                    for run in each.spared
                ],
                "damaged": each.damaged,
            }
            for each in studies
        ],
        "rates": [
            {
                "kind": each.kind,
                "in_shadow": each.in_shadow,
                "spared": each.spared,
                "good": each.good,
                "rate": None if each.rate is None else asdict(each.rate),
            }
            for each in rates
        ],
        "unreadable": unreadable,
    }


def told(studies: Sequence[StudyAudit], rates: Sequence[AuditRate]) -> str:
    """What a user reads."""
    from gansearch.reporting.audit import FEWEST_COMPLETED

    if not studies:
        return "there is no study yet"
    header = ("study", "completed", "spared", "")
    rows = [(each.study, str(each.completed), str(len(each.spared)), _note(each)) for each in studies]
    parts = [
        f"Runs that detectors would have stopped and that went on to their end, in studies of at least "
        f"{FEWEST_COMPLETED} completed runs:",
        columns([header, *rows]),
        columns([("kind", "spared", "false kills", "share"), *map(_row, rates)]),
    ]
    return "\n\n".join(parts)


def _note(study: StudyAudit) -> str:
    if not study.counts:
        return "does not count: too few completed"
    return f"{study.damaged} records damaged" if study.damaged else ""


def _row(found: AuditRate) -> tuple[str, ...]:
    from gansearch.reporting.audit import FEWEST_SPARED
    from gansearch.reporting.wording import interval, percent

    kind = (found.kind or "all") + (" (in shadow)" if found.in_shadow else "")
    if found.rate is None:
        return kind, str(found.spared), "-", f"too few: {found.spared} of {FEWEST_SPARED} needed"
    return (
        kind,
        str(found.spared),
        str(found.good),
        f"{percent(found.rate.value)}, {interval(found.rate.interval, 'percent')}",
    )
