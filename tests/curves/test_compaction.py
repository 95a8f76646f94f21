"""Many objects become one, and nobody who reads or writes meanwhile, or after a crash, can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gansearch.curves import CurveWriter, Record, read_curve
from gansearch.curves.record import to_line
from gansearch.curves.whole import compact, read_segments
from gansearch.errors import CorruptFileError, FencedError, StorageError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage

Made = Callable[..., Any]
FOLDER = "records/s-7"


class CrashError(BaseException):
    """The end of a process."""


class Crashing:
    """Lets so many changes of the storage happen, each object apart and in an order of its own, and then none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, changes: int, order: int = 0) -> None:
        self.left, self._chance = changes, Random(order)
        write, delete = Storage.write, Storage.delete

        def counted_write(storage: Storage, path: str, content: bytes) -> None:
            self._count()
            write(storage, path, content)

        def one_by_one(storage: Storage, paths: Sequence[str]) -> None:
            for path in self._chance.sample(list(paths), len(paths)):
                self._count()
                delete(storage, path)

        monkeypatch.setattr(Storage, "write", counted_write)
        monkeypatch.setattr(Storage, "delete_all", one_by_one)

    def _count(self) -> None:
        if not self.left:
            raise CrashError
        self.left -= 1


@pytest.fixture
def remote(tmp_path: Path) -> Storage:
    """A study's folder in an object store."""
    return Storage(f"memory://compaction{tmp_path.as_posix()}")


@pytest.fixture
def written(remote: Storage, who: TrialIdentity, made: Made) -> Storage:
    """Two attempts of five and four segments."""
    append(remote, who, 0, made().began(), *[made().signals(10 * epoch) for epoch in range(4)])
    append(remote, who, 1, made(1).began(20), made(1).signals(20), made(1).evaluation(3, 1.0), made(1).ended(3))
    return remote


def append(storage: Storage, who: TrialIdentity, attempt: int, *records: Record) -> None:
    """A segment for each."""
    writer = CurveWriter(storage, who, attempt)
    for record in records:
        writer.append(record)
        writer.flush()
    writer.close()


def seen(records: Sequence[Record]) -> list[tuple[int, bytes]]:
    return [(record.attempt, to_line(record)) for record in records]


def every_reading(storage: Storage, who: TrialIdentity, cursors: Sequence[int]) -> list[tuple[object, int]]:
    """What readers find, and where they stand then, that have come so far."""
    return [(seen(records), cursor) for records, cursor in (read_curve(storage, who, each) for each in cursors)]


def cursors_of(storage: Storage, who: TrialIdentity) -> list[int]:
    """Where a reader can stand."""
    names = [path.rpartition("/")[2].split("-") for path in storage.list(FOLDER)]
    return sorted({0, *((int(attempt) << 32) + int(n) + 1 for attempt, n in names)})


def objects(storage: Storage) -> list[str]:
    return [path.removeprefix(f"{FOLDER}/") for path in storage.list(FOLDER)]


def test_many_objects_become_one(written: Storage, who: TrialIdentity) -> None:
    cursors = cursors_of(written, who)
    before, segments = every_reading(written, who, cursors), len(read_segments(written, who))
    assert compact(written, who) == 9
    assert objects(written) == ["whole-000001-000003"]
    assert every_reading(written, who, cursors) == before
    assert len(read_segments(written, who)) == segments == 9
    assert compact(written, who) == 0


