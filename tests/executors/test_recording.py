from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.curves.corpus_files import read_corpus, write_part
from gansearch.errors import SpecError, StudyError
from gansearch.executors.recording import Recorded, RecordOptions, merge_parts, record
from gansearch.plugins import load_file
from gansearch.records import End, LaneReport
from gansearch.space import SearchSpace

Ring = Callable[..., SearchSpace]


@pytest.fixture
def small(ring: Ring) -> Ring:
    """Two epochs of 20 steps, in packs of two at most."""
    return lambda **changes: ring(**{"training__epochs": 2, "resources__lanes": 2} | changes)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


def stop_after(asked: int) -> Callable[[], End | None]:
    """Wants the end from the given time on that it is asked."""
    times = iter(range(1_000_000))
    return lambda: End.BUDGET if next(times) >= asked else None


def parts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


def assert_equal(one: Sequence[CorpusRun], other: Sequence[CorpusRun]) -> None:
    """Equal but for the time that they took, and for what detectors said."""
    assert [run.key for run in one] == [run.key for run in other]
    for mine, yours in zip(one, other, strict=True):
        for name in ("settings", "parameters", "seed", "loss", "end", "steps", "steps_per_epoch", "non_finite"):
            assert getattr(mine, name) == getattr(yours, name), name
        assert mine.final == yours.final
        for columns in ("signals", "evaluations"):
            assert getattr(mine, columns).keys() == getattr(yours, columns).keys()
            for name, values in getattr(yours, columns).items():
                np.testing.assert_array_equal(getattr(mine, columns)[name], values)


def test_every_run_is_trained_to_its_end_and_measured_there(small: Ring, corpus: Path) -> None:
    told: list[LaneReport] = []
    done = record(small(detectors__mode="enforce"), corpus, RecordOptions(), watch=told.extend)
    assert done == Recorded("rings", wanted=3, there=3, left=0, failed={})
    assert parts(corpus) == ["part-rings-0000.parquet"]
    runs = read_corpus(corpus)
    assert [run.key for run in runs] == ["rings-0", "rings-1", "rings-2"]
    for run in runs:
        assert (run.end, run.steps, run.steps_per_epoch, run.total_steps, run.classes) == ("completed", 40, 20, 40, 8)
        assert run.evaluations["step"].tolist() == [20.0, 40.0]
        assert run.window_ends.tolist() == [20, 40]
        assert {"frechet_distance", "high_quality_share", "outcome_classes_covered"} <= run.final.keys()
        assert run.settings["training.epochs"] == 2
        assert run.seconds > 0
    assert {report.end.end for report in told if report.end is not None} == {End.COMPLETED}


def test_a_recorder_that_was_stopped_goes_on_and_records_the_same(
    small: Ring, corpus: Path, tmp_path: Path, gansearch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = record(small(), corpus, RecordOptions(), stop=stop_after(4))
    assert 0 < stopped.left <= 3
    assert stopped.there == 3 - stopped.left
    assert record(small(), corpus, RecordOptions()).there == 3

    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path / "another"))
    whole = tmp_path / "whole"
    record(small(), whole, RecordOptions())
    assert_equal(read_corpus(corpus), read_corpus(whole))


def test_it_goes_on_where_nothing_but_the_parts_is_left(
    small: Ring, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert record(small(), corpus, RecordOptions(trials=2)).there == 2
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path / "another"))
    told: list[LaneReport] = []
    assert record(small(), corpus, RecordOptions(), watch=told.extend) == Recorded("rings", 3, 3, 0)
    assert {str(report.identity) for report in told} == {"rings-2"}
    assert parts(corpus) == ["part-rings-0000.parquet", "part-rings-0001.parquet"]
    assert record(small(), corpus, RecordOptions()) == Recorded("rings", 3, 3, 0)
    assert len(parts(corpus)) == 2


def test_what_was_finished_before_a_kill_is_not_trained_again(small: Ring, corpus: Path) -> None:
    record(small(), corpus, RecordOptions())
    before = read_corpus(corpus)
    (corpus / "part-rings-0000.parquet").unlink()
    told: list[LaneReport] = []
    assert record(small(), corpus, RecordOptions(), watch=told.extend).there == 3
    assert told == []
    assert_equal(read_corpus(corpus), before)


def test_parts_are_written_while_it_goes_on(small: Ring, corpus: Path) -> None:
    record(small(resources__lanes=1), corpus, RecordOptions(every_s=0.0))
    assert parts(corpus) == [f"part-rings-000{number}.parquet" for number in range(3)]


