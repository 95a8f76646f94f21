"""Several processes at once: how much they train together in the same window of time."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final

import torch

from benchmarks.cases import Case
from benchmarks.sides import Setting, ours, plain

START_UP_S: Final = 180.0
"""Longest time that a process may take to be ready."""

ENDED: Final = "a process ended before it answered; what it printed says why"


@dataclass(frozen=True)
class Job:
    """What one process trains, again and again."""

    case: Case
    steps: int
    """Steps of an epoch."""
    lanes: int | None
    """Of a pack of ours; None for the plain loop."""
    setting: Setting

    def epoch(self) -> tuple[Callable[[], object], int]:
        """Trains an epoch, and the lane-steps that it has."""
        if self.lanes is None:
            return plain(self.case, self.steps, self.setting), self.steps
        return ours(self.case, self.steps, self.lanes, self.setting).train_epoch, self.steps * self.lanes


class WorkerError(Exception):
    """A process has ended, hangs, or cannot train its job."""


class Workers:
    """``count`` processes on one thread each, which train what they are told to; left, they are ended.

    Raises:
        WorkerError: on entry, where one of them is not there in time.
    """

    def __init__(self, count: int, start_up_s: float = START_UP_S) -> None:
        spawning = multiprocessing.get_context("spawn")
        pipes = [spawning.Pipe() for _ in range(count)]
        self._pipes = [ours for ours, _ in pipes]
        self._ends = [theirs for _, theirs in pipes]
        self._processes = [spawning.Process(target=_work, args=(theirs,), daemon=True) for theirs in self._ends]
        self._start_up_s = start_up_s

    def __enter__(self) -> Workers:
        for process in self._processes:
            process.start()
        for end in self._ends:
            end.close()  # else a worker that has died would never be noticed
        try:
            self._answers(self._pipes, self._start_up_s)
        except WorkerError:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def rate(self, job: Job, seconds: float, count: int | None = None) -> float:
        """Lane-steps per second of ``count`` of them (by default all) together, while they all train for ``seconds``.

        Raises:
            WorkerError: where one of them cannot train it, ends, or hangs.
        """
        pipes = self._pipes[:count]
        for window_s in (0.0, seconds):  # first each gets ready, so that all begin at the same time
            try:
                for pipe in pipes:
                    pipe.send((job, window_s))
            except BrokenPipeError:
                raise WorkerError(ENDED) from None
            rates = self._answers(pipes, window_s + START_UP_S)
        return sum(rates)

    def _answers(self, pipes: Sequence[Connection], timeout_s: float) -> list[float]:
        until = time.monotonic() + timeout_s
        answers: list[float | str] = []
        for pipe in pipes:
            if not pipe.poll(max(0.0, until - time.monotonic())):
                raise WorkerError(f"a process did not answer within {timeout_s:.0f} s")
            try:
                answers.append(pipe.recv())
            except (EOFError, ConnectionResetError):
                raise WorkerError(ENDED) from None
        for answer in answers:
            if isinstance(answer, str):
                raise WorkerError(answer)
        return [rate for rate in answers if not isinstance(rate, str)]

    def _end(self) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.join()


def _work(pipe: Connection) -> None:
    """Say 0 when here; then train what is received, and say the rate or what went wrong, until nobody listens."""
    torch.set_num_threads(1)
    epochs: dict[Job, tuple[Callable[[], object], int]] = {}
    pipe.send(0.0)
    while True:
        try:
            job, seconds = pipe.recv()
        except EOFError:
            return
        try:
            if job not in epochs:
                epochs[job] = job.epoch()
                epochs[job][0]()  # what is only done once is no part of the rate
            pipe.send(_rate(*epochs[job], job.setting, seconds))
        except (RuntimeError, ValueError) as error:  # out of memory is one of them
            pipe.send(f"{type(error).__name__}: {error}")


def _rate(epoch: Callable[[], object], lane_steps: int, setting: Setting, seconds: float) -> float:
    """Lane-steps per second over whole epochs, until ``seconds`` have passed; 0 where they are 0."""
    setting.settle()
    started, done = time.perf_counter(), 0
    while time.perf_counter() < started + seconds:
        epoch()
        setting.settle()
        done += lane_steps
    return done / (time.perf_counter() - started)
