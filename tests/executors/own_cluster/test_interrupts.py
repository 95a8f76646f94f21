"""Ctrl-C waits for the end of what must not be left half done."""

from __future__ import annotations

import signal
import threading

import pytest

from gansearch.executors.own_cluster.interrupts import uninterrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_comes_at_the_end_of_the_block(number: signal.Signals) -> None:
    done: list[str] = []
    before = signal.getsignal(number)

    @uninterrupted()
    def work() -> None:
        signal.raise_signal(number)
        done.append("all of it")

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        work()

    assert done == ["all of it"]
    assert signal.getsignal(number) is before


def test_nothing_comes_where_nobody_interrupts() -> None:
    before = signal.getsignal(signal.SIGINT)

    with uninterrupted():
        assert signal.getsignal(signal.SIGINT) is not before

    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_leaves_the_handlers_alone() -> None:
    seen: list[object] = []

    def run() -> None:
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert seen == [signal.getsignal(signal.SIGINT)]
