"""Which tags an experiment is given, and which of a user's are left alone."""

from __future__ import annotations

import pytest

from gansearch.tracking.experiment_tags import DIGEST, NOTE, experiment_tags


def test_a_new_experiment_gets_a_note_once() -> None:
    tags = experiment_tags("how to read it", {})
    assert tags[NOTE] == "how to read it"
    assert experiment_tags("how to read it", tags) == {}


def test_a_note_of_ours_is_brought_up_to_date() -> None:
    first = experiment_tags("first", {})
    second = experiment_tags("second", first)
    assert set(second) == {NOTE, DIGEST}
    assert second[NOTE] == "second"


@pytest.mark.parametrize("known", [{}, experiment_tags("ours", {})], ids=["before ours", "in place of ours"])
def test_a_note_that_somebody_wrote_stays(known: dict[str, str]) -> None:
    theirs = {**known, NOTE: "theirs"}
    assert experiment_tags("ours", theirs) == {}


def test_a_note_that_somebody_emptied_is_written_again() -> None:
    assert experiment_tags("ours", {NOTE: ""})[NOTE] == "ours"
