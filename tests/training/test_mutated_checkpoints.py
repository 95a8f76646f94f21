"""Two hundred mutated checkpoints: each is read as it was, bit for bit, or refused."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gansearch.errors import CorruptFileError
from gansearch.testing.byte_mutations import mutated
from gansearch.training import LaneState
from gansearch.training.checkpoint import FORMAT, from_bytes, read_meta, to_bytes


def state(seed: int) -> LaneState:
    stream = torch.Generator().manual_seed(seed)
    return LaneState(
        {
            "generator.parameters": torch.randn(40, generator=stream),
            "generator.optimizer.steps": torch.tensor(12.0 + seed),
            "discriminator.parameters": torch.randn(5, 3, generator=stream).mT,
            "tricks.ema.average": torch.randn(7, generator=stream, dtype=torch.float64),
            "tricks.x.seen": torch.tensor([True, False]),
            "tricks.x.none": torch.zeros(0),
            "tricks.x.half": torch.randn(3, generator=stream).bfloat16(),
        },
        step=48 + seed,
    )


CONTENTS = [to_bytes(state(seed), {"identity": f"study-{seed}", "lanes": 8}) for seed in (0, 1)]


def bits(found: LaneState) -> tuple[int, dict[str, tuple[torch.dtype, torch.Size, bytes]]]:
    tensors = {name: tensor.contiguous() for name, tensor in found.tensors.items()}
    return found.step, {
        name: (tensor.dtype, tensor.shape, tensor.view(-1).view(torch.uint8).numpy().tobytes())
        for name, tensor in tensors.items()
    }


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(chance=st.randoms(use_true_random=True))
def test_a_mutated_checkpoint_is_read_as_it_was_or_refused(chance: Random) -> None:
    check(mutated(CONTENTS[0], CONTENTS[1], chance))


def check(content: bytes) -> None:
    """Whether ``content`` is refused or one of the two states; its meta is read without a look at the tensors."""
    try:
        found = from_bytes(content)
    except CorruptFileError as error:
        found, said = None, str(error)
    else:
        said = ""
    assert said.startswith("a checkpoint") if found is None else bits(found) in (bits(state(0)), bits(state(1)))
    try:
        meta = read_meta(content)
    except CorruptFileError:
        return
    assert isinstance(meta, dict)


def test_every_cut_is_refused() -> None:
    content = CONTENTS[0]
    for length in range(len(content)):
        with pytest.raises(CorruptFileError, match="a checkpoint"):
            from_bytes(content[:length])


HEADERS: dict[str, Any] = {
    "a list": [],
    "nothing": None,
    "no metadata": {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
    "metadata of numbers": {"__metadata__": {FORMAT: 3}},
    "metadata that is no pair": {"__metadata__": {FORMAT: "[1, 2, 3]"}},
    "a list for a header": {"__metadata__": {FORMAT: json.dumps(["[]", ""])}},
    "a number for a header": {"__metadata__": {FORMAT: json.dumps(["3", ""])}},
    "a meta of another type": {"__metadata__": {FORMAT: json.dumps(['{"meta": 3}', ""])}},
    "a deep header": {"__metadata__": {FORMAT: json.dumps(["[" * 100_000, ""])}},
    "a tensor of 10^18 bytes": {
        "__metadata__": {FORMAT: json.dumps(["{}", ""])},
        "a": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 4 * 10**18]},
    },
    "a type that numpy lacks": {
        "__metadata__": {FORMAT: json.dumps(["{}", ""])},
        "a": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]},
    },
    "a type of half a byte": {
        "__metadata__": {FORMAT: json.dumps(["{}", ""])},
        "a": {"dtype": "F4", "shape": [8], "data_offsets": [0, 4]},
    },
    "negative offsets": {
        "__metadata__": {FORMAT: json.dumps(["{}", ""])},
        "a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]},
    },
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_forged_header_is_refused(name: str) -> None:
    text = json.dumps(HEADERS[name]).encode()
    content = len(text).to_bytes(8, "little") + text + bytes(4)
    with pytest.raises(CorruptFileError, match="a checkpoint"):
        from_bytes(content)
    with pytest.raises(CorruptFileError, match="a checkpoint"):
        read_meta(content)


@pytest.mark.parametrize("length", [0, 2**40, 10**18, 2**64 - 1])
def test_a_forged_length_of_the_header_takes_no_memory(length: int) -> None:
    with pytest.raises(CorruptFileError, match="a checkpoint must begin with its header"):
        from_bytes(length.to_bytes(8, "little") + CONTENTS[0][8:])
