"""Pictures of the figures of a session's page, as the system's Chromium shows them."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from credit_score.report.style import font_face
from credit_score.report.what_if import module, payload, styles
from credit_score.session.case import draft_of
from credit_score.session.state import State, moved

PANELS = ("scores", "loads", "fronts", "burden")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PAGE = """<!doctype html><meta charset="utf-8"><style>{styles}{font}</style><div id="page"></div>
<script type="module">{module}
mount(document.getElementById("page"), {payload}, null);</script>"""


def panels(run: Any, lang: str) -> Iterator[tuple[str, bytes]]:
    """Each figure of the page as PNG, by name: a draft that draws more of tier C than the policy of a run does."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise SystemExit(f"no browser: none of {', '.join(BROWSERS)} is on the path; install Chromium")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        file = Path(place) / "page.html"
        file.write_text(_page(run, lang), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720}, device_scale_factor=1.6)
        page.goto(file.as_uri())
        for panel in PANELS:
            yield f"report.what_if.{panel}", page.locator(f"section.{panel}").screenshot(animations="disabled")
        browser.close()


def _page(run: Any, lang: str) -> str:
    cube, draft = run.county_cube, draft_of(run.rules)
    state = moved(State(draft, lang=lang), cube, "ratio", 0.3, tier=2)
    told = payload(cube, run.rules, asdict(draft), state=state.told(), status=run.status)
    data = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    parts = {"styles": styles(), "module": module(), "payload": data}
    return PAGE.format(font=font_face(data + PAGE), **parts)
