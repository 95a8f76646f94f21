"""How many configurations of a list are trained as one program where the list leaves it to a probe."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping

from gansearch.errors import GansearchError
from gansearch.records import Setting
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.grouping import Signature, signature
from gansearch.trial.lane_probe import probe_lanes
from gansearch.trial.spec import Spec

LANES_FILE = "lanes.json"


def most_lanes(spec: Spec, storage: Storage, context: TrialContext, say: Callable[[str], None]) -> int:
    """The most lanes of one pack: as the list says, or by a probe of the structure that most of it has.

    What a probe has chosen is kept in the folder, so that a run that goes on makes the same packs.

    Args:
        spec: the list.
        storage: of the runner's folder.
        context: what all trials share.
        say: told what the probe has found.
    """
    if spec.lanes != "auto":
        return spec.lanes
    if storage.exists(LANES_FILE):
        kept = json.loads(storage.read(LANES_FILE))
        if kept["device"] == context.device:
            return int(kept["lanes"])
    settings, count = _commonest(spec)
    if count == 1:
        return 1
    table = probe_lanes(settings, context, most=count)
    storage.write(LANES_FILE, json.dumps(table.plain(), indent=2).encode())
    say(table.text)
    return table.lanes


def _commonest(spec: Spec) -> tuple[Mapping[str, Setting], int]:
    """Settings of the structure that most configurations have, and how many have it."""
    settings: dict[Signature, Mapping[str, Setting]] = {}
    counts: Counter[Signature] = Counter()
    for assignment in spec.assignments:
        try:
            structure = signature(assignment)
        except GansearchError:
            continue  # it cannot be trained: told when its turn comes
        settings.setdefault(structure, assignment.settings)
        counts[structure] += 1
    if not counts:
        return spec.assignments[0].settings, 1
    ((structure, count),) = counts.most_common(1)
    return settings[structure], count
