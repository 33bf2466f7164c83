"""The page of a session at 10 million firms: from a hand on a slider to painted numbers, on the page and in a dossier.

``python benchmarks/session.py --moves 50`` for a try. Needs a Chromium. The firms are made up: 1,000 score bins, 69
kinds, 4 sizes, the departments of the bundled policy. A move is timed from the input's own time stamp until after the
next frame is painted; beside it stands a round trip to Python, from a field's change to the painted answer.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from board import Figure, write
from playwright.sync_api import Page, sync_playwright

from credit_score.files import fingerprint
from credit_score.inspection.county import CountyCube
from credit_score.report.dossier.page import BROWSERS
from credit_score.report.what_if import embedded, module, payload, styles
from credit_score.session.case import Case
from credit_score.session.model import Session
from credit_score.session.state import State

BINS, KINDS, GOAL, READY = 1000, 69, 25.0, 5.0
TIMED = """name => { window.taken = []; addEventListener(name, event => {
    const began = event.timeStamp;
    requestAnimationFrame(() => { const after = new MessageChannel();
        after.port1.onmessage = () => window.taken.push(performance.now() - began); after.port2.postMessage(0); });
}, true) }"""
ANSWERED = """() => { window.answered = []; const list = document.querySelector('.changed');
    new MutationObserver(() => requestAnimationFrame(() => window.answered.push(performance.now())))
        .observe(list, {subtree: true, childList: true, characterData: true}) }"""
FILE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>-</title><style>%s</style><main id="here"></main>
<script type="module">%s mount(document.getElementById("here"), %s, null);</script></html>"""


def crowd(cube: CountyCube, n_firms: int) -> CountyCube:
    """A cube of so many made-up firms with the departments and the rules of another."""
    luck = np.random.default_rng(1)
    some = luck.integers(0, cube.counts.shape[1], KINDS)
    shape = (BINS, KINDS, len(cube.sizes))
    score = np.linspace(1200, 201, BINS)
    weight = np.exp(-(((score - 960) / 60) ** 2))[:, None, None] * luck.dirichlet(np.ones(KINDS))[None, :, None]
    counts = luck.poisson(n_firms * weight / weight.sum() / shape[2] * np.ones(shape))
    factor = n_firms / cube.n_firms
    return replace(
        cube, bounds=np.stack([score, score + 1]), score=score + 0.5, counts=counts, sector=cube.sector[some],
        home=cube.home[some], place=cube.place[some], duty=cube.duty[some], capacity=cube.capacity * factor,
    )  # fmt: skip


def made(place: Path, n_firms: int) -> Path:
    """A run folder with the cube of the crowd."""
    run = place / "run"
    words = ["-m", "credit_score.cli", "demo", "--out", str(run), "--quiet"]
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    path, manifest = run / "cube.json", run / "manifest.json"
    told = crowd(Case.open(run).cube, n_firms).to_dict()
    path.write_text(json.dumps({"status": "demonstration"} | told), encoding="utf-8")
    about = json.loads(manifest.read_text(encoding="utf-8"))
    about["outputs"]["cube.json"] = fingerprint(path)
    manifest.write_text(json.dumps(about), encoding="utf-8")
    return run


@contextmanager
def served(run: Path) -> Iterator[str]:
    """The address of the page while the block runs."""
    words = ["-m", "credit_score.cli", "session", str(run), "--no-browser", "--lang", "en", "--quiet"]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    try:
        yield next(line.strip() for line in process.stdout if line.startswith("http"))
    finally:
        process.terminate()
        process.wait(timeout=30)


def dragged(page: Page, moves: int) -> list[float]:
    """Milliseconds from each move of a dragged slider to the painted numbers."""
    slider = page.locator("input[type=range]").nth(2)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.evaluate(TIMED, "input")
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    for i in range(4 * moves):
        if i % 10 == 0 and page.evaluate("window.taken.length") >= moves:
            break
        share = 0.5 + 0.45 * np.sin(2 * np.pi * i / 37)
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(40)
    page.mouse.up()
    return page.evaluate("window.taken")


