from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.curves.corpus_files import VERSION_KEY, read_corpus, write_part
from gansearch.errors import CorruptFileError, StorageError
from gansearch.records import Finding

FINDING = Finding("stagnation", "stagnation", 40, 2, "frechet_distance", 3.0, 2.0, {"best": 2.5}, "Nothing gained.")


def run(number: int = 0, **changes: Any) -> CorpusRun:
    return replace(
        CorpusRun(
            study="rings",
            number=number,
            replicate=None,
            seed=2**62 + number,
            settings={
                "dataset.name": "ring",
                "generator.architecture": "mlp",
                "tricks.ema.enabled": False,
                "loss": None,
            },
            parameters={"generator.layers": 2, "optimizer.generator.lr": 1e-4},
            loss="hinge",
            steps_per_epoch=20,
            total_steps=60,
            classes=8,
            is_probability_loss=False,
            signals={"d_loss": np.array([0.1, np.nan], np.float32), "g_loss": np.array([np.inf, 1.5], np.float32)},
            window_ends=np.array([20, 40]),
            non_finite={"d_loss": 33},
            evaluations={"step": np.array([20.0, 40.0]), "frechet_distance": np.array([0.1, np.nan])},
            final={"frechet_distance": 0.25},
            end="completed",
            steps=40,
            seconds=1.5,
            findings=(FINDING,),
        ),
        **changes,
    )


def assert_equal(one: CorpusRun, other: CorpusRun) -> None:
    for name in vars(one).keys() - {"signals", "evaluations", "window_ends"}:
        assert getattr(one, name) == getattr(other, name), name
    np.testing.assert_array_equal(one.window_ends, other.window_ends)
    for columns in ("signals", "evaluations"):
        mine, yours = getattr(one, columns), getattr(other, columns)
        assert mine.keys() == yours.keys()
        for name, values in yours.items():
            np.testing.assert_array_equal(mine[name], values)
            assert mine[name].dtype == values.dtype


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert write_part(tmp_path / "corpus", [run()], "rings-0") == tmp_path / "corpus" / "part-rings-0.parquet"
    (found,) = read_corpus(tmp_path / "corpus")
    assert_equal(found, run())
    assert [path.name for path in (tmp_path / "corpus").iterdir()] == ["part-rings-0.parquet"]


def test_runs_may_have_different_columns(tmp_path: Path) -> None:
    other = run(
        1,
        signals={"label_flips.active": np.array([0.0, 1.0], np.float32)},
        evaluations={"step": np.array([40.0])},
        final={},
        findings=(),
        end="diverged",
    )
    write_part(tmp_path, [run(), other], "a")
    first, second = read_corpus(tmp_path)
    assert_equal(first, run())
    assert_equal(second, other)


def test_few_runs_have_samples(tmp_path: Path) -> None:
    write_part(tmp_path, [run(0), run(1, samples=b"an archive")], "a")
    write_part(tmp_path, [run(2)], "b")
    assert [each.samples for each in read_corpus(tmp_path)] == [None, b"an archive", None]


def test_a_run_that_ended_before_anything_was_measured(tmp_path: Path) -> None:
    empty = run(signals={"d_loss": np.zeros(0, np.float32)}, evaluations={"step": np.zeros(0)}, final={})
    empty = replace(empty, window_ends=np.zeros(0, np.int64), steps=0)
    write_part(tmp_path, [empty], "a")
    assert_equal(read_corpus(tmp_path)[0], empty)


def test_runs_of_all_parts_come_in_order_and_once(tmp_path: Path) -> None:
    write_part(tmp_path, [run(2), run(10)], "a")
    write_part(tmp_path, [run(0, replicate=1), run(0, replicate=0), run(2), run(1, study="another")], "b")
    keys = [each.key for each in read_corpus(tmp_path)]
    assert keys == ["another-1", "rings-0-r0", "rings-0-r1", "rings-2", "rings-10"]


def test_a_part_of_that_name_is_replaced(tmp_path: Path) -> None:
    write_part(tmp_path, [run(1)], "a")
    write_part(tmp_path, [run(2)], "a")
    assert [each.number for each in read_corpus(tmp_path)] == [2]


def test_the_final_measurement_keeps_what_is_not_finite(tmp_path: Path) -> None:
    write_part(tmp_path, [run(final={"a": np.nan, "b": np.inf}), run(1)], "a")
    final = read_corpus(tmp_path)[0].final
    assert final.keys() == {"a", "b"}
    assert np.isnan(final["a"])
    assert final["b"] == np.inf


def test_a_folder_without_parts_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"must have a file part-\*\.parquet; .* has none"):
        read_corpus(tmp_path)


def test_a_part_that_is_cut_short_is_told(tmp_path: Path) -> None:
    path = write_part(tmp_path, [run()], "a")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorruptFileError, match=r"part-a\.parquet is not a whole Parquet file"):
        read_corpus(tmp_path)


@pytest.mark.parametrize(("metadata", "said"), [(None, "no version"), ({VERSION_KEY: b"7"}, "version 7")])
def test_a_part_of_another_version_is_refused(tmp_path: Path, metadata: dict[bytes, bytes] | None, said: str) -> None:
    path = write_part(tmp_path, [run()], "a")
    pq.write_table(pq.read_table(path).replace_schema_metadata(metadata), path)
    with pytest.raises(CorruptFileError, match=f"must be a corpus of version 1; it has {said}"):
        read_corpus(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        write_part(tmp_path / "taken", [run()], "a")


def test_a_run_tells_its_data_set_and_architecture() -> None:
    assert (run().dataset, run().architecture, run(3, replicate=2).key) == ("ring", "mlp", "rings-3-r2")
