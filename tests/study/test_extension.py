from __future__ import annotations

import re

import pytest

from gansearch.errors import StudyError
from gansearch.study.extension import epochs_of


@pytest.mark.parametrize(("text", "expected"), [("10x", 200), ("1.5x", 30), ("+5", 25), ("60", 60)])
def test_epochs_are_said_in_three_ways(text: str, expected: int) -> None:
    assert epochs_of(text, planned=20) == expected


@pytest.mark.parametrize("text", ["", "x", "-5", "+2x", "2.5", "ten"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(StudyError, match=re.escape(f"epochs must be said as 10x, +20 or 60; got {text!r}")):
        epochs_of(text, planned=20)
