"""Pictures of the calibration session: figures of its page, as the system's Chromium shows them, and of its dossier.

The draft they are of moves one cut-off and one ratio of the policy in force.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from credit_score.policy import amended, make_amendment
from credit_score.report.dossier import Decision, Person
from credit_score.report.dossier.blocks import Drawn
from credit_score.report.dossier.page import BROWSERS
from credit_score.report.dossier.sections import sections
from credit_score.report.style import font_face
from credit_score.report.what_if import module, payload, styles
from credit_score.session.bands import bands
from credit_score.session.case import Case
from credit_score.session.changes import changes
from credit_score.session.state import State, moved

PANELS = ("scores", "loads", "fronts", "burden")
SINCE, WRITTEN, REASON = (
    date(2024, 1, 1),
    "2023-12-31T15:00:00+08:00",
    "校准会议示例 / an example of a calibration session",
)
PAGE = """<!doctype html><meta charset="utf-8"><style>{styles}{font}</style><div id="page"></div>
<script type="module">{module}
mount(document.getElementById("page"), {payload}, null);</script>"""


class Draft:
    """A session about a run, and a draft that begins tier B at 960 points and draws 30 % of tier C."""

    def __init__(self, run: Any) -> None:
        self.case = Case(run.county_cube, run.policy, run.rules, run.status, "")
        state = moved(State(self.case.in_force), self.case.cube, "cutoff", 960, tier=1)
        self.draft = moved(state, self.case.cube, "ratio", 0.3, tier=2).draft

    def decision(self) -> Decision:
        """The draft as if it were to be signed."""
        case, author = self.case, {"name": "王分析", "office": "信用办"}
        numbers = changes(case.at(SINCE), self.draft)
        text = make_amendment(case.policy, SINCE, numbers, author=author, written=WRITTEN, reason=REASON)
        return Decision(
            case.cube, case.rules, amended(case.policy, text).at(SINCE), case.in_force.plan(), self.draft.plan(),
            author=Person(**author), reason=REASON, written=date.fromisoformat(WRITTEN[:10]), since=SINCE,
            day=case.day, status=case.status, bands=bands(case, self.draft),
        )  # fmt: skip

    def page(self, lang: str) -> str:
        """The page, without what needs Python, as HTML."""
        case, state = self.case, State(self.draft, lang=lang).told()
        told = payload(case.cube, case.rules, asdict(case.in_force), state=state, status=case.status)
        data = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
        return PAGE.format(styles=styles(), font=font_face(data + PAGE), module=module(), payload=data)


def of_dossier(draft: Draft, lang: str) -> Iterator[tuple[float, partial[Any]]]:
    """The figures of the dossier, as it draws them."""
    for block in (block for section in sections(draft.decision(), lang) for block in section.blocks):
        if isinstance(block, Drawn):
            yield block.height, block.draw


def panels(draft: Draft, lang: str) -> Iterator[tuple[str, bytes]]:
    """Each figure of the page as PNG, by name."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise SystemExit(f"no browser: none of {', '.join(BROWSERS)} is on the path; install Chromium")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        file = Path(place) / "page.html"
        file.write_text(draft.page(lang), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720}, device_scale_factor=1.6)
        page.goto(file.as_uri())
        for panel in PANELS:
            yield f"report.what_if.{panel}", page.locator(f"section.{panel}").screenshot(animations="disabled")
        browser.close()
