"""Noise floors beside recorded runs: written, read, said; those that come with the project."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gansearch.errors import CorruptFileError
from gansearch.records import NoiseFloor, Protocol
from gansearch.reporting.experiments.floors import floors_text, least_differences, read_floors, write_floors

SHIPPED = Path(__file__).parents[3] / "analysis" / "seed-003" / "floors.json"
FLOOR = NoiseFloor("frechet_distance", Protocol("mnist-cnn", "81878539e8a9", 2500, 2500, "train"), 4.2, 0.5, 10)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    other = NoiseFloor("coverage", FLOOR.protocol, 0.97, 0.005, 10)
    path = write_floors([FLOOR, other], tmp_path / "floors.json")
    assert read_floors(path) == (FLOOR, other)
    again = write_floors(read_floors(path), tmp_path / "again.json")
    assert again.read_bytes() == path.read_bytes()
    assert read_floors(tmp_path / "none.json") == ()


def test_the_least_difference_of_each() -> None:
    assert least_differences([FLOOR]) == {"frechet_distance": pytest.approx(math.sqrt(2))}


def test_the_sentence() -> None:
    assert floors_text([FLOOR]) == (
        "No effect counts that lies within the metric's own noise: 1.41 for `frechet_distance`, 2 x sqrt 2 standard "
        "deviations over 10 draws of 2,500 real samples against 2,500 of the train split (extractor mnist-cnn, "
        "81878539e8a9)."
    )
    assert floors_text([]).startswith("The sampling error of `frechet_distance` was not measured")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "must be the JSON of noise floors; JSONDecodeError"),
        ("[]", "must be the JSON of noise floors; TypeError"),
        ('{"floors": []}', "must be the JSON of noise floors; KeyError: 'version'"),
        ('{"version": 2, "floors": []}', "version must be 1, which this gansearch reads; got 2"),
        ('{"version": 1, "floors": [{"metric": "fid"}]}', "must be the JSON of noise floors; KeyError: 'protocol'"),
    ],
)
def test_a_damaged_file_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorruptFileError, match=said):
        read_floors(path)


def test_those_of_the_published_studies() -> None:
    found = {floor.metric: floor for floor in read_floors(SHIPPED)}
    distance = found["frechet_distance"]
    assert (distance.protocol.samples, distance.repeats) == (2500, 10)
    assert 0.5 < least_differences([distance])["frechet_distance"] < 5
    assert {"coverage", "precision", "outcome_share_largest"} <= set(found)
