"""Errors that a user can mend are sentences; all others keep their traceback."""

from __future__ import annotations

import pytest

from gansearch.cli._errors import without_traceback
from gansearch.errors import DataError, GansearchError, SpaceError, SpaceProblem


def status_of(error: BaseException) -> int | str | None:
    with pytest.raises(SystemExit, match=r"^\d+$") as ended, without_traceback():
        raise error
    return ended.value.code


def test_a_mendable_error_is_a_message_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(DataError("the file is damaged")) == 1
    assert capsys.readouterr().err == "error: the file is damaged\n"


def test_a_space_shows_all_its_problems_and_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [SpaceProblem("a.yaml", line, "key", "must be above 0", "-1") for line in (7, 3)]

    assert status_of(SpaceError(problems)) == 1
    assert capsys.readouterr().err.splitlines() == [
        "a.yaml:3: key: must be above 0; got -1",
        "a.yaml:7: key: must be above 0; got -1",
        "2 problems; nothing was started",
    ]


def test_ctrl_c_is_status_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError, match="a bug"), without_traceback():
        raise ZeroDivisionError("a bug")


def test_every_error_of_the_package_is_mendable() -> None:
    def below(cls: type[GansearchError]) -> set[type[GansearchError]]:
        return {cls}.union(*(below(child) for child in cls.__subclasses__()))

    for cls in below(GansearchError) - {SpaceError}:
        assert status_of(cls("what is wrong")) == 1
