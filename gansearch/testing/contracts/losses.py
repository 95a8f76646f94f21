"""What every loss must do, on random scores of small batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, autograd

from gansearch.gan import Loss
from gansearch.records import Facts
from gansearch.testing.contracts.declarations import check_declaration
from gansearch.testing.seeded import seeded_normal, seeded_uniform
from gansearch.testing.variants import stacked, structures, variants

BATCH = 12
SEEDS = (3, 4, 5)
TOLERANCE = 1e-12
PLAYERS = ("discriminator", "generator")


class Scored(NamedTuple):
    """Scores and the labels of real and fake samples, and those that the generator wants, all [K, B]."""

    real: Tensor
    fake: Tensor
    real_labels: Tensor
    fake_labels: Tensor
    labels: Tensor


def check_loss(cls: type[Loss]) -> None:
    """Everything that can be told of a loss without training."""
    check_declaration(cls)
    assert isinstance(cls.facts, Facts), f"{cls.__name__}.facts must be Facts; got {cls.facts!r}"
    facts = cls.facts
    assert facts.has_targets or not facts.is_probability_loss, f"{cls.__name__}: a cross entropy has targets"
    for structure in structures(cls):
        lanes = variants(cls, len(SEEDS), structure)
        scored = scored_samples(SEEDS, are_energies=facts.needs_energies)
        check_values(lanes, scored)
        check_gradients(lanes, scored)
        check_lanes_are_separate(lanes, scored)
        check_a_nan_stays_in_its_lane(lanes, scored)
        check_targets(lanes, scored)
        check_floor(lanes, scored)
        check_state(lanes, scored)


def scored_samples(seeds: Sequence[int], *, are_energies: bool) -> Scored:
    """Random scores, and smooth labels; lanes by their seeds."""
    real, fake = (seeded_normal(kind, seeds, (BATCH,)) for kind in ("real", "fake"))
    if are_energies:
        real, fake = real.abs(), fake.abs()
    noise = [seeded_uniform(f"{kind} labels", seeds, (BATCH,)) * 0.3 for kind in ("real", "fake", "wanted")]
    return Scored(real, fake, 1 - noise[0], noise[1], 1 - noise[2])


def check_values(lanes: Sequence[Loss], scored: Scored) -> None:
    """Both losses are one finite number a lane, and what is said of a score is yes or no."""
    loss = _loss(lanes)
    for player, values in zip(PLAYERS, _losses(loss, scored), strict=True):
        assert values.shape == (len(lanes),), f"{loss}: the {player}'s loss must be [K]; got {tuple(values.shape)}"
        assert bool(values.isfinite().all()), f"{loss}: the {player}'s loss must be finite; got {values.tolist()}"
    said = loss.says_real(scored.real)
    assert said.dtype == torch.bool, f"{loss}: says_real must be a truth value; got {said.dtype}"
    assert said.shape == scored.real.shape, f"{loss}: says_real must be [K, B]; got {tuple(said.shape)}"


def check_gradients(lanes: Sequence[Loss], scored: Scored) -> None:
    """Every lane's discriminator learns from real scores and its generator from fake ones; no slope is not finite."""
    loss = _loss(lanes)
    scores = [scores.clone().requires_grad_() for scores in scored[:2]]
    for index, values in enumerate(_losses(loss, _with(scored, scores))):
        player = PLAYERS[index]
        slopes = autograd.grad(values.sum(), scores, allow_unused=True)
        for slope in slopes:
            assert slope is None or bool(slope.isfinite().all()), f"{loss}: the {player}'s slopes must be finite"
        own = slopes[index]
        learns = own is not None and bool((own != 0).any(1).all())
        assert learns, f"{loss}: the {player}'s loss must have a gradient in every lane; got {own}"


def check_lanes_are_separate(lanes: Sequence[Loss], scored: Scored) -> None:
    """A lane beside others gives what it gives alone."""
    together = _told(lanes, scored)
    for lane, own in enumerate(lanes):
        alone = _told([own], Scored(*(tensor[lane : lane + 1] for tensor in scored)))
        for name, values in together.items():
            gap = (values[lane] - alone[name][0]).nan_to_num().abs().max().item()
            assert gap <= TOLERANCE, f"{own}: {name} of a lane alone and in a pack must be equal; got a gap of {gap}"


