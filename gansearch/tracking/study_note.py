"""The note on an experiment's page: which columns to choose, how to compare, and what the states of runs mean."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.tracking.source import StudyAbout
from gansearch.tracking.standings import BEST, FINAL

LONGEST = 4900
"""Characters; databases keep 5,000 of a tag."""

_STATES = """\
| status | tag `gansearch.end` | meaning |
| --- | --- | --- |
| finished | `completed` | had its whole budget |
| killed | `pruned` | was worse than others at the same epoch |
| killed | `collapsed`, `diverged` | a detector stopped it (`gansearch.finding`), or a value was not finite |
| failed | `failed`, `out_of_memory` | an error (`gansearch.reason`) |
| unfinished | `preempted`, `stopped_by_user`, `budget`, `paused` | will go on |
"""


def study_note(about: StudyAbout) -> str:
    """The note as markdown, at most ``LONGEST`` characters; the list of what varies is cut where it is longer."""
    head = "\n\n".join([_first(about), _columns(about), _comparing(about), _STATES])
    rows = _arms(about) if about.arms else _parameters(about)
    return _with_rows(head, rows, LONGEST)


def _first(about: StudyAbout) -> str:
    said = f"{len(about.arms)} arms, compared with the first, `baseline`" if about.arms else f"plan `{about.kind}`"
    return (
        f"**Study `{about.name}`** ({said}). One run per launch (`gansearch.kind` = `launch`, with the report "
        "`findings.html` among its artifacts); below it one run per trial. A run's parameters are what differs between "
        "trials; its whole configuration is in its artifact `settings.json`."
    )


def _columns(about: StudyAbout) -> str:
    metric = about.objectives[0]
    return (
        "**Table.** Filter with ``tags.`gansearch.kind` = 'trial'`` and choose under *Columns* "
        f"`{BEST}{metric}` (best evaluation of any run), `{FINAL}{metric}` (last evaluation, of completed runs alone), "
        "the parameters, and the tags `gansearch.end` and `gansearch.finding`. Metrics whose names end in `_n10000` or "
        "the like were measured at the end with so many samples; do not compare them with the others."
    )


def _comparing(about: StudyAbout) -> str:
    said = "**Comparing.** " + _grouping(about)
    return (
        f"{said} The chart view has parallel coordinates and scatter plots: take parameters and "
        f"`{FINAL}{about.objectives[0]}`. In a run, *Model metrics* has `samples` as images over steps. One run is one "
        "seed: what holds, and with which interval, is said by the report."
    )


def _grouping(about: StudyAbout) -> str:
    if not about.arms:
        repeated = "*Group by* `gansearch.number` joins the replicates of a trial. " if about.replicates > 1 else ""
        return f"{repeated}Tick runs and press *Compare* for parameters side by side."
    said = "*Group by* the parameter `arm` gives each arm with the mean of its seeds"
    if not about.experiments:
        return f"{said}."
    return f"{said}; by the tag `gansearch.experiment.{about.experiments[0]}`, the arms of that experiment alone."


def _arms(about: StudyAbout) -> list[str]:
    return ["| arm | changes |", "| --- | --- |", *(f"| `{arm}` | {said} |" for arm, said in about.arms.items())]


def _parameters(about: StudyAbout) -> list[str]:
    rows = [f"| `{path}` | {said} |" for path, said in about.varying.items()]
    return ["| parameter | values |", "| --- | --- |", *rows] if rows else []


def _with_rows(head: str, rows: Sequence[str], longest: int) -> str:
    """``head`` and as many of the rows as there is room for; how many are left out is said."""
    whole = "\n".join([head, *rows])
    if len(whole) <= longest:
        return whole + "\n"
    kept = list(rows)
    while kept and len("\n".join([head, *kept])) > longest - 80:
        kept.pop()
    return "\n".join([head, *kept]) + f"\n\n{len(rows) - len(kept)} more; `gansearch spaces show` has all of them.\n"
