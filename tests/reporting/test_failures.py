"""Failures that were put where the test knows them to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gansearch.records import End, Finding
from gansearch.reporting.document import Document, Section, to_markdown
from gansearch.reporting.failures import failure_kind, failures
from gansearch.reporting.failures_section import kinds_blocks, places_blocks, stands_out, stands_out_there
from gansearch.reporting.material import StudyMaterial, TrialMaterial

Make = Callable[..., TrialMaterial]
MakeStudy = Callable[..., StudyMaterial]


def deep_ones_fail(make_trial: Make, make_study: MakeStudy, runs: int = 48) -> StudyMaterial:
    """Runs of 6 or 7 layers collapse, and every tenth of the others diverges."""
    trials = []
    for number in range(runs):
        layers = 2 + number % 6
        end = End.COLLAPSED if layers > 5 else End.DIVERGED if number % 12 == 0 else End.COMPLETED
        trials.append(make_trial(number, end, epochs=8, layers=layers, lr=1e-5 * (1 + number % 7), reason="so"))
    return make_study(*trials)


def page(blocks: object) -> str:
    return to_markdown(Document("", [Section("", blocks)]))  # type: ignore[arg-type]


def test_kinds_with_their_counts_and_steps(mixed_study: StudyMaterial) -> None:
    found = failures(mixed_study)
    assert (found.runs, found.failed) == (13, 2)  # the running one is not counted, the pruned one has not failed
    assert {each.kind: (each.count, each.ended, each.median_step) for each in found.kinds} == {
        "mode_collapse": (1, 1, 80),
        "failed": (1, 1, 0),
    }
    assert "2 of 13 runs that are over failed" in page(kinds_blocks(found))


def test_where_they_concentrate(make_trial: Make, make_study: MakeStudy) -> None:
    found = failures(deep_ones_fail(make_trial, make_study))
    layers, activation, lr = found.concentrations
    assert [each.path for each in found.concentrations] == [
        "generator.layers",
        "generator.activation",
        "optimizer.generator.lr",
    ]
    assert [stands_out(each) for each in found.concentrations] == [True, False, False]
    assert [(level.count, level.share.n) for level in layers.levels] == [(4, 16), (0, 16), (16, 16)]
    assert layers.levels[-1].label == "6 to 7"
    assert activation.p is None  # all runs had one activation
    assert lr.p is not None
    assert stands_out_there(layers) == (
        "Runs fail most often at `generator.layers` 6 to 7: 16 of 16 (100 %, n = 16, 95 % interval 81 % to 100 %); "
        "elsewhere 4 of 32 (p below .001 after Holm's correction)."
    )
    said = page(places_blocks(found))
    assert "| `generator.layers` | 6 to 7 | 16 of 16 | 100 % | 81 % to 100 % | 16 mode collapse |" in said
    assert "No concentration of failures is seen over `optimizer.generator.lr` (n = 48, p" in said
    assert "Too few runs to compare values of `generator.activation` (n = 48)." in said


def test_replicates_are_compared_as_one_configuration(make_trial: Make, make_study: MakeStudy) -> None:
    trials = [
        make_trial(number, End.COLLAPSED if number % 2 else End.COMPLETED, layers=2 + 5 * (number % 2), replicate=r)
        for number in range(4)
        for r in range(3)
    ]
    layers = failures(make_study(*trials)).concentrations[0]
    assert (layers.n, layers.p) == (4, None)  # 12 runs, but four configurations: too few
    assert [level.share.n for level in layers.levels] == [6, 6]


def test_a_spared_run_failed_and_went_on(make_trial: Make, make_study: MakeStudy) -> None:
    trial = make_trial(0)
    trial.curve.spared_for = Finding("d", "mode_collapse", 40, 4, "classes_covered", 1.0, 3.0, {}, "1 class")
    assert failure_kind(trial) == "mode_collapse"
    found = failures(make_study(trial, make_trial(1)))
    (kind,) = found.kinds
    assert (kind.count, kind.ended, kind.median_step, kind.median_epoch) == (1, 0, 40, 4)
    assert "1 of them went on, since their detectors only watched" in page(kinds_blocks(found))


@pytest.mark.parametrize(
    ("end", "said"), [(End.COMPLETED, "None of the 3 runs that are over failed."), (None, ""), (End.FAILED, "failed |")]
)
def test_nothing_and_everything(make_trial: Make, make_study: MakeStudy, end: End | None, said: str) -> None:
    found = failures(make_study(*(make_trial(number, end) for number in range(3))))
    assert said in page(kinds_blocks(found))
    everywhere = page(places_blocks(found))
    assert ("Every run that is over failed (n = 3)" in everywhere) == (end is End.FAILED)


def test_no_runs(make_study: MakeStudy) -> None:
    found = failures(make_study())
    assert (found.runs, found.failed, kinds_blocks(found), places_blocks(found)) == (0, 0, [], [])


def test_many_levels_show_the_worst(make_trial: Make, make_study: MakeStudy) -> None:
    found = failures(deep_ones_fail(make_trial, make_study))
    layers = found.concentrations[0]
    many = replace(layers, levels=layers.levels * 6)
    rows = page(places_blocks(replace(found, concentrations=(many,)))).count("| `generator.layers` |")
    assert rows == 12
