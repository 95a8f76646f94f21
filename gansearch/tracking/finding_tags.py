"""The tags by which MLflow shows, sorts and filters runs by what detectors saw in them."""

from __future__ import annotations

from gansearch.records import Finding


def finding_tags(finding: Finding | None) -> dict[str, str]:
    """Tags of the finding that ended a run; the same, empty, where none did."""
    if finding is None:
        names = ("finding", "detector", "finding_signal", "finding_window", "finding_value", "finding_threshold")
        return {f"gansearch.{name}": "" for name in names}
    window = "" if finding.since_step is None else f"{finding.since_step}-{finding.step}"
    return {
        "gansearch.finding": finding.kind,
        "gansearch.detector": finding.detector,
        "gansearch.finding_signal": finding.signal,
        "gansearch.finding_window": window,
        "gansearch.finding_value": f"{finding.value:.6g}",
        "gansearch.finding_threshold": f"{finding.threshold:.6g}",
    }


def spared_tags(finding: Finding | None, by: str = "") -> dict[str, str]:
    """Tags of a run that detectors would have ended; empty where they take it back.

    Args:
        finding: for which they would have.
        by: what spared it: ``audit``, ``shadow_mode``, ``kind_in_shadow``; empty where its record does not say.
    """
    evidence = {name: tag for name, tag in finding_tags(finding).items() if name != "gansearch.finding"}
    return {
        "gansearch.spared": "" if finding is None else finding.kind,
        "gansearch.spared_by": by,
        "gansearch.spared_at": "" if finding is None else str(finding.step),
        **{f"gansearch.spared_{name.split('.')[1].removeprefix('finding_')}": tag for name, tag in evidence.items()},
    }
