"""At the end of a launch the records of trials that are over are one object each; what cannot be is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gansearch.curves import CurveWriter, Record, read_curve
from gansearch.executors.end_compaction import compact_at_end
from gansearch.records import TrialIdentity
from gansearch.storage import Storage

SEGMENTS = 4


@dataclass(frozen=True)
class Row:
    """What is asked of a run."""

    identity: TrialIdentity
    state: str


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """Six runs with four segments each."""
    found = Storage(f"memory://end-compaction{tmp_path.as_posix()}")
    for number in range(6):
        writer = CurveWriter(found, TrialIdentity("s", number), 0)
        for n in range(SEGMENTS):
            writer.append(Record("checkpoint", 0, {"step": n, "path": "x"}))
            writer.flush()
    return found


@pytest.fixture
def rows() -> Any:
    states = ("complete", "pruned", "fail", "running", "waiting", "complete")
    return [Row(TrialIdentity("s", number), state) for number, state in enumerate(states)]


def objects(storage: Storage) -> list[int]:
    counts = Counter(path.split("/")[1] for path in storage.list("records"))
    return [counts[f"s-{number}"] for number in range(6)]


def test_trials_that_are_over_are_compacted(storage: Storage, rows: Any) -> None:
    said: list[str] = []
    compact_at_end(storage, rows, said.append)
    assert objects(storage) == [1, 1, 1, SEGMENTS, SEGMENTS, 1]
    assert all(len(read_curve(storage, row.identity)[0]) == SEGMENTS for row in rows)
    compact_at_end(storage, rows, said.append)
    assert said == []


def test_what_is_damaged_hinders_no_other(storage: Storage, rows: Any) -> None:
    for number in (0, 2):
        storage.write(f"records/s-{number}/0-000001", b"damage")
    said: list[str] = []
    compact_at_end(storage, rows, said.append)
    assert objects(storage) == [SEGMENTS, 1, SEGMENTS, SEGMENTS, SEGMENTS, 1]
    (sentence,) = said
    assert sentence.startswith("the records of s-0 stay in their portions until the next launch, as do those of 1 more")
    assert "records/s-0/0-000001 is damaged" in sentence
