"""信用修复告知书: with each penalty a notice for the unit to serve, so that its subject knows how to repair it.

What a person has to write stays blank: name, number of the decision, seal, signatures, date of service.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.errors import PolicyError
from credit_score.policy import RuleSet
from credit_score.policy.dated import Figure
from credit_score.policy.repair import PUBLIC, DishonestyClass, Repair, basis_for
from credit_score.report.notice import SOLE_PROPRIETOR, Notice, day_of, notice_pages, write_notices

if TYPE_CHECKING:
    import pandas as pd

MARK = "notices.json"


def repair_notices(rows: "pd.DataFrame", rules: RuleSet, lang: str, *, synthetic: bool = False) -> dict[str, str]:
    """The notice of each penalty as a self-contained HTML page: record id → page.

    Parameters
    ----------
    rows : rows of :func:`credit_score.records.duties.repair.repair_table`, as a frame.
    synthetic : whether the records are; a notice by an unsigned policy is a draft, and says so.

    Raises PolicyError without rules of repair.
    """
    told = _Notice(rules, lang)
    values = {row["record_id"]: told.values(row) for row in _plain(rows)}
    return notice_pages("repair_notice.html", values, lang, rules.status(synthetic=synthetic))


def write_repair_notices(rows: "pd.DataFrame", rules: RuleSet, out: Path | str, *, synthetic: bool = False) -> Path:
    """A folder with the notice of each penalty in Chinese and English, whole or not at all.

    ``notices.json`` tells the files of each record and their fingerprints. Raises RunError, and PolicyError without
    rules of repair.
    """
    return write_notices(
        lambda lang: repair_notices(rows, rules, lang, synthetic=synthetic), out, mark=MARK, on=rules.on
    )


def _plain(rows: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows with days as ``datetime.date``, None where there is none."""
    days = ("document_date", "may_apply_from", "ends_by_itself_on")
    return [row | {name: day_of(row[name]) for name in days} for row in rows.to_dict(orient="records")]


class _Notice(Notice):
    """What a notice says of a penalty, in one language."""

    def __init__(self, rules: RuleSet, lang: str) -> None:
        if rules.model.repair is None:
            raise PolicyError(f"policy {rules.name!r} has no rules of repair", remedy="add its section repair.yaml")
        super().__init__(rules, lang)
        self.repair: Repair = rules.model.repair

    def values(self, row: dict[str, Any]) -> dict[str, Any]:
        """The values of the page for a row of the repair table."""
        grade = next(c for c in self.repair.classes if c.id == row["class_id"])
        listed = {f: self.clauses(clauses, grade.id, row["unit"]) for f, clauses in self.repair.clauses.items()}
        document = row["document_date"]
        resting = [self._first(grade, row["may_apply_from"]), self._last(grade, row["ends_by_itself_on"])]
        return {
            "on": self.rules.on, "subject": row["subject"], "record_id": row["record_id"],
            "proprietor": SOLE_PROPRIETOR.fullmatch(row["subject"]) is not None,
            "penalty": self.labels[row["item"]], "unit": self.labels[row["unit"]],
            "assumed": any(basis_for(figure, document) == "assumption" for figure in resting),
            "reaching_back": any(figure.since > document for figure in resting),
            "document_date": document, "grade": self._grade(grade),
            "publicity": self.ground(grade.published.at(self.rules.on), document),
            "may_apply": self._may_apply(resting[0], row), "ends": self._ends(grade, resting[1], row),
            "office": next(iter(listed["offices"]), None),
            "conditions": listed["conditions"], "rights": listed["rights"],
        }  # fmt: skip

    def _grade(self, grade: DishonestyClass) -> str:
        figure = grade.published.at(self.rules.on)
        known = "notice.public" if figure and figure.value == PUBLIC else "notice.not_public"
        shown = known if figure else "notice.unknown"
        return self.say("explain.pair", name=self.label(grade), value=self.say(shown))

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
        text = self.say("notice.from", day=day) if day else self.say("notice.never")
        return {"text": text, **self.ground(ground, row["document_date"])}

    def _ends(self, grade: DishonestyClass, ground: Figure, row: dict[str, Any]) -> dict[str, str]:
        """When publicity ends by itself, with its ground; if there was any, where the class is normally not public."""
        day, figure = row["ends_by_itself_on"], grade.published.at(self.rules.on)
        key = "notice.ends_on" if figure is None or figure.value == PUBLIC else "notice.ends_if_public"
        text = self.say(key, day=day) if day else self.say("notice.no_end")
        return {"text": text, **self.ground(ground, row["document_date"])}
