from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.curves import Record
from gansearch.records import (
    End,
    Evaluation,
    Finding,
    MetricValue,
    Protocol,
    TrialEnd,
    TrialIdentity,
    to_json,
)
from gansearch.storage import Storage

STEPS = 10
"""Steps of one epoch."""


class Records:
    """Makes the records of a trial that trains 10 steps an epoch."""

    def __init__(self, attempt: int = 0) -> None:
        self.attempt = attempt

    def began(self, from_step: int = 0, started: float = 0.0) -> Record:
        return self._made("attempt", {"from_step": from_step, "started": started, "lanes": 1})

    def signals(self, first_step: int, *, steps: int = STEPS, offset: float = 0.0) -> Record:
        steps_done = np.arange(first_step, first_step + steps, dtype=np.float32)
        values = {"d_loss": steps_done + offset, "g_loss": -(steps_done + offset)}
        return self._made("signals", {"first_step": first_step, "names": list(values), "values": values})

    def evaluation(self, epoch: int, value: float, *, final: bool = False, **others: float) -> Record:
        protocol = Protocol("none", "", 1000, 1000, "test")
        metrics = {"frechet_distance": value, **others}
        said = tuple(MetricValue(name, number, protocol) for name, number in metrics.items())
        return self._made("evaluation", to_json(Evaluation(epoch * STEPS, epoch, "ema", final, said, 0.25)))

    def finding(self, step: int, *, stopped: bool = False) -> Record:
        return self._made("finding", {**to_json(self.found(step)), "stopped": stopped})

    def found(self, step: int) -> Finding:
        return Finding(
            "mode_collapse", "mode_collapse", step, step // STEPS, "classes_covered", 1.0, 3.0, {"share": 0.9}, "x"
        )

    def samples(self, epoch: int) -> Record:
        return self._made("samples", {"epoch": epoch, "step": epoch * STEPS, "path": f"samples/{epoch}-{self.attempt}"})

    def checkpoint(self, step: int) -> Record:
        return self._made("checkpoint", {"step": step, "path": "checkpoints/x"})

    def ended(self, epoch: int, end: End = End.COMPLETED, finding: Finding | None = None) -> Record:
        return self._made("end", to_json(TrialEnd(end, "so it was", epoch * STEPS, epoch, finding)))

    def _made(self, kind: str, payload: dict[str, Any]) -> Record:
        return Record(kind, self.attempt, payload)


@pytest.fixture
def made() -> Callable[[int], Records]:
    """Makes the records of an attempt."""
    return Records


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """A study's folder, on this machine and elsewhere."""
    return Storage(tmp_path / "s" if request.param == "local" else f"memory://curves{tmp_path.as_posix()}")


@pytest.fixture
def local(tmp_path: Path) -> Storage:
    """A study's folder on this machine."""
    return Storage(tmp_path / "s")


@pytest.fixture
def who() -> TrialIdentity:
    """A trial."""
    return TrialIdentity("s", 7)
