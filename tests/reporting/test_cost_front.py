"""The front of quality against time, from runs whose numbers are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gansearch.records import End
from gansearch.reporting.cost_front import cost_front, run_cost_s
from gansearch.reporting.cost_front_section import cost_front_blocks, nearly_as_good
from gansearch.reporting.document import Document, Figure, Section, to_markdown
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.space.plan import Resources

Make = Callable[..., TrialMaterial]
MakeStudy = Callable[..., StudyMaterial]


@pytest.fixture
def study(make_trial: Make, make_study: MakeStudy) -> StudyMaterial:
    """Costs 10, 20, 30 and 40 s with values 50, 21, 30 and 20; one pruned, one whose time is not known."""
    runs = [(10.0, 50.0), (20.0, 21.0), (30.0, 30.0), (40.0, 20.0)]
    made = [
        replace(make_trial(number, value=value, layers=2 + number), seconds=seconds)
        for number, (seconds, value) in enumerate(runs)
    ]
    pruned = replace(make_trial(4, End.PRUNED), seconds=1.0)
    return make_study(*made, pruned, replace(make_trial(5, value=1.0), seconds=0.0))


def test_what_no_other_beats_in_both(study: StudyMaterial) -> None:
    found = cost_front(study)
    assert [run.trial.identity.number for run in found.front] == [0, 1, 3]
    assert [run.cost_s for run in found.runs] == [10.0, 20.0, 30.0, 40.0]
    assert (found.unit, found.unpriced) == ("CPU-seconds", 1)


def test_a_front_to_be_maximised(study: StudyMaterial) -> None:
    (objective,) = study.space.plan.objectives
    plan = replace(study.space.plan, objectives=(replace(objective, direction="maximize"),))
    turned = replace(study, space=replace(study.space, plan=plan))
    found = cost_front(turned)
    assert [run.trial.identity.number for run in found.front] == [0]
    (said,) = nearly_as_good(found, plan.objectives[0])
    assert said == "The best run, `digits-0`, has 50 after 10 CPU-seconds."


def test_lanes_share_what_their_pack_held(make_trial: Make) -> None:
    trial = make_trial(0, epochs=10)
    trial.curve.attempts[0] = {**trial.curve.attempts[0], "lanes": 4}
    assert run_cost_s(trial, Resources(cpu=2.0)) == pytest.approx(20.0 * 2 / 4)
    assert run_cost_s(trial, Resources(cpu=2.0, gpu=0.5)) == pytest.approx(20.0 * 0.5 / 4)
    assert run_cost_s(trial, Resources(cpu=0.0)) == pytest.approx(5.0)


def test_what_is_said_of_it(study: StudyMaterial) -> None:
    blocks = cost_front_blocks(study, cost_front(study))
    text = to_markdown(Document("", [Section("", blocks)]))
    assert "3 of 4 completed runs lie on the front" in text
    assert "The time of 1 completed run is not known." in text
    assert "| digits-1 | 21 | 20 | 20 | `generator.layers` 3 |" in text
    assert "`digits-1` is within 10 % of it (21) for 50 % of its time (n = 1 each)." in text
    (figure,) = [block for block in blocks if isinstance(block, Figure)]
    assert figure.png.startswith(b"\x89PNG")
    assert "the line joins the 3 runs of the front, from 50 at 10 to 20 at 40 CPU-seconds." in figure.caption


def test_one_run_makes_no_front(make_trial: Make, make_study: MakeStudy) -> None:
    alone = make_study(make_trial(0))
    assert cost_front_blocks(alone, cost_front(alone)) == []
