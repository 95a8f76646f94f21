"""Both sides of a case have the same networks, and the data have the right form."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from benchmarks.agreement import in_layer_order
from benchmarks.cases import Case, DcganCase, MlpCase, RingCase
from benchmarks.sides import Setting, ours, peer_samples, plain

CASES: list[Case] = [MlpCase(), RingCase(width=64), RingCase(width=128), DcganCase(filters=16), DcganCase(filters=64)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_sides_have_as_many_parameters(case: Case) -> None:
    peer, geometry = case.peer(), case.dataset().geometry
    modules = [network.build(geometry) for network in case.networks()]

    for network, module in zip((peer.generator, peer.discriminator), modules, strict=True):
        shapes = [tuple(parameter.shape) for parameter in network.parameters()]
        assert [parameter.shape for parameter in in_layer_order(module.parameters)] == shapes


def test_names_tell_cases_apart() -> None:
    names = [case.name for case in (*CASES, MlpCase(dropout=0.0), MlpCase().with_r1())]

    assert len(set(names)) == len(names)
    assert MlpCase().with_r1().name == "mlp 256, dropout 0.3 +R1"


def test_an_epoch_has_the_steps_that_were_asked_for() -> None:
    case = MlpCase(width=8, batch_size=16)
    data = case.data(3)

    assert data.train.values.dtype == torch.uint8
    assert tuple(data.train.values.shape) == (48, 1, 28, 28)
    assert ours(case, 3, 2, Setting()).train_epoch().values.shape[::2] == (2, 3)


def test_lanes_have_seeds_of_their_own() -> None:
    assert [lane.seed for lane in MlpCase().lanes(3)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("case", "shape"), [(MlpCase(), (256, 784)), (RingCase(), (256, 2)), (DcganCase(), (256, 1, 28, 28))]
)
def test_the_peer_gets_floats_in_its_own_form(case: Case, shape: tuple[int, ...]) -> None:
    samples = peer_samples(case, 2)

    assert samples.dtype == torch.float32
    assert tuple(samples.shape) == shape
    if case.dataset().geometry.bounded:
        assert -1 <= samples.min().item() < -0.9
        assert 0.9 < samples.max().item() <= 1


def test_the_plain_side_trains_an_epoch() -> None:
    seen: list[nn.Module] = []
    epoch = plain(MlpCase(width=8, batch_size=16), 2, Setting())
    handle = nn.modules.module.register_module_forward_hook(lambda module, *_: seen.append(module))
    epoch()
    handle.remove()

    assert sum(isinstance(module, nn.Tanh) for module in seen) == 2
