"""Runs a study on Ray Tune. A Tune trial carries packs; Tune decides where and when, the study everything else.

Tune's own sampling, scheduling state, checkpoints, retries and loggers are off: there is one mechanism for each, and
it is not Tune's (DESIGN.md, section 7, has the measurements behind this). A pack's ``step`` returns at every
evaluation and at least once a second; the scheduler passes its reports to the study before Tune calls the next
``step``, which first fetches the study's answer. So decisions are synchronous, as in the ``local`` executor, and the
two give a trial the same curve.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import ray
from ray import ObjectRef, tune
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from gansearch.data import Data
from gansearch.executors.capacity import concurrency, known_growth, living_nodes
from gansearch.executors.data_places import data_places
from gansearch.executors.driver import Driver
from gansearch.executors.final_tasks import RETRIES, await_measurements
from gansearch.executors.node_check import check_nodes
from gansearch.executors.placed_pack import PlacedPack
from gansearch.executors.preemption import Preemption
from gansearch.executors.ray_desk import Desk
from gansearch.executors.ray_session import ray_session
from gansearch.executors.ray_tasks import finalise, probe
from gansearch.executors.tune_search import StudyScheduler, StudySearcher
from gansearch.executors.waiting import Waiting
from gansearch.records import Assignment, Setting
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
        """Packs that the cluster runs at a time, on the nodes that it has or may add.

        Raises:
            ExecutorError: where it lacks the resources of a single one.
        """
        return self._resources.concurrent or concurrency(self._resources, living_nodes(), known_growth())

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
        # Ray would place it on any node: one that is lost must not take the answers to all packs with it.
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        desk = ray.remote(num_cpus=0)(Desk).options(scheduling_strategy=here).remote()
        preemption = Preemption(driver.say)
        searcher = StudySearcher(driver, preemption)
        bench = self._shared(driver.data_settings, context)
        # Tune resolves the reference in the worker, and puts nothing into the store a second time.
        trainable = tune.with_parameters(PlacedPack, context=context, desk=desk, bench=bench)
        with tempfile.TemporaryDirectory(prefix="gansearch-tune-") as folder:
            tuner = tune.Tuner(
                tune.with_resources(trainable, self._wanted("cpu", "gpu")),
                tune_config=tune.TuneConfig(
                    search_alg=searcher,
                    scheduler=StudyScheduler(searcher, desk, preemption, Waiting(self._resources, driver.say)),
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

    def finalise(
        self,
        assignments: Sequence[Assignment],
        context: TrialContext,
        stop: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        """Measure completed trials by the protocol of the end, as tasks with the resources of a pack."""
        if not assignments:
            return
        task = ray.remote(**self._wanted("num_cpus", "num_gpus"))(finalise).options(max_retries=RETRIES)
        bench = self._shared(assignments[0].settings, context)
        running = {task.remote(bench, each, context): each.identity for each in assignments}
        await_measurements(running, stop, say, Waiting(self._resources, say))

    def _shared(self, settings: Mapping[str, Setting], context: TrialContext) -> ObjectRef:
        """The study's workbench in the object store, where it is put once: every node fetches it once.

        What comes of the reference is None where there is no data set, or every process must open it for itself.

        Raises:
            ExecutorError: where a node must read the data itself and does not find what this process has.
        """
        if self._bench is None:
            has_data = "dataset.name" in settings
            opened = share_workbench(settings, context, most_bytes=_most_bytes) if has_data else None
            if has_data and (opened is None or not opened.shared.has_data):
                places = data_places(settings, context, with_weights=opened is None)
                check_nodes(Storage(context.storage_url), places)
            self._bench = ray.put(opened)
        return self._bench

    def _wanted(self, cpu: str, gpu: str) -> dict[str, float]:
        amounts = {cpu: self._resources.cpu, gpu: self._resources.gpu}
        return {name: amount for name, amount in amounts.items() if amount}


def _most_bytes(data: Data) -> float:
    """How large data may be that go through the object store: a share of the smallest node's."""
    stores = [node["Resources"].get("object_store_memory", 0.0) for node in ray.nodes() if node["Alive"]]
    share = MAPPED_SHARE if data.is_mapped else LOADED_SHARE
    return share * min((store for store in stores if store), default=0.0)
