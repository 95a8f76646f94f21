"""The functions that a user's own training loop calls: ``gansearch.parameters``, ``report`` and ``checkpointed``.

Outside a trial they check what they are given and do nothing, so that the script still runs alone as before. Nothing
heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gansearch.errors import ScriptError
from gansearch.records import Setting
from gansearch.trial.own_loop.arguments import (
    Samples,
    checked_epoch,
    checked_metrics,
    checked_objects,
    checked_samples,
    checked_signals,
    checked_step,
)

if TYPE_CHECKING:
    from gansearch.trial.own_loop.session import Session

_session: Session | None = None
"""The trial that this process runs; None outside a trial."""


class Parameters(dict[str, Any]):
    """Parameters by name, in the order in which they were given; also as attributes: ``p.lr``."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no parameter {name!r}; there are {', '.join(self)}") from None


def parameters(**defaults: Setting) -> Parameters:
    """The parameters of this trial.

    Args:
        defaults: every parameter that the loop has, with the value that it takes outside a trial and where the search
            space does not name it.

    Returns:
        The same names with the trial's values, in the same order: ``lr, width = gansearch.parameters(lr=2e-4,
        width=64).values()``.

    Raises:
        ScriptError: where the search space has a parameter that the loop does not name.
    """
    return Parameters(defaults if _session is None else _session.parameters(defaults))


def checkpointed(**objects: Any) -> int:
    """Name what the training consists of, before the loop: networks, optimizers, schedulers, random generators.

    At every evaluation they are written to the trial's checkpoint, together with the random states of Python, numpy
    and torch, CPU and CUDA. Where the trial is resumed, all of it is set to the checkpoint by this call. Evaluate at
    the end of an epoch: what a data loader has handed out of one that is not over is not kept.

    Args:
        objects: by names of your choice; each with ``state_dict`` and ``load_state_dict``, or a ``torch.Generator``.

    Returns:
        The step to go on from: 0 at first and outside a trial, the step of the checkpoint in a resumed trial.

    Raises:
        ScriptError: where an object has no state, it is called twice or after a report, or the checkpoint does not fit.
    """
    checked_objects(objects)
    return 0 if _session is None else _session.checkpointed(objects)


def report(
    step: int,
    signals: Mapping[str, Any],
    *,
    samples: Samples | None = None,
    metrics: Mapping[str, Any] | None = None,
    epoch: int | None = None,
) -> None:
    """Report what a training loop has done; with ``samples`` or ``metrics`` it is an evaluation.

    Args:
        step: generator updates done, from 1; the same as in the report before, or higher.
        signals: numbers by name, as Python numbers or 0-d tensors. Detectors read ``d_loss``, ``g_loss``,
            ``d_accuracy_real``, ``d_accuracy_fake``, ``d_grad_norm``, ``g_grad_norm``, ``image_grad_norm``,
            ``g_update_ratio``, ``fake_spread`` and ``real_spread``; any others are recorded. ``label_floor``, the least
            that d_loss can be (0 for hard labels), says that the losses are cross entropies. A value stands for all
            steps since the report before, so windows of detectors keep their meaning however often you report. The
            first report names all of them; where a later one leaves one out, its last value stands. A value that is no
            finite number ends the trial as diverged.
        samples: generated samples [n, *shape] in [-1, 1], at least 1,000 where they are measured against a data set;
            or a function from n to such a tensor, which is called without gradients, with n of at most 250 at a time
            and the same random numbers at every evaluation, and leaves the random states as they were.
        metrics: numbers of your own by name; one of them may be the objective.
        epoch: number of the epoch that ends here, from 1; by default evaluations are counted. It is what pruners,
            budgets and ``training.epochs`` count.

    Raises:
        ScriptError: where an argument cannot be used.
        TrialEnded: where the study has ended the trial, or lets it rest; it leaves the loop and needs no handling.
    """
    step, signals, epoch = checked_step(step), checked_signals(signals), checked_epoch(epoch)
    samples, own = checked_samples(samples), checked_metrics(metrics)
    if _session is not None:
        _session.report(step, signals, samples, own, epoch)


@contextmanager
def within(session: Session) -> Iterator[None]:
    """Let the functions speak to this trial."""
    global _session  # noqa: PLW0603 - a user's loop holds no object through which it could be told
    if _session is not None:
        raise ScriptError("one script must run at a time in a process; another one is still running")
    _session = session
    try:
        yield
    finally:
        _session = None
