"""信用修复告知书: with each penalty a notice for the unit to serve, so that its subject knows how to repair it.

The Chinese text is the document, the English one a reading copy. What a person has to write stays blank: name, number
of the decision, seal, signatures, date of service. A sole proprietor, who is a natural person, stands by pseudonym.
"""

import json
import re
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.errors import PolicyError
from credit_score.files import TOOL, fingerprint, whole_folder
from credit_score.language import LANGUAGES, reference_in, say
from credit_score.policy import RuleSet
from credit_score.policy.dated import Figure
from credit_score.policy.repair import PUBLIC, Clause, DishonestyClass, Repair, basis_for
from credit_score.records.door.identity import LETTERS
from credit_score.report.style import font_face

if TYPE_CHECKING:
    import pandas as pd

MARK = "notices.json"
SOLE_PROPRIETOR = re.compile(rf"{LETTERS['sole_proprietor']}-[0-9a-f]{{24}}")


def repair_notices(rows: "pd.DataFrame", rules: RuleSet, lang: str, *, synthetic: bool = False) -> dict[str, str]:
    """The notice of each penalty as a self-contained HTML page: record id → page.

    Parameters
    ----------
    rows : rows of :func:`credit_score.records.duties.repair.repair_table`, as a frame.
    synthetic : whether the records are; a notice by an unsigned policy is a draft, and says so.

    Raises PolicyError without rules of repair.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("repair_notice.html")
    told = _Notice(rules, lang)
    status = rules.status(synthetic=synthetic)
    pages = {row["record_id"]: page.render(**told.values(row), say=say, status=status) for row in _plain(rows)}
    font = font_face("".join(sorted({sign for html in pages.values() for sign in html})))
    return {record: html.replace("/*FONT*/", font, 1) for record, html in pages.items()}


def write_repair_notices(rows: "pd.DataFrame", rules: RuleSet, out: Path | str, *, synthetic: bool = False) -> Path:
    """A folder with the notice of each penalty in Chinese and English, whole or not at all.

    ``notices.json`` tells the files of each record and their fingerprints. Raises RunError, and PolicyError without
    rules of repair.
    """
    with whole_folder(out, replaces=MARK) as folder:
        listed: dict[str, list[str]] = {}
        for lang in LANGUAGES:
            for record, page in repair_notices(rows, rules, lang, synthetic=synthetic).items():
                name = f"{_file_name(record)}.{lang}.html"
                (folder / name).write_text(page, encoding="utf-8")
                listed.setdefault(record, []).append(name)
        outputs = {path.name: fingerprint(path) for path in sorted(folder.iterdir())}
        mark = {"tool": TOOL, "as_of": rules.on.isoformat(), "notices": listed, "outputs": outputs}
        (folder / MARK).write_text(json.dumps(mark, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Path(out)


def _file_name(record: str) -> str:
    """A name for the files of a record that no other record has, whatever stands in its id."""
    return f"{re.sub(r'[^A-Za-z0-9-]+', '_', record)[:40]}-{sha256(record.encode()).hexdigest()[:12]}"


def _template(name: str) -> str:
    return files("credit_score").joinpath(f"report/{name}").read_text(encoding="utf-8")


def _plain(rows: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows with days as ``datetime.date``, None where there is none."""
    days = ("document_date", "may_apply_from", "ends_by_itself_on")
    return [row | {name: _day(row[name]) for name in days} for row in rows.to_dict(orient="records")]


def _day(value: Any) -> date | None:
    text = "" if value is None else str(value)[:10]
    return None if text in ("", "NaT") else date.fromisoformat(text)


