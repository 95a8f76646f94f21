"""``kill -9`` of the driver or a worker at any moment, then ``gansearch resume``: nothing is lost, nothing is twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.rounds import Round
from tests.faults.searches import GRID, TPE

pytestmark = [pytest.mark.verify(seconds=270), pytest.mark.timeout(1200)]

Say = Callable[[str], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints past pytest's capture: what was killed, and what came of it, is to be read."""

    def told(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="", flush=True)  # noqa: T201

    return told


def test_a_search_survives_five_kills(tmp_path: Path, say: Say) -> None:
    verdict = Round(TPE, "tpe", "ray_tune", tmp_path / "tpe", say).run(5, random.Random(5))
    say(str(verdict))
    assert not verdict.problems, "\n".join(verdict.problems)
    assert verdict.kills == 5
    assert verdict.attempts > verdict.trials


def test_a_disturbed_grid_equals_its_undisturbed_twin(tmp_path: Path, say: Say) -> None:
    Round(GRID, "undisturbed", "local", tmp_path / "undisturbed", say).undisturbed()
    disturbed = Round(GRID, "disturbed", "local", tmp_path / "disturbed", say, twin="undisturbed")
    verdict = disturbed.run(4, random.Random(2))
    say(str(verdict))
    assert not verdict.problems, "\n".join(verdict.problems)
    assert verdict.kills == 4
