from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gansearch.curves import CurveWriter, Record
from gansearch.errors import CorruptFileError, FencedError
from gansearch.records import Assignment, TrialIdentity
from gansearch.storage import Storage
from gansearch.training.checkpoint import to_bytes
from gansearch.training.state import LaneState
from gansearch.trial import checkpoints

WHO = TrialIdentity("s", 1)
FIRST = Assignment(WHO, seed=1, attempt=0, settings={}, parameters={})


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


def content(step: int) -> bytes:
    return to_bytes(LaneState({"weight": torch.full((3,), float(step))}, step), {})


def begun(storage: Storage, attempt: int, from_step: int = 0) -> CurveWriter:
    writer = CurveWriter(storage, WHO, attempt)
    writer.append(Record("attempt", attempt, {"from_step": from_step}))
    writer.flush()
    return writer


def save(storage: Storage, writer: CurveWriter, attempt: int, step: int) -> None:
    def name(path: str) -> None:
        writer.append(Record("checkpoint", attempt, {"step": step, "path": path}))
        writer.flush()

    checkpoints.write(storage, replace(FIRST, attempt=attempt), step, content(step), name)


def step_of_latest(storage: Storage) -> int:
    state = checkpoints.read_latest(storage, WHO)
    assert state is not None
    assert state.tensors["weight"].tolist() == [float(state.step)] * 3
    return state.step


def test_a_new_checkpoint_takes_the_place_of_the_one_before(storage: Storage) -> None:
    assert checkpoints.read_latest(storage, WHO) is None
    writer = begun(storage, 0)
    save(storage, writer, 0, 10)
    save(storage, writer, 0, 20)
    assert step_of_latest(storage) == 20
    assert checkpoints.files(storage, WHO) == ["checkpoints/s-1/0-20.safetensors"]


def test_what_a_replaced_worker_still_writes_is_never_gone_on_from(storage: Storage) -> None:
    old = begun(storage, 0)
    save(storage, old, 0, 10)
    new = begun(storage, 1, from_step=10)
    with pytest.raises(FencedError, match="attempt 1 has replaced it"):
        save(storage, old, 0, 20)
    assert (step_of_latest(storage), checkpoints.saved_step(storage, WHO)) == (10, 10)
    save(storage, new, 1, 15)
    assert step_of_latest(storage) == 15
    assert checkpoints.files(storage, WHO) == ["checkpoints/s-1/1-15.safetensors"]


def test_a_kill_between_the_file_and_its_name_leaves_the_one_before(storage: Storage) -> None:
    writer = begun(storage, 0)
    save(storage, writer, 0, 10)
    storage.write("checkpoints/s-1/0-20.safetensors", content(20))
    assert step_of_latest(storage) == 10


def test_a_kill_within_the_writing_leaves_nothing_for_long(storage: Storage, tmp_path: Path) -> None:
    writer = begun(storage, 0)
    save(storage, writer, 0, 10)
    torn = tmp_path / "checkpoints" / "s-1" / ".0-20.safetensors.abc.writing"
    torn.write_bytes(content(20)[:100])
    assert step_of_latest(storage) == 10
    save(storage, writer, 0, 20)
    assert [path.name for path in torn.parent.iterdir()] == ["0-20.safetensors"]


def test_an_attempt_that_went_back_behind_a_checkpoint_lets_go_of_it(storage: Storage) -> None:
    save(storage, begun(storage, 0), 0, 20)
    writer = begun(storage, 1, from_step=0)
    assert checkpoints.read_latest(storage, WHO) is None
    save(storage, writer, 1, 10)
    assert step_of_latest(storage) == 10


def test_a_damaged_checkpoint_is_named_and_begun_anew_from(storage: Storage) -> None:
    save(storage, begun(storage, 0), 0, 10)
    path = "checkpoints/s-1/0-10.safetensors"
    storage.write(path, content(10)[:-1])
    with pytest.raises(CorruptFileError, match=r"checkpoints/s-1/0-10.safetensors is damaged"):
        checkpoints.read_latest(storage, WHO)
    state, damage = checkpoints.readable(storage, WHO)
    assert (state, checkpoints.saved_step(storage, WHO)) == (None, 0)
    assert damage is not None
    assert path in damage


def test_the_checkpoint_of_another_step_is_not_taken_for_it(storage: Storage) -> None:
    save(storage, begun(storage, 0), 0, 10)
    storage.write("checkpoints/s-1/0-10.safetensors", content(11))
    with pytest.raises(CorruptFileError, match="must be the checkpoint of step 10; it is of step 11"):
        checkpoints.read_latest(storage, WHO)


def test_one_that_has_been_removed_is_none(storage: Storage) -> None:
    save(storage, begun(storage, 0), 0, 10)
    checkpoints.delete(storage, WHO)
    assert (checkpoints.files(storage, WHO), checkpoints.read_latest(storage, WHO)) == ([], None)


def test_a_checkpoint_of_format_1_is_read_and_then_replaced(storage: Storage) -> None:
    writer = begun(storage, 0)
    plain = "checkpoints/s-1.safetensors"
    storage.write(plain, content(20))  # ahead of its record: the worker died before it could write that
    writer.append(Record("checkpoint", 0, {"step": 10, "path": plain}))
    writer.close()
    assert step_of_latest(storage) == 20
    save(storage, begun(storage, 1, from_step=20), 1, 30)
    assert checkpoints.files(storage, WHO) == ["checkpoints/s-1/1-30.safetensors"]
