"""Virtual batch normalisation: what a sample depends on, the reference batch, and the two readings."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, autograd

from gansearch.gan import Parameter
from gansearch.gan.dcgan import DcganGenerator
from gansearch.gan.mlp import MlpGenerator
from gansearch.gan.normalisation import EPSILON, batch_norm
from gansearch.gan.virtual_batch import (
    LATENTS,
    VirtualBatchNormalisation,
    WithoutReference,
    WithReference,
    virtual_batch_norm,
)
from gansearch.records import Geometry
from gansearch.testing.seeded import seeded_normal

LANES, CHANNELS, REFERENCE, BATCH = 3, 4, 6, 5
FORMS = [(), (3, 2)]
"""Vectors and images."""


def numbers(lanes: int, form: tuple[int, ...], reference: int = REFERENCE) -> tuple[Tensor, Tensor, Tensor]:
    """A reference batch and a batch, scale and shift."""
    seeds = range(lanes)
    inputs = torch.cat(
        [seeded_normal(name, seeds, (count, CHANNELS, *form)) for name, count in (("a", reference), ("b", BATCH))], 1
    )
    return 2 * inputs + 1, seeded_normal("scale", seeds, (CHANNELS,)), seeded_normal("shift", seeds, (CHANNELS,))


def standard(inputs: Tensor, union: bool, reference: int = REFERENCE) -> Tensor:
    """Without scale and shift."""
    ones = torch.ones(len(inputs), inputs.shape[2], dtype=inputs.dtype)
    return virtual_batch_norm(inputs, ones, torch.zeros_like(ones), reference=reference, union=union)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lanes", [1, LANES])
def test_a_sample_is_normalised_by_the_reference_batch_and_itself(form: tuple[int, ...], lanes: int) -> None:
    inputs, scale, shift = numbers(lanes, form)

    got = virtual_batch_norm(inputs, scale, shift, reference=REFERENCE, union=False)

    for sample in range(REFERENCE, REFERENCE + BATCH):
        both = torch.cat([inputs[:, :REFERENCE], inputs[:, sample : sample + 1]], 1)
        expected = batch_norm(both, scale, shift)[:, -1]
        torch.testing.assert_close(got[:, sample], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lanes", [1, LANES])
def test_a_sample_is_normalised_by_the_union_of_both_batches(form: tuple[int, ...], lanes: int) -> None:
    inputs, scale, shift = numbers(lanes, form)

    got = virtual_batch_norm(inputs, scale, shift, reference=REFERENCE, union=True)

    expected = batch_norm(inputs, scale, shift)
    torch.testing.assert_close(got[:, REFERENCE:], expected[:, REFERENCE:], rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("union", [False, True])
def test_the_reference_batch_has_mean_0_and_variance_1(form: tuple[int, ...], union: bool) -> None:
    inputs, *_ = numbers(LANES, form)
    dims = (1, *range(3, inputs.ndim))

    known = standard(inputs, union)[:, :REFERENCE]

    variance = inputs[:, :REFERENCE].var(dims, correction=0)
    torch.testing.assert_close(known.mean(dims), torch.zeros(LANES, CHANNELS).double(), rtol=0, atol=1e-12)
    torch.testing.assert_close(known.var(dims, correction=0), variance / (variance + EPSILON), rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_only_the_papers_reading_is_independent_of_batch_mates(form: tuple[int, ...]) -> None:
    inputs, scale, shift = numbers(LANES, form)
    changed = inputs.clone()
    changed[:, REFERENCE] *= -3

    def moved(apply: object) -> bool:
        one, other = (apply(each)[:, REFERENCE + 1 :] for each in (inputs, changed))  # type: ignore[operator]
        return not torch.equal(one, other)

    assert not moved(lambda each: standard(each, union=False))
    assert moved(lambda each: standard(each, union=True))
    assert moved(lambda each: batch_norm(each, scale, shift))


def test_with_a_larger_reference_batch_the_union_comes_nearer_to_it() -> None:
    gaps = []
    for reference in (16, 128, 1024):
        inputs, *_ = numbers(LANES, (), reference)
        inputs[:, reference:] += 2
        known, new = inputs[:, :reference], inputs[:, reference:]
        alone = (new - known.mean(1, True)) * torch.rsqrt(known.var(1, correction=0, keepdim=True) + EPSILON)
        gaps.append((standard(inputs, True, reference)[:, reference:] - alone).abs().max().item())

    assert gaps[0] > 3 * gaps[1] > 9 * gaps[2] > 0


@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_a_lane_is_as_it_is_alone_in_two_derivatives(form: tuple[int, ...], union: bool) -> None:
    layer = VirtualBatchNormalisation("norm.0", CHANNELS, REFERENCE, union)

    def derivatives(leaves: tuple[Tensor, ...]) -> list[Tensor]:
        leaves = tuple(leaf.detach().requires_grad_() for leaf in leaves)
        output = layer({"norm.0.scale": leaves[1], "norm.0.shift": leaves[2]}, leaves[0], None)
        first = autograd.grad((output**3).sum(), leaves, create_graph=True)
        return [output, *first, *autograd.grad(first[0].square().sum(), leaves)]

    together = numbers(LANES, form)
    got = derivatives(together)

    for lane in range(LANES):
        alone = derivatives(tuple(leaf[lane : lane + 1] for leaf in together))
        for ours, theirs in zip(got, alone, strict=True):
            torch.testing.assert_close(ours[lane], theirs[0], rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("union", [False, True])
def test_a_nan_stays_in_its_lane(union: bool) -> None:
    inputs, *_ = numbers(LANES, (3, 2))
    inputs[1, 0] = float("nan")

    output = standard(inputs, union)

    assert output[1].isnan().any()
    assert output[[0, 2]].isfinite().all()


def test_the_reference_batch_is_frozen_latents_in_front_of_the_batch() -> None:
    before, after = WithReference(REFERENCE, 2), WithoutReference(REFERENCE)
    kept, latents = seeded_normal("kept", range(LANES), (REFERENCE, 2)), seeded_normal("z", range(LANES), (BATCH, 2))

    together = before({LATENTS: kept}, latents, None)

    assert before.parameters == (Parameter("reference.latents", (REFERENCE, 2), 1, is_frozen=True, is_latents=True),)
    assert torch.equal(together[:, :REFERENCE], kept)
    assert torch.equal(after({}, together, None), latents)


@pytest.mark.parametrize(
    ("normalisation", "couples"), [("virtual_batch", False), ("virtual_batch_union", True), ("batch", True)]
)
@pytest.mark.parametrize("kind", [MlpGenerator, DcganGenerator])
def test_a_generators_output_depends_on_batch_mates_as_its_facts_say(
    kind: type[MlpGenerator] | type[DcganGenerator], normalisation: str, couples: bool
) -> None:
    geometry = Geometry((1, 8, 8), bounded=True, classes=0)
    size = {"width": 8} if kind is MlpGenerator else {"filters": 4}
    network = kind(latent_size=3, normalisation=normalisation, reference_size=8, **size)  # type: ignore[arg-type]
    module = network.build(geometry)
    values = {
        each.name: seeded_normal(each.name, range(2), each.shape) / each.fan_in**0.5 for each in module.parameters
    }
    latents = seeded_normal("latents", range(2), (BATCH, 3))
    changed = latents.clone()
    changed[:, 0] += 1

    gap = (module(values, latents, None) - module(values, changed, None))[:, 1:].abs().max().item()

    assert network.facts.couples_batch is couples
    assert (gap > 1e-6) is couples
    assert couples or gap <= 1e-12
