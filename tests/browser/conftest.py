"""A browser, a study to look at, and pages that may neither complain nor ask for anything from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, MISSING, executable, is_required
from tests.browser.served import Served, launch, serve

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PATIENCE_MS = 120_000
MLFLOWS_OWN = ("/ajax-api/2.0/mlflow/users/current", "ResizeObserver loop completed")
"""Parts of errors that mean nothing: MLflow asks for a user where there are none, and lays pages out in two goes."""
WITHOUT_ASSISTANT = """
if (location.protocol === "http:") {
  localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
  localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
}
"""
"""MLflow's assistant covers a quarter of the first page that a new browser opens."""

Picture = Callable[[str], None]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window. It ends with the module, because its event loop would be in the way of other tests."""
    path = executable()
    if path is None:
        (pytest.fail if is_required() else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The study's pages. After the browser, so that nothing is trained where there is none."""
    home = tmp_path_factory.mktemp("browser") / "home"
    launch(home)
    with serve(home) as pages:
        yield pages


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a new profile; afterwards it must have asked this machine alone and have reported no error."""
    context = browser.new_context(viewport={"width": 1360, "height": 800}, color_scheme="light")
    context.add_init_script(WITHOUT_ASSISTANT)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    complaints, elsewhere = watch(context)
    yield context.new_page()
    context.close()
    assert elsewhere == []
    assert complaints == []


def watch(context: BrowserContext) -> tuple[list[str], list[str]]:
    """Lists that fill with the errors that pages report, and with requests to other machines."""
    complaints: list[str] = []
    elsewhere: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        said = f"{message.text} ({message.location['url']})"
        if message.type == "error" and not any(part in said for part in MLFLOWS_OWN):
            complaints.append(said)

    def asked(url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "file://", "data:", "blob:")):
            elsewhere.append(url)

    context.on("console", heard)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", lambda request: asked(request.url))
    return complaints, elsewhere


@pytest.fixture
def picture(page: Page, tmp_path: Path) -> Picture:
    """Takes a picture of the page: into ``docs/images/`` where GANSEARCH_SCREENSHOTS is set, else for this test."""
    folder = IMAGES if os.environ.get("GANSEARCH_SCREENSHOTS") else tmp_path

    def take(name: str) -> None:
        taken = Image.open(BytesIO(page.screenshot(animations="disabled")))
        taken.convert("RGB").quantize(256).save(folder / f"{name}.png", optimize=True)  # a third of the size

    return take
