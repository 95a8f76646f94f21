"""What a launch says about tracking at its end."""

from __future__ import annotations

import pytest

from gansearch.executors.hand_over import TrackingOutcome, told, track_command

COMMAND = "gansearch track rings"


@pytest.mark.parametrize(
    ("lacking", "lost", "end"),
    [
        ((), 0, "; it has everything"),
        ((), 3, "; it has refused 3 items"),
        (("rings-1",), 0, f"; it may lack something of rings-1, which the study's records have: {COMMAND}"),
        (
            tuple(f"rings-{number}" for number in range(8)),
            0,
            "; it may lack something of rings-0, rings-1, rings-2, rings-3, rings-4 and 3 more, "
            f"which the study's records have: {COMMAND}",
        ),
    ],
    ids=["complete", "refused", "one", "many"],
)
def test_the_cost_and_what_is_lacking_are_said(lacking: tuple[str, ...], lost: int, end: str) -> None:
    said = told(TrackingOutcome(0.0123, 2.34, lacking, lost), COMMAND)
    assert said == f"MLflow: the search was held up for 0.012 s, its end for 2.3 s{end}"


def test_the_command_names_the_store_that_the_launch_named() -> None:
    assert track_command("rings", None) == "gansearch track rings"
    assert track_command("rings", "http://server:5000") == "gansearch track rings --tracking-uri http://server:5000"
