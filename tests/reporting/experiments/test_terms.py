from __future__ import annotations

import pytest

from gansearch.errors import ReportError
from gansearch.records import Setting
from gansearch.reporting.experiments.terms import Term, parse_term


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("generator.layers", Term(("generator.layers",))),
        ("abs(generator.layers - discriminator.layers)", Term(("generator.layers", "discriminator.layers"))),
        ("abs( a.b-c )", Term(("a.b", "c"))),
        ("abs(a)", None),
        ("a + b", None),
        ("abs(a - b) ** 2", None),
        ("3", None),
        ("", None),
    ],
)
def test_terms_as_they_are_written(text: str, expected: Term | None) -> None:
    found = parse_term(text)
    assert found == expected
    if found is not None:
        assert parse_term(str(found)) == found


def test_the_value_in_an_arm() -> None:
    settings: dict[str, Setting] = {"g": 3, "d": 4.5, "on": True, "loss": "hinge"}
    assert Term(("g",)).value(settings, "E1/x") == 3.0
    assert Term(("g", "d")).value(settings, "E1/x") == 1.5
    for path, said in (("on", "True"), ("loss", "'hinge'"), ("missing", "None")):
        with pytest.raises(ReportError, match=rf"must be a number in every arm; {path} of E1/x is {said}"):
            Term(("g", path)).value(settings, "E1/x")
