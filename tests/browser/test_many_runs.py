"""What a user sees of 200 runs in MLflow's pages: columns, groups by arm, twenty compared, all of them as lines.

``GANSEARCH_SCREENSHOTS=1 pytest tests/browser`` also takes the pictures of ``docs/images/`` anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import fmean

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.served import MANY, Run, Served, ask, record_many, serve
from tests.browser.walking import AXES, BY_DEFAULT, COMPARED, GROUPS, choose, enlarge, fold, group_by, toggle_columns

pytestmark = [pytest.mark.verify(seconds=60), pytest.mark.timeout(900)]
Picture = Callable[[str], None]

BEST, FINAL, END = "best_frechet_distance", "final_frechet_distance", "gansearch.end"
PARAMETERS = ("arm", "discriminator.dropout", "optimizer.discriminator.lr", "optimizer.generator.lr")
ARMS = ("baseline", *(f"rates/{name}" for name in ("slow", "fast", "fast D", "slow D", "both fast")))
ARMS += ("dropout/low", "dropout/high")
SEEDS = 25
EVALUATION_STEPS = [6, 12]
COMPARED_RUNS = 20
OBJECTIVE = "frechet_distance_n1000"
"""The distance at the end of a run, which the study goes by."""
LABEL = 10
"""Characters that an axis of parallel coordinates shows of a word."""


@pytest.fixture(scope="module")
def many(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages of the study of 200 runs. After the browser, so that nothing is trained where there is none."""
    home = tmp_path_factory.mktemp("many") / "home"
    record_many(home)
    with serve(home, MANY) as pages:
        yield pages


def open_table(page: Page, many: Served, sort_by: str = BEST) -> None:
    """The first hundred trials, best first."""
    page.set_viewport_size({"width": 1360, "height": 1000})
    condition = "tags.`gansearch.kind` = 'trial'"
    page.goto(
        many.page(
            f"/experiments/{many.experiment}/runs",
            searchFilter=condition,
            orderByKey=f"metrics.`{sort_by}`",
            orderByAsc="true",
        )
    )
    expect(page.get_by_text("100 matching runs")).to_be_visible()


def choose_axes(page: Page) -> None:
    """Parallel coordinates of the parameters and the final distance."""
    page.get_by_role("button", name="Clear All").click()
    choose(page, 0, PARAMETERS)
    choose(page, 1, [FINAL])
    expect(page.locator(".js-plotly-plot").get_by_text(FINAL, exact=True).first).to_be_visible()


def of_arm(many: Served, arm: str) -> list[Run]:
    return [run for run in many.trials.values() if run.params["arm"] == arm]


def test_runs_have_what_differs_as_parameters_and_one_number_each(many: Served) -> None:
    assert {arm: len(of_arm(many, arm)) for arm in ARMS} == dict.fromkeys(ARMS, SEEDS)
    for run in many.trials.values():
        assert set(run.params) == set(PARAMETERS)
        assert run.tags["gansearch.arm"] == run.params["arm"]
        assert {BEST, FINAL} <= set(run.metrics)
        assert run.metrics[BEST] <= run.metrics[FINAL]
    assert of_arm(many, "rates/fast")[0].tags["gansearch.experiment.rates"] == "fast"


def test_the_page_says_how_to_read_it(page: Page, many: Served) -> None:
    open_table(page, many)
    expect(page.get_by_text("8 arms, compared with the first")).to_be_visible()
    (note,) = [
        tag["value"]
        for tag in ask(many.address, f"/api/2.0/mlflow/experiments/get?experiment_id={many.experiment}")["experiment"][
            "tags"
        ]
        if tag["key"] == "mlflow.note.content"
    ]
    assert all(f"| `{arm}` |" in note for arm in ARMS)


