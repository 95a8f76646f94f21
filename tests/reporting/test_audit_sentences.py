"""What a report says of spared runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gansearch.records import Finding, TrialIdentity
from gansearch.reporting.audit import SparedRun, StudyAudit, audit_of
from gansearch.reporting.audit_sentences import spared

FINDING = Finding("stagnation", "stagnation", 20, 1, "frechet_distance", 1.0, 2.0, {}, "A sentence.")


def audit(count: int, completed: int = 90) -> StudyAudit:
    runs = (SparedRun(TrialIdentity("s", n), FINDING, is_good=n < 2) for n in range(count))
    return StudyAudit("s", completed, tuple(runs))


def test_nothing_is_said_of_none() -> None:
    assert spared(audit(0)) == []


def test_a_few_give_no_rate() -> None:
    (said,) = spared(audit(3))
    assert said.startswith("Detectors would have stopped 3 runs that went on and completed (3 for `stagnation`); ")
    assert said.endswith(": 20 are needed.")
    assert spared(audit(3, completed=7))[0].endswith(": too few runs completed.")


def test_enough_give_a_share_with_its_interval() -> None:
    (said,) = spared(audit(40))
    assert said.endswith("; 2 of them ended in its best quarter (5 %, n = 40, 95 % interval 1 % to 17 %).")


def test_kinds_in_shadow_mode_have_a_sentence_of_their_own() -> None:
    runs = audit(3).spared
    called, doubted = spared(StudyAudit("s", 90, (*runs, replace(runs[1], in_shadow=True))))
    assert called.startswith("Detectors would have stopped 3 runs ")
    assert doubted == (
        "Kinds in shadow mode, which stop nothing, would have stopped 1 completed run (1 for `stagnation`); "
        "1 of them ended in the study's best quarter."
    )


def test_a_study_is_audited_as_it_was_read(make_trial: Callable[..., Any], make_study: Callable[..., Any]) -> None:
    trials = [make_trial(number, value=10.0 + number) for number in range(8)]
    trials[1].curve.spared_for = trials[6].curve.spared_for = FINDING
    found = audit_of(make_study(*trials))
    assert (found.completed, found.damaged) == (8, 0)
    assert [(run.identity.number, run.is_good) for run in found.spared] == [(1, True), (6, False)]
