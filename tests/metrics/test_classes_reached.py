from __future__ import annotations

from math import isnan

import torch

from gansearch.metrics import Measured
from gansearch.metrics.classes_reached import ClassesReached
from gansearch.testing.measured import of_classes


def reached(labels: list[int], classes: int = 10) -> float:
    fake = of_classes(labels, classes)
    return ClassesReached().value(real=fake, fake=fake)


def test_one_sample_is_enough() -> None:
    assert reached([0] * 500 + [1, 7]) == 3


def test_all_and_one() -> None:
    assert reached(list(range(10))) == 10
    assert reached([4]) == 1


def test_as_many_as_different_labels() -> None:
    labels = torch.randint(0, 1000, (700,), generator=torch.Generator().manual_seed(0)).tolist()
    assert reached(labels, 1000) == len(set(labels))


def test_no_samples_have_no_value() -> None:
    nothing = Measured(None, torch.zeros(0, 1), torch.zeros(0, 4))
    assert isnan(ClassesReached().value(real=nothing, fake=nothing))
