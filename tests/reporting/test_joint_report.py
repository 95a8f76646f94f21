"""The page of several stored studies."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.errors import ReportError, StudyNotFoundError
from gansearch.reporting.joint_report import write_joint_report
from gansearch.space import SearchSpace
from gansearch.storage.place import study_storage
from gansearch.study import Study


@pytest.fixture
def two(space: SearchSpace, gansearch_home: Path) -> Path:
    """Two studies of which no run has begun; the folder of the home."""
    for name in ("first", "second"):
        Study.create(space, name=name, storage=study_storage(name), seed=3).close()
    return gansearch_home


def test_it_lies_in_a_folder_of_its_own(two: Path, tmp_path: Path) -> None:
    files = write_joint_report(["first", "second"], tmp_path / "both")
    assert files.markdown.read_text().startswith("# Findings of the studies first, second\n")
    assert "nothing to report yet" in files.html.read_text()
    assert not (two / "studies" / "first" / "report").exists()


@pytest.mark.parametrize("names", [["first", "first"], ["first"]])
def test_a_study_named_twice_or_alone_is_refused(two: Path, tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(ReportError, match="must name two or more, each once; got first"):
        write_joint_report(names, tmp_path / "both")
    assert not (tmp_path / "both").exists()


def test_a_study_that_is_not_there(two: Path, tmp_path: Path) -> None:
    with pytest.raises(StudyNotFoundError, match="there is no study 'third'"):
        write_joint_report(["first", "third"], tmp_path / "both")
