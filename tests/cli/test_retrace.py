"""``gansearch retrace``: a search's calls once more, as they were and altered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gansearch.records import End
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study
from gansearch.study.call_log import FOLDER, CallLog

Run = Callable[..., Any]
Studies = Callable[..., Study]


def test_the_same_suggestions_come_again(run: Run, studies: Studies) -> None:
    with studies("rings", [End.COMPLETED, End.COLLAPSED]):
        pass
    said = run("retrace", "rings")
    assert said.status == 0, said.err
    assert said.out == "6 logged calls of rings gone through: every suggestion and decision is the same\n"
    plain = json.loads(run("retrace", "rings", "--json").out)
    assert plain == {"study": "rings", "calls": 6, "is_same": True, "difference": None, "left": None}


def test_the_first_call_that_differs_is_named(run: Run, studies: Studies) -> None:
    with studies("rings") as study:
        given = [study.ask(), study.ask()]
        storage = study.storage
    for path in storage.list(FOLDER):
        storage.delete(path)
    altered = CallLog(storage)
    altered.opened(0)
    for index, each in enumerate(given):
        assert each is not None
        altered.asked(replace(each, parameters={"generator.init": "elsewhere"}) if index else each)
    altered.close()

    said = run("retrace", "rings")
    assert said.status == 1
    assert said.out.startswith(
        "the logged calls of rings come out otherwise from call 3 (ask): the log has ('rings-1', 0, {'generator.init': "
        "'elsewhere'}), the replay ('rings-1', 0, {"
    )
    assert json.loads(run("retrace", "rings", "--json").out)["difference"]["call"] == 3


def test_a_study_without_its_first_calls_is_refused(run: Run, studies: Studies) -> None:
    with studies("rings"):
        pass
    storage = Storage(study_dir("rings"))
    for path in storage.list(FOLDER):
        storage.delete(path)
    said = run("retrace", "rings")
    assert said.status == 1
    assert "the calls of 'rings' must be logged from its beginning to be replayed" in said.err


def test_a_study_that_is_not_there_is_named(run: Run, gansearch_home: Path) -> None:
    said = run("retrace", "nothing")
    assert said.status == 1
    assert "'nothing'" in said.err
    assert "Traceback" not in said.err
