"""Thins a trial's training signals to about 200 points each: the means of windows of equal width.

A trial of 100 epochs makes 47,000 numbers per signal; MLflow keeps every one as a row. The whole signal stays in the
trial's curve. The width follows from the epochs planned and the steps of the first batch of signals (one epoch).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

POINTS = 200


class Thinner:
    """Window means of one trial's signals, made as they come.

    Args:
        epochs: epochs that the trial is planned to train.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = max(1, epochs)
        self._width = 0
        self._next = 0
        self._window = -1
        self._count = 0
        self._sums: dict[str, float] = {}

    def add(
        self, first_step: int, names: Sequence[str], values: NDArray[np.float32]
    ) -> list[tuple[int, dict[str, float]]]:
        """Take the signals of the steps ``first_step, first_step + 1, ...``; the windows that they finish.

        Args:
            first_step: generator updates done before the first of them. Steps seen before are left out.
            names: the signals.
            values: one row per signal, [S, steps].

        Returns:
            For each finished window its last step (generator updates done) and the mean of every signal.
        """
        steps = values.shape[1]
        if self._width == 0 and steps:
            self._width = max(1, math.ceil(self._epochs * steps / POINTS))
        seen = max(0, self._next - first_step)
        if seen >= steps:
            return []
        self._next = first_step + steps
        done: list[tuple[int, dict[str, float]]] = []
        for window, part in self._split(first_step + seen, values[:, seen:].astype(np.float64)):
            if window != self._window:
                self._open(window)
            for name, row in zip(names, part, strict=True):
                self._sums[name] = self._sums.get(name, 0.0) + float(row.sum())
            self._count += part.shape[1]
            if self._next_of(window) <= self._next:
                done.append((self._next_of(window), self._means()))
        return done

    def rest(self) -> list[tuple[int, dict[str, float]]]:
        """The unfinished window at the end of the trial, or nothing."""
        if self._window < 0 or self._count == 0 or self._next_of(self._window) <= self._next:
            return []
        return [(self._next, self._means())]

    def _split(self, first: int, values: NDArray[np.float64]) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """The columns, cut where one window ends and the next begins."""
        start = 0
        while start < values.shape[1]:
            window = (first + start) // self._width
            stop = min(values.shape[1], self._next_of(window) - first)
            yield window, values[:, start:stop]
            start = stop

    def _next_of(self, window: int) -> int:
        return (window + 1) * self._width

    def _open(self, window: int) -> None:
        self._window, self._count, self._sums = window, 0, {}

    def _means(self) -> dict[str, float]:
        return {name: total / self._count for name, total in self._sums.items()}
