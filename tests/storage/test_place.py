"""Where studies lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.errors import StorageError, StudyError
from gansearch.storage.place import VARIABLE, studies_storage, study_storage


def test_studies_lie_in_the_home_folder(gansearch_home: Path) -> None:
    assert studies_storage().url == str(gansearch_home / "studies")
    assert study_storage("digits").url == str(gansearch_home / "studies" / "digits")


def test_or_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "memory://everybody/")
    study_storage("digits").write("space.yaml", b"name: digits")
    assert studies_storage().folders() == ["digits"]
    assert study_storage("digits").url == "memory://everybody/digits"


@pytest.mark.parametrize("name", ["../secrets", "/etc", "a/b", "", ".hidden", "x" * 101])
def test_no_name_leads_out_of_it(name: str) -> None:
    with pytest.raises(StudyError, match="a study's name must have at most 100 letters, digits"):
        study_storage(name)


def test_a_scheme_that_nothing_serves_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "gopher://host/studies")
    with pytest.raises(StorageError, match="the storage gopher://host/studies cannot be used"):
        studies_storage()
