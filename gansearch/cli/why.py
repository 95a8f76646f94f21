"""``gansearch why``: how a run ended, and what its detectors saw."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import typer

from gansearch.cli._options import Home, Json, Replicate, StorageUrl, StudyName, TrackingUri, TrialNumber
from gansearch.cli._text import columns, number, print_json

if TYPE_CHECKING:
    from gansearch.records import Finding
    from gansearch.reporting.judged_series import JudgedSeries
    from gansearch.reporting.why import Why
    from gansearch.space.plan import DetectorSettings

WIDTH = 100
NAMES = 12
"""Width of the names at the left."""
LOCAL_PAGES = "http://127.0.0.1:5000"
"""Where ``gansearch ui`` shows a store that no server does."""


def why(
    name: StudyName,
    trial_number: TrialNumber,
    replicate: Replicate = None,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Say why a run ended, and what its detectors saw.

    A run that a detector stopped, or would have stopped, is shown with the signal, its window and the threshold.
    """
    from gansearch.reporting.why import why as find_out
    from gansearch.storage.place import study_storage

    found = find_out(name, trial_number, replicate, study_storage(name))
    page = _page(name, str(found.trial.identity), tracking_uri)
    print_json(described(found, page)) if as_json else typer.echo(told(found, page))


def described(found: Why, page: str | None) -> dict[str, Any]:
    """The answer as plain values: the form of ``--json``."""
    from dataclasses import asdict

    trial, finding, series = found.trial, found.finding, found.series
    return {
        "run": str(trial.identity),
        "end": trial.end_name,
        "reason": trial.reason,
        "sentences": list(found.sentences),
        "step": trial.step,
        "epoch": trial.epoch,
        "epochs_planned": trial.planned_epochs,
        "values": trial.values,
        "is_spared": found.is_spared,
        "finding": None if finding is None else asdict(finding),
        "detector": None if found.detector is None else asdict(found.detector),
        "series": None if series is None else _described_series(series),
        "history": [asdict(each) for each in found.history],
        "policy": asdict(found.policy),
        "files": list(found.files),
        "samples": found.samples,
        "page": page,
    }


def _described_series(series: JudgedSeries) -> dict[str, Any]:
    return {
        "label": series.label,
        "steps": [int(step) for step in series.steps],
        "values": [float(value) for value in series.values],
        "threshold": series.threshold,
        "is_evaluations": series.is_evaluations,
    }


def told(found: Why, page: str | None) -> str:
    """What a user reads."""
    parts = ["\n".join(line for said in found.sentences for line in textwrap.wrap(said, WIDTH))]
    if found.finding is not None:
        parts.append(_entries(_of_finding(found.finding, found)))
    if found.series is not None:
        parts.append(_chart(found.series))
    if found.history:
        header = ("findings", "times", "first epoch", "last epoch", "by")
        rows = [
            (each.kind, str(each.times), str(each.first_epoch), str(each.last_epoch), ", ".join(each.detectors))
            for each in found.history
        ]
        parts.append(columns([header, *rows]))
    parts.append(_entries([("policy", _policy(found.policy)), *_places(found, page)]))
    return "\n\n".join(parts)


def _of_finding(finding: Finding, found: Why) -> list[tuple[str, str]]:
    about = found.detector
    source = "not known here" if about is None else about.source
    window = "not recorded" if finding.since_step is None else f"steps {finding.since_step + 1:,} to {finding.step:,}"
    rows = [
        ("kind", finding.kind),
        ("detector", finding.detector),
        ("source", source),
        ("can be wrong", "" if about is None else about.false_positives or ""),
        ("signal", finding.signal),
        ("window", window),
        ("value", f"{number(finding.value)}, threshold {number(finding.threshold)}"),
        ("evidence", ", ".join(f"{name} {number(value)}" for name, value in finding.evidence.items())),
    ]
    return [row for row in rows if row[1]]


def _chart(series: JudgedSeries) -> str:
    from gansearch.cli._chart import LINE, WINDOW, chart

    of = "at evaluations" if series.is_evaluations else "means over windows of steps"
    limit = "" if series.threshold is None else f"; {LINE * 2} threshold"
    window = "" if series.since_step is None else f"; {WINDOW * 2} the window"
    return "\n".join([f"{series.label} ({of}{limit}{window})", *chart(series)])


def _policy(policy: DetectorSettings) -> str:
    said = [f"mode {policy.mode}", f"grace {policy.grace_epochs:g} epochs", f"patience {policy.patience}"]
    said.append(f"combine {policy.combine}")
    said += [f"{kind} {mode}" for kind, mode in policy.kinds.items()]
    return ", ".join([*said, *([f"audit {policy.audit:g}"] if policy.audit else [])])


def _places(found: Why, page: str | None) -> list[tuple[str, str]]:
    rows = [("left behind" if index == 0 else "", path) for index, path in enumerate(found.files)]
    if found.samples is not None:
        rows.append(("last samples", found.samples))
    if page is not None:
        tail = " (while `gansearch ui` runs)" if page.startswith(LOCAL_PAGES) else ""
        rows.append(("MLflow", page + tail))
    return rows


def _entries(rows: list[tuple[str, str]]) -> str:
    """Names and texts beside each other; long texts are broken at words alone, so that paths stay whole."""
    wrapped = []
    for name, text in rows:
        lines = textwrap.wrap(text, WIDTH - NAMES - 2, break_long_words=False, break_on_hyphens=False)
        wrapped += [((name if index == 0 else "").ljust(NAMES), line) for index, line in enumerate(lines)]
    return columns(wrapped)


def _page(study: str, run: str, tracking_uri: str | None) -> str | None:
    """The run's page in MLflow; None where it is not known there, or the store does not answer."""
    from gansearch.errors import TrackingError
    from gansearch.storage.home import home
    from gansearch.tracking import default_uri, is_server, run_links

    uri = tracking_uri or default_uri(home())
    try:
        return run_links(uri, study, pages=None if is_server(uri) else LOCAL_PAGES).get(run)
    except TrackingError:
        return None
