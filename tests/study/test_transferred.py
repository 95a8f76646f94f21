from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.errors import CorruptFileError
from gansearch.storage import Storage
from gansearch.study.transferred import LeftOut, TakenOver, Transferred, read_transferred, to_bytes

TAKEN = TakenOver(3, 12.5, ("lr",), ("width",), (LeftOut("layers", 9, "must lie in [2, 7]"),))


def test_it_reads_back_as_itself(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    assert read_transferred(storage) is None
    transferred = Transferred("digits", "id-1", "frechet_distance", (TAKEN, TAKEN))
    storage.write("transfer.json", to_bytes(transferred))
    assert read_transferred(storage) == transferred


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    Storage(tmp_path).write("transfer.json", b"[]")
    with pytest.raises(CorruptFileError, match=r"transfer.json is damaged: TypeError"):
        read_transferred(Storage(tmp_path))
