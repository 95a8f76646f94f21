"""What the reports of a search and of its confirmation say, with studies on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from gansearch.records import End, Evaluation, LaneReport, MetricValue, Protocol, TrialEnd
from gansearch.reporting.confirmation import ConfirmationReport, confirmation, confirmation_section
from gansearch.reporting.document import Code, Document, to_markdown
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.loading import load_material
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.study import Study, open_readonly
from gansearch.study.confirms import ConfirmedArm, Confirms, announce, to_bytes
from gansearch.study.origin import CONFIRMS, keep
from tests.reporting.test_confirmed import BASELINE, BETTER, SAME, YAML

SEARCH = """
name: digits
dataset: {name: mnist5k}
generator: {layers: {choice: [3, 4, 5, 6]}}
training: {epochs: 20, evaluate_every: 2}
plan: {kind: search, trials: 6, sampler: grid, objective: {metric: frechet_distance}}
"""
QUICK = Precision(permutations=499, bootstraps=199)
PROTOCOL = Protocol("mnist-cnn", "0a1b", 1000, 1000, "test")


def play(study: Study, values: Sequence[float]) -> None:
    """Complete the next runs with these values."""
    for value in values:
        run = study.ask()
        assert run is not None
        metrics = (MetricValue("frechet_distance", value, PROTOCOL),)
        study.report(LaneReport(run.identity, 0, 20, 1, Evaluation(20, 1, "live", False, metrics, 0.1)))
        study.report(LaneReport(run.identity, 0, 400, 20, end=TrialEnd(End.COMPLETED, "so it was", 400, 20)))


def make(place: Storage, space: SearchSpace, values: Sequence[float]) -> None:
    with Study.create(space, name=space.name, storage=place.folder(space.name), seed=1) as study:
        play(study, values)


@pytest.fixture
def place(tmp_path: Path) -> Storage:
    """A search whose best configuration has 5 layers."""
    storage = Storage(tmp_path)
    make(storage, parse_space(SEARCH, "digits.yaml"), [40.0, 50.0, 20.0, 25.0])
    return storage


def confirm(place: Storage, values: Sequence[float], *, arms: Sequence[str] = ("trial-3", "trial-7")) -> None:
    """Play its confirmation."""
    name = "digits-confirmed"
    with open_readonly("digits", place.folder("digits")) as search:
        announce(search.storage, name)
        found = tuple(ConfirmedArm(f"digits/{arm}", 2 + index, 20.0 + 5 * index, 1) for index, arm in enumerate(arms))
        link = Confirms("digits", search.metadata.id, 4, None, found)
    keep(place.folder(name), {CONFIRMS: to_bytes(link)})
    make(place, parse_space(YAML, "confirmed.yaml"), values)


def report(place: Storage, name: str) -> ConfirmationReport:
    storage = place.folder(name)
    return confirmation(load_material(name, storage), storage, QUICK)


def text(said: ConfirmationReport) -> str:
    return to_markdown(Document("x", [said.section]))


def test_a_search_that_nobody_has_confirmed_says_so(place: Storage) -> None:
    said = report(place, "digits")
    assert said.sentence is not None
    assert said.sentence.startswith(
        "The best configuration of `digits` is not confirmed: its value is that of the very"
    )
    assert said.section.blocks[-1] == Code("sh", "gansearch confirm digits")
    assert said.sentence in text(said).replace("\n", " ")


def test_without_a_completed_run_there_is_nothing_to_confirm(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    make(storage, parse_space(SEARCH, "digits.yaml"), [])
    said = report(storage, "digits")
    assert (said.sentence, said.section.blocks) == (None, [])


def test_both_reports_tell_of_a_confirmation(place: Storage) -> None:
    confirm(place, [*BASELINE, *BETTER, *SAME])
    search, own = report(place, "digits"), report(place, "digits-confirmed")
    assert search.sentence == own.sentence
    assert own.sentence == (
        "On fresh seeds (`digits-confirmed`) `trial 2` is better than the defaults of the space; `trial 3` is "
        "equivalent to the defaults of the space."
    )
    assert text(search) == text(own)
    assert "| `trial 2` | 20 (1 run) | 27.1 (95 % interval 26." in text(own)
    assert "| +36 % | 8 v 20 |" in text(own)
    assert "| baseline: the defaults of the space | - | 42.9 (95 % interval " in text(own)
    assert confirmation_section(load_material("digits", place.folder("digits")), place.folder("digits")).title


def test_what_is_missing_is_told_with_the_command_that_goes_on(place: Storage) -> None:
    confirm(place, BASELINE)
    said = report(place, "digits")
    assert said.sentence is not None
    assert "16 runs of the plan missing, so that is preliminary." in said.sentence
    assert said.section.blocks[-1] == Code("sh", "gansearch resume digits-confirmed")


def test_a_best_configuration_that_has_changed_since_is_told(place: Storage) -> None:
    confirm(place, [*BASELINE, *BETTER, *SAME])
    changed = parse_space(SEARCH, "digits.yaml", {"generator.layers": {"choice": [3, 4, 5, 6, 7]}})
    material = load_material("digits", place.folder("digits"))
    best = next(trial for trial in material.trials if trial.values == (20.0,))
    best.settings["generator.layers"] = 7  # type: ignore[index]
    assert changed.settings({"generator.layers": 7}) == dict(best.settings)
    said = confirmation(material, place.folder("digits"), QUICK)
    assert said.sentence is not None
    assert said.sentence.endswith("that of trial 2, is not among those that `digits-confirmed` confirmed.")

    best.settings["generator.layers"] = 3  # type: ignore[index]
    said = confirmation(material, place.folder("digits"), QUICK)
    assert said.sentence is not None
    assert said.sentence.endswith("that of trial 2, is the baseline of `digits-confirmed` itself.")


def test_a_confirmation_that_cannot_be_read_keeps_no_report_from_being_made(place: Storage) -> None:
    confirm(place, BASELINE)
    place.write("digits-confirmed/confirms.json", b"{")
    for name in ("digits", "digits-confirmed"):
        said = report(place, name)
        assert said.sentence is not None
        assert said.sentence.startswith("Whether the best configuration is confirmed cannot be read: ")
        assert "confirms.json is damaged" in said.sentence
