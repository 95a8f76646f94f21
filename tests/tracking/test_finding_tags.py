"""What MLflow filters and sorts findings by."""

from __future__ import annotations

from dataclasses import replace

from gansearch.records import Finding
from gansearch.tracking.finding_tags import finding_tags, spared_tags

FINDING = Finding("few_classes", "mode_collapse", 5000, 50, "classes_covered", 2.0, 3.0, {}, "2 are left", 4700)


def test_a_finding_has_six_tags() -> None:
    assert finding_tags(FINDING) == {
        "gansearch.finding": "mode_collapse",
        "gansearch.detector": "few_classes",
        "gansearch.finding_signal": "classes_covered",
        "gansearch.finding_window": "4700-5000",
        "gansearch.finding_value": "2",
        "gansearch.finding_threshold": "3",
    }


def test_an_older_finding_does_not_say_its_window() -> None:
    assert finding_tags(replace(FINDING, since_step=None))["gansearch.finding_window"] == ""


def test_what_is_not_is_empty() -> None:
    assert finding_tags(None) == dict.fromkeys(finding_tags(FINDING), "")
    assert spared_tags(None) == dict.fromkeys(spared_tags(FINDING), "")


def test_a_spared_run_has_the_same_evidence_under_names_of_its_own() -> None:
    assert spared_tags(FINDING, "audit") == {
        "gansearch.spared": "mode_collapse",
        "gansearch.spared_by": "audit",
        "gansearch.spared_at": "5000",
        "gansearch.spared_detector": FINDING.detector,
        "gansearch.spared_signal": "classes_covered",
        "gansearch.spared_window": "4700-5000",
        "gansearch.spared_value": "2",
        "gansearch.spared_threshold": "3",
    }
    assert spared_tags(FINDING)["gansearch.spared_by"] == ""  # its record is of a version that did not say
