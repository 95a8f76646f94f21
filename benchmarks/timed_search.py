"""One search of ours, with the times of its parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import ray

from gansearch.curves import Curve, read_curve
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.place import study_storage
from gansearch.study import Study

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Stopwatch:
    """Seconds spent within some functions."""

    seconds: dict[str, float] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    """When each was first called, in unix seconds."""

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Add the block's seconds to those of ``name``."""
        self.first.setdefault(name, time.time())
        before = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - before

    def over(self, name: str, function: Callable[P, T]) -> Callable[P, T]:
        """The same function, timed."""

        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            with self.running(name):
                return function(*args, **kwargs)

        return timed


def timed_search(space: SearchSpace, tracking_uri: str) -> dict[str, float]:
    """Run a search to its end, and say how long its parts took, in seconds, and how many results it has.

    Raises:
        SystemExit: where it does not finish, a trial fails, or MLflow lacks something.
    """
    watch = Stopwatch()
    ray.init = watch.over("start", ray.init)
    ray.shutdown = watch.over("end", ray.shutdown)
    Study.ask = watch.over("ask", Study.ask)  # type: ignore[method-assign]
    began = time.time()
    result = launch(space, LaunchOptions(tracking_uri=tracking_uri))
    ended = time.time()
    if result.outcome != "finished" or result.tracking.lacking or result.tracking.lost:
        raise SystemExit(f"the search is not whole: {result.outcome}, {result.tracking}")
    if set(result.status.counts) - {"completed", "pruned"}:
        raise SystemExit(f"trials have ended otherwise than meant: {result.status.counts}")
    first, results = recorded(study_storage(space.name), space.name, result.status.trials)
    drain_s = result.tracking.waited_s
    return {
        "before_s": watch.first["ask"] - began - watch.seconds["start"],
        "ray_s": watch.seconds["start"] + first - watch.first["ask"],
        "wall_s": ended - first - drain_s - watch.seconds["end"],
        "end_s": watch.seconds["end"],
        "drain_s": drain_s,
        "ask_s": watch.seconds["ask"],
        "results": results,
    }


def recorded(storage: Storage, name: str, trials: int) -> tuple[float, int]:
    """When the first trial of a study began, in unix seconds, and the results at rungs of all of them."""
    records = [read_curve(storage, TrialIdentity(name, number))[0] for number in range(trials)]
    results = sum(not done.final for each in records for done in Curve.of(each).evaluations)
    return min(float(str(each[0].payload["started"])) for each in records), results
