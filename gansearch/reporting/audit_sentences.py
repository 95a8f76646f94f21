"""What a report says of runs that detectors would have stopped and that went on."""

from __future__ import annotations

from collections import Counter

from gansearch.reporting.audit import FEWEST_SPARED, StudyAudit, pooled
from gansearch.reporting.wording import code, counted, percent, plural


def spared(audit: StudyAudit) -> list[str]:
    """How many there were, of which kinds, and how many would have been false kills; nothing where there were none."""
    if not audit.spared:
        return []
    kinds = Counter(run.finding.kind for run in audit.spared).most_common()
    shown = ", ".join(f"{count} for {code(kind)}" for kind, count in kinds)
    said = f"Detectors would have stopped {plural(len(audit.spared), 'run')} that went on and completed ({shown})"
    rate = pooled([audit])[0].rate
    if rate is None:
        why = f"{FEWEST_SPARED} are needed" if audit.counts else "too few runs completed"
        return [f"{said}; how many of these are false kills is not told from one small study: {why}."]
    good = sum(run.is_good for run in audit.spared)
    return [f"{said}; {good} of them ended in its best quarter ({percent(rate.value)}, {counted(rate, 'percent')})."]
