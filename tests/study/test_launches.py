from __future__ import annotations

import time
from pathlib import Path

import pytest

from gansearch.errors import CorruptFileError
from gansearch.storage import Storage
from gansearch.study.launches import close_left_launches, end_launch, read_launches, record_launch, update_launch


def test_launches_are_kept_in_their_order(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    assert read_launches(storage) == []
    assert [record_launch(storage, {"lanes": lanes}) for lanes in range(1, 12)] == list(range(1, 12))
    kept = read_launches(storage)
    assert [(each["number"], each["lanes"]) for each in kept] == [(lanes, lanes) for lanes in range(1, 12)]
    assert {each["version"] for each in kept} == {2}


def test_a_launch_is_told_of_as_more_becomes_known(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    record_launch(storage, {"started": 1.0, "lanes": None})
    update_launch(storage, 1, {"lanes": 4})
    end_launch(storage, 1, "finished")
    (kept,) = read_launches(storage)
    assert (kept["started"], kept["lanes"], kept["outcome"]) == (1.0, 4, "finished")
    assert kept["ended"] == pytest.approx(time.time(), abs=60)


def test_launches_whose_driver_died_are_closed(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    for _ in range(2):
        record_launch(storage, {"started": 1.0})
    end_launch(storage, 1, "interrupted")
    storage.write("launches/3.json", b'{"version": 1, "number": 3}')  # of an older version, which kept no ends
    close_left_launches(storage)
    assert [each.get("outcome") for each in read_launches(storage)] == ["interrupted", "lost", None]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"number": 2}'])
def test_a_damaged_one_keeps_nobody_from_reading_the_others(tmp_path: Path, content: bytes) -> None:
    storage = Storage(tmp_path)
    record_launch(storage, {"started": 1.0})
    storage.write("launches/2.json", content)
    assert [each["number"] for each in read_launches(storage)] == [1]
    assert record_launch(storage, {}) == 3
    with pytest.raises(CorruptFileError, match=r"launches/2.json must"):
        end_launch(storage, 2, "finished")