def asked(page: Page, times: int) -> list[float]:
    """Milliseconds from a change that Python is asked about to its painted answer."""
    page.evaluate(ANSWERED)
    field, taken = page.locator(".floor input").first, []
    for i in range(times):
        page.evaluate("window.answered = []")
        field.fill(str(6 + i))
        began = page.evaluate("performance.now()")
        field.press("Enter")
        page.locator(".changed .step b", has_text=str(6 + i)).first.wait_for()
        page.wait_for_timeout(50)
        taken.append(page.evaluate("window.answered[0]") - began)
    return taken


def percentiles(taken: list[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return statistics.median(taken), float(np.quantile(taken, 0.95))


def on_the_page(browser: Any, run: Path, moves: int) -> tuple[list[float], list[float], float]:
    """Moves, round trips, and seconds until the page can be used."""
    with served(run) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        began = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(".what-if .handle", timeout=60_000)
        ready = time.perf_counter() - began
        page.wait_for_timeout(3000)
        found = dragged(page, moves), asked(page, 20), ready
        page.close()
        return found


def in_a_dossier(browser: Any, run: Path, moves: int, place: Path) -> list[float]:
    """Moves in a file without Python."""
    case = Case.open(run)
    told = payload(
        case.cube, case.rules, asdict(case.in_force), state=State(case.in_force, lang="en").told(), status=case.status
    )
    path = place / "dossier.html"
    path.write_text(FILE % (styles(), module(), embedded(told)), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(path.as_uri())
    page.wait_for_selector(".what-if .handle")
    return dragged(page, moves)


def in_python(run: Path) -> tuple[float, float]:
    """Milliseconds that Python takes for a command with all that the page is told, and seconds of the bands."""

    class Nowhere:
        restored = staticmethod(lambda: None)
        list = staticmethod(list)
        autosave = staticmethod(lambda state: None)

    session = Session(
        Case.open(run), Nowhere(), decisions=run, clock=lambda: datetime.now(UTC), dossier=lambda *_: None
    )

    def command(i: int) -> None:
        session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.2 + i / 1000})
        session.told()

    return 1e3 * seconds(command), seconds(lambda _: session.bands(session.state.draft), runs=3)


def seconds(job: Callable[[int], object], runs: int = 20) -> float:
    """Median seconds of a job, after one that is not counted."""
    taken = []
    for i in range(runs + 1):
        began = time.perf_counter()
        job(i)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def main() -> None:
    """Measure, and write the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=10_000_000)
    parser.add_argument("--moves", type=int, default=200)
    asked_for = parser.parse_args()
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("session: no Chromium on the path, so nothing is measured")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder)
        run = made(place, asked_for.firms)
        command, bands = in_python(run)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        moved, trips, ready = on_the_page(browser, run, asked_for.moves)
        alone = in_a_dossier(browser, run, asked_for.moves, place)
        browser.close()
    write("The session's page", figures(asked_for.firms, moved, alone, (trips, ready, command, bands)))


def figures(
    n_firms: int, moved: list[float], alone: list[float], more: tuple[list[float], float, float, float]
) -> list[Figure]:
    """What was measured, as rows of the board."""
    trips, ready, command, bands = more
    trip = percentiles(trips)
    rows = []
    for name, taken in (("page", moved), ("dossier", alone)):
        median, p95 = percentiles(taken)
        value = f"{median:.1f} / {p95:.1f} ms ({len(taken)} moves; {trip[0] / median:.1f} × quicker)"
        rows.append(Figure(f"slider to paint, {name}, {n_firms:,} firms, median / p95", "a round trip to Python", value,
                           f"p95 ≤ {GOAL:.0f} ms", p95 <= GOAL))  # fmt: skip
    return [
        *rows,
        Figure("a round trip to Python, painted, median / p95", "–", f"{trip[0]:.0f} / {trip[1]:.0f} ms", "–"),
        Figure("a command in Python with all that the page is told", "–", f"{command:.1f} ms", "–"),
        Figure("bands: 1,000 years by the cells engine", "–", f"{bands:.2f} s", "≤ 1 s", bands <= 1.0),
        Figure(
            "page ready, from the request to the sliders", "–", f"{ready:.1f} s", f"≤ {READY:.0f} s", ready <= READY
        ),
    ]


if __name__ == "__main__":
    main()
