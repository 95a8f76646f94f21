"""Checkpoints: what is written is read, bit for bit, and damage is noticed."""

from __future__ import annotations

import pytest
import torch

from gansearch.errors import CorruptFileError
from gansearch.training import LaneState
from gansearch.training.checkpoint import from_bytes, read_meta, to_bytes

STATE = LaneState(
    {
        "generator.parameters": torch.tensor([1.5, float("nan"), -0.0, float("inf")]),
        "generator.optimizer.steps": torch.tensor(12.0),
        "tricks.x.count": torch.arange(6).view(2, 3),
        "double": torch.tensor([1 / 3], dtype=torch.float64),
        "transposed": torch.arange(6.0).view(2, 3).mT,
    },
    step=48,
)
META = {"identity": "study-3", "lanes": 8}


def test_round_trip_keeps_every_bit() -> None:
    back = from_bytes(to_bytes(STATE, META))

    assert back.step == 48
    assert back.tensors.keys() == STATE.tensors.keys()
    for name, tensor in STATE.tensors.items():
        assert back.tensors[name].dtype == tensor.dtype
        assert back.tensors[name].shape == tensor.shape
        assert back.tensors[name].contiguous().view(-1).numpy().tobytes() == tensor.contiguous().numpy().tobytes()


def test_the_meta_is_read_without_the_tensors() -> None:
    assert read_meta(to_bytes(STATE, META)) == META


def test_the_same_state_gives_the_same_bytes() -> None:
    assert to_bytes(STATE, META) == to_bytes(STATE, META)


def test_any_changed_byte_is_noticed() -> None:
    content = to_bytes(STATE, META)

    for position in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[position] ^= 0x55
        with pytest.raises(CorruptFileError, match="a checkpoint"):
            from_bytes(bytes(damaged))


@pytest.mark.parametrize("length", [0, 5, 100, -1])
def test_a_torn_file_is_noticed(length: int) -> None:
    with pytest.raises(CorruptFileError, match="a checkpoint must"):
        from_bytes(to_bytes(STATE, META)[:length])


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gansearch.training.checkpoint.VERSION", 2)
    content = to_bytes(STATE, META)
    monkeypatch.undo()

    with pytest.raises(CorruptFileError, match=r"must be of format 'gansearch-lane', version 1; got .*2"):
        from_bytes(content)
