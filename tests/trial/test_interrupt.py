from __future__ import annotations

import os
import signal
import threading

import pytest

from gansearch.trial.interrupt import Interrupt, interruptible


def test_the_first_signal_asks_and_the_second_ends() -> None:
    told: list[str] = []
    with interruptible(lambda: told.append("stopping")) as interrupt:
        asked = [interrupt.asked]
        os.kill(os.getpid(), signal.SIGINT)
        asked.append(interrupt.asked)
        assert (asked, told) == ([False, True], ["stopping"])
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            os.kill(os.getpid(), signal.SIGINT)


def test_sigterm_asks_too() -> None:
    with interruptible(lambda: None) as interrupt:
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupt.asked


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_nothing_is_caught() -> None:
    seen: list[Interrupt] = []

    def run() -> None:
        with interruptible(lambda: None) as interrupt:
            seen.append(interrupt)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert [interrupt.asked for interrupt in seen] == [False]