def test_other_settings_are_refused_and_the_run_is_named(small: Ring, corpus: Path) -> None:
    record(small(), corpus, RecordOptions(trials=1))
    with pytest.raises(SpecError, match=r"rings-0 was recorded with training\.epochs = 2; got 3"):
        record(small(training__epochs=3), corpus, RecordOptions())
    with pytest.raises(SpecError, match=r"rings-0 was recorded with .* = .*; got"):
        record(small(), corpus, RecordOptions(seed=5))


def test_no_more_is_recorded_than_is_planned(small: Ring, corpus: Path) -> None:
    with pytest.raises(SpecError, match=r"rings plans 3 configurations; got 4 \(plan more with --set plan.trials=4\)"):
        record(small(), corpus, RecordOptions(trials=4))


def test_what_is_tried_must_not_depend_on_results(small: Ring, corpus: Path) -> None:
    with pytest.raises(StudyError, match="must not depend on results"):
        record(small(plan__sampler="tpe"), corpus, RecordOptions())


def test_who_fails_is_told_and_left_out(ring: Ring, corpus: Path, explosive: Path) -> None:
    load_file(explosive)
    space = ring(
        training__epochs=2, resources__lanes=2, tricks__explosive__enabled={"choice": [False, True]}, plan__trials=4
    )
    done = record(space, corpus, RecordOptions(plugins=(explosive,)))
    failed = sorted(identity.number for identity in done.failed)
    assert 0 < len(failed) < 4
    assert all("the fuse is lit" in why for why in done.failed.values())
    assert (done.there, done.left) == (4 - len(failed), 0)
    assert [run.number for run in read_corpus(corpus)] == [each for each in range(4) if each not in failed]
    again = record(space, corpus, RecordOptions(plugins=(explosive,)))
    assert (again.there, again.failed.keys()) == (done.there, done.failed.keys())


def test_a_diverged_run_is_recorded_without_a_final_measurement(small: Ring, corpus: Path) -> None:
    wild = {"optimizer__generator__lr": 1.0, "optimizer__discriminator__lr": 1.0, "loss": "wasserstein"}
    sgd = {f"optimizer__{player}__name": "sgd" for player in ("generator", "discriminator")}
    deep = {"generator__layers": 6, "discriminator__layers": 6, "generator__init": "he", "discriminator__init": "he"}
    options = RecordOptions(trials=1)
    record(small(**wild, **sgd, **deep, training__epochs=20), corpus, options)
    (run,) = read_corpus(corpus)
    assert run.end == "diverged"
    assert run.final == {}
    assert run.non_finite
    assert run.steps < run.total_steps


def test_many_parts_become_one(small: Ring, corpus: Path) -> None:
    record(small(resources__lanes=1), corpus, RecordOptions(every_s=0.0))
    other = replace(read_corpus(corpus)[0], study="rings-2")
    write_part(corpus, [other], "rings-2-0000")
    before = read_corpus(corpus)

    merge_parts(corpus, "rings", most=3)
    assert len(parts(corpus)) == 4
    merge_parts(corpus, "rings", most=2)
    assert parts(corpus) == ["part-rings-0003.parquet", "part-rings-2-0000.parquet"]
    assert_equal(read_corpus(corpus), before)


def test_the_first_run_of_every_configuration_leaves_its_samples(small: Ring, corpus: Path) -> None:
    space = small(plan__replicates=2, plan__trials=2)
    assert record(space, corpus, RecordOptions(samples=True)).there == 4
    runs = read_corpus(corpus)
    assert [run.samples is not None for run in runs] == [True, False, True, False]
    assert runs[0].samples is not None
    with np.load(io.BytesIO(runs[0].samples)) as drawn:
        assert drawn["fake"].shape == (1000, 2)
    merge_parts(corpus, "rings", most=0)
    assert [run.samples for run in read_corpus(corpus)] == [run.samples for run in runs]


def test_shares_of_a_plan_make_one_corpus(small: Ring, corpus: Path, tmp_path: Path) -> None:
    record(small(), tmp_path / "whole", RecordOptions())
    second = record(small(), corpus, RecordOptions(share=(1, 2)))
    assert (second.wanted, second.there) == (1, 1)
    assert record(small(), corpus, RecordOptions(share=(0, 2))).wanted == 2
    assert parts(corpus) == ["part-rings-0001.parquet", "part-rings-0002.parquet"]
    assert_equal(read_corpus(corpus), read_corpus(tmp_path / "whole"))
    assert record(small(), corpus, RecordOptions()).left == 0
    with pytest.raises(SpecError, match=r"a share must be one of 1/2 to 2/2; got 3/2"):
        record(small(), corpus, RecordOptions(share=(2, 2)))
