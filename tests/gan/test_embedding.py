"""Lane-wise embeddings: torch's own table in every lane."""

from __future__ import annotations

import torch
from torch import Tensor, autograd, nn

from gansearch.gan.embedding import Embedding, embedding

LANES, BATCH, CLASSES, FEATURES = 3, 6, 4, 5


def table() -> Tensor:
    stream = torch.Generator().manual_seed(0)
    return torch.randn(LANES, CLASSES, FEATURES, dtype=torch.float64, generator=stream).requires_grad_()


def labels() -> Tensor:
    return torch.tensor([[0, 1, 1, 3, 3, 3], [2, 2, 2, 2, 2, 2], [3, 0, 1, 2, 0, 0]])


def test_each_lane_is_torchs_own_layer() -> None:
    weight = table()

    got = embedding(weight, labels())
    (slopes,) = autograd.grad(got.square().sum(), weight)

    for lane in range(LANES):
        alone = nn.Embedding(CLASSES, FEATURES, _weight=weight[lane].detach().clone())
        expected = alone(labels()[lane])
        assert torch.equal(got[lane], expected)
        (theirs,) = autograd.grad(expected.square().sum(), alone.weight)
        torch.testing.assert_close(slopes[lane], theirs, rtol=1e-12, atol=1e-12)


def test_rows_that_no_label_names_get_no_gradient() -> None:
    weight = table()

    (slopes,) = autograd.grad(embedding(weight, labels()).sum(), weight)

    counts = torch.tensor([[1, 2, 0, 3], [0, 0, 6, 0], [3, 1, 1, 1]])
    assert torch.equal(slopes, counts[..., None].expand(-1, -1, FEATURES).double())


def test_it_is_differentiable_twice() -> None:
    weight = table()

    (first,) = autograd.grad((embedding(weight, labels()) ** 3).sum(), weight, create_graph=True)
    (second,) = autograd.grad(first.sum(), weight)

    counts = torch.stack([torch.bincount(row, minlength=CLASSES) for row in labels()])
    torch.testing.assert_close(second, 6 * weight.detach() * counts[..., None], rtol=1e-12, atol=1e-12)


def test_a_nan_stays_in_its_lane() -> None:
    weight = table()
    with torch.no_grad():
        weight[1] = float("nan")

    output = embedding(weight, labels())
    (slopes,) = autograd.grad(output.square().sum(), weight)

    assert output[1].isnan().all()
    assert output[[0, 2]].isfinite().all()
    assert slopes[[0, 2]].isfinite().all()


def test_a_layer_says_its_parameter_and_applies_it() -> None:
    layer = Embedding("classes", CLASSES, FEATURES)
    (weight,) = layer.parameters

    assert (weight.name, weight.shape, weight.fan_in) == ("classes.weight", (CLASSES, FEATURES), 1)
    assert torch.equal(layer({"classes.weight": table()}, labels()), embedding(table(), labels()))
