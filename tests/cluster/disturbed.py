"""One search on the cluster from its launch to its verdict: a scenario disturbs it, and it is resumed until it ends."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from gansearch.curves import read_curve
from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.identity import family
from gansearch.records import End, TrialIdentity
from gansearch.study.study_reader import open_readonly
from tests.cluster import search
from tests.cluster.cluster import Cluster
from tests.faults.drivers import Course, Drivers
from tests.faults.processes import PACK, kill, name_of
from tests.faults.study_folder import StudyFolder
from tests.faults.verdict import Verdict, judged

POLL_S = 0.5
TRAINED_AGAIN = 4
"""Trials that were begun again, at most, whose curves are compared with those that they give when trained alone."""
ORPHANS_S = 60.0
"""How long processes that train may outlive their search."""


@dataclass(eq=False)
class Disturbed:
    """A search that is launched, disturbed and resumed.

    Args:
        cluster: where it runs.
        name: of the study.
        trials: of the search.
        folder: for what drivers say.
        say: told how it gets on.
        limit_s: seconds for all of it but the checks.
        rests: beginnings of sentences with which a driver may let the study rest.
    """

    cluster: Cluster
    name: str
    trials: int
    folder: Path
    say: Callable[[str], None]
    limit_s: float = 900.0
    rests: Sequence[str] = ()
    course: Course = field(default_factory=Course)
    hits: int = 0
    """Attempts that the disturbances can have cost: one for each trial that ran where something was lost."""
    _starting: list[Future[str]] = field(default_factory=list)

    def run(self, scenario: Callable[[Disturbed, random.Random], None], random_: random.Random) -> Verdict:
        """Launch, disturb, resume until the study is finished, and judge it."""
        self.folder.mkdir(parents=True)
        self.study = StudyFolder(self.name)
        self._deadline = time.monotonic() + self.limit_s
        head = self.cluster.head
        self.drivers = Drivers(
            self.study,
            search.write(head.work, self.trials),
            [],
            self.cluster.driver_environment,
            self.folder,
            self.course,
            self.tell,
            head.work,
        )
        try:
            with ThreadPoolExecutor(1) as self._starter:
                self.drivers.start()
                scenario(self, random_)
                self.finish()
            for starting in self._starting:
                self._tell_of(starting)
            self.drivers.look_for_leftovers()
            self._look_for_orphans()
        finally:
            self.drivers.end()
        self.tell(f"finished after {len(self.course.kills)} disturbances and {self.course.launches} launches; checking")
        return self._judged()

    def finish(self) -> None:
        """Resume until the study is finished."""
        while not self.drivers.has_finished(self._deadline - time.monotonic(), rests=self.rests):
            self.drivers.start()

    def tell(self, text: str) -> None:
        """Say it, with the study's name before it."""
        self.say(f"{self.name}: {text}")

    # --- what scenarios are made of -----------------------------------------------------------------------------------

    def wait_for(self, progress: float, delay_s: float = 0.0) -> None:
        """Until this share of the evaluations has been made, and somebody trains."""
        needed = max(1.0, progress * self.trials * search.EVALUATIONS)
        self._wait(lambda: self.study.evaluations >= needed and bool(self.busy()))
        time.sleep(delay_s)

    def busy(self) -> dict[str, list[int]]:
        """The nodes on which packs are trained, each with its processes that train."""
        found = {name: self._packs(name) for name in self.cluster.workers}
        return {name: packs for name, packs in found.items() if packs}

    def disturbed(self, what: str, hits: int) -> None:
        """Note a disturbance that can have cost ``hits`` attempts."""
        self.course.kills.append(what)
        self.hits += hits
        self.tell(what)

    def kill_node(self, random_: random.Random) -> None:
        """Kill a node on which something is trained."""
        victim = random_.choice(sorted(self.busy()) or self.cluster.workers)
        self.cluster.kill(victim)
        self.disturbed(f"killed the node {victim}", 1)

    def replace_node(self) -> None:
        """Start a fresh node, meanwhile: the search goes on, and so may what disturbs it."""
        self._starting.append(self._starter.submit(self.cluster.add_worker))

    def kill_driver(self) -> None:
        """Kill the driver, and go on with its study."""
        running = len(self.cluster.workers)
        if self.drivers.kill():
            self.disturbed("killed the driver", running)
        self.drivers.start()

    def attempts(self, end: End | None = None) -> int:
        """How many attempts the records have of all trials; with ``end``, how many that ended so."""
        identities = (TrialIdentity(self.name, number) for number in range(self.trials))
        records = [record for each in identities for record in read_curve(self.study.storage, each)[0]]
        if end is None:
            return sum(record.kind == "attempt" for record in records)
        return sum(record.kind == "end" and record.payload["end"] == end for record in records)

    def command(self, *words: str) -> None:
        """Run one of the package's own programs on the head machine; what it may not do is fail."""
        done = subprocess.run(
            [sys.executable, *words],
            env=self.cluster.driver_environment,
            cwd=self.cluster.head.work,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self.course.problems.append(f"{words} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")

    def _packs(self, name: str) -> list[int]:
        alive = family(self.cluster.parts[name].identities)
        return sorted(each.pid for each in alive if name_of(each.pid).startswith(PACK))

    def _wait(self, holds: Callable[[], bool]) -> None:
        while not holds():
            if not self.drivers.is_running:
                if self.drivers.has_finished(1.0, rests=self.rests):
                    raise RuntimeError(f"{self.name} had finished before it was disturbed")
                self.drivers.start()
            if time.monotonic() > self._deadline:
                raise TimeoutError(f"{self.name} has not come on within {self.limit_s:g} s")
            time.sleep(POLL_S)

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def _look_for_orphans(self) -> None:
        """Whatever trained must have ended with its search."""
        deadline = time.monotonic() + ORPHANS_S
        while (left := self.busy()) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        for name, packs in left.items():
            self.course.problems.append(f"{name} trains on without a driver: {packs}")
            for pid in packs:
                kill(pid)

    def _tell_of(self, starting: Future[str]) -> None:
        """Whether a fresh node has come; one that could not start on a busy machine is as one that stays away."""
        try:
            self.tell(f"{starting.result()} has come")
        except ExecutorError as error:
            self.tell(f"a fresh node has not come: {str(error).splitlines()[0]}")

    def _judged(self) -> Verdict:
        with open_readonly(self.name, self.study.storage) as study:
            again = [row.number for row in study.trials() if row.attempt > 0]
        found = judged(self.name, steps_per_epoch=search.STEPS_PER_EPOCH, again=again[:TRAINED_AGAIN])
        problems = list(self.course.problems)
        if found.trials != self.trials:
            problems.append(f"{found.trials} trials, planned are {self.trials}")
        if found.recomputed > search.INTERVAL * self.hits:
            problems.append(f"{found.recomputed} steps were made again; {self.hits} trials were hit")
        if found.recomputed > search.INTERVAL * (found.attempts - found.trials):
            problems.append(f"{found.recomputed} steps were made again in {found.attempts - found.trials} attempts")
        return replace(found, kills=len(self.course.kills)) + Verdict(problems=tuple(problems))
