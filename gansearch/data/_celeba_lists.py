"""Reads CelebA's lists of splits and of attributes, as they are published. Source: Liu et al. 2015, arXiv:1411.7766."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gansearch.data._known_file import check_file

PARTITION: Final = "list_eval_partition.txt"
ATTRIBUTE_LIST: Final = "list_attr_celeba.txt"
TRAINING, VALIDATION, TEST = 0, 1, 2
"""Numbers of the splits in the list."""


def read_partition(path: Path, md5: str, what_to_do: str) -> dict[str, int]:
    """The split of each picture, by its name: rows of ``000001.jpg 0``.

    Args:
        path: of ``list_eval_partition.txt``.
        md5: of the file.
        what_to_do: the end of an error.

    Raises:
        DataError: where the file is missing or another.
    """
    check_file(path, md5, what_to_do)
    rows = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {name: int(split) for name, split in rows}


def read_attribute(path: Path, md5: str, attribute: str, what_to_do: str) -> Mapping[str, int]:
    """Whether each picture, by its name, has an attribute: 1 or 0.

    Args:
        path: of ``list_attr_celeba.txt``: the number of pictures, the names of the attributes, and a row a picture of
            its name and 1 or -1 for each.
        md5: of the file.
        attribute: its name in the list.
        what_to_do: the end of an error.

    Raises:
        DataError: where the file is missing or another.
    """
    check_file(path, md5, what_to_do)
    _, header, *rows = path.read_text(encoding="ascii").splitlines()
    column = 1 + header.split().index(attribute)
    columns = (row.split() for row in rows)
    return {each[0]: int(each[column] == "1") for each in columns}