def test_the_table_groups_runs_by_arm_with_their_means(page: Page, many: Served, picture: Picture) -> None:
    open_table(page, many)
    toggle_columns(page, (BEST, FINAL, *PARAMETERS, END, *BY_DEFAULT))
    page.get_by_role("button", name="Load more").click()
    expect(page.get_by_text("200 matching runs")).to_be_visible()
    group_by(page, "arm")

    name = "attributes.`Run Name`"
    expect(page.get_by_role("row").filter(has_text="Group: ").first).to_be_visible()
    first = page.evaluate(GROUPS)
    arm = next(arm for arm in ARMS if f"Group: {arm}\n" in first[name])
    assert first[name].endswith(f"\n{SEEDS}")
    mean = fmean(run.metrics[BEST] for run in of_arm(many, arm))
    shown, _, what = first[f"metrics.`{BEST}`"].partition(" ")
    assert what == "(average)"
    assert float(shown) == pytest.approx(mean, rel=1e-6)
    fold(page)
    expect(page.get_by_text("Group: ")).to_have_count(len(ARMS))
    page.set_viewport_size({"width": 1360, "height": 640})
    picture("mlflow-groups")


def test_twenty_of_two_hundred_are_compared(page: Page, many: Served, picture: Picture) -> None:
    open_table(page, many)
    boxes = page.locator(".ag-row .ag-selection-checkbox:visible")
    for place in range(COMPARED_RUNS):
        boxes.nth(place).click()
    page.get_by_role("button", name="Compare").click()

    expect(page.get_by_role("heading", name="Comparing 20 Runs from 1 Experiment")).to_be_visible()
    expect(page.get_by_text("Run Name:")).to_be_visible()
    compared = {row[0]: row[1:] for row in page.evaluate(COMPARED)}
    best = sorted(many.trials.values(), key=lambda run: run.metrics[BEST])[:COMPARED_RUNS]
    assert sorted(compared["Run Name:"]) == sorted(run.name for run in best)
    runs = [many.trials[name] for name in compared["Run Name:"]]
    for name in PARAMETERS:
        assert compared[name] == [run.params[name] for run in runs], name

    page.set_viewport_size({"width": 1360, "height": 1300})
    page.goto(many.comparison_page(run.name for run in runs))
    choose_axes(page)
    picture("mlflow-compare-20")


def test_two_hundred_runs_are_lines_of_parallel_coordinates(page: Page, many: Served, picture: Picture) -> None:
    runs = many.trials.values()
    page.goto(many.comparison_page())
    choose_axes(page)
    axes = dict(page.evaluate(AXES))
    assert set(axes) == {*PARAMETERS, FINAL}
    assert axes["arm"] == [run.params["arm"][:LABEL] for run in runs]
    assert axes[FINAL] == pytest.approx([run.metrics[FINAL] for run in runs])
    picture("mlflow-parallel-200")


def test_images_over_steps(page: Page, many: Served, picture: Picture) -> None:
    best = min(many.trials.values(), key=lambda run: run.metrics[FINAL])
    page.goto(many.run_page(best, "/model-metrics"))
    page.get_by_placeholder("Search metric charts").fill("samples")
    card = page.get_by_test_id("experiment-view-compare-runs-card").filter(has_text="samples")
    slider = card.get_by_role("slider")
    for step in EVALUATION_STEPS:
        slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuenow", str(step))
        expect(card.locator(f"img[src*='samples%2Bstep%2B{step}%2B']")).to_be_visible()
    enlarge(page, page.get_by_test_id("draggable-card-resize-handle"))
    picture("mlflow-points")


def test_the_best_generator_is_a_registered_model(page: Page, many: Served, picture: Picture) -> None:
    means = {arm: fmean(run.metrics[OBJECTIVE] for run in of_arm(many, arm)) for arm in ARMS}
    best = min(of_arm(many, min(means, key=lambda arm: means[arm])), key=lambda run: run.metrics[OBJECTIVE])
    page.goto(many.page(f"/models/{MANY}"))
    version = page.get_by_role("row").filter(has_text="Version 1")
    expect(version).to_contain_text("best")
    expect(version).to_contain_text(f"gansearch.identity: {best.name}")

    page.goto(many.page(f"/models/{MANY}/versions/1"))
    expect(page.get_by_role("link", name=best.name)).to_be_visible()
    expect(page.get_by_text(f"The generator of {best.name} after 12 updates")).to_be_visible()
    page.set_viewport_size({"width": 1360, "height": 900})
    expect(page.get_by_text("Inputs (2)")).to_be_visible()
    picture("mlflow-model")
