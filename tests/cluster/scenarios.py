"""What can happen to a cluster while a search runs on it. Each scenario disturbs a search that has been launched."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from gansearch.executors.own_cluster import mlflow_service, postgres_service, ray_nodes
from gansearch.executors.own_cluster.ray_nodes import HEAD
from gansearch.records import End
from tests.cluster import object_store
from tests.cluster.disturbed import Disturbed
from tests.faults.processes import kill

NODES = 3
TRIALS, FEW_TRIALS = 30, 12
"""Of the search that is disturbed several times, and of the others."""
AWAY_S = 60.0
"""How long a node or the storage stays away."""
NOTICE_S = 20
"""How long before its end a node is announced to go."""
LONGEST_DELAY_S = 2.0
Scenario = Callable[[Disturbed, random.Random], None]


def nodes_and_driver(run: Disturbed, random_: random.Random) -> None:
    """Two nodes and the driver are killed, in any order; one of the nodes is replaced at once, the other never."""
    victims = random_.sample(["node", "node", "driver"], 3)
    is_replaced = random_.choice([True, False])
    for progress, victim in zip(sorted(random_.uniform(0.02, 0.55) for _ in victims), victims, strict=True):
        _wait_for(run, random_, progress)
        if victim == "driver":
            run.kill_driver()
            continue
        run.kill_node(random_)
        if is_replaced:
            run.replace_node()
        is_replaced = not is_replaced


def worker_process_killed(run: Disturbed, random_: random.Random) -> None:
    """A process that trains is killed; its node lives."""
    _wait_for(run, random_, random_.uniform(0.05, 0.5))
    name, packs = random_.choice(sorted(run.busy().items()))
    kill(packs[0])
    run.disturbed(f"killed a process that trains on {name}", 1)


def node_killed(run: Disturbed, random_: random.Random) -> None:
    """A node is killed and stays away."""
    _wait_for(run, random_, random_.uniform(0.05, 0.5))
    run.kill_node(random_)


def node_lost_and_back(run: Disturbed, random_: random.Random) -> None:
    """A node is not heard of for a minute; its trials have gone on elsewhere when it wakes up in the midst of them."""
    _wait_for(run, random_, random_.uniform(0.02, 0.2))
    victim = random_.choice(sorted(run.busy()))
    run.cluster.pause(victim)
    run.disturbed(f"lost {victim}", 1)
    time.sleep(AWAY_S)
    names = [node.name for node in ray_nodes.nodes(run.cluster.layout, run.cluster.state)]
    if victim in names:
        run.course.problems.append(f"Ray has not noticed within {AWAY_S:g} s that {victim} is away")
    run.cluster.unpause(victim)
    run.tell(f"{victim} is back")
    if not run.cluster.has_ended(victim, 60.0):
        run.course.problems.append(f"{victim}, which Ray has given up, does not end")
    run.cluster.restart_worker(victim)


def driver_killed(run: Disturbed, random_: random.Random) -> None:
    """The driver is killed, and its study is resumed at once: those whom it drove may live on for seconds."""
    _wait_for(run, random_, random_.uniform(0.05, 0.5))
    run.kill_driver()


def head_restarted(run: Disturbed, random_: random.Random) -> None:
    """Ray's head and the driver die together; the nodes have nobody to report to and are started again too."""
    _wait_for(run, random_, random_.uniform(0.05, 0.5))
    run.cluster.kill(HEAD)
    run.drivers.kill()
    run.disturbed("killed the head and the driver", len(run.cluster.workers))
    workers = run.cluster.workers
    for name in workers:
        run.cluster.kill(name)
    run.cluster.start_head()
    for name in workers:
        run.cluster.restart_worker(name)
    run.drivers.start()


def tracking_down(run: Disturbed, random_: random.Random) -> None:
    """MLflow's server is killed for a while; what it lacks is brought to it at the end, or afterwards."""
    _wait_for(run, random_, random_.uniform(0.02, 0.3))
    run.cluster.kill(mlflow_service.NAME)
    run.disturbed("killed MLflow's server", 0)
    time.sleep(random_.uniform(5.0, 20.0))
    run.cluster.start_server(mlflow_service.NAME)
    run.cluster.wait_for_mlflow()
    run.tell("MLflow's server is back")
    run.finish()
    run.command("-m", "gansearch.cli", "track", run.name)


def database_restarted(run: Disturbed, random_: random.Random) -> None:
    """PostgreSQL, with the decisions and MLflow's runs, is killed and started again."""
    if not run.cluster.has_postgres:
        run.tell("decisions are in SQLite, which nobody can restart; nothing is disturbed")
        return
    run.rests = ("error: ",)
    _wait_for(run, random_, random_.uniform(0.05, 0.5))
    run.cluster.kill(postgres_service.NAME)
    run.disturbed("killed the database", len(run.cluster.workers))
    run.cluster.start_server(postgres_service.NAME)
    run.tell("the database is back")


def storage_away(run: Disturbed, random_: random.Random) -> None:
    """The object store does not answer for a minute: the search waits, or rests and is resumed."""
    run.rests = ("error: ",)
    _wait_for(run, random_, random_.uniform(0.05, 0.5))
    run.cluster.pause(object_store.NAME)
    run.disturbed("stopped the object store", 10 * len(run.cluster.workers))
    time.sleep(AWAY_S)
    run.cluster.unpause(object_store.NAME)
    run.tell("the object store is back")


def preempted(run: Disturbed, random_: random.Random) -> None:
    """A node is announced to go, as a spot machine is, and is gone at its deadline."""
    _wait_for(run, random_, random_.uniform(0.02, 0.3))
    victim = random_.choice(sorted(run.busy()))
    reason = ["--reason", "DRAIN_NODE_REASON_PREEMPTION", "--reason-message", "spot"]
    ray = ["-c", "from ray.scripts.scripts import main; main()", "drain-node"]
    node = ["--node-id", run.cluster.identity(victim), "--address", ray_nodes.address(run.cluster.state)]
    run.command(*ray, *node, *reason, "--deadline-remaining-seconds", str(NOTICE_S))
    run.disturbed(f"announced the end of {victim}", 0)
    time.sleep(NOTICE_S)
    run.cluster.kill(victim)
    run.tell(f"killed {victim}")
    run.finish()
    lost = run.attempts() - run.trials - run.attempts(End.PREEMPTED)
    if lost > 0:
        run.course.problems.append(f"{lost} attempts were lost with a node whose end was announced")


SCENARIOS: dict[str, Scenario] = {
    each.__name__: each
    for each in (
        nodes_and_driver,
        worker_process_killed,
        node_killed,
        node_lost_and_back,
        driver_killed,
        head_restarted,
        tracking_down,
        database_restarted,
        storage_away,
        preempted,
    )
}


def trials_of(name: str) -> int:
    """How many trials the search has that a scenario disturbs."""
    return TRIALS if name == nodes_and_driver.__name__ else FEW_TRIALS


def _wait_for(run: Disturbed, random_: random.Random, progress: float) -> None:
    run.wait_for(progress, random_.uniform(0.0, LONGEST_DELAY_S))
