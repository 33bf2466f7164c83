"""What tests of several rooms share: a page in the system's Chromium that reaches no network."""

import os
import shutil

import pytest
from hypothesis import settings
from playwright.sync_api import sync_playwright

# A slow machine is no failure: no test is timed, an example neither.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, headless; where there is none the test skips, or fails if the browser is required."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is on the path"
        if os.environ.get("CREDIT_SCORE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{reason}, and CREDIT_SCORE_REQUIRE_BROWSER=1 asks for one")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A new page; ``page.requests`` lists every address it asked for that is not a file or part of the page."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.requests = []
    opened.on("request", lambda r: opened.requests.append(r.url) if r.url.startswith(("http", "ws")) else None)
    yield opened
    context.close()
