"""Two hundred mutated record files: read as they were, or up to a torn end, or refused with the place of the damage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gansearch.curves import Curve, CurveWriter, Record, read_curve
from gansearch.curves.record import to_line
from gansearch.curves.segment import scan
from gansearch.errors import CorruptFileError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
from gansearch.testing.byte_mutations import mutated

WHO = TrialIdentity("s", 7)
PATH = "records/s-7.records"


def write(storage: Storage, offset: float) -> bytes:
    """A trial's record file of six segments and two attempts."""
    for attempt in range(2):
        writer = CurveWriter(storage, WHO, attempt)
        writer.append(Record("attempt", attempt, {"from_step": 10 * attempt, "started": 1.0, "lanes": 1}))
        for first in (10 * attempt, 10 * attempt + 10):
            values = {"d_loss": np.arange(first, first + 10, dtype=np.float32) + offset}
            writer.append(Record("signals", attempt, {"first_step": first, "names": ["d_loss"], "values": values}))
            writer.append(Record("checkpoint", attempt, {"step": first + 10, "path": "checkpoints/x"}))
            writer.flush()
        writer.close()
    return storage.read(PATH)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Storage, bytes, bytes]:
    """A storage to mutate in, and two whole files."""
    folders = [Storage(tmp_path_factory.mktemp(name)) for name in ("one", "other")]
    one, other = (write(folder, offset) for folder, offset in zip(folders, (0.0, 0.5), strict=True))
    return folders[0], one, other


def lines(records: Sequence[Record]) -> list[tuple[int, bytes]]:
    return [(record.attempt, to_line(record)) for record in records]


@settings(max_examples=200, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=True))
def test_a_mutated_record_file_is_read_as_it_was_or_refused(
    files: tuple[Storage, bytes, bytes], chance: Random
) -> None:
    storage, one, other = files
    whole = {content: lines(scan(content, "f").records) for content in (one, other)}
    content = mutated(one, other, chance)
    storage.write(PATH, content)
    path = storage.local_path(PATH)
    assert path is not None
    try:
        records, end = read_curve(storage, WHO)
    except CorruptFileError as error:
        check_refusal(str(error), path, content)
        with pytest.raises(CorruptFileError, match="is damaged"):
            CurveWriter(storage, WHO, 2)
        assert path.read_bytes() == content, "damage must never be cut away"
        return
    found = lines(records)
    # Copies of a whole other file are that file: nothing in it tells which trial's it is.
    assert any(found == each[: len(found)] for each in whole.values())
    assert content[:end] in (one[:end], other[:end])
    CurveWriter(storage, WHO, 2).close()
    assert path.read_bytes() == content[:end]
    Curve.of(records)


def check_refusal(message: str, path: Path, content: bytes) -> None:
    """Whether it says file and place."""
    assert message.startswith(f"{path} is damaged"), message
    words = message.removeprefix(str(path)).replace(":", " ").split()
    place = int(words[words.index("byte") + 1])
    assert 0 <= place < len(content), message


def test_each_byte_changed_or_left_out_is_noticed(files: tuple[Storage, bytes, bytes]) -> None:
    _, one, _ = files
    whole = lines(scan(one, "f").records)
    for at in range(len(one)):
        changed = bytes([one[at] ^ 1])
        for content in (one[:at] + changed + one[at + 1 :], one[:at] + one[at + 1 :]):
            try:
                found = lines(scan(content, "f").records)
            except CorruptFileError:
                continue
            assert found == whole[: len(found)]
            assert len(found) < len(whole), at
