"""The peers stand alone: what a user of PyTorch would write, with nothing of this project in it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import torch
from torch import nn

import benchmarks.peers
from benchmarks.cases import Case, DcganCase, MlpCase, RingCase
from benchmarks.sides import peer_samples

SEARCHES = {"digits", "digits_loop", "digits_tune", "idle_search", "sleeping_search"}
"""Looked at by the tests of ``search_wall`` and of ``search_overhead``."""
FILES = [path for path in sorted(Path(benchmarks.peers.__path__[0]).glob("[!_]*.py")) if path.stem not in SEARCHES]
CASES: list[Case] = [MlpCase(width=8, batch_size=16), RingCase(width=8), DcganCase(filters=2, batch_size=16)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_peer_imports_torch_and_the_standard_library(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    imported += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    assert {name.split(".")[0] for name in imported} <= {"__future__", "collections", "itertools", "torch"}


def test_there_are_three() -> None:
    assert [path.stem for path in FILES] == ["dcgan", "mlp", "ring"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_epoch_changes_every_parameter_with_whole_batches_only(case: Case) -> None:
    peer = case.peer()
    before = [parameter.detach().clone() for parameter in parameters(peer.generator, peer.discriminator)]
    samples = peer_samples(case, 3)[:-1]
    batches = [0]
    peer.discriminator.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))

    peer.epoch(samples)

    after = parameters(peer.generator, peer.discriminator)
    assert all(not torch.equal(old, new) for old, new in zip(before, after, strict=True))
    assert batches == [0, *[case.batch_size] * 6]  # two steps of three passes each


def test_dropout_is_left_out_where_it_is_zero() -> None:
    with_dropout, without = MlpCase(width=8).peer(), MlpCase(width=8, dropout=0.0).peer()

    assert [kinds(network).count("Dropout") for network in (with_dropout.generator, with_dropout.discriminator)] == [
        2,
        1,
    ]
    assert "Dropout" not in kinds(without.generator) + kinds(without.discriminator)


@pytest.mark.parametrize("case", [MlpCase(width=8, batch_size=16), DcganCase(filters=2, batch_size=16)])
def test_bfloat16_keeps_the_parameters_in_single_precision(case: Case) -> None:
    peer = case.with_r1().peer(autocast=True)
    d_loss, g_loss = peer.step(peer_samples(case, 1), torch.randn(16, 100))

    assert bool(d_loss.isfinite())
    assert bool(g_loss.isfinite())
    assert {parameter.dtype for parameter in parameters(peer.generator, peer.discriminator)} == {torch.float32}


def test_the_ring_has_neither_bfloat16_nor_r1() -> None:
    with pytest.raises(ValueError, match="neither bfloat16 nor R1"):
        RingCase().peer(autocast=True)
    with pytest.raises(ValueError, match="neither bfloat16 nor R1"):
        RingCase().with_r1().peer()


def parameters(*networks: nn.Module) -> list[nn.Parameter]:
    return [parameter for network in networks for parameter in network.parameters()]


def kinds(network: nn.Sequential) -> list[str]:
    return [type(layer).__name__ for layer in network]
