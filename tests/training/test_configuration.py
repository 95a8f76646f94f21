"""What lanes of one pack must have in common, and in which order they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Configuration


def changed(player: str, **fields: Any) -> Configuration:
    tiny = tiny_configuration()
    return replace(tiny, **{player: replace(getattr(tiny, player), **fields)})


def test_the_signature_leaves_out_what_lanes_may_differ_in() -> None:
    signature = tiny_configuration().signature()

    assert changed("generator", layers=5, activation="gelu", dropout=0.5).signature() == signature
    assert changed("generator_optimizer", lr=0.1).signature() == signature
    assert changed("discriminator", width=9).signature() != signature


def test_what_a_mixed_field_implies_is_part_of_the_signature() -> None:
    signature = dict(tiny_configuration().signature())
    single = dict(changed("discriminator", layers=1).signature())

    assert {key: (value, single[key]) for key, value in signature.items() if value != single[key]} == {
        "discriminator.has_hidden_layers": (True, False)
    }


def test_lanes_stand_by_depth_then_by_activation_the_deepest_first() -> None:
    lanes = [
        changed("generator", layers=4),
        changed("generator", layers=2, activation="relu"),
        changed("generator", layers=2, activation="elu"),
        changed("discriminator", layers=3),
        changed("generator", layers=2, activation="leaky_relu", dropout=0.5),
    ]

    order = sorted(range(len(lanes)), key=lambda index: lanes[index].mixed_key())

    assert order == [0, 3, 2, 4, 1]
