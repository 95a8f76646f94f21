from __future__ import annotations

import json

import pytest

from gansearch.trial.lane_table import LaneRow, LaneTable, chosen_lanes, one_lane


@pytest.mark.parametrize(
    ("gains", "lanes"),
    [
        ({1: 1.0}, 1),
        ({1: 1.0, 2: 1.19}, 1),
        ({1: 1.0, 2: 1.2}, 2),
        ({1: 1.0, 2: 0.8, 4: 1.5}, 4),
        ({1: 1.0, 2: 1.9, 4: 2.0, 8: 1.99}, 2),  # the fewest lanes that come near the best
        ({1: 1.0, 2: 1.19, 4: 1.25}, 4),  # near the best, but below what is worth it
        ({}, 1),
    ],
)
def test_the_fewest_lanes_with_nearly_the_best_gain(gains: dict[int, float], lanes: int) -> None:
    assert chosen_lanes(gains) == lanes


def test_whatever_is_chosen_is_never_slower_than_one_lane() -> None:
    for gains in ({1: 1.0, 2: 0.5, 4: 0.9}, {1: 1.0, 2: 1.1, 4: 1.0}):
        assert chosen_lanes(gains) == 1


def test_the_table_is_told_with_its_rows() -> None:
    rows = (LaneRow(1, 2.5, 1.0, 2**20, None), LaneRow(2, 1.25, 2.0, 2**21, 3 * 2**20))
    table = LaneTable(
        rows, 2, "2.00 times the steps a second of one lane; 4 lanes ran out of memory", "cuda", 3.21, 1.0
    )
    assert table.text.splitlines() == [
        "packs of up to 2 lanes: 2.00 times the steps a second of one lane; 4 lanes ran out of memory "
        "(probed on cuda in 3.2 s; one lane took 1.00 of its first time at the end)",
        "  lanes  ms a lane-step  gain                           memory",
        "      1             2.5  1.00                  1 MiB estimated",
        "      2            1.25  2.00  2 MiB estimated, 3 MiB measured",
    ]
    plain = json.loads(json.dumps(table.plain()))
    assert (plain["lanes"], plain["text"]) == (2, table.text)
    assert plain["rows"][1]["gain"] == 2.0


def test_without_rows_the_reason_is_all() -> None:
    assert one_lane("Mine runs as one lane", "cpu").text == "packs of 1 lane: Mine runs as one lane"
    assert LaneTable((LaneRow(1, 2.5, 1.0, None, None),), 1, "none", "cpu", 1.0).text.endswith("not known")
