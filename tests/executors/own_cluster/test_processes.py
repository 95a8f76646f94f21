"""Parts are started, waited for and ended; an error shows what the part said last."""

from __future__ import annotations

import time
from dataclasses import replace
from signal import Signals

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.identity import is_alive, send
from gansearch.executors.own_cluster.processes import Command, end, members, start, wait
from tests.executors.own_cluster.conftest import MakeCommand

PARENT = """
import socket, subprocess, sys, time
subprocess.Popen(["sleep", "600"])
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(600)
"""


def test_a_part_answers_until_it_is_ended(command: MakeCommand) -> None:
    part = start(command("head"))
    wait(part, part.answers, 10)

    assert part.answers()
    assert end([part], 10) == 0
    assert not is_alive(part.process)
    assert end([part], 10) == 0


def test_one_that_does_not_end_when_asked_is_killed(command: MakeCommand) -> None:
    stubborn, obedient = start(command("head", stubborn=True)), start(command("worker-1"))
    for part in (stubborn, obedient):
        wait(part, part.answers, 10)

    assert end([stubborn, obedient], 0.3) == 1
    assert not is_alive(stubborn.process)


def test_what_a_dead_part_has_left_is_ended(command: MakeCommand) -> None:
    part = start(command("head", PARENT))
    wait(part, part.answers, 10)
    part = replace(part, members=members(part))
    send(part.process, Signals.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(part.process) and time.monotonic() < deadline:
        time.sleep(0.02)
    (child,) = part.members
    assert is_alive(child)

    assert end([part], 10) == 0
    assert not is_alive(child)


def test_a_process_under_a_pid_given_anew_is_left_alone(command: MakeCommand) -> None:
    part = start(command("head"))
    another = replace(part, process=replace(part.process, started=part.process.started - 1))

    assert end([another], 0.1) == 0
    survived = is_alive(part.process)
    end([part], 10)

    assert survived


def test_an_end_before_the_answer_shows_the_log(command: MakeCommand) -> None:
    failing = command("mlflow", "import sys, time; print('no room', flush=True); time.sleep(0.2); sys.exit(3)")
    part = start(failing)

    with pytest.raises(ExecutorError, match=r"mlflow ended before it answered(.|\n)*mlflow\.log:\n  no room$"):
        wait(part, lambda: False, 10)
    end([part], 1)


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(command: MakeCommand) -> None:
    part = start(command("mlflow", "import time; time.sleep(600)"))

    with pytest.raises(ExecutorError, match=r"mlflow has not answered within 0\.1 s(.|\n)*\(nothing\)$"):
        wait(part, lambda: False, 0.1)
    end([part], 10)


def test_a_program_that_is_not_there_cannot_be_started(command: MakeCommand) -> None:
    absent: Command = replace(command("postgres"), arguments=["/no/such/program"])

    with pytest.raises(ExecutorError, match=r"postgres cannot be started: .*No such file"):
        start(absent)
