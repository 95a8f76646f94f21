import json
import math

import numpy as np
import pytest

from gansearch.curves.record import Record, from_line, to_line


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<i8", "|u1", "<f2"])
def test_arrays_are_exact_to_the_bit(dtype: str) -> None:
    array = (np.random.default_rng(0).standard_normal((3, 5)) * 100).astype(dtype)
    read = from_line(to_line(Record("signals", 2, {"deep": {"values": array}})), 2)
    back = read.payload["deep"]["values"]
    assert back.dtype == array.dtype.newbyteorder("=")
    assert back.shape == array.shape
    assert back.astype(array.dtype).tobytes() == array.tobytes()


def test_non_finite_values_survive_with_their_bits() -> None:
    bits = np.array([0x7FC00000, 0x7FC0ABCD, 0x7F800000, 0xFF800000, 0x80000000, 1], dtype=np.uint32)
    read = from_line(to_line(Record("signals", 0, {"values": bits.view(np.float32), "scalar": math.nan})), 0)
    assert read.payload["values"].view(np.uint32).tolist() == bits.tolist()
    assert math.isnan(read.payload["scalar"])


def test_an_empty_array_keeps_its_type() -> None:
    read = from_line(to_line(Record("signals", 0, {"values": np.zeros(0, dtype=np.float32)})), 0)
    assert read.payload["values"].dtype == np.float32
    assert read.payload["values"].shape == (0,)


def test_scalars_survive() -> None:
    payload = {"a": None, "b": True, "c": 0.1, "d": "é\n", "e": [1, 2], "f": np.float64(0.1), "g": (1, 2)}
    read = from_line(to_line(Record("attempt", 0, payload, time=12.5)), 0)
    assert read.time == 12.5
    assert read.payload == {"a": None, "b": True, "c": 0.1, "d": "é\n", "e": [1, 2], "f": 0.1, "g": [1, 2]}


def test_a_record_is_one_line() -> None:
    line = to_line(Record("attempt", 0, {"text": "two\nlines"}))
    assert line.count(b"\n") == 1
    assert json.loads(line)["kind"] == "attempt"


@pytest.mark.parametrize("line", [b"{}", b"not json", b'{"kind": "x"}', b"[1]"])
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"record|Expecting"):
        from_line(line, 0)
