from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.factorial_design import Contrast, TwoLevelDesign, design_of


def generated(base: str, **others: str) -> TwoLevelDesign:
    """A fraction whose other factors are products of its first ones."""
    columns = np.array(list(product((-1.0, 1.0), repeat=len(base)))).T
    full = dict(zip(base, columns, strict=True))
    for name, word in others.items():
        full[name] = np.prod([full[letter] for letter in word], axis=0)
    return TwoLevelDesign(tuple(full), np.array(list(full.values())).T)


def said(contrast: Contrast) -> str:
    return "".join(f"{'+' if term.sign > 0 else '-'}{''.join(term.factors)}" for term in contrast.terms)


def test_a_whole_factorial_tells_everything_apart() -> None:
    design = generated("abc")
    assert design.is_full
    assert design.resolution == 5
    assert [said(each) for each in design.contrasts()] == ["+a", "+b", "+c", "+ab", "+ac", "+bc"]


def test_resolution_iii_has_pairs_in_its_main_effects() -> None:
    design = generated("ab", c="ab")
    assert design.resolution == 3
    assert not design.is_full
    assert [said(each) for each in design.contrasts()] == ["+a+bc", "+b+ac", "+c+ab"]
    assert all(each.is_main for each in design.contrasts())


def test_resolution_iv_has_pairs_in_each_other() -> None:
    design = generated("abc", d="abc")
    assert design.resolution == 4
    assert [said(each) for each in design.contrasts()][4:] == ["+ab+cd", "+ac+bd", "+ad+bc"]


def test_resolution_v_tells_pairs_apart() -> None:
    design = generated("abcd", e="abcd")
    assert design.resolution == 5
    assert [len(each.terms) for each in design.contrasts()] == [1] * 15


def test_signs_of_generators_are_those_of_aliases() -> None:
    design = generated("abc", d="abc")
    turned = TwoLevelDesign(design.factors, design.levels * np.array([1, 1, 1, -1]))
    assert turned.resolution == 4
    assert [said(each) for each in turned.contrasts()][4:] == ["+ab-cd", "+ac-bd", "+ad-bc"]


def test_levels_follow_from_what_arms_change() -> None:
    design = design_of("ab", [(False, False), (True, False), (False, True), (True, True)])
    assert design.levels.tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]


@pytest.mark.parametrize("levels", [[[-1, -1], [1, 1]], [[-1, 1], [1, 1]], [[0, 1], [1, 0]], [[1, 1, 1]]])
def test_a_design_that_is_not_regular_is_refused(levels: list[list[int]]) -> None:
    with pytest.raises(ReportError, match="a two-level design must have"):
        TwoLevelDesign(("a", "b"), np.array(levels, dtype=np.float64))