def check_a_nan_stays_in_its_lane(lanes: Sequence[Loss], scored: Scored) -> None:
    """Where one lane's scores are NaN its losses are, and those of no other lane."""
    broken = [scores.clone() for scores in scored[:2]]
    for scores in broken:
        scores[1, 0] = torch.nan
    expected = [lane == 1 for lane in range(len(lanes))]
    for values in _losses(_loss(lanes), _with(scored, broken)):
        found = values.isnan().tolist()
        assert found == expected, f"{lanes[0]}: a NaN of lane 1 must be in its losses alone; got {found}"


def check_targets(lanes: Sequence[Loss], scored: Scored) -> None:
    """Labels change the losses of what has targets, and no others."""
    loss = _loss(lanes)
    moved = scored._replace(
        real_labels=scored.real_labels - 0.1, fake_labels=scored.fake_labels + 0.1, labels=scored.labels - 0.1
    )
    for player, before, after in zip(PLAYERS, _losses(loss, scored), _losses(loss, moved), strict=True):
        has_targets = not torch.equal(before, after)
        rule = f"{loss}: the fact has_targets must say whether labels change the {player}'s loss"
        assert has_targets == loss.facts.has_targets, (
            f"{rule}; got {loss.facts.has_targets}, which they do not bear out"
        )


def check_floor(lanes: Sequence[Loss], scored: Scored) -> None:
    """No discriminator that cannot see what label a sample has is below the floor, where there is one."""
    loss = _loss(lanes)
    # Labels as they are with one score for all; and labels that are all equal with any scores.
    constant = [scores.mean(1, keepdim=True).expand(-1, BATCH) for scores in scored[:2]]
    equal = [labels.mean(1, keepdim=True).expand(-1, BATCH) for labels in scored[2:]]
    for case in (_with(scored, constant), Scored(*scored[:2], *equal)):
        floor = loss.floor(real_labels=case.real_labels, fake_labels=case.fake_labels)
        assert floor.shape == (len(lanes),), f"{loss}: the floor must be [K]; got {tuple(floor.shape)}"
        values = _losses(loss, case)[0]
        is_below = values < floor - TOLERANCE  # never where the floor is NaN
        assert not bool(is_below.any()), f"{loss}: the loss must not be below the floor {floor}; got {values}"


def check_state(lanes: Sequence[Loss], scored: Scored) -> None:
    """What changes is one finite number a lane, changed in place; the loss is told it by ``at`` and keeps none."""
    loss: Loss = stacked(lanes)
    state = loss.initial_state()
    if not state:
        assert loss.at(state) is loss, f"{loss}: without a state, at must give the loss itself"
        return
    first = {name: tensor.clone() for name, tensor in state.items()}
    again = dict(state)
    loss.move(state, real=scored.real, fake=scored.fake)
    for name, tensor in state.items():
        assert tensor is again[name], f"{loss}: move must change {name} in place"
        assert tensor.shape == (len(lanes),), f"{loss}: {name} must be [K]; got {tuple(tensor.shape)}"
        assert bool(tensor.isfinite().all()), f"{loss}: {name} must be finite; got {tensor.tolist()}"
        assert torch.equal(loss.initial_state()[name], first[name]), f"{loss}: {name} must lie in the state alone"
    assert type(loss.at(state)) is type(loss), f"{loss}: at must give a loss of its kind; got {loss.at(state)}"


def _loss(lanes: Sequence[Loss]) -> Loss:
    loss: Loss = stacked(lanes)
    return loss.at(loss.initial_state())


def _losses(loss: Loss, scored: Scored) -> tuple[Tensor, Tensor]:
    """The discriminator's and the generator's loss."""
    discriminator = loss.discriminator(
        real=scored.real, fake=scored.fake, real_labels=scored.real_labels, fake_labels=scored.fake_labels
    )
    if loss.is_paired:
        return discriminator, loss.paired_generator(real=scored.real, fake=scored.fake)
    return discriminator, loss.generator(fake=scored.fake, labels=scored.labels)


def _told(lanes: Sequence[Loss], scored: Scored) -> dict[str, Tensor]:
    """Everything that a loss tells, [K, ...] by name; NaN where there is no floor."""
    whole: Loss = stacked(lanes)
    state = dict(whole.initial_state())
    whole.move(state, real=scored.real, fake=scored.fake)
    loss = whole.at(state)
    discriminator, generator = _losses(loss, scored)
    return {
        "discriminator": discriminator,
        "generator": generator,
        "says_real": loss.says_real(scored.fake).to(scored.fake.dtype),
        "floor": loss.floor(real_labels=scored.real_labels, fake_labels=scored.fake_labels),
        **state,
    }


def _with(scored: Scored, scores: Sequence[Tensor]) -> Scored:
    return scored._replace(real=scores[0], fake=scores[1])
