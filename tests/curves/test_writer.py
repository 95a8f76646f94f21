from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gansearch.curves import Curve, CurveWriter, read_curve
from gansearch.curves import local_log as local_log_module
from gansearch.errors import CorruptFileError, FencedError, StorageError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage

Made = Callable[..., Any]


def kinds(storage: Storage, who: TrialIdentity) -> list[str]:
    return [record.kind for record in read_curve(storage, who)[0]]


def test_what_is_flushed_is_read(storage: Storage, who: TrialIdentity, made: Made) -> None:
    writer = CurveWriter(storage, who, 0)
    writer.append(made().began())
    writer.append(made().signals(0))
    assert kinds(storage, who) == []
    writer.flush()
    assert kinds(storage, who) == ["attempt", "signals"]
    writer.append(made().ended(1))
    writer.close()
    assert kinds(storage, who) == ["attempt", "signals", "end"]


def test_a_cursor_goes_on_where_the_last_reading_stopped(storage: Storage, who: TrialIdentity, made: Made) -> None:
    writer = CurveWriter(storage, who, 0)
    seen: list[str] = []
    cursor = 0
    for epoch in range(3):
        writer.append(made().signals(epoch * 10))
        writer.append(made().evaluation(epoch, 1.0))
        writer.flush()
        records, cursor = read_curve(storage, who, cursor)
        seen += [record.kind for record in records]
    assert seen == ["signals", "evaluation"] * 3
    assert read_curve(storage, who, cursor) == ([], cursor)
    writer.close()
    later = CurveWriter(storage, who, 1)
    later.append(made(1).began(20))
    later.close()
    records, _ = read_curve(storage, who, cursor)
    assert [(record.kind, record.attempt) for record in records] == [("attempt", 1)]


def test_what_nobody_has_written_is_empty(storage: Storage, who: TrialIdentity) -> None:
    assert read_curve(storage, who) == ([], 0)
    assert read_curve(storage, who, 50) == ([], 50)


def test_records_carry_the_time_of_their_writing(storage: Storage, who: TrialIdentity, made: Made) -> None:
    writer = CurveWriter(storage, who, 0)
    writer.append(made().began())
    writer.append(made().checkpoint(0))
    writer.close()
    times = [record.time for record in read_curve(storage, who)[0]]
    assert times == sorted(times)
    assert times[0] > 1.7e9


def test_buffers_may_be_reused_after_append(storage: Storage, who: TrialIdentity, made: Made) -> None:
    writer = CurveWriter(storage, who, 0)
    record = made().signals(0)
    writer.append(record)
    record.payload["values"]["d_loss"][:] = -1
    writer.close()
    (read,) = read_curve(storage, who)[0]
    np.testing.assert_array_equal(read.payload["values"]["d_loss"], np.arange(10, dtype=np.float32))


def test_a_record_of_another_attempt_is_refused(storage: Storage, who: TrialIdentity, made: Made) -> None:
    writer = CurveWriter(storage, who, 1)
    with pytest.raises(ValueError, match="must be of attempt 1; got attempt 0"):
        writer.append(made(0).began())
    writer.close()


def test_a_newer_attempt_shuts_out_the_older_writer(storage: Storage, who: TrialIdentity, made: Made) -> None:
    old = CurveWriter(storage, who, 0)
    old.append(made().began())
    old.flush()
    old.append(made().checkpoint(10))
    new = CurveWriter(storage, who, 1)
    with pytest.raises(FencedError, match="attempt 0 at s-7 may write nothing more"):
        old.flush()
    with pytest.raises(FencedError, match="attempt 1 has replaced it"):
        old.check_fence()
    old.close()
    with pytest.raises(FencedError, match="attempt 1 has replaced it"):
        CurveWriter(storage, who, 0)
    new.append(made(1).began())
    new.close()
    assert kinds(storage, who) == ["attempt", "attempt"]


def test_the_same_attempt_may_go_on_later(storage: Storage, who: TrialIdentity, made: Made) -> None:
    for epoch in range(2):
        writer = CurveWriter(storage, who, 2)
        writer.append(made(2).evaluation(epoch, 1.0))
        writer.close()
    assert kinds(storage, who) == ["evaluation", "evaluation"]


def test_opening_cuts_a_torn_end_back(local: Storage, who: TrialIdentity, made: Made) -> None:
    writer = CurveWriter(local, who, 0)
    writer.append(made().began())
    writer.flush()
    path = local.local_path("records/s-7.records")
    assert path is not None
    whole = path.read_bytes()
    writer.append(made().checkpoint(10))
    writer.close()
    path.write_bytes(path.read_bytes()[:-3])
    assert kinds(local, who) == ["attempt"]
    writer = CurveWriter(local, who, 1)
    assert path.read_bytes() == whole
    writer.append(made(1).began(10))
    writer.close()
    assert kinds(local, who) == ["attempt", "attempt"]


def test_damage_is_never_cut_away(local: Storage, who: TrialIdentity, made: Made) -> None:
    writer = CurveWriter(local, who, 0)
    for _ in range(3):
        writer.append(made().began())
        writer.flush()
    writer.close()
    path = local.local_path("records/s-7.records")
    assert path is not None
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(CorruptFileError, match=r"s-7\.records"):
        CurveWriter(local, who, 1)
    with pytest.raises(CorruptFileError, match=r"s-7\.records"):
        read_curve(local, who)
    assert path.read_bytes() == damaged


def test_a_damaged_object_is_named(who: TrialIdentity, made: Made) -> None:
    storage = Storage("memory://damaged-object/s")
    writer = CurveWriter(storage, who, 0)
    writer.append(made().began())
    writer.close()
    storage.write("records/s-7/0-000000", storage.read("records/s-7/0-000000")[:-2])
    with pytest.raises(CorruptFileError, match="records/s-7/0-000000 is damaged: it ends within a segment"):
        read_curve(storage, who)


def test_a_full_disk_leaves_the_file_whole_and_the_records_pending(
    local: Storage, who: TrialIdentity, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = CurveWriter(local, who, 0)
    writer.append(made().began())
    writer.flush()
    writer.append(made().signals(0))

    def half(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(local_log_module, "_write_all", half)
        with pytest.raises(StorageError, match=r"s-7\.records cannot be written: the disk is full"):
            writer.flush()
    assert kinds(local, who) == ["attempt"]
    writer.close()
    assert kinds(local, who) == ["attempt", "signals"]


def test_a_killed_writer_loses_only_what_it_had_not_flushed(local: Storage, who: TrialIdentity, made: Made) -> None:
    script = f"""
import os, signal
from gansearch.curves import CurveWriter, Record
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
writer = CurveWriter(Storage({local.url!r}), TrialIdentity("s", 7), 0)
writer.append(Record("attempt", 0, {{"from_step": 0, "started": 1.0}}))
writer.flush()
writer.append(Record("checkpoint", 0, {{"step": 10, "path": "x"}}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -9
    assert kinds(local, who) == ["attempt"]
    writer = CurveWriter(local, who, 1)
    writer.append(made(1).began())
    writer.close()
    assert Curve.of(read_curve(local, who)[0]).attempt == 1
