"""Writes a study's report: findings.md, a self-contained findings.html, figures, and frames as Parquet."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gansearch.errors import PluginError, TrackingError
from gansearch.metrics import metrics
from gansearch.reporting.ablation_section import ablation_section
from gansearch.reporting.analysis import analyse
from gansearch.reporting.confirmation import ConfirmationReport, confirmation
from gansearch.reporting.document import Document, Section, to_html, to_markdown
from gansearch.reporting.experiments.hypotheses import load_hypotheses
from gansearch.reporting.experiments.judging import judged
from gansearch.reporting.experiments.page import hypotheses_section
from gansearch.reporting.experiments.runs import experiments_of_study
from gansearch.reporting.findings import findings
from gansearch.reporting.frames import frames_of, write_frames
from gansearch.reporting.loading import load_material
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.noise_floor import least_difference
from gansearch.reporting.stored_samples import last_samples
from gansearch.reporting.transfer_section import transfer_section
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


def write_report(
    study_name: str, storage: Storage, *, tracking_uri: str | None = None, hypotheses: str | Path | None = None
) -> ReportFiles:
    """Write the report of a study, also while it runs. An earlier one is replaced.

    Args:
        study_name: of the study.
        storage: its folder; the report goes into ``report/`` within it, and to this machine where that is elsewhere.
        tracking_uri: MLflow's store or server, to link runs to; without one there are no links.
        hypotheses: about the arms of its experiments: a name in ``hypotheses/``, or the path of a YAML file.

    Returns:
        Where it lies.

    Raises:
        StudyNotFoundError: where there is no such study.
        StorageError: where the report cannot be written.
        SpaceError: where something is wrong with the file of hypotheses.
        ReportError: where the study has no experiments, or a hypothesis names an arm or a measure that there is not.
    """
    links = {} if tracking_uri is None else _links(tracking_uri, study_name)
    material = load_material(study_name, storage, links)
    with _spared():
        frames = frames_of(material)
        confirmed = confirmation(material, storage)
        asked = _asked(material, storage, hypotheses, confirmed)  # first, since it refuses what is wrong with a file
        numbers = analyse(material, frames)
        document = findings(
            material, numbers, lambda trial: last_samples(trial, storage), _unit, asked, confirmed=confirmed.sentence
        )
    local = storage.local_path(FOLDER)
    root = study_dir(study_name) / FOLDER if local is None else local
    for place in [storage] if local is not None else [storage, Storage(study_dir(study_name))]:
        _write(document, material, place)
        write_frames(frames, place, f"{FOLDER}/frames")
    return ReportFiles(root / "findings.md", root / "findings.html", root / "frames")


def _asked(
    material: StudyMaterial, storage: Storage, hypotheses: str | Path | None, confirmed: ConfirmationReport
) -> list[Section]:
    """What was asked of the study, answered, a section each; some may be without blocks."""
    return [
        transfer_section(storage),
        *([] if hypotheses is None else [_hypotheses(material, hypotheses)]),
        ablation_section(material),
        confirmed.section,
    ]


@contextmanager
def _spared() -> Iterator[None]:
    """With all that is there now left out of passes of the garbage collector.

    statsmodels forces one with every correction, a third of a second each over 500 runs.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _hypotheses(material: StudyMaterial, name_or_path: str | Path) -> Section:
    study = experiments_of_study(material)
    floors = {floor.metric: least_difference(floor) for floor in material.noise_floors}
    return hypotheses_section(study, judged(load_hypotheses(name_or_path), study, floors))


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


def _unit(metric: str) -> str:
    """A metric's unit, where this process knows the metric."""
    try:
        return metrics.get(metric).unit
    except PluginError:
        return "unit not known"
