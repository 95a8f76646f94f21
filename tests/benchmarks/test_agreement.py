"""The peers do the same maths: under equal numbers their losses are ours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from benchmarks.agreement import Agreement, agreement, record, replay
from benchmarks.cases import Case, DcganCase, MlpCase, Peer, RingCase
from gansearch.training import Pack

STEPS = 25

CASES: list[Case] = [
    MlpCase(width=16, batch_size=16),
    MlpCase(width=16, batch_size=16, dropout=0.0),
    MlpCase(width=16, batch_size=16).with_r1(),
    RingCase(width=16, batch_size=16),
    DcganCase(filters=4, batch_size=8),
    DcganCase(filters=4, batch_size=8, dropout=0.0),
    DcganCase(filters=4, batch_size=8).with_r1(),
]


@dataclass(frozen=True, kw_only=True)
class OtherRate(MlpCase):
    """A peer that learns at another rate."""

    def peer(self, *, fused: bool | None = None, autocast: bool = False, device: torch.device | str = "cpu") -> Peer:
        peer = super().peer(fused=fused, autocast=autocast, device=device)
        optimizer: torch.optim.Optimizer = peer.d_optimizer  # type: ignore[attr-defined]
        optimizer.param_groups[0]["lr"] *= 1.01
        return peer


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}, dropout {getattr(case, 'dropout', 0)}")
def test_the_losses_agree_in_float64(case: Case) -> None:
    found = agreement(case, STEPS)

    assert found.steps == STEPS
    assert 0 <= found.d_loss < 1e-9
    assert 0 <= found.g_loss < 1e-9


def test_the_losses_move_while_they_agree() -> None:
    recorded = record(CASES[0], STEPS)

    assert len(recorded.d_losses) == len(recorded.g_losses) == len(recorded.latents) == len(recorded.real) == STEPS
    assert recorded.d_losses[0].dtype == torch.float64
    assert abs(recorded.d_losses[0] - recorded.d_losses[-1]).item() > 0.01


def test_another_learning_rate_is_seen() -> None:
    found = agreement(OtherRate(width=16, batch_size=16), STEPS)

    assert found.worst > 1e-6


def test_the_worst_is_the_larger_difference() -> None:
    assert Agreement(1, 0.5, 0.25).worst == Agreement(1, 0.25, 0.5).worst == 0.5


@pytest.mark.parametrize("case", CASES[:1] + CASES[4:5], ids=lambda case: case.name)
def test_recording_changes_nothing(case: Case) -> None:
    told = Pack(case.lanes(1), case.data(5), dtype=torch.float64).train_epoch().lane(0)
    recorded = record(case, 5)

    assert torch.stack(recorded.d_losses).numpy().astype(np.float32).tolist() == told["d_loss"].tolist()
    assert torch.stack(recorded.g_losses).numpy().astype(np.float32).tolist() == told["g_loss"].tolist()


def test_the_real_samples_and_masks_are_those_of_each_step() -> None:
    case = MlpCase(width=16, batch_size=16)
    recorded = record(case, 3)

    assert [tuple(real.shape) for real in recorded.real] == [(16, 1, 28, 28)] * 3
    assert len({real.sum().item() for real in recorded.real}) == 3
    passes = [torch.cat(masks) for masks in recorded.masks["discriminator"].values()]
    assert [len(masks) for masks in passes] == [3 * 3 * 16]  # real, fake, and fake in the generator's update
    assert len(replay(case, recorded)) == 3
