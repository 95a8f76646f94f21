"""Findings: pandas frames, statistics, figures, markdown and HTML.

The names are loaded when they are first asked for: pictures need neither pandas nor matplotlib.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansearch.reporting.frames import StudyFrames, load_frames
    from gansearch.reporting.report import ReportFiles, write_report

__all__ = ["ReportFiles", "StudyFrames", "load_frames", "write_report"]

_HOME = {"ReportFiles": "report", "StudyFrames": "frames", "load_frames": "frames", "write_report": "report"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
