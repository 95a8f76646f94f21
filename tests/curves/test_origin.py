from __future__ import annotations

from typing import Any

from gansearch.curves import Curve
from gansearch.curves.origin import most_lanes, origin, origin_differences, said


def curve(*attempts: dict[str, Any]) -> Curve:
    return Curve(attempts=list(attempts))


def attempt(lanes: int = 1, torch: str = "2.1", checksum: str = "abc") -> dict[str, Any]:
    return {"lanes": lanes, "versions": {"torch": torch}, "data": {"checksum": checksum}, "from_step": 0, "pid": 7}


def test_each_value_of_any_attempt_counts_once() -> None:
    found = origin(curve(attempt(4), attempt(2), attempt(4)))
    assert found == {"lanes": (4, 2), "versions.torch": ("2.1",), "data.checksum": ("abc",)}
    assert most_lanes(curve(attempt(4), attempt(2))) == 4
    assert most_lanes(curve()) == 1


def test_only_what_differs_is_named() -> None:
    (found,) = origin_differences(curve(attempt()), curve(attempt(torch="2.2")))
    assert (found.name, found.one, found.other) == ("versions.torch", ("2.1",), ("2.2",))
    assert str(found) == "versions.torch: 2.1 and 2.2"
    assert said(()) == "not recorded"
    assert said((4, None)) == "4, then none"
