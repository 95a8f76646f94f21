from __future__ import annotations

import errno
import os
import re

import pytest

from gansearch.errors import StorageError
from gansearch.storage.disk_errors import CAUSES, storage_errors


@pytest.mark.parametrize("number", sorted(CAUSES))
def test_each_error_says_what_where_and_why(number: int) -> None:
    said = rf"^/x/y cannot be written: {re.escape(CAUSES[number])}$"
    with pytest.raises(StorageError, match=said) as caught, storage_errors("written", "/x/y"):
        raise OSError(number, os.strerror(number))
    assert isinstance(caught.value.__cause__, OSError)


def test_an_error_without_a_sentence_of_its_own_keeps_the_system_s() -> None:
    with pytest.raises(StorageError, match=r"f cannot be read: \[Errno \d+\] .+"), storage_errors("read", "f"):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


def test_an_error_without_any_word_is_named() -> None:
    with pytest.raises(StorageError, match="f cannot be read: TimeoutError"), storage_errors("read", "f"):
        raise TimeoutError
