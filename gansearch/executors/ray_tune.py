"""Runs a study on Ray Tune. A Tune trial carries a pack; Tune decides where and when, the study everything else.

Tune's own sampling, scheduling state, checkpoints, retries and loggers are off: there is one mechanism for each, and
it is not Tune's (DESIGN.md, section 7, has the measurements behind this). A pack's ``step`` returns at every
evaluation and at least once a second; the scheduler passes its reports to the study before Tune calls the next
``step``, which first fetches the study's answer. So decisions are synchronous, as in the ``local`` executor, and the
two give a trial the same curve.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import ray
from ray import ObjectRef, tune
from ray.exceptions import RayActorError, RayError
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from gansearch.data import Data
from gansearch.errors import ExecutorError
from gansearch.executors.driver import Driver
from gansearch.executors.node_check import check_nodes
from gansearch.executors.ray_desk import Desk
from gansearch.executors.ray_pack import PackTrainable
from gansearch.executors.ray_session import ray_session
from gansearch.executors.ray_tasks import finalise, probe
from gansearch.records import Assignment, LaneReport, Setting
from gansearch.space.plan import Resources
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.lane_table import LaneTable, one_lane
from gansearch.trial.workbench import share_workbench

ENDLESS = 10**9
"""Tune's bound on the number of trials; the study says when it is done."""
MAPPED_SHARE = 0.3
"""Share of a node's object store that a file that is mapped into memory may take there; a larger one is mapped by every
process, which shares its pages as well."""
LOADED_SHARE = 0.8
"""Share that data may take which every process would have to load otherwise."""
POLL_S = 0.5
"""Seconds between two looks at whether the user has asked for the end."""


class StudySearcher(Searcher):  # type: ignore[misc]
    """Gives Tune the packs that the study wants run."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(metric=None, mode=None)
        self._driver = driver
        self._live: dict[str, list[Assignment]] = {}
        self._reasons: dict[str, str] = {}

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """A pack; None while running trials may still be handed back; FINISHED when nothing can come any more."""
        pack = self._driver.next_pack()
        if pack:
            self._live[trial_id] = pack
            return {"pack": pack}
        return None if self._live or self._driver.due_in_s is not None else Searcher.FINISHED

    def died(self, trial_id: str, reason: str) -> None:
        """Hear why a worker died, before ``on_trial_complete`` is told that it did."""
        self._reasons[trial_id] = reason

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """A pack has ended, its worker has died, or could not read or write its records."""
        pack = self._live.pop(trial_id, [])
        said = result or {}
        if error:
            self._driver.lost(pack, self._reasons.pop(trial_id, "its worker died"))
        elif "lost" in said:
            self._driver.lost(pack, said["lost"])
        elif "unwritten" in said:
            self._driver.unwritten(pack, said["unwritten"])

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Tune pickles its parts to restore them, which ``gansearch resume`` does from the study instead."""
        return {}

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the study's storage is the only state."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: the study's storage is the only state."""


class StudyScheduler(FIFOScheduler):  # type: ignore[misc]
    """Passes reports to the study, and the study's answers back. It holds no state."""

    def __init__(self, driver: Driver, searcher: StudySearcher, desk: Any) -> None:
        super().__init__()
        self._driver = driver
        self._searcher = searcher
        self._desk = desk

    def __getstate__(self) -> dict[str, Any]:
        """Nothing, as for the searcher."""
        return {}

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        """Answer before Tune lets the pack go on."""
        reports: Sequence[LaneReport] = result["reports"]
        ray.get(self._desk.put.remote(trial.trial_id, self._driver.report(reports)))
        return str(TrialScheduler.CONTINUE)

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        """Tell the searcher why: Tune tells it only that."""
        self._searcher.died(trial.trial_id, why_it_died(trial.get_pickled_error()))


