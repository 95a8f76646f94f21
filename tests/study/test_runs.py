from __future__ import annotations

import pytest

from gansearch.records import TrialIdentity
from gansearch.study.runs import parse_identity


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("digits-3", TrialIdentity("digits", 3)),
        ("digits-3-r1", TrialIdentity("digits", 3, 1)),
        ("night-1-12", TrialIdentity("night-1", 12)),
        ("night-r2-0-r0", TrialIdentity("night-r2", 0, 0)),
    ],
)
def test_an_identity_is_read_as_it_is_written(text: str, identity: TrialIdentity) -> None:
    assert parse_identity(text) == identity
    assert str(identity) == text


@pytest.mark.parametrize("text", ["digits", "digits-", "-3", "digits-3-r", "digits-x"])
def test_anything_else_is_none(text: str) -> None:
    assert parse_identity(text) is None
