"""A search that is confirmed: from its best configurations to what both reports say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.errors import StudyError, StudyExistsError, StudyNotFoundError
from gansearch.executors.confirming import Wanted, confirm, confirmation_of
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.executors.transfer import Source
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import open_readonly
from gansearch.study.confirms import read_confirms
from gansearch.study.transferred import read_transferred
from gansearch.testing.studies import run_study

Ring = Callable[..., SearchSpace]
LOCAL = LaunchOptions(executor="local")
SMALL = Wanted("rings", top=2, replicates=2, baseline_replicates=3)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANSEARCH_HOME", str(tmp_path))
    return tmp_path


def folder(name: str) -> Storage:
    return Storage(study_dir(name))


def seeds_of(name: str) -> set[int]:
    with open_readonly(name, folder(name)) as study:
        return {study.assignment(row).seed for row in study.trials()}


@pytest.mark.verify
def test_a_search_is_confirmed_on_fresh_seeds(ring: Ring) -> None:
    run_study(ring(training__epochs=1, detectors__mode="enforce", budget={"epochs": 4}), "rings", seed=3)
    said: list[str] = []
    result = confirm(SMALL, LOCAL, say=said.append)

    assert (result.name, result.outcome, result.status.counts) == ("rings-confirmed", "finished", {"completed": 7})
    with open_readonly("rings", folder("rings")) as search, open_readonly(result.name, folder(result.name)) as study:
        best = [row for row in search.trials() if row.params != search.space.default_parameters()]
        best.sort(key=lambda row: row.value or 0.0)
        arms, link = study.space.arms, read_confirms(folder(result.name))
        assert link is not None
        assert (link.study, link.id, link.completed, link.baseline) == ("rings", search.metadata.id, 3, None)
        assert [(arm.number, arm.value, arm.runs) for arm in link.arms] == [(row.number, row.value, 1) for row in best]
        assert [arm.arm for arm in link.arms] == [arm.name for arm in arms[1:]]
        assert dict(arms[0].settings) == search.space.settings(search.space.default_parameters())
        best_settings = study.space.arms[1].settings
        assert [dict(arm.settings) for arm in arms[1:]] == [search.assignment(row).settings for row in best]
        assert (study.space.detectors.mode, study.space.budget.is_bound) == ("shadow", False)
    assert seeds_of("rings").isdisjoint(seeds_of(result.name))
    assert len(seeds_of(result.name)) == 3
    numbers = f"{best[0].number}, {best[1].number}"
    assert said[0] == (
        f"confirming trials {numbers} of rings against its defaults on fresh seeds: 7 runs, 2 of each and 3 of the "
        "baseline"
    )
    # The search's report is written anew, since it now has more to tell.
    assert (study_dir("rings") / "report" / "findings.md").is_file()

    with pytest.raises(StudyExistsError, match="by 'rings-confirmed' already; go on with that: gansearch resume rings"):
        confirm(SMALL, LOCAL)
    with pytest.raises(StudyExistsError, match="by 'rings-confirmed' already"):
        confirm(SMALL, replace(LOCAL, name="rings-confirmed"))
    with pytest.raises(StudyError, match="a search must be confirmed, and not a confirmation; 'rings-confirmed' is"):
        confirm(replace(SMALL, study="rings-confirmed"), LOCAL)

    took: list[str] = []
    options = replace(LOCAL, name="wider")
    launch(ring(training__epochs=1, discriminator__width=24), options, source=Source("rings", 2), say=took.append)
    assert took[0].startswith("begins with trials ")
    assert "discriminator.width 16 in " in took[1]
    assert "(is 24 here)" in took[1]
    with open_readonly("wider", folder("wider")) as study:
        rows, queue = study.trials(), study.space.plan.enqueue
        assert [row.params for row in rows[: len(queue)]] == [dict(each) for each in queue]
        assert dict(queue[0])["optimizer.generator.lr"] == best_settings["optimizer.generator.lr"]
    transferred = read_transferred(folder("wider"))
    assert transferred is not None
    assert (transferred.study, transferred.id, len(transferred.configurations)) == ("rings", link.id, 2)
    assert read_confirms(folder("wider")) is None


def test_a_trial_can_be_the_baseline_and_each_name_has_its_seeds(ring: Ring) -> None:
    run_study(ring(training__epochs=1, plan__trials=2), "rings")
    with open_readonly("rings", folder("rings")) as study:
        one, other = (confirmation_of(study, replace(SMALL, baseline=1), name) for name in ("a", "b"))
        assert [arm.number for arm in one.confirms.arms] == [0]
        assert one.confirms.baseline == 1
        assert one.sentence.startswith("confirming trial 0 of rings against its trial 1 on fresh seeds: 5 runs")
        assert one.space.plan.seed != other.space.plan.seed
        with pytest.raises(StudyError, match="must have a trial 7 that has begun"):
            confirmation_of(study, replace(SMALL, baseline=7), "a")
        with pytest.raises(StudyError, match="must have seeds with which 'rings' did not choose; the seed 1 leads"):
            confirmation_of(study, SMALL, "a", seed=1)
        wide = confirmation_of(study, replace(SMALL, replicates=9), "a")
        assert (wide.space.plan.replicates, wide.space.plan.baseline_replicates) == (9, 9)


def test_the_baseline_itself_is_nothing_to_confirm(ring: Ring) -> None:
    run_study(ring(training__epochs=1, plan__trials=1), "rings")
    with (
        open_readonly("rings", folder("rings")) as study,
        pytest.raises(StudyError, match="every trial of 'rings' that has completed is the baseline itself"),
    ):
        confirmation_of(study, SMALL, "a")


def test_what_cannot_be_confirmed_makes_nothing(ring: Ring, home: Path) -> None:
    with pytest.raises(StudyNotFoundError, match="there is no study 'rings'"):
        confirm(SMALL, LOCAL)
    run_study(ring(training__epochs=1, plan__trials=2), "rings")
    with pytest.raises(StudyError, match="a study's name must have at most 100 letters"):
        confirm(SMALL, replace(LOCAL, name="no/name"))
    with pytest.raises(StudyExistsError, match="a study called 'rings' exists already"):
        confirm(SMALL, replace(LOCAL, name="rings"))
    assert [path.name for path in (home / "studies").iterdir()] == ["rings"]
