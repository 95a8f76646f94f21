"""The counted products are those that torch's own counter sees, and running them runs just these."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.cases import Case, DcganCase, MlpCase, RingCase
from benchmarks.sides import peer_samples
from benchmarks.work import flops, parameter_bytes, penalty_flops, run, step_work

CASES: list[Case] = [MlpCase(width=8), RingCase(width=8), DcganCase(filters=2, batch_size=16)]


def counted(action: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        action()
    total: int = counter.get_total_flops()
    return total


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_plain_loops_products(case: Case) -> None:
    peer, real = case.peer(), peer_samples(case, 1)
    latents = torch.randn(len(real), peer.latent_size)

    assert flops(step_work(peer, real, needless=True)) == counted(lambda: peer.step(real, latents))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("needless", [True, False])
def test_running_the_work_runs_what_was_counted(case: Case, needless: bool) -> None:
    work = step_work(case.peer(), peer_samples(case, 1), needless=needless)

    assert counted(lambda: run(work)) == flops(work)
    assert counted(lambda: run(work, times=3)) == 3 * flops(work)


def test_what_a_plain_loop_throws_away_is_one_product_per_discriminator_layer() -> None:
    peer, real = MlpCase().peer(), peer_samples(MlpCase(), 1)

    thrown_away = flops(step_work(peer, real, needless=True)) - flops(step_work(peer, real, needless=False))

    assert thrown_away == 2 * 128 * (784 * 256 + 256)


def test_r1_needs_four_products_per_layer() -> None:
    real = torch.randn(128, 784, requires_grad=True)
    weights = [torch.randn(256, 784, requires_grad=True), torch.randn(1, 256, requires_grad=True)]

    def penalty() -> Tensor:
        scores = F.linear(F.leaky_relu(F.linear(real, weights[0]), 0.2), weights[1])
        (slope,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
        return slope.square().sum()

    per_layer = 2 * 128 * (784 * 256 + 256)
    graph = penalty()

    assert counted(penalty) == 2 * per_layer
    # torch takes one more product, of zeros: the slope of leaky_relu does not change with its input
    assert counted(lambda: torch.autograd.grad(graph, weights)) == pytest.approx(3 * per_layer, rel=0.01)
    assert penalty_flops(MlpCase().peer(), real) == 4 * per_layer


def test_bytes_are_passes_over_the_parameters() -> None:
    generator = 100 * 256 + 256 + 256 * 256 + 256 + 256 * 784 + 784
    discriminator = 784 * 256 + 256 + 256 + 1

    assert parameter_bytes(MlpCase().peer()) == 4 * (10 * generator + 12 * discriminator)
