from __future__ import annotations

import pytest
import torch
from torch_fidelity import metric_isc

from gansearch.metrics.inception_score import InceptionScore
from gansearch.testing.measured import normal, of_classes, of_probabilities


def score(probabilities: torch.Tensor) -> float:
    fake = of_probabilities(probabilities)
    return InceptionScore().measure(real=fake, fake=fake)


@pytest.mark.parametrize("classes", [2, 10])
def test_sure_and_even_is_the_number_of_classes(classes: int) -> None:
    fake = of_classes(list(range(classes)) * 7, classes)
    assert InceptionScore().measure(real=fake, fake=fake) == pytest.approx(classes, rel=1e-12)


def test_one_answer_for_all_is_one() -> None:
    assert score(torch.tensor([[0.7, 0.2, 0.1]]).repeat(50, 1)) == pytest.approx(1.0, abs=1e-12)
    one_class = of_classes([3] * 20, 10)
    assert InceptionScore().measure(real=one_class, fake=one_class) == pytest.approx(1.0, abs=1e-12)


def test_agrees_with_torch_fidelity() -> None:
    logits = normal(0, 500, 10, scale=3.0).double()
    theirs = metric_isc.isc_features_to_metric(logits, splits=1)["inception_score_mean"]
    assert score(logits.softmax(1)) == pytest.approx(theirs, rel=1e-9)
