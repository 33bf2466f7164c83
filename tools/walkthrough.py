"""Pictures of a calibration session from its start to the signature, for the walk-through in both READMEs.

``python tools/walkthrough.py`` serves the demonstration county and takes ``docs/img/session/<step>.<zh|en>.png``. The
people in it are made up.
"""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from credit_score.language import LANGUAGES, say
from credit_score.report.dossier.page import BROWSERS

OUT = Path(__file__).parents[1] / "docs" / "img" / "session"
SIZE, COLOURS = {"width": 1280, "height": 720}, 160
FLOORS, RATIO = ("1", "1", "1", "1"), ".tiers tbody tr:nth-child({row}) .ratio input[type=number]"
SAID = {
    "zh": {"names": ("按能力求最优", "C级加查"), "author": "王分析", "office": "信用办", "signer": "赵局长",
           "reason": "不让任何部门超出能力"},
    "en": {"names": ("Within capacity", "More of tier C"), "author": "Wang Min", "office": "credit office",
           "signer": "Zhao Lei", "reason": "no department beyond its capacity"},
}  # fmt: skip


@contextmanager
def served(run: Path, lang: str) -> Iterator[str]:
    """The address of a session's page while the block runs; its drafts are its own."""
    words = ["session", str(run), "--drafts", str(run.with_name(f"drafts-{lang}")), "--no-browser", "--lang", lang]
    process = subprocess.Popen(
        [sys.executable, "-m", "credit_score.cli", *words, "--quiet"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield next(line.strip() for line in process.stdout or () if line.startswith("http"))
    finally:
        process.terminate()
        process.wait(timeout=30)


def settled(page: Page) -> None:
    """Until Python has answered, intervals and all."""
    page.wait_for_timeout(400)
    for lang in LANGUAGES:
        expect(page.locator(".cards")).not_to_contain_text(say("session.computing", lang), timeout=60_000)


def typed(page: Page, selector: str, text: str) -> None:
    """A number typed into a field."""
    page.fill(selector, text)
    page.press(selector, "Enter")
    page.wait_for_timeout(300)


def saved(page: Page, lang: str, name: str) -> None:
    """The draft saved under a name."""
    for key, text in (("draft_name", name), *((k, SAID[lang][k]) for k in ("author", "office", "reason"))):
        page.locator("form.save").get_by_label(say(f"session.{key}", lang), exact=True).fill(str(text))
    page.click("form.save button.main")
    page.wait_for_selector(f".said >> text={name}")


def steps(page: Page, lang: str, run: Path) -> Iterator[tuple[str, bytes]]:
    """A picture of each step."""
    settled(page)
    yield "1-start", page.screenshot()
    for row, floor in enumerate(FLOORS, start=1):
        typed(page, f".tiers tbody tr:nth-child({row}) .floor input", floor)
    typed(page, ".tiers tbody tr:nth-child(4) .frequency input", "1")
    page.locator(".aims select").nth(1).select_option("capacity")
    page.click(".aims button.main")
    page.wait_for_selector(".said p.info")
    settled(page)
    page.evaluate("scrollTo(0, 0)")
    yield "2-optimum", page.screenshot()
    first, second = SAID[lang]["names"]
    saved(page, lang, first)
    typed(page, RATIO.format(row=3), "25")
    saved(page, lang, second)
    for box in page.locator(".drafts input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name=say("session.compare", lang)).click()
    page.wait_for_selector(".compared table")
    page.locator(".drafts").scroll_into_view_if_needed()
    yield "3-compare", page.screenshot()
    yield "4-signed", signed(page, lang, first)
    yield "5-dossier", dossier(page, lang, run)


def signed(page: Page, lang: str, name: str) -> bytes:
    """The draft opened again and signed by another person."""
    page.get_by_role("button", name=say("session.open_named", lang, name=name)).click()
    page.wait_for_timeout(500)
    form = page.locator("form.sign")
    form.locator("select").select_option(name)
    form.get_by_label(say("session.signer", lang), exact=True).fill(str(SAID[lang]["signer"]))
    form.get_by_label(say("session.office", lang), exact=True).fill("副县长" if lang == "zh" else "deputy head")
    form.locator("button.main").click()
    page.wait_for_selector(".said .files", timeout=120_000)
    page.evaluate("scrollTo(0, 0)")
    settled(page)
    # Where the folder lies is of no interest, and of one machine.
    page.evaluate("document.querySelector('.said .info:last-child').childNodes.forEach(node => node.nodeValue && "
                  "(node.nodeValue = node.nodeValue.replace(/\\/\\S+\\/(?=run\\.)/, '')))")  # fmt: skip
    return page.screenshot()


def dossier(page: Page, lang: str, run: Path) -> bytes:
    """The first screen of the dossier, opened from its file."""
    (folder,) = run.with_name("run.decisions").iterdir()
    page.goto((folder / f"dossier.{lang}.html").as_uri())
    page.wait_for_timeout(1000)
    picture = page.screenshot()
    shutil.rmtree(folder)
    return picture


def small(picture: bytes) -> bytes:
    """A picture of few colours."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main() -> None:
    """Serve, walk through, and write the pictures."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("walkthrough: no Chromium on the path, so no pictures are taken")
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        run = Path(place) / "run"
        subprocess.run([sys.executable, "-m", "credit_score.cli", "demo", "--out", str(run), "--quiet"], check=True)
        browser: Any = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for lang in LANGUAGES:
            with served(run, lang) as address:
                page = browser.new_page(viewport=SIZE, locale="zh-CN" if lang == "zh" else "en-GB")
                page.goto(address)
                page.wait_for_selector(".what-if .handle", timeout=60_000)
                for step, picture in steps(page, lang, run):
                    (OUT / f"{step}.{lang}.png").write_bytes(small(picture))
                page.goto("about:blank")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
