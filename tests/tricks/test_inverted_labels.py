"""Row 9 of the table of tricks: the null control."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gansearch.data import Data
from gansearch.gan.cross_entropy import cross_entropy
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks import Trick
from gansearch.tricks.inverted_labels import InvertedLabels
from gansearch.tricks.label_flips import LabelFlips
from gansearch.tricks.label_smoothing import LabelSmoothing

EPOCHS = 25
"""Of 4 steps."""
TURNED = {"mlp": ("output.weight", "output.bias"), "dcgan": ("linear.weight", "linear.bias")}
"""The discriminator's last layer."""
SAME = ("d_loss", "g_loss", "label_floor", "d_accuracy_real", "d_accuracy_fake", "d_label_accuracy", "d_grad_norm")
SCORES = ("real_score", "fake_score")


@pytest.mark.parametrize("target", [-0.2, 0.0, 0.15, 0.9, 1.2])
def test_a_target_of_the_one_is_its_mirror_image_of_the_other(target: float) -> None:
    scores = torch.linspace(-20, 20, 9, dtype=torch.float64)[None]
    turned = InvertedLabels().scores(FakeLanes(seeds=(0,)), scores, None, None)
    labels = torch.full_like(scores, target)
    torch.testing.assert_close(cross_entropy(turned, labels), cross_entropy(scores, 1 - labels), rtol=0, atol=1e-12)


def turned(pack: Pack, architecture: str) -> Pack:
    """The pack with the discriminator's last layer negated."""
    leaves = pack._training.discriminator.flat.leaves
    with torch.no_grad():
        for name in TURNED[architecture]:
            leaves[name].neg_()
    return pack


@pytest.mark.parametrize("architecture", ["mlp", "dcgan"])
@pytest.mark.parametrize(
    "others",
    [
        pytest.param((), id="alone"),
        pytest.param(
            (LabelSmoothing(real=0.7, real_range=0.5, fake_range=0.3, generator=True), LabelFlips(generator=0.05)),
            id="with other label tricks",
        ),
    ],
)
def test_the_trajectory_is_that_of_its_twin(others: tuple[Trick, ...], architecture: str, tiny_data: Data) -> None:
    plain = Pack([Lane(tiny_configuration(*others, architecture=architecture), 1)], tiny_data, dtype=torch.float64)
    configuration = tiny_configuration(InvertedLabels(), *others, architecture=architecture)
    inverted = turned(Pack([Lane(configuration, 1)], tiny_data, dtype=torch.float64), architecture)
    first = plain.sample(8, averaged=False)
    for _ in range(EPOCHS):
        expected, got = plain.train_epoch().lane(0), inverted.train_epoch().lane(0)
        for name in SAME + SCORES:
            np.testing.assert_allclose(got[name], expected[name], rtol=1e-5, atol=1e-6, err_msg=name)
    samples = plain.sample(8, averaged=False)
    torch.testing.assert_close(inverted.sample(8, averaged=False), samples, rtol=0, atol=1e-9)
    assert (samples - first).abs().max().item() > 1e-3
