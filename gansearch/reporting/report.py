"""Writes a study's report: findings.md, a self-contained findings.html, figures, and frames as Parquet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gansearch.errors import PluginError, StorageError, TrackingError
from gansearch.metrics import metrics
from gansearch.reporting.analysis import analyse
from gansearch.reporting.document import Document, to_html, to_markdown
from gansearch.reporting.findings import findings
from gansearch.reporting.frames import frames_of, write_frames
from gansearch.reporting.loading import load_material
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.pictures import Pixels, picture_of
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.tracking import is_server, run_links

FOLDER = "report"
LOCAL_PAGES = "http://127.0.0.1:5000"
"""Where ``gansearch ui`` shows a store that no server does."""


@dataclass(frozen=True)
class ReportFiles:
    """Where a report lies on this machine."""

    markdown: Path
    html: Path
    frames: Path
    """The folder of the Parquet files."""


def write_report(study_name: str, storage: Storage, *, tracking_uri: str | None = None) -> ReportFiles:
    """Write the report of a study, also while it runs. An earlier one is replaced.

    Args:
        study_name: of the study.
        storage: its folder; the report goes into ``report/`` within it, and to this machine where that is elsewhere.
        tracking_uri: MLflow's store or server, to link runs to; without one there are no links.

    Returns:
        Where it lies.

    Raises:
        StudyNotFoundError: where there is no such study.
        StorageError: where the report cannot be written.
    """
    links = {} if tracking_uri is None else _links(tracking_uri, study_name)
    material = load_material(study_name, storage, links)
    frames = frames_of(material)
    document = findings(material, analyse(material, frames), lambda trial: _picture(trial, storage), _unit)
    local = storage.local_path(FOLDER)
    root = study_dir(study_name) / FOLDER if local is None else local
    for place in [storage] if local is not None else [storage, Storage(study_dir(study_name))]:
        _write(document, material, place)
        write_frames(frames, place, f"{FOLDER}/frames")
    return ReportFiles(root / "findings.md", root / "findings.html", root / "frames")


def _write(document: Document, material: StudyMaterial, storage: Storage) -> None:
    for path in storage.list(f"{FOLDER}/{document.figures_folder}"):
        storage.delete(path)
    for figure in document.figures:
        storage.write(f"{FOLDER}/{document.figures_folder}/{figure.name}.png", figure.png)
    if material.best is not None:
        best = {"settings": dict(material.best.settings), "seed": material.best.seed}
        storage.write(f"{FOLDER}/best.json", json.dumps(best, indent=2, sort_keys=True).encode())
    storage.write(f"{FOLDER}/findings.md", to_markdown(document).encode())
    storage.write(f"{FOLDER}/findings.html", to_html(document).encode())


def _links(uri: str, study: str) -> dict[str, str]:
    """Pages of the runs; none where the tracking store does not answer: that must not keep a report from being made."""
    try:
        return run_links(uri, study, pages=None if is_server(uri) else LOCAL_PAGES)
    except TrackingError:
        return {}


def _picture(trial: TrialMaterial, storage: Storage) -> Pixels | None:
    """The picture of a run's last samples, or None where they are missing or damaged."""
    if not trial.curve.samples:
        return None
    try:
        return picture_of(storage.read(trial.curve.samples[-1].path))
    except (StorageError, ValueError):
        return None


def _unit(metric: str) -> str:
    """A metric's unit, where this process knows the metric."""
    try:
        return metrics.get(metric).unit
    except PluginError:
        return "unit not known"
