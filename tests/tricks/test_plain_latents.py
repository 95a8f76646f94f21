"""What a trick does to latents is what an exported generator does to them."""

from __future__ import annotations

import pytest
import torch

from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Classes, Trick, tricks

WITH_PARAMETERS = {tricks.get("conditional_embedding")}
"""What these put behind the latents is learned: an expression of latents alone cannot say it."""


@pytest.mark.parametrize("cls", tuple(tricks), ids=lambda cls: cls.name)
def test_the_expression_is_the_hook(cls: type[Trick]) -> None:
    trick, lanes = cls(), FakeLanes(seeds=(0,))
    give_parameters(trick, lanes)
    expression, geometry = trick.plain_latents(lanes.sizes.geometry), lanes.sizes.geometry
    if cls in WITH_PARAMETERS:
        assert expression is None
        return
    assert expression is not None, f"{cls.__name__} overrides latents: it must override plain_latents too"
    latents = lanes.numbers("latents", (5, 4))
    classes = torch.zeros(1, 5, dtype=torch.int64) if trick.facts.needs_labels else None
    plain, hook = eval(expression, {"torch": torch, "latents": latents[0]}), trick.latents(lanes, latents, classes)[0]
    assert plain.shape == hook.shape
    assert plain.dtype == hook.dtype
    if trick.extra_latents(geometry):  # these are drawn, by torch's own generator
        plain, hook = plain[:, : lanes.latent_size], hook[:, : lanes.latent_size]
    torch.testing.assert_close(plain, hook)


def test_a_trick_that_changes_latents_and_says_nothing_has_no_expression() -> None:
    class Silent(Trick):
        def latents(self, lanes: object, latents: torch.Tensor, classes: Classes) -> torch.Tensor:
            return -latents

    assert Silent().plain_latents(FakeLanes().sizes.geometry) is None
