"""Goes through the calls that reached a real study, against a fresh one, and says where the two first differ."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gansearch.curves import CurveWriter
from gansearch.curves.record import Record
from gansearch.errors import StudyError
from gansearch.executors.replay.recorded_trial import RECORDED
from gansearch.records import Decision, Evaluation, LaneReport, MetricValue, TrialIdentity, to_json, trial_end_from_json
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, open_readonly
from gansearch.study.call_log import read_calls
from gansearch.study.simulated import simulated_study

GO_ON: Final = "go on"
ANSWERS: Final = {Decision.PRUNE: "prune", Decision.PAUSE: "pause"}
"""What a report is answered, in words. Whether the user or the budget stopped the search is not replayed."""


@dataclass(frozen=True)
class Difference:
    """The first call that came to something else."""

    call: int
    """Its place in the log, counted from 1."""
    kind: str
    logged: object
    replayed: object

    def __str__(self) -> str:
        return f"call {self.call} ({self.kind}): the log has {self.logged}, the replay {self.replayed}"


@dataclass(frozen=True)
class CallReplay:
    """What a replay of a log came to."""

    calls: int
    """That were gone through."""
    difference: Difference | None
    """None where every suggestion and every decision is the one of the log."""
    left: str | None = None
    """Why the log was not gone through to its end, where it was not."""


def replay_study(name: str, storage: Storage) -> CallReplay:
    """Go through the calls under the first driver of a study.

    Args:
        name: of the study.
        storage: its folder.

    Raises:
        StudyNotFoundError: where there is none.
        StudyError: where its calls were not logged from its beginning.
        CorruptFileError: where the log is damaged.
    """
    with open_readonly(name, storage) as reader:
        return replay_calls(read_calls(storage), reader.space, name=name, seed=reader.seed)


def replay_calls(calls: Sequence[Record], space: SearchSpace, *, name: str, seed: int) -> CallReplay:
    """Go through logged calls against a fresh study.

    Args:
        calls: as ``read_calls`` has them.
        space: of the study.
        name: of the study, from which Hyperband's brackets follow.
        seed: of the study.

    Raises:
        StudyError: where the calls do not begin with the study.
    """
    if not calls or calls[0].kind != "opened" or calls[0].payload["trials"]:
        raise StudyError(
            f"the calls of {name!r} must be logged from its beginning to be replayed; "
            "this study began before calls were logged, or its first driver was killed before it could write any"
        )
    clock = _Clock()
    with tempfile.TemporaryDirectory() as folder:
        storage = Storage(folder)
        with simulated_study(space, name=name, storage=storage, seed=seed, clock=lambda: clock.now_s) as study:
            return _Replay(study, storage, clock).run(calls[1:])


@dataclass
class _Clock:
    now_s: float = 0.0


class _Replay:
    def __init__(self, study: Study, storage: Storage, clock: _Clock) -> None:
        self._study = study
        self._storage = storage
        self._clock = clock
        self._follow: Mapping[str, Callable[[Mapping[str, Any]], tuple[object, object]]] = {
            "ask": self._ask,
            "report": self._report,
            "lost": self._lost,
            "stop": self._stop,
            "discard": self._discard,
            "extend": self._extend,
            "give_up": self._give_up,
        }

    def run(self, calls: Sequence[Record]) -> CallReplay:
        """All of them, or those up to the first that differs or that cannot be followed."""
        for count, call in enumerate(calls, 1):
            self._clock.now_s = call.time
            if call.kind not in self._follow:
                return CallReplay(count - 1, None, str(call.payload["what"]))
            if call.kind == "lost" and call.payload["record"] is None:
                return CallReplay(count - 1, None, f"the record of {self._identity(call.payload)} was damaged")
            logged, replayed = self._follow[call.kind](call.payload)
            if logged != replayed:
                return CallReplay(count, Difference(count + 1, call.kind, logged, replayed))
        return CallReplay(len(calls), None)

    def _ask(self, said: Mapping[str, Any]) -> tuple[object, object]:
        given = self._study.ask()
        wanted = (str(self._identity(said)), said["attempt"], dict(said["parameters"]))
        return wanted, None if given is None else (str(given.identity), given.attempt, dict(given.parameters))

    def _report(self, said: Mapping[str, Any]) -> tuple[object, object]:
        evaluation, end = said["evaluation"], said["end"]
        report = LaneReport(
            identity=self._identity(said),
            attempt=said["attempt"],
            step=said["step"],
            epoch=said["epoch"],
            evaluation=None if evaluation is None else _evaluation(evaluation),
            end=None if end is None else trial_end_from_json(end),
            seconds=said["seconds"],
            is_spared=said["is_spared"],
        )
        # Studies of before trials were paused say nothing of it.
        logged = "prune" if said["pruned"] else "pause" if said.get("paused") else GO_ON
        return logged, ANSWERS.get(self._study.report(report), GO_ON)

    def _lost(self, said: Mapping[str, Any]) -> tuple[object, object]:
        """What the study read in the run's record then is put where it reads it now."""
        identity = self._identity(said)
        if said["record"]["attempt"] is not None:
            self._write_record(identity, said["record"])
        self._study.lost(identity, said["attempt"], said["reason"], is_storage=said["is_storage"])
        return None, None

    def _write_record(self, identity: TrialIdentity, record: Mapping[str, Any]) -> None:
        attempt = record["attempt"]
        writer = CurveWriter(self._storage, identity, attempt)
        writer.append(Record("attempt", attempt, {"from_step": 0}))
        for evaluation in record["evaluations"]:
            writer.append(Record("evaluation", attempt, to_json(_evaluation(evaluation))))
        if record["checkpoint_step"]:
            about = {"step": record["checkpoint_step"], "path": "not kept"}
            writer.append(Record("checkpoint", attempt, about))
        if record["end"] is not None:
            writer.append(Record("end", attempt, record["end"]))
        writer.close()

    def _stop(self, said: Mapping[str, Any]) -> tuple[object, object]:
        self._study.stop_trial(said["number"], said["discarded"])
        return None, None

    def _discard(self, said: Mapping[str, Any]) -> tuple[object, object]:
        self._study.discard()
        return None, None

    def _give_up(self, said: Mapping[str, Any]) -> tuple[object, object]:
        """An ask that found nothing."""
        given = self._study.ask()
        return None, None if given is None else str(given.identity)

    def _extend(self, said: Mapping[str, Any]) -> tuple[object, object]:
        self._study.extend(trials=said["trials"])
        return None, None

    def _identity(self, said: Mapping[str, Any]) -> TrialIdentity:
        return TrialIdentity(self._study.name, said["number"], said["replicate"])


def _evaluation(said: Mapping[str, Any]) -> Evaluation:
    values = tuple(MetricValue(name, value, RECORDED) for name, value in said["values"].items())
    return Evaluation(said["step"], said["epoch"], "recorded", said["final"], values, 0.0)
