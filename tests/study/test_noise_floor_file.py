from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.records import NoiseFloor, Protocol
from gansearch.storage import Storage
from gansearch.study.noise_floor import FILE, has_noise_floor, read_noise_floor, write_noise_floor

RUNG = NoiseFloor("frechet_distance", Protocol("mnist-cnn", "0a1b2c3d4e5f", 1000, 10_000, "test"), 6.1, 0.2, 10)
END = NoiseFloor("frechet_distance", Protocol("mnist-cnn", "0a1b2c3d4e5f", 10_000, 10_000, "test"), 2.0, 0.05, 3)


def test_each_moment_has_its_floors(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    assert read_noise_floor(storage) == ()
    write_noise_floor(storage, "rung", [RUNG])
    assert has_noise_floor(storage, "rung")
    assert not has_noise_floor(storage, "end")
    write_noise_floor(storage, "end", [END])
    assert read_noise_floor(storage) == (RUNG, END)
    write_noise_floor(storage, "rung", [])
    assert has_noise_floor(storage, "rung")
    assert read_noise_floor(storage) == (END,)


@pytest.mark.parametrize("content", [b"", b"[]", b"3", b'{"moments": {"rung": [{}]}}', b'{"moments": []}'])
def test_a_damaged_file_is_as_if_there_were_none(tmp_path: Path, content: bytes) -> None:
    storage = Storage(tmp_path)
    storage.write(FILE, content)
    assert read_noise_floor(storage) == ()
    assert not has_noise_floor(storage, "rung")
    write_noise_floor(storage, "end", [END])
    assert read_noise_floor(storage) == (END,)
