"""A dossier as one HTML file that asks no network for anything, and as PDF where a Chromium prints it."""

import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from credit_score.language import say
from credit_score.report import what_if
from credit_score.report.dossier.blocks import Command, Drawn, Live, Table, Text
from credit_score.report.dossier.decision import Decision
from credit_score.report.dossier.sections import sections
from credit_score.report.dossier.words import Words
from credit_score.report.style import as_svg, font_face

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
KINDS = {"text": Text, "table": Table, "drawn": Drawn, "command": Command, "live": Live}
SECONDS = 120


def dossier_html(decision: Decision, lang: str) -> str:
    """The dossier of a decision as HTML, in Chinese or English; it carries the page that computes in the file itself.

    Raises PolicyError where cut-offs do not stand between bins of the cube.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined)
    environment.tests |= {name: lambda block, kind=kind: isinstance(block, kind) for name, kind in KINDS.items()}
    environment.filters["svg"] = lambda drawn: as_svg(
        drawn.draw, name=f"dossier-{drawn.name}", label=drawn.label, height=drawn.height
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "allow_nan": False}
    words = Words(decision, lang)
    html = environment.get_template("dossier.html").render(
        lang=lang, say=say, title=say("dossier.title", lang), subtitle=subtitle(words), running=running(words),
        status=decision.status.replace(" ", "_"), status_text=words.status, sections=sections(decision, lang),
        payload=_payload(decision, lang), module=what_if.module(), styles=what_if.styles(),
    )  # fmt: skip
    return html.replace("/*FONT*/", font_face(html), 1)


def subtitle(words: Words) -> str:
    """Which policy, from when."""
    decision = words.decision
    policy = getattr(decision.after.about.label, words.lang)
    return words.say("dossier.subtitle", policy=policy, since=decision.since, written=decision.written)


def running(words: Words) -> str:
    """What stands at the head of every page."""
    return f"{words.say('dossier.title')} · {words.say(SHORT[words.decision.status])}"


SHORT = {"demonstration": "dossier.demonstration", "draft": "dossier.draft", "in force": "dossier.in_force"}


def _file(name: str) -> str:
    return files("credit_score").joinpath(f"report/dossier/{name}").read_text(encoding="utf-8")


def _payload(decision: Decision, lang: str) -> dict[str, Any] | None:
    """What the module is given, in the language of the dossier."""
    told = decision.payload
    return None if told is None else {**told, "state": {**told.get("state", {}), "lang": lang}}


def dossier_pdf(html: str, path: Path | str) -> bool:
    """Print a dossier on A4 by a Chromium of this machine; whether it was: False where there is none, or it fails.

    The browser gets a profile that is thrown away, and a page whose own policy lets it ask no network for anything.
    """
    paper = Path(path).absolute()
    paper.unlink(missing_ok=True)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return False
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = Path(folder) / "dossier.html"
        source.write_text(html, encoding="utf-8")
        asked = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer", f"--print-to-pdf={paper}", source.as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(asked, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603 - names are ours
        except (OSError, subprocess.SubprocessError):
            paper.unlink(missing_ok=True)
    return paper.is_file()
