from __future__ import annotations

from dataclasses import replace

from gansearch.data import Data
from gansearch.executors.data_sentences import data_sentences
from gansearch.testing.data import random_points


def test_images(tiny_data: Data) -> None:
    assert data_sentences(tiny_data) == [
        "data: 64 + 32 images of 1 x 8 x 8, less than 1 MB, once on a node, shared by all of its trials"
    ]


def test_points_that_are_mapped_with_a_note() -> None:
    data = replace(random_points(1_000_000), is_mapped=True, notes=("3 points were left out",))
    assert data_sentences(data) == [
        "data: 1,000,000 points of 2 coordinates, 16 MB, mapped into memory from a file",
        "3 points were left out",
    ]
