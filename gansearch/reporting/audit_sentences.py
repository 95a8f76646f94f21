"""What a report says of runs that detectors would have stopped and that went on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gansearch.reporting.audit import FEWEST_SPARED, SparedRun, StudyAudit, pooled
from gansearch.reporting.wording import code, counted, percent, plural


def spared(audit: StudyAudit) -> list[str]:
    """How many there were, of which kinds, and how many would have been false kills; nothing where there were none.

    Runs that only the mode of a kind spared are told apart: the policy as it is would not have stopped them.
    """
    called, doubted = ([run for run in audit.spared if run.in_shadow is shadow] for shadow in (False, True))
    return [*_called(called, audit), *_doubted(doubted)]


def _called(runs: Sequence[SparedRun], audit: StudyAudit) -> list[str]:
    if not runs:
        return []
    said = f"Detectors would have stopped {plural(len(runs), 'run')} that went on and completed ({_kinds(runs)})"
    rate = pooled([audit])[0].rate
    if rate is None:
        why = f"{FEWEST_SPARED} are needed" if audit.counts else "too few runs completed"
        return [f"{said}; how many of these are false kills is not told from one small study: {why}."]
    good = sum(run.is_good for run in runs)
    return [f"{said}; {good} of them ended in its best quarter ({percent(rate.value)}, {counted(rate, 'percent')})."]


def _doubted(runs: Sequence[SparedRun]) -> list[str]:
    if not runs:
        return []
    more, good = plural(len(runs), "completed run"), sum(run.is_good for run in runs)
    return [
        f"Kinds in shadow mode, which stop nothing, would have stopped {more} ({_kinds(runs)}); "
        f"{good} of them ended in the study's best quarter."
    ]


def _kinds(runs: Sequence[SparedRun]) -> str:
    return ", ".join(
        f"{count} for {code(kind)}" for kind, count in Counter(run.finding.kind for run in runs).most_common()
    )
