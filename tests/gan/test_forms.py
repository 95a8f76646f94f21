"""Which form operations take where."""

from __future__ import annotations

import pytest
import torch

from gansearch.gan.forms import takes_lanes_at_once


@pytest.mark.parametrize(("device", "at_once"), [("cpu", False), ("cuda", True), ("cuda:3", True), ("meta", True)])
def test_lanes_are_taken_one_by_one_on_a_cpu_alone(device: str, at_once: bool) -> None:
    assert takes_lanes_at_once(torch.device(device)) is at_once
