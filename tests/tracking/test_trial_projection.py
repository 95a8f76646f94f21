"""From a trial's records to what its run is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from gansearch.records import End, Evaluation, Finding, TrialEnd, TrialIdentity, to_json
from gansearch.tracking.finding_tags import finding_tags, spared_tags
from gansearch.tracking.trial_projection import TrialProjection, end_digest, trial_tags

TRIAL = TrialIdentity("digits", 7)


def projected(notes: Any, portions: int = 1) -> TrialProjection:
    """The trial of ``notes`` after its records came in so many portions."""
    about = notes.abouts[TRIAL]
    trial = TrialProjection(TRIAL, about, notes)
    for part in np.array_split(np.arange(len(notes.written[TRIAL])), portions):
        trial.take([notes.written[TRIAL][index] for index in part])
        trial.settle(about)
    return trial


def test_a_rung_keeps_the_metrics_names_and_a_final_evaluation_says_its_n(
    notes: Any, make_evaluation: Callable[..., Evaluation]
) -> None:
    notes.attempt()
    notes.epoch(0, make_evaluation(100))
    notes.add("evaluation", to_json(make_evaluation(100, final=True, samples=10_000)))
    points = projected(notes).pending.points
    assert {point.key for point in points if point.stream == "evaluation"} == {
        "frechet_distance",
        "classes_covered",
        "epoch",
        "evaluation_seconds",
    }
    assert {point.key for point in points if point.stream == "final"} == {
        "frechet_distance_n10000",
        "classes_covered_n10000",
        "evaluation_seconds_n10000",
    }
    assert len({(point.key, point.step) for point in points}) == len(points)


def test_another_generator_stays_off_the_curve(notes: Any, make_evaluation: Callable[..., Evaluation]) -> None:
    notes.attempt()
    notes.epoch(0, make_evaluation(100, generator="ema"))
    notes.add("evaluation", to_json(make_evaluation(100, 80.0, generator="live")))
    pending = projected(notes).pending
    assert pending.tags["gansearch.generator"] == "ema"
    assert {point.key: point.value for point in pending.points if point.key.startswith("frechet")} == {
        "frechet_distance": 12.5,
        "frechet_distance.live": 80.0,
    }


def test_a_rest_keeps_the_open_window_for_the_next_attempt(notes: Any) -> None:
    notes.attempt()
    values = {"d_loss": np.ones(151, dtype=np.float32)}  # windows of 4 steps: 4 epochs of 151 in 200 points
    notes.add("signals", {"first_step": 0, "names": ["d_loss"], "values": values})
    notes.end(End.STOPPED_BY_USER, 151)
    rests = projected(notes)
    assert rests.pending.points[-1].step == 148
    assert (rests.pending.status, rests.pending.ended_ms) == ("SCHEDULED", None)
    notes.attempt(1, 151)
    notes.end(End.COMPLETED, 151, 1)
    over = projected(notes)
    assert over.pending.points[-1].step == 151
    assert over.pending.ended_ms == round(notes.now_s * 1000)


def test_it_does_not_matter_in_which_portions_records_come(
    notes: Any, play: Callable[..., None], make_evaluation: Callable[..., Evaluation]
) -> None:
    play(range(3), End.STOPPED_BY_USER)
    play(range(2, 4), End.COMPLETED, attempt=1)
    notes.add("evaluation", to_json(make_evaluation(400, final=True, samples=10_000)), 1)
    whole = projected(notes).pending
    for portions in (2, 3, len(notes.written[TRIAL])):
        parts = projected(notes, portions).pending
        assert list(parts.points) == list(whole.points)
        assert list(parts.images) == list(whole.images)
        assert parts.tags.items() >= whole.tags.items()
        assert (parts.status, parts.ended_ms) == (whole.status, whole.ended_ms)


def test_an_end_names_its_finding_and_a_new_attempt_forgets_it(notes: Any) -> None:
    notes.attempt()
    finding = Finding("mode_collapse", "mode_collapse", 90, 1, "classes_covered", 2.0, 3.0, {}, "2 classes are left")
    notes.end(End.COLLAPSED, 90, finding=finding)
    tags = projected(notes).pending.tags
    assert (tags["gansearch.end"], tags["gansearch.finding"]) == ("collapsed", "mode_collapse")
    notes.attempt(1, 50)
    again = projected(notes, 3).pending
    assert (again.tags["gansearch.end"], again.tags["gansearch.finding"]) == ("running", "")
    assert again.status == "RUNNING"


def test_a_stopped_run_shows_its_finding_its_files_and_two_pictures(notes: Any) -> None:
    notes.attempt()
    for name in ("curve.csv", "evaluations.csv", "finding.json", "samples.npz"):
        notes.files[f"post_mortem/{TRIAL}/{name}"] = b"x"
    finding = Finding("few_classes", "mode_collapse", 390, 3, "classes_covered", 2.0, 3.0, {}, "2 are left", 200)
    notes.add("finding", {**to_json(finding), "stopped": True})
    notes.end(End.COLLAPSED, 390, finding=finding)
    pending = projected(notes, 2).pending
    assert pending.tags.items() >= finding_tags(finding).items()
    assert "gansearch.spared" not in pending.tags
    folder = f"post_mortem/{TRIAL}"
    assert {file.path for file in pending.files} >= {f"{folder}/evaluations.csv", f"{folder}/finding.json"}
    assert [(image.key, image.step, image.path) for image in pending.images] == [
        ("finding", 390, f"{folder}/finding.json"),
        ("post_mortem", 390, f"{folder}/samples.npz"),
    ]
    notes.attempt(1, 300)
    assert projected(notes, 4).pending.tags.items() >= finding_tags(None).items()


def test_a_run_without_a_finding_has_no_tags_of_one(notes: Any, play: Callable[..., None]) -> None:
    play(range(1), End.COMPLETED)
    tags = projected(notes).pending.tags
    assert tags["gansearch.finding"] == ""
    assert "gansearch.finding_signal" not in tags


def test_a_spared_run_says_when_and_for_what_it_would_have_been_stopped(notes: Any, play: Callable[..., None]) -> None:
    notes.attempt()
    finding = Finding("few_classes", "mode_collapse", 190, 1, "classes_covered", 2.0, 3.0, {}, "2 are left", 100)
    notes.add("finding", {**to_json(replace(finding, step=90)), "stopped": False})
    assert "gansearch.spared" not in projected(notes).pending.tags
    notes.add("finding", {**to_json(finding), "stopped": False, "spared": True})
    for portions in (1, 3):
        tags = projected(notes, portions).pending.tags
        assert (tags["gansearch.spared"], tags["gansearch.spared_at"]) == ("mode_collapse", "190")
    notes.attempt(1, 190)
    assert projected(notes).pending.tags["gansearch.spared_at"] == "190"
    notes.attempt(2, 100)  # before it was seen: what is recomputed says it again, or does not
    assert projected(notes).pending.tags.items() >= spared_tags(None).items()


def test_a_spared_run_shows_the_same_files_and_pictures_as_a_stopped_one(notes: Any) -> None:
    """Also where it is stopped for something else later: which picture is of which step never depends on when."""
    spared = Finding("churn", "oscillation", 190, 1, "class_churn", 0.9, 0.8, {}, "Classes change", 100)
    stop = Finding("few_classes", "mode_collapse", 390, 3, "classes_covered", 2.0, 3.0, {}, "2 are left", 200)
    notes.attempt()
    at_spare, at_stop = f"post_mortem/{TRIAL}/spared-190", f"post_mortem/{TRIAL}"
    for folder in (at_spare, at_stop):
        for name in ("curve.csv", "finding.json", "samples.npz"):
            notes.files[f"{folder}/{name}"] = b"x"
    notes.add("finding", {**to_json(spared), "stopped": False, "spared": "kind_in_shadow"})
    pictures = [("finding", 190, f"{at_spare}/finding.json"), ("post_mortem", 190, f"{at_spare}/samples.npz")]
    pending = projected(notes).pending
    assert [(image.key, image.step, image.path) for image in pending.images] == pictures
    names = ("curve.csv", "finding.json", "finding.png", "samples.npz", "samples.png")
    assert [file.path for file in pending.files][1:] == [f"{at_spare}/{name}" for name in names]
    drawn = {file.path: file.picture_of for file in pending.files if file.picture_of is not None}
    assert drawn[f"{at_spare}/finding.png"] == f"{at_spare}/finding.json"
    assert pending.tags.items() >= spared_tags(spared, "kind_in_shadow").items()
    notes.add("finding", {**to_json(stop), "stopped": True})
    notes.end(End.COLLAPSED, 390, finding=stop)
    pictures += [("finding", 390, f"{at_stop}/finding.json"), ("post_mortem", 390, f"{at_stop}/samples.npz")]
    for portions in (1, 2):
        images = projected(notes, portions).pending.images
        assert [(image.key, image.step, image.path) for image in images] == pictures


def test_an_attempt_that_has_been_replaced_is_passed_over(
    notes: Any, make_evaluation: Callable[..., Evaluation]
) -> None:
    notes.attempt(1)
    notes.epoch(0, make_evaluation(100), 0)
    trial = projected(notes)
    assert not trial.pending.points
    assert trial.pending.tags["gansearch.attempt"] == "1"


def test_the_studys_decision_wins(notes: Any, play: Callable[..., None]) -> None:
    play(range(1), End.STOPPED_BY_USER)
    given_up = TrialEnd(End.PRUNED, "discarded by the user", 100, 1)
    notes.abouts[TRIAL] = replace(notes.abouts[TRIAL], end=given_up)
    trial = projected(notes)
    assert trial.end == given_up
    assert trial.pending.ended_ms == round(notes.written[TRIAL][-1].time * 1000)


def test_tags_of_a_replicate() -> None:
    assert trial_tags(TrialIdentity("digits", 3, 1), {"attempt": 2}) == {
        "gansearch.attempt": "2",
        "gansearch.identity": "digits-3-r1",
        "gansearch.kind": "trial",
        "gansearch.number": "3",
        "gansearch.replicate": "1",
    }


def test_ends_have_digests_of_their_own() -> None:
    ends = [None, *(TrialEnd(end, "because", step, 1) for end in End for step in (1, 2))]
    assert len({end_digest(end) for end in ends}) == len(ends)
