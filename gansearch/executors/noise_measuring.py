"""Has the noise floor of a study's metrics measured where the driver runs, once for each moment."""

from __future__ import annotations

from collections.abc import Callable

import torch

from gansearch.errors import GansearchError
from gansearch.metrics.evaluator import Moment
from gansearch.metrics.noise_floor import REPEATS, noise_floors
from gansearch.study import Study
from gansearch.study.noise_floor import has_noise_floor, write_noise_floor
from gansearch.trial.context import TrialContext
from gansearch.trial.failure import reason_of
from gansearch.trial.workbench import open_workbench

OF_A_METRIC = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What a metric of the user's own may raise."""


def keep_noise_floor(study: Study, context: TrialContext, moment: Moment, say: Callable[[str], None]) -> None:
    """Measure the floor of a moment and keep it with the study, where it is not there yet.

    It takes as long as some evaluations of real samples, once per data set on a machine: it is kept by content, too. A
    study without a data set has none; and where it cannot be measured, the study goes on without it.
    """
    settings = study.space.settings(study.space.default_parameters())
    if "dataset.name" not in settings or has_noise_floor(study.storage, moment):
        return
    torch.set_num_threads(context.threads)  # as for trials: features have the bits that they have there
    try:
        floors = noise_floors(open_workbench(settings, context).evaluator, moment, REPEATS[moment])
        write_noise_floor(study.storage, moment, floors)
    except (GansearchError, MemoryError, *OF_A_METRIC) as error:
        say(f"the noise floor of the metrics is not known: {reason_of(error)}")
