"""How many lanes a pack should have: packs of 1, 2, 4, ... lanes of one configuration timed in turns on this machine.

Each size is timed in short rounds, one lane and the pack by turns, so that whatever else the machine does meets both.
The fastest round of each counts, since other work can only slow a round down.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import torch

from gansearch.data import Data, Samples
from gansearch.records import Setting
from gansearch.space.configuration import resolve
from gansearch.training import Configuration, Lane, Pack
from gansearch.trial.context import TrialContext
from gansearch.trial.device import check_device
from gansearch.trial.failure import is_out_of_memory, reason_of
from gansearch.trial.fitting import estimated_memory, fitting_lanes
from gansearch.trial.free_memory import free_memory
from gansearch.trial.lane_table import LEAST_GAIN, LaneRow, LaneTable, chosen_lanes, one_lane
from gansearch.trial.workbench import open_workbench

LIMIT_S: Final = {"cpu": 10.0, "cuda": 30.0}
"""Seconds after which nothing more is begun, by device: on CUDA recording a step takes long."""
ROUND_S: Final = 0.05
"""Seconds that a round of one lane is to last at least."""
ROUNDS: Final = 4
"""Rounds of each size."""
FIRST_S: Final = 0.5
"""Seconds that one lane is trained before its first round counts: a process is slow at first."""
WARM_UP: Final = {"cpu": 3, "cuda": 5}
"""Rounds before the first that counts, by device: after them steps of each kind are recorded, as they soon are in a
trial."""
RECORD_AFTER: Final = 2
"""Steps of one kind after which they are recorded: the first one also makes what all others find."""
MOST: Final = {"cpu": 32, "cuda": 256}
"""Lanes that are tried at most, by device."""
STILL_GAINS: Final = 1.03
"""What a doubling must gain over the best before, for a further one to be tried."""
FIRST_BOUND: Final = 4
"""Lanes from which on a size that gains nothing is the last: one lane has operations of its own, which two may not beat
yet."""

N = TypeVar("N", int, float)


def probe_lanes(settings: Mapping[str, Setting], context: TrialContext, *, most: int) -> LaneTable:
    """Time packs of the configuration with these settings; whatever it raises is a reason for packs of one lane.

    Args:
        settings: of the search space's default configuration.
        context: of the study.
        most: lanes that a pack may have at most, at least 1.
    """
    torch.set_num_threads(context.threads)
    started = time.monotonic()
    try:
        check_device(context.device)
        data = open_workbench(settings, context).data  # imports the plug-ins that the settings name
        configuration = resolve(settings)
        alone = configuration.one_lane_reason
        if alone is not None:
            return one_lane(alone, context.device)
        return _Probe(settings, configuration, data, context, started).run(most)
    except Exception as error:  # noqa: BLE001 - told with the table; the trials that it concerns fail for themselves
        why = f"the default configuration cannot be trained: {reason_of(error)}"
        return one_lane(why, context.device, seconds=time.monotonic() - started)


@dataclass
class _Round:
    """One size of pack, ready to be timed."""

    pack: Pack
    steps: int

    def seconds(self, device: torch.device) -> float:
        """Of one lane-step."""
        started = time.perf_counter()
        self.pack.train_epoch()  # reads the signals at its end, which waits for the device
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return (time.perf_counter() - started) / (self.steps * self.pack.count)


class _Probe:
    """One probe.

    Raises:
        Exception: what a configuration that cannot be trained raises.
    """

    def __init__(
        self,
        settings: Mapping[str, Setting],
        configuration: Configuration,
        data: Data,
        context: TrialContext,
        started: float,
    ) -> None:
        self._settings = settings
        self._configuration = configuration
        self._data = data
        self._context = context
        self._device = torch.device(context.device)
        self._started = started
        self._rows: list[LaneRow] = []
        self._memory = estimated_memory(settings, data, context)
        self._limit_s = self._of_device(LIMIT_S)
        self._deadline = time.monotonic() + self._limit_s
        before = self._allocated()
        self._one = self._fitting_round()
        begun = time.monotonic()
        while time.monotonic() - begun < FIRST_S:
            self._one.seconds(self._device)
        self._first = self._best_of_one()
        self._rows.append(self._row(1, self._first, 1.0, before))

    def run(self, most: int) -> LaneTable:
        """The table of packs of 1, 2, 4, ... lanes, up to ``most``."""
        ended = next(self._endings(min(most, self._of_device(MOST))))
        again = self._best_of_one()
        lanes = chosen_lanes({row.lanes: row.gain for row in self._rows})
        gain = next(row.gain for row in self._rows if row.lanes == lanes)
        chosen = f"{gain:.2f} times the steps a second of one lane" if lanes > 1 else self._too_little()
        return LaneTable(
            rows=tuple(self._rows),
            lanes=lanes,
            reason=f"{chosen}; {ended}",
            device=self._context.device,
            seconds=time.monotonic() - self._started,
            drift=again / self._first,
        )

    def _too_little(self) -> str:
        best = max((row.gain for row in self._rows[1:]), default=None)
        if best is None:
            return "no pack of more lanes could be timed"
        return f"more lanes gain {best:.2f} times at most, and {LEAST_GAIN} is the least that is worth it"

    def _endings(self, most: int) -> Iterator[str]:
        """Time one size after the other; why there is no further one."""
        lanes, best = 2, 1.0
        while lanes <= most:
            yield from self._obstacle(lanes)
            failed = self._time(lanes)
            self._release()
            if failed is not None:
                yield failed
            gain = self._rows[-1].gain
            if lanes >= FIRST_BOUND and gain < STILL_GAINS * best:
                yield f"{lanes} lanes gain no more than fewer"
            best = max(best, gain)
            lanes *= 2
        yield f"more than {most} were not to be tried"

    def _obstacle(self, lanes: int) -> Iterator[str]:
        """Why packs of so many lanes cannot be timed, where they cannot."""
        free = free_memory(self._context.device, self._context.memory_share)
        if self._memory is not None and free is not None and lanes > fitting_lanes(self._memory, free):
            needed, left = self._memory.total(lanes) / 2**20, free / 2**20
            yield f"{lanes} lanes need {needed:.0f} MiB of memory, and {left:.0f} MiB are free"
        rounds = self._of_device(WARM_UP) + ROUNDS
        last = self._rows[-1]
        expected = (rounds * lanes * last.ms / 1e3 + ROUNDS * self._first) * self._one.steps
        if time.monotonic() + expected > self._deadline:
            yield f"timing {lanes} lanes would take the probe beyond its {self._limit_s:.0f} s"

    def _of_device(self, values: Mapping[str, N]) -> N:
        return values["cpu" if self._device.type == "cpu" else "cuda"]

    def _time(self, lanes: int) -> str | None:
        """Add the row of one size; why that failed, or None."""
        try:
            before = self._allocated()
            pack = self._round(lanes, self._one.steps)
            turns = [(self._one.seconds(self._device), pack.seconds(self._device)) for _ in range(ROUNDS)]
            alone, together = (min(seconds) for seconds in zip(*turns, strict=True))
            self._rows.append(self._row(lanes, together, alone / together, before))
            return None
        except Exception as error:  # noqa: BLE001 - a pack that cannot be trained is not chosen; the table says why
            why = "ran out of memory" if is_out_of_memory(error) else f"cannot be trained: {reason_of(error)}"
            return f"{lanes} lanes {why}"

    def _best_of_one(self) -> float:
        """Seconds of a step of one lane: of some rounds, or of a single one where time is up."""
        best = self._one.seconds(self._device)
        for _ in range(ROUNDS - 1):
            if time.monotonic() < self._deadline:
                best = min(best, self._one.seconds(self._device))
        return best

    def _round(self, lanes: int, steps: int) -> _Round:
        """A pack over a copy of the data that is an epoch of ``steps`` steps, warmed up."""
        wanted = steps * self._configuration.training.batch_size
        train = self._data.train
        short = replace(self._data, train=Samples(train.values[:wanted], train.labels[:wanted]))
        equal = [Lane(self._configuration, seed) for seed in range(lanes)]
        pack = Pack(equal, short, device=self._device, record_after=RECORD_AFTER)
        made = _Round(pack, steps)
        for _ in range(self._of_device(WARM_UP)):
            made.seconds(self._device)
        return made

    def _fitting_round(self) -> _Round:
        """One lane for about 50 ms."""
        single = self._round(1, 1)
        available = max(1, len(self._data.train) // self._configuration.training.batch_size)
        steps = min(available, max(1, math.ceil(ROUND_S / single.seconds(self._device))))
        return single if steps == 1 else self._round(1, steps)

    def _row(self, lanes: int, seconds: float, gain: float, before: int | None) -> LaneRow:
        estimated = None if self._memory is None else self._memory.total(lanes)
        taken = None if before is None else torch.cuda.max_memory_allocated(self._device) - before
        return LaneRow(lanes, seconds * 1e3, gain, estimated, taken)

    def _allocated(self) -> int | None:
        """Bytes that torch holds on the GPU now, from which on its peak is counted."""
        if self._device.type != "cuda":
            return None
        torch.cuda.reset_peak_memory_stats(self._device)
        return torch.cuda.memory_allocated(self._device)

    def _release(self) -> None:
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
