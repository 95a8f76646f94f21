from __future__ import annotations

from pathlib import Path

from gansearch.storage import Storage
from gansearch.study.origin import CONFIRMS, TRANSFER, keep


def test_what_an_earlier_launch_left_goes(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    keep(storage, {CONFIRMS: b"a"})
    assert storage.read(CONFIRMS) == b"a"
    keep(storage, {TRANSFER: b"b"})
    assert storage.list() == [TRANSFER]
    keep(storage, {})
    assert storage.list() == []
