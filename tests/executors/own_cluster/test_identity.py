"""A process is its pid and its start: no other one is taken for it, or ended in its place."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from signal import Signals

from gansearch.executors.own_cluster.identity import Identity, family, identity, is_alive, send

CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '600']); print('up', flush=True); sys.stdin.read()"


def of(pid: int) -> Identity:
    found = identity(pid)
    assert found is not None
    return found


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


@contextmanager
def parent_and_child() -> Iterator[tuple[subprocess.Popen[bytes], Identity]]:
    """A process that leads a session, and its child in it."""
    program = [sys.executable, "-S", "-E", "-c", CHILD]
    with subprocess.Popen(program, stdin=-1, stdout=-1, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (child,) = family([of(process.pid)]) - {of(process.pid)}
        try:
            yield process, child
        finally:
            process.kill()
            send(child, Signals.SIGKILL)


def test_a_process_is_found_by_its_pid_and_its_start() -> None:
    own = of(os.getpid())

    assert is_alive(own)
    assert not is_alive(replace(own, started=own.started - 1))


def test_a_process_that_has_ended_has_none() -> None:
    with subprocess.Popen(["true"]) as process:
        started = identity(process.pid)  # before it is waited for it may have ended already
        assert until(lambda: identity(process.pid) is None)

    assert started is None or not is_alive(started)


def test_a_pid_that_was_given_anew_gets_no_signal() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        found = of(process.pid)

        send(replace(found, started=found.started - 1), Signals.SIGKILL)
        time.sleep(0.05)
        survived = process.poll() is None
        send(found, Signals.SIGKILL)

        assert survived
        assert process.wait(10) == -Signals.SIGKILL


def test_a_signal_to_nobody_is_quiet() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        found = of(process.pid)
        process.kill()
        process.wait(10)

        send(found, Signals.SIGTERM)


def test_a_family_has_the_children_whose_parent_has_died() -> None:
    with parent_and_child() as (process, child):
        parent = of(process.pid)
        assert family([parent]) == {parent, child}

        process.kill()
        process.wait(10)

        assert family([parent, child]) == {child}
        assert family([parent]) == set()  # nobody known is left who could tell whose session it is


def test_a_family_holds_no_stranger() -> None:
    with parent_and_child() as (process, _):
        parent = of(process.pid)

        assert family([replace(parent, started=parent.started - 1)]) == set()
        assert of(os.getpid()) not in family([parent])
