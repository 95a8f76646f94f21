"""Signals as a script reports them, now and then, turned into one number for every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gansearch.errors import ScriptError
from gansearch.plugins import did_you_mean
from gansearch.trial.own_loop.arguments import number

FULL: Final = 100
"""Reports that are kept before they are passed on."""


@dataclass(frozen=True, eq=False)
class Block:
    """Signals of steps that follow each other."""

    first_step: int
    """Steps done before the first value."""
    names: tuple[str, ...]
    values: NDArray[np.float32]
    """[signals, steps]"""

    @property
    def last_step(self) -> int:
        """Steps done after the last value."""
        return self.first_step + int(self.values.shape[1])

    def cut(self, every: int) -> Iterator[Block]:
        """Parts that end where ``every`` divides the steps done, and the rest; itself where ``every`` is 0."""
        at = self.first_step
        while at < self.last_step:
            stop = self.last_step if every == 0 else min(self.last_step, (at // every + 1) * every)
            yield Block(at, self.names, self.values[:, at - self.first_step : stop - self.first_step])
            at = stop


class SignalBuffer:
    """Keeps reports until they are taken.

    Args:
        step: steps done before the first report.
        last: the last value of every signal, where a resumed trial has some; their names are then known.
    """

    def __init__(self, step: int, last: Mapping[str, float]) -> None:
        self.step = step
        self._taken = step
        self._last: dict[str, Any] = dict(last)
        self._rows: list[tuple[int, dict[str, Any]]] = []

    def add(self, step: int, signals: Mapping[str, Any]) -> None:
        """Take a report: its values stand for all steps since the one before.

        Raises:
            ScriptError: where the step goes backwards, or signals are named that the first report did not have.
        """
        if step < self.step:
            raise ScriptError(f"step must not go backwards; got {step} after {self.step}")
        if not self._last and not signals:
            raise ScriptError("signals must hold at least one number in the first report, as d_loss; got none")
        unknown = [name for name in signals if name not in self._last] if self._last else []
        if unknown:
            near = did_you_mean(unknown[0], self._last)
            raise ScriptError(
                f"signals must be those of the first report, {', '.join(self._last)}; got {unknown[0]!r}{near}"
            )
        self._last |= {name: _kept(value) for name, value in signals.items()}
        if step > self.step:
            self._rows.append((step, dict(self._last)))
            self.step = step

    @property
    def is_full(self) -> bool:
        """Whether it is time to take what is there."""
        return len(self._rows) >= FULL

    def take(self) -> Block | None:
        """Everything since the last call; None where no step has been done."""
        if not self._rows:
            return None
        names = tuple(self._last)
        values = _numbers([row[name] for _, row in self._rows for name in names])
        ends = [self._taken, *(step for step, _ in self._rows)]
        table = np.asarray(values, dtype=np.float32).reshape(len(self._rows), len(names)).T
        block = Block(self._taken, names, np.repeat(table, np.diff(ends), axis=1))
        self._taken = self.step
        self._rows.clear()
        return block


def _kept(value: Any) -> Any:
    """The number; what lies on a GPU stays there as a copy, so that nothing waits for it."""
    if isinstance(value, Tensor) and value.device.type != "cpu":
        return value.detach().to(torch.float32, copy=True).reshape(())
    return number(value)


def _numbers(values: list[Any]) -> list[float]:
    """All of them, fetched from a GPU at once."""
    places = [index for index, value in enumerate(values) if isinstance(value, Tensor)]
    if places:
        fetched = torch.stack([values[index] for index in places]).tolist()
        for index, value in zip(places, fetched, strict=True):
            values[index] = value
    return values
