"""The weight of fakes: its closed form, its bounds, and where it settles."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.gan import Loss, losses
from gansearch.gan.boundary_equilibrium import BoundaryEquilibrium
from gansearch.testing.variants import stacked
from tests.gan.fixed_scores import FAKE, REAL, discriminator_loss, generator_loss, mean_of


def pack(*lanes: dict[str, float]) -> Loss:
    loss: Loss = stacked([BoundaryEquilibrium(**lane) for lane in lanes])
    return loss


def constant(*errors: float) -> Tensor:
    return torch.tensor(errors, dtype=torch.float64)[:, None].expand(-1, 4)


def test_it_is_found_and_needs_energies() -> None:
    assert losses.get("boundary_equilibrium") is BoundaryEquilibrium
    assert BoundaryEquilibrium.facts.needs_energies
    assert not BoundaryEquilibrium.facts.has_targets


@pytest.mark.parametrize("k", [0.0, 0.25, 1.0])
def test_closed_forms(k: float) -> None:
    of_real, of_fake = mean_of(lambda s: s, REAL), mean_of(lambda s: s, FAKE)
    expected = [real - k * fake for real, fake in zip(of_real, of_fake, strict=True)]

    assert discriminator_loss(BoundaryEquilibrium(k=k)).tolist() == pytest.approx(expected, abs=1e-12)
    assert generator_loss(BoundaryEquilibrium(k=k)).tolist() == pytest.approx(of_fake, abs=1e-12)


def test_the_weight_moves_by_its_closed_form() -> None:
    loss = pack({"gamma": 0.5, "rate": 1e-3}, {"gamma": 0.7, "rate": 0.1, "k": 0.25})
    state = loss.initial_state()
    real, fake = constant(2.0, 1.0), constant(0.4, 0.9)

    moved = []
    for _ in range(3):
        loss.move(state, real=real, fake=fake)
        moved.append(state["k"].tolist())

    assert loss.initial_state()["k"].tolist() == [0.0, 0.25]
    expected = [[step * 1e-3 * (0.5 * 2.0 - 0.4), 0.25 + step * 0.1 * (0.7 - 0.9)] for step in (1, 2, 3)]
    for got, wanted in zip(moved, expected, strict=True):
        assert got == pytest.approx(wanted, abs=1e-12)


def test_it_stays_between_0_and_1() -> None:
    loss = pack({"rate": 1.0, "k": 0.5}, {"rate": 1.0, "k": 0.5})
    state = loss.initial_state()

    loss.move(state, real=constant(9.0, 0.0), fake=constant(0.0, 9.0))

    assert state["k"].tolist() == [1.0, 0.0]


def test_the_loss_is_told_its_weight() -> None:
    loss = pack({}, {})
    state = {"k": torch.tensor([0.0, 0.5], dtype=torch.float64)}
    labels = torch.ones_like(REAL)

    got = loss.at(state).discriminator(real=REAL, fake=FAKE, real_labels=labels, fake_labels=labels)

    torch.testing.assert_close(got, REAL.mean(1) - state["k"] * FAKE.mean(1), rtol=0, atol=1e-12)
    assert loss.at(state).initial_state()["k"] is not state["k"]


def test_it_rests_where_the_errors_of_fakes_are_gamma_times_those_of_real_samples() -> None:
    loss = pack({"gamma": 0.5, "k": 0.3}, {"gamma": 0.7, "k": 0.3})
    state = loss.initial_state()

    loss.move(state, real=constant(2.0, 2.0), fake=constant(1.0, 1.4))

    assert state["k"].tolist() == pytest.approx([0.3, 0.3], abs=1e-15)


def test_a_nan_reaches_no_other_lanes_weight() -> None:
    loss = pack({}, {})
    state = loss.initial_state()

    loss.move(state, real=constant(float("nan"), 2.0), fake=constant(1.0, 0.5))

    assert state["k"].isnan().tolist() == [True, False]


def test_it_has_no_floor_and_tells_single_samples_not_apart() -> None:
    labels = torch.ones_like(REAL)

    assert bool(BoundaryEquilibrium().floor(real_labels=labels, fake_labels=labels).isnan().all())
    assert bool(BoundaryEquilibrium().says_real(FAKE).all())
