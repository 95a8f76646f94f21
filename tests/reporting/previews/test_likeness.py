"""What runs that there are say of a plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gansearch.curves.corpus_files import write_part
from gansearch.errors import StorageError, StudyNotFoundError
from gansearch.reporting.previews.likeness import likeness, spread
from tests.reporting.nulls.conftest import run


def test_the_deviation_is_pooled_within_configurations() -> None:
    groups = [np.exp([0.0, 0.2, 0.4, 0.6]), np.exp([3.0, 3.2, 3.4, 3.6])]
    numbers = [0] * 4 + [1] * 4
    found = spread(numbers, [float(value) for group in groups for value in group], "mine")
    assert found is not None
    assert found.deviation == pytest.approx(np.std([0.0, 0.2, 0.4, 0.6], ddof=1), abs=1e-12)
    assert (found.runs, found.configurations) == (8, 2)


def test_single_and_diverged_runs_say_nothing_of_noise() -> None:
    assert spread(range(20), [1.0] * 20, "mine") is None
    assert spread([0] * 9, [1.0, None, float("inf"), *[1.0] * 5, None], "mine") is None


def test_a_folder_of_recorded_runs(tmp_path: Path) -> None:
    runs = [run("s", 0, place, 0.1 * place, settings={}) for place in range(8)]
    write_part(tmp_path, runs, "s-0000")
    found = likeness(str(tmp_path))
    assert (found.runs, found.steps, found.seconds) == (8, 8 * 390, 80.0)
    assert found.step_s == pytest.approx(10 / 390, abs=1e-12)
    assert found.spread is not None
    assert found.spread.runs == 8


def test_equal_numbers_of_two_studies_are_two_configurations(tmp_path: Path) -> None:
    both = [
        run(f"s{study}", 0, place, 5.0 * study + 0.1 * place, settings={}) for study in (0, 1) for place in range(5)
    ]
    write_part(tmp_path, both, "s-0000")
    found = likeness(str(tmp_path)).spread
    assert found is not None
    assert (found.configurations, found.runs) == (2, 10)
    assert found.deviation == pytest.approx(np.std(0.1 * np.arange(5), ddof=1), abs=1e-12)


def test_a_folder_without_runs_and_a_study_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="must have a file part-"):
        likeness(str(tmp_path))
    with pytest.raises(StudyNotFoundError, match="nobody"):
        likeness("nobody")
