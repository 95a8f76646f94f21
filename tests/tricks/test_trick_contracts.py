"""Every trick in the package keeps the contracts; a new one is covered as soon as its file exists."""

from __future__ import annotations

import pytest

from gansearch.testing.contracts import check_trick, check_trick_in_packs
from gansearch.tricks import Trick, tricks


@pytest.mark.parametrize("cls", tuple(tricks), ids=lambda cls: cls.name)
def test_hooks(cls: type[Trick]) -> None:
    check_trick(cls)


@pytest.mark.parametrize("cls", tuple(tricks), ids=lambda cls: cls.name)
def test_in_packs(cls: type[Trick]) -> None:
    check_trick_in_packs(cls)


@pytest.mark.parametrize("cls", tuple(tricks), ids=lambda cls: cls.name)
def test_the_file_has_the_tricks_name(cls: type[Trick]) -> None:
    assert cls.__module__ == f"gansearch.tricks.{cls.name}"


def test_the_tricks_of_the_package() -> None:
    assert set(tricks.names()) >= {
        "ema",
        "instance_noise",
        "label_flips",
        "label_smoothing",
        "r1_penalty",
        "spherical_latents",
        "wgan_gp",
    }


def test_penalties_share_a_slot() -> None:
    found = {cls.name for cls in tricks if cls.slot == "gradient_penalty"}
    assert found >= {"r1_penalty", "wgan_gp"}
    assert all(cls.facts.needs_independent_samples for cls in tricks if cls.name in found)
