"""What a user sees in MLflow's pages and in the report, in a real browser.

``GANSEARCH_SCREENSHOTS=1 pytest tests/browser`` also takes the pictures of ``docs/images/`` anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gansearch.tracking.links import VIEW
from tests.browser.served import Served, ask
from tests.browser.walking import AXES, BY_DEFAULT, COMPARED, TABLE, choose, enlarge, toggle_columns

pytestmark = [pytest.mark.verify(seconds=20), pytest.mark.timeout(900)]
Picture = Callable[[str], None]

METRIC = "frechet_distance"
PARAMETERS = ("generator.layers", "optimizer.generator.lr")
CHOSEN = (*PARAMETERS, "generator.init")
END = "gansearch.end"
EVALUATION_STEPS = [156, 312, 468, 624, 780]
"""Of 10 epochs of 78 steps, evaluated every second."""


def open_trials(page: Page, served: Served) -> None:
    """The runs table with a column for the metric, the parameters and the end, as a user chooses them."""
    page.goto(served.trials_page())
    expect(page.get_by_text("12 matching runs")).to_be_visible()
    toggle_columns(page, (METRIC, *PARAMETERS, END, *BY_DEFAULT))
    expect(page.get_by_role("columnheader", name=END).first).to_be_visible()


def test_the_runs_table_shows_every_trial_as_it_is_recorded(page: Page, served: Served, picture: Picture) -> None:
    open_trials(page, served)

    rows = page.evaluate(TABLE)
    assert sorted(row["attributes.`Run Name`"] for row in rows) == sorted(served.trials)
    assert {f"digits-{number}" for number in range(12)} == set(served.trials)
    for row in rows:
        run = served.trials[row["attributes.`Run Name`"]]
        assert float(row[f"metrics.`{METRIC}`"]) == pytest.approx(run.metrics[METRIC], rel=1e-9)
        assert {name: row[f"params.`{name}`"] for name in PARAMETERS} == {name: run.params[name] for name in PARAMETERS}
        assert row[f"tags.`{END}`"] == run.tags[END]
    distances = [float(row[f"metrics.`{METRIC}`"]) for row in rows]
    assert distances == sorted(distances)
    assert {"completed", "pruned"} <= {run.tags[END] for run in served.trials.values()}
    picture("mlflow-runs")


def test_trials_lie_under_their_launch(page: Page, served: Served) -> None:
    page.goto(served.page(f"/experiments/{served.experiment}/runs"))
    page.get_by_role("row").filter(has_text="launch 1").get_by_role("button").first.click()

    expect(page.get_by_role("link", name="digits-11", exact=True)).to_be_visible()
    assert [row["attributes.`Run Name`"] for row in page.evaluate(TABLE)] == [
        "launch 1",
        *(f"digits-{number}" for number in reversed(range(12))),
    ]


def test_a_comparison_sets_parameters_and_ends_side_by_side(page: Page, served: Served, picture: Picture) -> None:
    open_trials(page, served)
    page.locator(".ag-header-select-all").first.click()
    page.get_by_role("button", name="Compare").click()

    expect(page.get_by_role("heading", name="Comparing 12 Runs from 1 Experiment")).to_be_visible()
    expect(page.get_by_text("Run Name:")).to_be_visible()
    compared = {row[0]: row[1:] for row in page.evaluate(COMPARED)}
    assert set(compared["Run Name:"]) == set(served.trials)
    runs = [served.trials[name] for name in compared["Run Name:"]]
    for name in {name for run in runs for name in run.params}:
        assert compared[name] == [run.params.get(name, "") for run in runs], name
    assert compared[END] == [run.tags[END] for run in runs]
    page.get_by_text("Parameters", exact=True).scroll_into_view_if_needed()
    picture("mlflow-compare")


def test_parallel_coordinates_have_a_line_for_each_trial(page: Page, served: Served, picture: Picture) -> None:
    runs = served.trials.values()
    page.goto(served.comparison_page())
    page.get_by_role("button", name="Clear All").click()
    choose(page, 0, CHOSEN)
    choose(page, 1, [METRIC])

    expect(page.locator(".js-plotly-plot").get_by_text(METRIC, exact=True).first).to_be_visible()
    axes = dict(page.evaluate(AXES))
    assert set(axes) == {*CHOSEN, METRIC}
    for name in PARAMETERS:
        assert [float(value) for value in axes[name]] == pytest.approx([float(run.params[name]) for run in runs])
    assert axes["generator.init"] == [run.params["generator.init"] for run in runs]
    assert axes[METRIC] == pytest.approx([run.metrics[METRIC] for run in runs])
    picture("mlflow-parallel-coordinates")


def test_a_slider_goes_over_the_samples_of_each_evaluation(page: Page, served: Served, picture: Picture) -> None:
    best = min(served.trials.values(), key=lambda run: run.metrics[METRIC])
    page.goto(served.run_page(best, "/model-metrics"))
    page.get_by_placeholder("Search metric charts").fill("samples")
    card = page.get_by_test_id("experiment-view-compare-runs-card").filter(has_text="samples")
    slider = card.get_by_role("slider")
    for step in EVALUATION_STEPS:
        slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuenow", str(step))
        image = card.locator(f"img[src*='samples%2Bstep%2B{step}%2B']")
        expect(image).to_be_visible()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    enlarge(page, page.get_by_test_id("draggable-card-resize-handle"))
    picture("mlflow-samples")


def test_findings_are_an_artifact_of_the_launch(page: Page, served: Served) -> None:
    page.goto(served.run_page(served.launch, "/artifacts/findings.html"))

    report = page.frame_locator("iframe")
    expect(report.get_by_role("heading", level=1)).to_contain_text("digits")
    expect(report.locator("img").first).to_be_visible()


def test_findings_open_as_a_file_of_its_own(page: Page, served: Served, picture: Picture) -> None:
    page.goto((served.report / "findings.html").as_uri())

    expect(page.get_by_role("heading", level=1)).to_have_text("Findings of the study digits")
    widths = page.evaluate("() => [...document.images].map(image => image.naturalWidth)")
    assert len(widths) >= 4
    assert min(widths) > 100
    stopped = {run.name: run.run_id for run in served.trials.values() if run.tags[END] != "completed"}
    for name, run_id in stopped.items():
        link = page.get_by_role("link", name=name, exact=True).first
        page_of_run = f"/experiments/{served.experiment}/runs/{run_id}{VIEW}"
        expect(link).to_have_attribute("href", re.compile(f"{re.escape(page_of_run)}$"))
    picture("findings")


def test_the_pages_report_nothing_to_anyone(served: Served) -> None:
    answer = ask(served.address, "/ajax-api/3.0/mlflow/ui-telemetry")

    assert answer["disable_ui_telemetry"] is True
