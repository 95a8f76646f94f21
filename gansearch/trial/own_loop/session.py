"""A trial as its script speaks to it: parameters, checkpointed objects, reports. Lives in the script's thread."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from gansearch.errors import ScriptError, TrialEnded
from gansearch.plugins import did_you_mean
from gansearch.records import Setting
from gansearch.trial.own_loop.arguments import Samples
from gansearch.trial.own_loop.brief import Brief
from gansearch.trial.own_loop.drawing import drawn
from gansearch.trial.own_loop.exchange import Evaluated, Exchange, Told
from gansearch.trial.own_loop.random_states import RandomStates
from gansearch.trial.own_loop.signal_buffer import Block, SignalBuffer


class Session:
    """One attempt at a trial.

    Args:
        brief: what is to be known of the trial.
        exchange: to the run that records it.
    """

    def __init__(self, brief: Brief, exchange: Exchange) -> None:
        self._brief = brief
        self._exchange = exchange
        self._named: set[str] = set()
        self._objects: dict[str, Any] | None = None
        self._buffer = SignalBuffer(brief.start.step, brief.start.signals)
        self._epoch = brief.start.epoch
        self._metrics = brief.start.metrics
        self._has_reported = False

    # --- called by the script ---------------------------------------------------------------------------------------

    def parameters(self, defaults: Mapping[str, Setting]) -> dict[str, Setting]:
        """The trial's values in place of the defaults."""
        self._named |= set(defaults)
        return {name: self._brief.parameters.get(name, value) for name, value in defaults.items()}

    def checkpointed(self, objects: Mapping[str, Any]) -> int:
        """Keep the objects; set them to the checkpoint where the trial is resumed."""
        if self._objects is not None or self._has_reported:
            raise ScriptError("checkpointed must be called once, before the first report; it was called again or later")
        self._objects = dict(objects)
        state = self._brief.start.state
        if state is not None:
            _load(self._objects, state["objects"])
            RandomStates.of(state["random"]).set()
        return self._brief.start.step

    def report(
        self,
        step: int,
        signals: Mapping[str, Any],
        samples: Samples | None,
        metrics: dict[str, float] | None,
        epoch: int | None,
    ) -> None:
        """Take a report; an evaluation waits until it has been recorded and judged."""
        self._exchange.check()
        if self._epoch >= self._brief.epochs and step > self._buffer.step:
            raise TrialEnded(f"all {self._brief.epochs} epochs of the plan are trained")
        if not self._has_reported:
            self._check_first()
        self._buffer.add(step, signals)
        self._has_reported = True
        if samples is not None or metrics is not None:
            self._evaluate(step, samples, metrics or {}, epoch)
        elif self._buffer.is_full:
            block = self._buffer.take()
            assert block is not None
            self._exchange.tell(Told(block))

    # --- called by the run ------------------------------------------------------------------------------------------

    def rest(self) -> Block | None:
        """Signals that have not been told, once the script is over."""
        return self._buffer.take()

    def state(self, random: RandomStates) -> dict[str, Any] | None:
        """What a checkpoint holds; None where the script has named no objects. The script must be waiting."""
        if self._objects is None:
            return None
        return {"objects": {name: _state_of(each) for name, each in self._objects.items()}, "random": random.plain()}

    # --- evaluations ------------------------------------------------------------------------------------------------

    def _evaluate(self, step: int, samples: Samples | None, metrics: dict[str, float], epoch: int | None) -> None:
        epoch = self._next_epoch(epoch)
        self._check_metrics(samples is not None, metrics)
        started = time.monotonic()
        tensor = None if samples is None else self._drawn(samples, is_last=epoch >= self._brief.epochs)
        seconds = time.monotonic() - started
        random = RandomStates.now()
        self._epoch = epoch
        self._exchange.ask(Evaluated(self._buffer.take(), step, epoch, tensor, metrics, random, seconds))
        # Whatever this process has drawn meanwhile: a resumed trial goes on from the same states.
        random.set()

    def _drawn(self, samples: Samples, *, is_last: bool) -> Tensor:
        brief = self._brief
        least = brief.samples if brief.measured else 1
        return drawn(samples, brief.final_samples if is_last else brief.samples, least, brief.geometry, brief.seed)

    def _next_epoch(self, epoch: int | None) -> int:
        if epoch is None:
            return self._epoch + 1
        if epoch <= self._epoch:
            raise ScriptError(f"epoch must be higher than at the evaluation before; got {epoch} after {self._epoch}")
        return epoch

    def _check_metrics(self, has_samples: bool, own: Mapping[str, float]) -> None:
        """Whether an evaluation holds what the others hold, and what the study needs."""
        measured = self._brief.measured if has_samples else ()
        twice = sorted(set(measured) & set(own))
        if twice:
            raise ScriptError(f"metrics must not have names that are measured from samples; got {', '.join(twice)}")
        names = frozenset((*measured, *own))
        for objective in self._brief.objectives:
            if objective not in names:
                near = did_you_mean(objective, tuple(names))
                raise ScriptError(
                    f"every evaluation must give the objective {objective!r}{near}, by metrics, or by samples "
                    f"where the space has a data set; got {', '.join(sorted(names)) or 'no metric'}"
                )
        if self._metrics is not None and names != self._metrics:
            odd = ", ".join(sorted(names ^ self._metrics))
            raise ScriptError(f"every evaluation must give the metrics of the first; these differ: {odd}")
        self._metrics = names

    def _check_first(self) -> None:
        unnamed = sorted(set(self._brief.parameters) - self._named)
        if unnamed:
            raise ScriptError(
                f"the script must name every parameter of its search space in gansearch.parameters(); it does not name "
                f"{', '.join(unnamed)}, which therefore has no effect"
            )
        if self._brief.start.state is not None and self._objects is None:
            raise ScriptError("a resumed trial must call gansearch.checkpointed before its first report; it did not")

    def take_arguments(self, accepted: frozenset[str] | None) -> dict[str, Setting]:
        """The parameters as arguments of the function that is called.

        Args:
            accepted: names of its arguments; None where it takes any.

        Raises:
            ScriptError: where it does not take one of them.
        """
        names = set(self._brief.parameters)
        unknown = sorted(set() if accepted is None else names - accepted)
        if unknown:
            raise ScriptError(f"the function must take every parameter of its search space; it does not take {unknown}")
        self._named |= names
        return dict(self._brief.parameters)


def _state_of(value: Any) -> Any:
    return value.state_dict() if hasattr(value, "state_dict") else value.get_state()


def _load(objects: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    if objects.keys() != state.keys():
        odd = ", ".join(sorted(objects.keys() ^ state.keys()))
        raise ScriptError(f"checkpointed must be given what the checkpoint holds; these differ: {odd}")
    for name, value in objects.items():
        if hasattr(value, "load_state_dict"):
            value.load_state_dict(state[name])
        else:
            value.set_state(state[name])
