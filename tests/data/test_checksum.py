from __future__ import annotations

import hashlib

import torch

from gansearch.data import Samples, checksum

VALUES = torch.arange(6, dtype=torch.uint8).reshape(2, 3)
LABELS = torch.tensor([0, 1])


def test_it_is_the_sha_256_of_shapes_types_and_content() -> None:
    content = b"(2, 3) torch.uint8\n" + bytes(range(6)) + b"(2,) torch.int64\n" + bytes(8) + b"\x01" + bytes(7)
    assert checksum(Samples(VALUES, LABELS)) == hashlib.sha256(content).hexdigest()[:12]


def test_value_label_shape_and_type_all_count() -> None:
    found = {
        checksum(samples)
        for samples in (
            Samples(VALUES, LABELS),
            Samples(VALUES + 1, LABELS),
            Samples(VALUES, LABELS + 1),
            Samples(VALUES.reshape(2, 3, 1), LABELS),
            Samples(VALUES.float(), LABELS),
        )
    }
    assert len(found) == 5


def test_memory_layout_does_not_count() -> None:
    assert checksum(Samples(VALUES.T.contiguous().T, LABELS)) == checksum(Samples(VALUES, LABELS))
