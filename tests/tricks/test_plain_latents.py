"""What a trick does to latents is what an exported generator does to them."""

from __future__ import annotations

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Trick, tricks


@pytest.mark.parametrize("cls", tuple(tricks), ids=lambda cls: cls.name)
def test_the_expression_is_the_hook(cls: type[Trick]) -> None:
    trick, lanes = cls(), FakeLanes(seeds=(0,))
    expression = trick.plain_latents()
    assert expression is not None, f"{cls.__name__} overrides latents: it must override plain_latents too"
    latents = lanes.numbers("latents", (5, 4))
    plain = eval(expression, {"torch": torch, "latents": latents[0]})
    torch.testing.assert_close(plain, trick.latents(lanes, latents)[0])


def test_a_trick_that_changes_latents_and_says_nothing_has_no_expression() -> None:
    class Silent(Trick):
        def latents(self, lanes: object, latents: torch.Tensor) -> torch.Tensor:
            return -latents

    assert Silent().plain_latents() is None
