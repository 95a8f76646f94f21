from __future__ import annotations

from pathlib import Path

from gansearch.storage import Storage
from gansearch.study.launches import read_launches, record_launch


def test_launches_are_kept_in_their_order(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    assert read_launches(storage) == []
    assert [record_launch(storage, {"lanes": lanes}) for lanes in range(1, 12)] == list(range(1, 12))
    kept = read_launches(storage)
    assert [(each["number"], each["lanes"]) for each in kept] == [(lanes, lanes) for lanes in range(1, 12)]
    assert {each["version"] for each in kept} == {1}
