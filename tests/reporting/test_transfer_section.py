from __future__ import annotations

from pathlib import Path

from gansearch.reporting.document import Bullets
from gansearch.reporting.transfer_section import transfer_section
from gansearch.storage import Storage
from gansearch.study.transferred import TakenOver, Transferred, to_bytes


def test_it_says_what_came_first_where_something_did(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    assert not transfer_section(storage).blocks
    taken = TakenOver(3, 12.5, ("lr",), ("width",), ())
    storage.write("transfer.json", to_bytes(Transferred("digits", "id-1", "frechet_distance", (taken,))))
    assert transfer_section(storage).blocks == [
        Bullets(
            [
                "Begins with trial 3 (12.5) of digits, the best by frechet_distance.",
                "At their defaults, since digits has no such settings: width.",
            ]
        )
    ]


def test_a_damaged_file_keeps_no_report_from_being_made(tmp_path: Path) -> None:
    Storage(tmp_path).write("transfer.json", b"{")
    (block,) = transfer_section(Storage(tmp_path)).blocks
    assert isinstance(block, Bullets)
    assert "transfer.json is damaged" in block.items[0]
