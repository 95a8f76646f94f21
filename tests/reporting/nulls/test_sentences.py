"""What is said follows from the numbers."""

from __future__ import annotations

import pytest

from gansearch.reporting.effects.shares import Share, share_of
from gansearch.reporting.nulls.planted import Planted
from gansearch.reporting.nulls.sentences import against_level, against_stated, planted_text, share_text


def counted(count: int, n: int) -> Share:
    return share_of("share", (place < count for place in range(n)))


@pytest.mark.parametrize(
    ("count", "said"),
    [(10, "fewer than the 5 %"), (100, "as many as the promised 5 %"), (160, "more than the promised")],
)
def test_false_claims_against_the_promise(count: int, said: str) -> None:
    assert against_level(counted(count, 2000)).startswith(said)


@pytest.mark.parametrize(("count", "said"), [(60, "too much"), (80, "agrees"), (95, "it is more")])
def test_found_against_stated(count: int, said: str) -> None:
    found = Planted("pool", "frechet_distance", 8, 20, 0.8, 0.8, counted(count, 100))
    assert said in against_stated(found)


def test_sizes_in_words() -> None:
    assert planted_text(Planted("pool", "frechet_distance", 8, 20, 0.86, 0.8, counted(0, 1))) == "-14 %"
    assert planted_text(Planted("pool", "total_collapse", 8, 20, -54.0, 0.8, counted(0, 1))) == "-54 points"


def test_shares_with_their_interval() -> None:
    assert share_text(counted(100, 2000)) == "5.0 % [4.1 %, 6.0 %] of 2,000"
    assert share_text(counted(0, 0)) == "none of 0"
