from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.errors import CorruptFileError
from gansearch.storage import Storage
from gansearch.study.confirms import (
    ConfirmedArm,
    Confirms,
    announce,
    beside,
    confirmations,
    read_confirms,
    to_bytes,
)

LINK = Confirms("digits", "id-1", 40, None, (ConfirmedArm("digits/trial-3", 3, 12.5, 1),))


@pytest.fixture
def search(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "digits")


def confirm(search: Storage, name: str, content: bytes, *, is_made: bool = True) -> None:
    """Play a study that confirms; until it is made there is no space."""
    announce(search, name)
    storage = beside(search, name)
    storage.write("confirms.json", content)
    if is_made:
        storage.write("space.yaml", b"name: x")


def test_a_link_reads_back_as_itself(search: Storage) -> None:
    assert read_confirms(search) is None
    search.write("confirms.json", to_bytes(LINK))
    assert read_confirms(search) == LINK


def test_a_damaged_link_is_told(search: Storage) -> None:
    search.write("confirms.json", b'{"version": 1, "study": "digits"}')
    with pytest.raises(CorruptFileError, match=r"digits/confirms.json is damaged: KeyError\('arms'\)"):
        read_confirms(search)


def test_a_confirmation_counts_once_it_is_made_and_while_the_search_is_the_same(search: Storage) -> None:
    assert confirmations(search, "id-1") == ()
    confirm(search, "digits-confirmed", to_bytes(LINK))
    confirm(search, "again", to_bytes(LINK))
    confirm(search, "failed", to_bytes(LINK), is_made=False)
    announce(search, "removed")
    assert confirmations(search, "id-1") == ("again", "digits-confirmed")
    assert confirmations(search, "id-2") == ()


def test_studies_lie_beside_each_other(search: Storage) -> None:
    assert beside(search, "other").url == search.url.replace("digits", "other")
    assert beside(Storage("memory://studies/digits"), "other").url == "memory://studies/other"
