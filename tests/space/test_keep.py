"""The section ``keep``: what of runs' files stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.errors import SpaceError
from gansearch.space import SearchSpace
from gansearch.space.keep import Keep

Read = Callable[[str], SearchSpace]


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("", Keep("all", "all")),
        ("keep: {}", Keep("all", "all")),
        ("keep: {checkpoints: best_5}", Keep(5, "all")),
        ("keep: {checkpoints: none, artifacts: last}", Keep("none", "last")),
        ("keep: {artifacts: best_12}", Keep("all", 12)),
    ],
)
def test_it_is_read(read: Read, text: str, keep: Keep) -> None:
    assert read(text).keep == keep


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "keep: {checkpoints: last}",
            r":4: keep.checkpoints: must be all, none, or best_N with .* as best_5; got last$",
        ),
        (
            "keep: {artifacts: lst}",
            r"keep.artifacts: must be all, last, none, or best_N .*got lst \(did you mean 'last'",
        ),
        ("keep: {checkpoints: best_0}", r"keep.checkpoints: must be .*; got best_0 \(did you mean 'best_5'\?\)"),
        ("keep: {checkpoints: 5}", r"keep.checkpoints: must be all, none, or best_N"),
        ("keep: {checkpoints: true}", r"keep.checkpoints: must be all, none, or best_N"),
        ("keep: {checkpoints: [all]}", r"keep.checkpoints: must be all, none, or best_N"),
        ("keep: {checkpoint: all}", r"must be a key of keep: .*got checkpoint \(did you mean 'checkpoints'\?\)"),
        ("keep: all", r"keep: must be a mapping"),
        ("kepe: {}", r"must be a section.*\(did you mean 'keep'\?\)"),
    ],
)
def test_what_is_wrong_is_told(read: Read, text: str, told: str) -> None:
    with pytest.raises(SpaceError, match=told):
        read(text)


def test_it_is_said_as_the_file_has_it() -> None:
    assert str(Keep(5, "last")) == "checkpoints: best_5, artifacts: last"
