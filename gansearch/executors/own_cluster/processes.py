"""Starts a part in a session of its own, waits until it answers, and ends parts with all that they started."""

from __future__ import annotations

import pwd
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.identity import Identity, family, identity, is_alive, send
from gansearch.executors.own_cluster.state import Part

_POLL_S = 0.2
_REAP_S = 5.0
_TAIL_LINES = 15
_started: list[subprocess.Popen[bytes]] = []
"""Kept, since they go on after this process, of which Python would warn."""


@dataclass(frozen=True)
class Command:
    """What is run as a part."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    port: int
    end_signal: Signals = Signals.SIGTERM
    account: str | None = None
    """Under which it runs; None for this process's own."""


def start(command: Command) -> Part:
    """Start it; its output goes to the end of its log.

    Raises:
        ExecutorError: where there is no such program, or it ends at once.
    """
    with command.log.open("ab") as log:
        try:
            process = subprocess.Popen(
                command.arguments,
                env=dict(command.environment),
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **account_arguments(command.account),
            )
        except OSError as error:
            raise ExecutorError(f"{command.name} cannot be started: {error}") from error
    _started.append(process)
    started = identity(process.pid)
    if started is None:
        raise not_come_up(command.name, command.log, "ended at once")
    return Part(command.name, started, command.port, str(command.log), int(command.end_signal))


def account_arguments(account: str | None) -> dict[str, Any]:
    """What ``subprocess`` takes to run something under ``account``, with none of this process's groups.

    Raises:
        KeyError: where there is no such account.
    """
    return {} if account is None else {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}


def wait(part: Part, answers: Callable[[], bool], limit_s: float) -> None:
    """Wait until ``answers`` says so.

    Raises:
        ExecutorError: where its process ends first, or ``limit_s`` seconds have passed; with the log's last lines.
    """
    deadline = time.monotonic() + limit_s
    while not answers():
        if not is_alive(part.process):
            raise not_come_up(part.name, Path(part.log), "ended before it answered")
        if time.monotonic() > deadline:
            raise not_come_up(part.name, Path(part.log), f"has not answered within {limit_s:g} s")
        time.sleep(_POLL_S)


def not_come_up(name: str, log: Path, what: str) -> ExecutorError:
    """The error that says what a part did, and what it said last."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:] if log.exists() else []
    said = "".join(f"\n  {line}" for line in lines) or "\n  (nothing)"
    return ExecutorError(f"{name} {what}; what had been started was ended again. The end of {log}:{said}")


def members(part: Part) -> tuple[Identity, ...]:
    """Who runs because of ``part``, beside its own process."""
    return tuple(sorted(family(part.identities) - {part.process}))


def end(parts: Iterable[Part], grace_s: float) -> int:
    """End ``parts``, all at once, with everything that they started; quiet where they have ended already.

    Each is asked first; where its process has died, what it has left is asked. Who is left after the grace is killed.

    Args:
        parts: what to end.
        grace_s: how long they may take to end in order, seconds.

    Returns:
        How many processes had to be killed.
    """
    parts = list(parts)
    seen = family(known for part in parts for known in part.identities)
    for part in parts:
        asked = [part.process] if is_alive(part.process) else family(part.members)
        for process in asked:
            send(process, Signals(part.end_signal))
    left = _wait_for_end(seen, grace_s)
    for process in left:
        send(process, Signals.SIGKILL)
    _wait_for_end(left, grace_s)
    _reap()
    return len(left)


def _wait_for_end(seen: set[Identity], limit_s: float) -> set[Identity]:
    """Wait for everybody in ``seen`` and whoever they start meanwhile; who is left."""
    deadline = time.monotonic() + limit_s
    while seen := {each for each in seen | family(seen) if is_alive(each)}:
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_S)
    return seen


def _reap() -> None:
    """Let the system forget those of this process's children that have ended; where threads of one still go, wait."""
    for process in _started:
        if identity(process.pid) is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_REAP_S)
    _started[:] = [process for process in _started if process.poll() is None]