@pytest.mark.parametrize("order", range(3))
def test_a_crash_at_any_moment_changes_no_reading(
    written: Storage, who: TrialIdentity, made: Made, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    """Through two compactions with a segment between them, whatever each of them still did."""
    cursors = cursors_of(written, who)
    content = {path: written.read(path) for path in written.list()}
    whole = every_reading(written, who, cursors)
    for first in range(11):
        for path in set(written.list()) - set(content):
            written.delete(path)
        for path, each in content.items():
            written.write(path, each)
        crash_after(first, order, written, who, monkeypatch)
        assert every_reading(written, who, cursors) == whole
        append(written, who, 1, made(1).evaluation(3, 2.0, final=True))
        longer = every_reading(written, who, cursors)
        assert [len(found) for found, _ in longer] == [len(found) + 1 for found, _ in whole]  # type: ignore[arg-type]
        for second in range(13):
            if crash_after(second, order, written, who, monkeypatch):
                break
            assert every_reading(written, who, cursors) == longer
        assert every_reading(written, who, cursors) == longer
        assert objects(written) == ["whole-000001-000004"]


def crash_after(changes: int, order: int, storage: Storage, who: TrialIdentity, patch: pytest.MonkeyPatch) -> bool:
    """Compact until so many changes were made; whether that was all."""
    with patch.context() as patched:
        Crashing(patched, changes=changes, order=order)
        try:
            compact(storage, who)
        except CrashError:
            return False
        return True


def test_a_reader_of_what_is_removed_meanwhile_finds_the_whole(
    written: Storage, who: TrialIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has listed the parts, and then they are gone."""
    cursors = cursors_of(written, who)
    before = every_reading(written, who, cursors)
    content = {path: written.read(path) for path in written.list()}
    read_all = Storage.read_all
    for cursor, expected in zip(cursors, before, strict=True):
        for path, each in content.items():
            written.write(path, each)
        written.delete(f"{FOLDER}/whole-000001-000003")
        left = iter([lambda: compact(written, who)])

        def read(storage: Storage, paths: Sequence[str], left: Iterator[Callable[[], int]] = left) -> list[bytes]:
            next(left, lambda: 0)()
            return read_all(storage, paths)

        with monkeypatch.context() as patched:
            patched.setattr(Storage, "read_all", read)
            records, after = read_curve(written, who, cursor)
        assert (seen(records), after) == expected


def test_what_is_lost_without_a_whole_is_told(written: Storage, who: TrialIdentity, monkeypatch: Any) -> None:
    monkeypatch.setattr(Storage, "read_all", lambda storage, paths: [storage.read(f"{path}-lost") for path in paths])
    with pytest.raises(StorageError, match="records/s-7/0-000000-lost cannot be read"):
        read_curve(written, who)


def test_a_writer_that_was_replaced_adds_nothing(written: Storage, who: TrialIdentity, made: Made) -> None:
    """Also one that was past its fence before it was put up, and whose object comes after the compaction."""
    late = written.read(f"{FOLDER}/0-000004")
    records = seen(read_curve(written, who)[0])
    compact(written, who)
    written.write(f"{FOLDER}/0-000005", late)
    assert seen(read_curve(written, who)[0]) == records
    assert compact(written, who) == 1
    assert objects(written) == ["whole-000001-000003"]
    with pytest.raises(FencedError, match="attempt 1 has replaced it"):
        append(written, who, 0, made().began())


def test_the_last_attempt_and_later_ones_go_on(written: Storage, who: TrialIdentity, made: Made) -> None:
    compact(written, who)
    append(written, who, 1, made(1).evaluation(3, 2.0, final=True))
    append(written, who, 2, made(2).began(30), made(2).ended(4))
    assert objects(written) == ["1-000004", "2-000000", "2-000001", "whole-000001-000003"]
    records = seen(read_curve(written, who)[0])
    assert [attempt for attempt, _ in records] == [0] * 5 + [1] * 5 + [2] * 2
    assert compact(written, who) == 4
    assert objects(written) == ["whole-000002-000001"]
    assert seen(read_curve(written, who)[0]) == records


def test_of_two_compactions_at_once_neither_removes_what_the_other_lacks(
    written: Storage, who: TrialIdentity, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that was replaced has read the parts; its successor adds one and compacts before it writes."""
    write = Storage.write
    expected: list[tuple[int, bytes]] = []

    def late(storage: Storage, path: str, content: bytes) -> None:
        monkeypatch.setattr(Storage, "write", write)
        append(written, who, 1, made(1).evaluation(3, 2.0, final=True))
        compact(written, who)
        expected.extend(seen(read_curve(written, who)[0]))
        write(storage, path, content)

    monkeypatch.setattr(Storage, "write", late)
    compact(written, who)
    assert objects(written) == ["whole-000001-000003", "whole-000001-000004"]
    assert seen(read_curve(written, who)[0]) == expected
    assert len(expected) == 10
    assert compact(written, who) == 1


def test_damage_is_told_and_left_as_it_is(written: Storage, who: TrialIdentity) -> None:
    lacking = written.read(f"{FOLDER}/0-000002")
    written.delete(f"{FOLDER}/0-000002")
    before = objects(written)
    with pytest.raises(CorruptFileError, match="records/s-7 is damaged: it lacks a segment"):
        compact(written, who)
    assert objects(written) == before
    written.write(f"{FOLDER}/0-000002", lacking)
    compact(written, who)
    whole = written.read(f"{FOLDER}/whole-000001-000003")
    for wrong, match in [
        (whole[:-1], "it ends within a segment"),
        (whole[:-100] + b"x" + whole[-99:], "is damaged: the segment at byte"),
        (whole[: whole.index(b"GSR2", 5)], "it must end with the segment of its name"),
        (b"", "it must end with the segment of its name"),
    ]:
        written.write(f"{FOLDER}/whole-000001-000003", wrong)
        with pytest.raises(CorruptFileError, match=match):
            read_curve(written, who)


def test_a_single_object_and_a_local_file_are_left_alone(
    remote: Storage, local: Storage, who: TrialIdentity, made: Made
) -> None:
    for storage in (remote, local):
        assert compact(storage, who) == 0
        append(storage, who, 0, made().began())
        before = storage.list()
        assert compact(storage, who) == 0
        assert storage.list() == before


@pytest.mark.verify
def test_in_an_object_store(s3: str, who: TrialIdentity, made: Made) -> None:
    storage = Storage(s3).folder("s")
    append(storage, who, 0, made().began(), *[made().signals(10 * epoch) for epoch in range(12)])
    records, cursor = read_curve(storage, who)
    assert compact(storage, who) == 13
    assert objects(storage) == ["whole-000000-000012"]
    assert seen(read_curve(storage, who)[0]) == seen(records)
    assert read_curve(storage, who, cursor) == ([], cursor)
    append(storage, who, 0, made().ended(12))
    assert [record.kind for record in read_curve(storage, who, cursor)[0]] == ["end"]
    assert compact(storage, who) == 2
    assert len(read_curve(storage, who)[0]) == 14
