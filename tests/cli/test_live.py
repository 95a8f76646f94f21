"""A live table on a terminal, plain lines when piped."""

from __future__ import annotations

import io
import os
import pty
import select
from collections.abc import Callable

from rich.console import Console

from gansearch.cli._live import Lines, LiveTable, shown, table
from gansearch.cli._progress import progress
from gansearch.records import End
from gansearch.study import Study

Studies = Callable[..., Study]


def test_a_pipe_gets_one_line_a_trial_that_ends(studies: Studies) -> None:
    stream = io.StringIO()
    with studies("rings", [End.COMPLETED]) as study, shown(stream) as display:
        assert isinstance(display, Lines)
        display.watch(study.status())
        display.watch(study.status())
        assignment = study.ask()
        assert assignment is not None
        display.watch(study.status())
        display.say("a sentence")

    first, second = stream.getvalue().splitlines()
    assert first.startswith("1 of 4 trials ended, 0 running; best frechet_distance 3 (rings-0); 1 completed; ")
    assert second == "a sentence"


def test_a_pipe_gets_a_line_when_it_is_time(studies: Studies) -> None:
    stream = io.StringIO()
    with studies("rings") as study:
        lines = Lines(stream, every_s=0.0)
        for _ in range(3):
            lines.watch(study.status())

    assert stream.getvalue().count("0 of 4 trials ended") == 3


def everything(leader: int) -> str:
    """What has been drawn: a terminal hands it out in portions."""
    portions: list[bytes] = []
    while select.select([leader], [], [], 0.5)[0]:
        portions.append(os.read(leader, 65536))
    return b"".join(portions).decode()


def test_a_terminal_gets_a_table(studies: Studies) -> None:
    leader, follower = pty.openpty()
    with studies("rings", [End.COMPLETED]) as study, os.fdopen(follower, "w", encoding="utf-8") as terminal:
        with shown(terminal) as display:
            assert isinstance(display, LiveTable)
            display.watch(study.status())
            display.say("a sentence [with brackets]")
        terminal.flush()
        drawn = everything(leader)
    os.close(leader)

    assert "a sentence [with brackets]" in drawn
    assert "1 of 4 trials ended" in drawn
    assert "\x1b[" in drawn


def test_the_table_has_a_row_for_each_thing(studies: Studies) -> None:
    with studies("rings", [End.COMPLETED, End.COLLAPSED]) as study:
        console = Console(file=io.StringIO(), width=100)
        console.print(table(progress(study.status())))

    assert isinstance(console.file, io.StringIO)
    words = [line.split()[0] for line in console.file.getvalue().splitlines()]
    assert words == ["rings", "trials", "best", "ends", "time"]
