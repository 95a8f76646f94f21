from __future__ import annotations

import sys
import threading

import pytest

from gansearch.trial.own_loop.script_log import HEAD, TAIL, ScriptLog, logged


def test_short_output_is_kept_whole() -> None:
    log = ScriptLog("before\n")
    log.write("one\n")
    assert log.text() == "before\none\n"


def test_of_long_output_the_beginning_and_the_end_are_kept() -> None:
    log = ScriptLog()
    for _ in range(1000):
        log.write("x" * 1000)
    log.write("the end")
    text = log.text()
    assert len(text) < HEAD + TAIL + 100
    assert text.startswith("xxx")
    assert text.endswith("xxxthe end")
    assert "[600,007 characters left out]" in text


def test_one_threads_output_is_taken_and_others_print_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    log, inside = ScriptLog(), threading.Event()
    go_on = threading.Event()

    def script() -> None:
        with logged(log):
            inside.set()
            go_on.wait(10)
            sys.stdout.write("to the log\n")
            sys.stderr.write("this too\n")

    thread = threading.Thread(target=script)
    thread.start()
    assert inside.wait(10)
    sys.stdout.write("to the terminal\n")
    go_on.set()
    thread.join()
    assert log.text() == "to the log\nthis too\n"
    assert capsys.readouterr().out == "to the terminal\n"