class _Notice:
    """What a notice says of a penalty, in one language."""

    def __init__(self, rules: RuleSet, lang: str) -> None:
        if rules.model.repair is None:
            raise PolicyError(f"policy {rules.name!r} has no rules of repair", remedy="add its section repair.yaml")
        self.rules, self.lang = rules, lang
        self.repair: Repair = rules.model.repair
        named = (*rules.model.enterprise.items, *rules.about.units, *self.repair.classes)
        self.labels = {n.id: str(getattr(n.label, lang)) for n in named}

    def values(self, row: dict[str, Any]) -> dict[str, Any]:
        """The values of the page for a row of the repair table."""
        grade = next(c for c in self.repair.classes if c.id == row["class_id"])
        listed = {field: self._clauses(clauses, row) for field, clauses in self.repair.clauses.items()}
        document = row["document_date"]
        resting = [self._first(grade, row["may_apply_from"]), self._last(grade, row["ends_by_itself_on"])]
        return {
            "lang": self.lang, "on": self.rules.on, "subject": row["subject"], "record_id": row["record_id"],
            "proprietor": SOLE_PROPRIETOR.fullmatch(row["subject"]) is not None,
            "penalty": self.labels[row["item"]], "unit": self.labels[row["unit"]],
            "assumed": any(basis_for(figure, document) == "assumption" for figure in resting),
            "reaching_back": any(figure.since > document for figure in resting),
            "document_date": document, "grade": self._grade(grade),
            "publicity": self._ground(grade.published.at(self.rules.on), document),
            "may_apply": self._may_apply(resting[0], row), "ends": self._ends(grade, resting[1], row),
            "office": next(iter(listed["offices"]), None),
            "conditions": listed["conditions"], "rights": listed["rights"],
        }  # fmt: skip

    def _say(self, key: str, **values: object) -> str:
        return say(key, self.lang, **values)

    def _ground(self, figure: Figure | None, document: date = date.max) -> dict[str, str]:
        """Basis and reference of a figure, for a decision of a day; nothing without a figure."""
        if figure is None:
            return {}
        basis = self._say(f"basis.{basis_for(figure, document)}")
        return {"basis": basis, "reference": reference_in(figure.reference, self.lang)}

    def _clauses(self, clauses: tuple[Clause, ...], row: dict[str, Any]) -> list[dict[str, str]]:
        """Texts and grounds of the clauses that apply to a record on the day."""
        held = [c for c in clauses if c.holds(self.rules.on, row["class_id"], row["unit"])]
        grounds = [self._ground(c.in_force.at(self.rules.on)) for c in held]
        return [{"text": str(getattr(c.label, self.lang)), **g} for c, g in zip(held, grounds, strict=True)]

    def _grade(self, grade: DishonestyClass) -> str:
        figure = grade.published.at(self.rules.on)
        known = "notice.public" if figure and figure.value == PUBLIC else "notice.not_public"
        shown = known if figure else "notice.unknown"
        return self._say("explain.pair", name=self.labels[grade.id], value=self._say(shown))

    def _first(self, grade: DishonestyClass, day: date | None) -> Figure:
        """What the first day of asking rests on: the version that holds on it."""
        least = grade.minimum.at(day) if grade.minimum and day else None
        return least or grade.ground(day or self.rules.on)

    def _last(self, grade: DishonestyClass, day: date | None) -> Figure:
        """What the end of publicity rests on: the version that holds on it."""
        return grade.ground(day or self.rules.on)

    def _may_apply(self, ground: Figure, row: dict[str, Any]) -> dict[str, str]:
        """From when repair may be asked for, with its ground."""
        day = row["may_apply_from"]
        text = self._say("notice.from", day=day) if day else self._say("notice.never")
        return {"text": text, **self._ground(ground, row["document_date"])}

    def _ends(self, grade: DishonestyClass, ground: Figure, row: dict[str, Any]) -> dict[str, str]:
        """When publicity ends by itself, with its ground; if there was any, where the class is normally not public."""
        day, figure = row["ends_by_itself_on"], grade.published.at(self.rules.on)
        key = "notice.ends_on" if figure is None or figure.value == PUBLIC else "notice.ends_if_public"
        text = self._say(key, day=day) if day else self._say("notice.no_end")
        return {"text": text, **self._ground(ground, row["document_date"])}
