"""A step as a straight line of operations: recorded once while it runs, then carried out without what led to them.

On a CPU a third of a small step is not arithmetic but bookkeeping: the automatic gradient, the hooks, views of tensors
that never move. The operations that reach torch's dispatcher are the same at every step, so they are noted with the
tensors that they were given. A tensor that an operation of the step made is made anew each time; any other one is taken
as it is: the pack's state, its data, the random numbers of the step, all of which stay where they are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from gansearch.errors import TrainingError
from gansearch.training.compilation import compiled
from gansearch.training.tape import Tape


@dataclass(frozen=True, eq=False)
class Program:
    """What a step did, to be done again."""

    run: Callable[[], None]
    written: Mapping[object, Tensor]
    """The tensors that outlive the step and that it changes, one of each storage."""


def recorded(step: Callable[[], None], is_drawn: Callable[[Tensor], bool]) -> Program:
    """Carry out ``step`` and return it as a program that does the same to what it finds.

    Args:
        step: reads and changes tensors that outlive it; which operations it takes must not depend on their numbers.
        is_drawn: whether random numbers are written into this tensor from outside before each run; drawing them is
            then no part of the program.

    Raises:
        TrainingError: where the step reads a number from a tensor, draws random numbers of its own, or takes what
            cannot be written down. The step itself has been carried out.
    """
    tape = Tape(is_drawn)
    with tape:
        step()
    if tape.objection is not None:
        raise TrainingError(tape.objection)
    try:
        return Program(compiled(tape.lines), tape.written)
    except Exception as error:  # whatever an operation of somebody's plug-in is not made for
        raise TrainingError(f"a step must be a line of operations; got {type(error).__name__}: {error}") from error
