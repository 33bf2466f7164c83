"""Notices for a unit to serve: pages that are read and printed, one a subject, in Chinese and in English.

The Chinese text is the document, the English one a reading copy. What a person has to write stays blank, and a sole
proprietor, who is a natural person, stands by pseudonym.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from credit_score.files import TOOL, fingerprint, whole_folder
from credit_score.language import LANGUAGES, Lang, reference_in, say
from credit_score.policy import RuleSet
from credit_score.policy.dated import Figure
from credit_score.policy.repair import Clause, basis_for
from credit_score.records.door.identity import LETTERS
from credit_score.report.style import font_face

SOLE_PROPRIETOR = re.compile(rf"{LETTERS['sole_proprietor']}-[0-9a-f]{{24}}")


def notice_pages(template: str, told: Mapping[str, dict[str, Any]], lang: str, status: str) -> dict[str, str]:
    """The page of each notice, self-contained: its key → HTML. ``told``: key → values of the template."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template(template)
    pages = {key: page.render(**values, lang=lang, say=say, status=status) for key, values in told.items()}
    font = font_face("".join(sorted({sign for html in pages.values() for sign in html})))
    return {key: html.replace("/*FONT*/", font, 1) for key, html in pages.items()}


def write_notices(made: Callable[[Lang], Mapping[str, str]], out: Path | str, *, mark: str, on: date) -> Path:
    """A folder with each notice in both languages, whole or not at all.

    ``made``: the pages of a language by key. The file ``mark`` tells the files of each key and their fingerprints.
    Raises RunError.
    """
    with whole_folder(out, replaces=mark) as folder:
        listed: dict[str, list[str]] = {}
        for lang in LANGUAGES:
            for key, page in made(lang).items():
                name = f"{_file_name(key)}.{lang}.html"
                (folder / name).write_text(page, encoding="utf-8")
                listed.setdefault(key, []).append(name)
        outputs = {path.name: fingerprint(path) for path in sorted(folder.iterdir())}
        told = {"tool": TOOL, "as_of": on.isoformat(), "notices": listed, "outputs": outputs}
        (folder / mark).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Path(out)


def _file_name(key: str) -> str:
    """A name for the files of a notice that no other has, whatever stands in its key."""
    return f"{re.sub(r'[^A-Za-z0-9-]+', '_', key)[:40]}-{sha256(key.encode()).hexdigest()[:12]}"


def _template(name: str) -> str:
    return files("credit_score").joinpath(f"report/{name}").read_text(encoding="utf-8")


def day_of(value: Any) -> date | None:
    """A day of a frame or of a file as ``datetime.date``; None where there is none."""
    text = "" if value is None else str(value)[:10]
    return None if text in ("", "NaT", "nan") else date.fromisoformat(text)


class Notice:
    """What every notice says alike: labels in one language, grounds, and clauses that apply to a record."""

    def __init__(self, rules: RuleSet, lang: str) -> None:
        self.rules, self.lang = rules, lang
        self.labels = {n.id: self.label(n) for n in (*rules.model.enterprise.items, *rules.about.units)}

    def label(self, named: Any) -> str:
        """The label of a rule in the notice's language."""
        return str(getattr(named.label, self.lang))

    def say(self, key: str, **values: object) -> str:
        """A text in the notice's language."""
        return say(key, self.lang, **values)

    def ground(self, figure: Figure | None, document: date = date.max) -> dict[str, str]:
        """Basis and reference of a figure, for a decision of a day; nothing without a figure."""
        if figure is None:
            return {}
        basis = self.say(f"basis.{basis_for(figure, document)}")
        return {"basis": basis, "reference": reference_in(figure.reference, self.lang)}

    def clauses(self, clauses: tuple[Clause, ...], grade: str, unit: str) -> list[dict[str, str]]:
        """Texts and grounds of the clauses that apply on the day to a record of a class and a unit."""
        held = [c for c in clauses if c.holds(self.rules.on, grade, unit)]
        return [{"text": self.label(c), **self.ground(c.in_force.at(self.rules.on))} for c in held]
