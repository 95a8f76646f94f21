from __future__ import annotations

from gansearch.study.transfer_sentences import sentences
from gansearch.study.transferred import LeftOut, TakenOver, Transferred


def said(*configurations: TakenOver) -> list[str]:
    return sentences(Transferred("digits", "id-1", "frechet_distance", configurations))


def test_what_was_taken_over_whole_is_one_sentence() -> None:
    assert said(TakenOver(3, 12.52, ("lr",), (), ())) == [
        "begins with trial 3 (12.52) of digits, the best by frechet_distance"
    ]


def test_what_was_not_is_told_by_setting() -> None:
    deep = LeftOut("layers", 9, "must lie in [2, 7]")
    first = TakenOver(3, 12.52, ("lr",), ("width",), (deep, LeftOut("loss", "hinge", "is minimax here")))
    second = TakenOver(8, 13.0, ("lr",), ("width", "slope"), (deep,))
    third = TakenOver(9, 14.0, ("lr",), (), (LeftOut("layers", 1, "must lie in [2, 7]"),))
    assert said(first, second, third) == [
        "begins with trials 3 (12.52), 8 (13), 9 (14) of digits, the best by frechet_distance",
        "at their defaults, since digits has no such settings: width, slope",
        "not taken over: layers 9 in 3, 8, 1 in 9 (must lie in [2, 7]); loss hinge in 3 (is minimax here)",
    ]


def test_a_long_list_is_cut() -> None:
    paths = tuple(f"s{number}" for number in range(11))
    assert said(TakenOver(3, 1.0, ("lr",), paths, ()))[1].endswith("s6, s7, and 3 more")
