"""Writes the page of several studies into a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gansearch.errors import ReportError
from gansearch.reporting.document import to_html, to_markdown
from gansearch.reporting.joint_findings import joint_findings
from gansearch.reporting.loading import load_material
from gansearch.storage import Storage
from gansearch.storage.place import study_storage


@dataclass(frozen=True)
class JointFiles:
    """Where the page lies."""

    markdown: Path
    html: Path


def write_joint_report(names: Sequence[str], folder: Path) -> JointFiles:
    """Write ``findings.md`` and ``findings.html`` of the studies into ``folder``; what else lies there stays.

    Args:
        names: of two studies or more.
        folder: made where it is not there.

    Raises:
        ReportError: where a study is named twice, or fewer than two are.
        StudyNotFoundError: where there is no such study.
        StorageError: where the page cannot be written.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or len(names) < 2:
        raise ReportError(f"a report of several studies must name two or more, each once; got {', '.join(names)}")
    document = joint_findings([load_material(name, study_storage(name)) for name in names])
    storage = Storage(folder.expanduser().absolute())
    storage.write("findings.md", to_markdown(document).encode())
    storage.write("findings.html", to_html(document).encode())
    return JointFiles(folder / "findings.md", folder / "findings.html")