class RayTuneExecutor:
    """A Ray cluster.

    Args:
        resources: of one pack.
        address: of a running cluster; None takes ``RAY_ADDRESS`` where that is set, else starts one on this machine.
    """

    def __init__(self, resources: Resources, address: str | None) -> None:
        self._resources = resources
        self._session = ray_session(address)
        self._bench: ObjectRef | None = None

    def __enter__(self) -> Self:
        """Connect to the cluster, or start one.

        Raises:
            ExecutorError: where it cannot be reached.
        """
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; end what was started here."""
        self._session.__exit__(kind, error, trace)

    def check(self, context: TrialContext) -> None:
        """Whether every node sees the study's folder and has the driver's versions.

        Raises:
            ExecutorError: where one does not.
        """
        check_nodes(Storage(context.storage_url))

    def workers(self) -> int:
        """Packs that the cluster runs at a time.

        Raises:
            ExecutorError: where it lacks the resources of a single one.
        """
        return self._resources.concurrent or concurrency(self._resources, ray.cluster_resources())

    def probe(
        self, settings: Mapping[str, Setting], context: TrialContext, most: int, interrupt: Interrupt
    ) -> LaneTable:
        """Time packs of up to ``most`` lanes in a task with the resources of a pack.

        Ctrl-C does not wait for the task: on a cluster that grows on demand it may begin minutes later.
        """
        task = ray.remote(**self._wanted("num_cpus", "num_gpus"))(probe).options(max_retries=0)
        running = task.remote(self._shared(settings, context), settings, context, most)
        while not ray.wait([running], timeout=POLL_S)[0]:
            if interrupt.asked:
                ray.cancel(running, force=True)
                return one_lane("the probe was not waited for", context.device)
        try:
            table: LaneTable = ray.get(running)
        except RayError as error:
            return one_lane(f"the probe was lost: {type(error).__name__}", context.device)
        return table

    def run(self, driver: Driver, context: TrialContext) -> None:
        """Drive the study to its end, or until it is asked to stop.

        Raises:
            ExecutorError: where the cluster lacks the resources of a single pack.
        """
        desk = ray.remote(num_cpus=0)(Desk).remote()
        searcher = StudySearcher(driver)
        bench = self._shared(driver.data_settings, context)
        # Tune resolves the reference in the worker, and puts nothing into the store a second time.
        trainable = tune.with_parameters(PackTrainable, context=context, desk=desk, bench=bench)
        with tempfile.TemporaryDirectory(prefix="gansearch-tune-") as folder:
            tuner = tune.Tuner(
                tune.with_resources(trainable, self._wanted("cpu", "gpu")),
                tune_config=tune.TuneConfig(
                    search_alg=searcher,
                    scheduler=StudyScheduler(driver, searcher, desk),
                    num_samples=ENDLESS,
                    max_concurrent_trials=self.workers(),
                    reuse_actors=True,
                ),
                run_config=tune.RunConfig(
                    storage_path=folder,
                    verbose=0,
                    checkpoint_config=tune.CheckpointConfig(checkpoint_frequency=0, checkpoint_at_end=False),
                ),
            )
            tuner.fit()

    def finalise(self, assignments: Sequence[Assignment], context: TrialContext) -> None:
        """Measure completed trials by the protocol of the end, as tasks with the resources of a pack."""
        if not assignments:
            return
        task = ray.remote(**self._wanted("num_cpus", "num_gpus"))(finalise)
        bench = self._shared(assignments[0].settings, context)
        ray.get([task.remote(bench, assignment, context) for assignment in assignments])

    def _shared(self, settings: Mapping[str, Setting], context: TrialContext) -> ObjectRef:
        """The study's workbench in the object store, where it is put once: every node fetches it once.

        What comes of the reference is None where there is no data set, or every process must open it for itself.
        """
        if self._bench is None:
            has_data = "dataset.name" in settings
            self._bench = ray.put(share_workbench(settings, context, most_bytes=_most_bytes) if has_data else None)
        return self._bench

    def _wanted(self, cpu: str, gpu: str) -> dict[str, float]:
        amounts = {cpu: self._resources.cpu, gpu: self._resources.gpu}
        return {name: amount for name, amount in amounts.items() if amount}


def _most_bytes(data: Data) -> float:
    """How large data may be that go through the object store: a share of the smallest node's."""
    stores = [node["Resources"].get("object_store_memory", 0.0) for node in ray.nodes() if node["Alive"]]
    share = MAPPED_SHARE if data.is_mapped else LOADED_SHARE
    return share * min((store for store in stores if store), default=0.0)


def why_it_died(error: BaseException | None) -> str:
    """A worker's death as a sentence fragment: what Ray says of a process, or the exception that ended it."""
    if isinstance(error, RayActorError):
        said = re.search(r"exit type: ([A-Z_]+)", str(error)), re.search(r"exit detail: ([^.\n]+)", str(error))
        kind, detail = (None if found is None else found[1].strip() for found in said)
        return "its worker died" + (f" ({kind}: {detail})" if kind and detail else "")
    if error is None:
        return "its worker died"
    cause = getattr(error, "cause", None) or error
    return f"its worker failed: {type(cause).__name__}: {cause}"


def concurrency(resources: Resources, available: dict[str, float]) -> int:
    """How many packs the cluster can run at once.

    Raises:
        ExecutorError: where it can run none.
    """
    wanted = {"CPU": resources.cpu, "GPU": resources.gpu}
    fits = [int(available.get(name, 0.0) / amount) for name, amount in wanted.items() if amount]
    if not fits or min(fits) < 1:
        raise ExecutorError(
            f"a pack needs cpu: {resources.cpu:g} and gpu: {resources.gpu:g} (resources of the space); "
            f"the Ray cluster has {available.get('CPU', 0):g} CPUs and {available.get('GPU', 0):g} GPUs. Where it "
            "grows on demand, say how many packs may run at a time: --set resources.concurrent=N"
        )
    return min(fits)
