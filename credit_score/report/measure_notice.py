"""守信激励、失信惩戒措施告知书: to a firm, of one measure: why, on which ground, until when, and what it can do.

One notice a firm and measure, with every record that the measure follows from. Whoever takes a measure of discipline
tells its ground, its reason and the ways to object in writing (深圳经济特区社会信用条例 Art 69 is the model at hand).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.pilot.measures import measures_of
from credit_score.policy import RuleSet
from credit_score.policy.clocks import Clock, Span
from credit_score.policy.measures import Measure
from credit_score.report.notice import SOLE_PROPRIETOR, Notice, day_of, notice_pages, write_notices

if TYPE_CHECKING:
    import pandas as pd

MARK = "measure_notices.json"
TITLE = {"reward": "measure.title_reward", "discipline": "measure.title_discipline"}
INTRO = {"reward": "measure.intro_reward", "discipline": "measure.intro_discipline"}
ENDS = {"record": "measure.ends_record", "longest": "measure.ends_longest", "repeal": "measure.ends_repeal"}


def measure_notices(matched: "pd.DataFrame", rules: RuleSet, lang: str, *, synthetic: bool = False) -> dict[str, str]:
    """The notice of each firm and measure as a self-contained HTML page: ``firm measure`` → page.

    Parameters
    ----------
    matched : rows of :func:`credit_score.pilot.measures.matched_measures`, or of its table in a run folder.
    synthetic : whether the records are; a notice by an unsigned policy is a draft, and says so.
    """
    told = _Notice(rules, lang)
    by_key: dict[str, list[dict[str, Any]]] = {}
    for row in matched.to_dict("records"):
        by_key.setdefault(f"{row['enterprise_id']} {row['measure']}", []).append(row)
    values = {key: told.values(rows) for key, rows in by_key.items()}
    return notice_pages("measure_notice.html", values, lang, rules.status(synthetic=synthetic))


def write_measure_notices(matched: "pd.DataFrame", rules: RuleSet, out: Path | str, *, synthetic: bool = False) -> Path:
    """A folder with the notice of each firm and measure in Chinese and English, whole or not at all. Raises RunError.

    ``measure_notices.json`` tells the files of each and their fingerprints.
    """
    return write_notices(
        lambda lang: measure_notices(matched, rules, lang, synthetic=synthetic), out, mark=MARK, on=rules.on
    )


def dispute_clock(rules: RuleSet, item: str, kind: str, unit: str) -> tuple[Clock, Span] | None:
    """The clock for disputes that the county is held to on the day for a record, and its limit; None without one."""
    named = {"items": item, "kinds": kind, "units": unit}
    for clock in rules.model.clocks or ():
        own = {"items": clock.covers.named_items, "kinds": clock.covers.kinds, "units": clock.covers.units}
        if (clock.starts, clock.ends) != ("disputed", "told"):
            continue
        if not all(own[field] == "all" or value in own[field] for field, value in named.items()):
            continue
        for span in clock.spans():
            if span.since <= rules.on and (span.until is None or rules.on < span.until):
                return clock, span
    return None


class _Notice(Notice):
    """What a notice says of a measure, in one language."""

    def values(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """The values of the page for the records of one firm and measure."""
        first = rows[0]
        measure = self._measure(first)
        return {
            "on": self.rules.on, "subject": first["enterprise_id"], "direction": measure.direction,
            "title": self.say(TITLE[measure.direction]), "intro": self.say(INTRO[measure.direction]),
            "proprietor": SOLE_PROPRIETOR.fullmatch(first["enterprise_id"]) is not None,
            "measure": self.label(measure), "ground": self.ground(measure.in_force.at(self.rules.on)),
            "words": measure.words if self.lang == "zh" else None, "units": self._units(measure),
            "records": [self._record(row) for row in rows], "remedies": self._remedies(rows),
            "repairs": [told for row in rows if (told := self._repair(row))],
            "rights": self._rights(), "dispute": self._dispute(first),
        }  # fmt: skip

    def _measure(self, row: dict[str, Any]) -> Measure:
        return next(m for m in measures_of(self.rules) if m.id == row["measure"])

    def _units(self, measure: Measure) -> dict[str, str]:
        figure = measure.units.at(self.rules.on)
        names = [self.labels[unit] for unit in figure.value] if figure else []
        return {"text": self.say("explain.and").join(names), **self.ground(figure)}

    def _record(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": row["record_id"], "item": self.labels[row["item"]], "unit": self.labels[row["unit"]],
            "occurred_on": day_of(row["occurred_on"]), "starts_on": day_of(row["starts_on"]),
            "ends": self._ends(row),
            "disputed": str(row["disputed"]) == "True",
        }  # fmt: skip

    def _ends(self, row: dict[str, Any]) -> dict[str, str]:
        """The last day, with the ground of what ends it: the record's own rule or the longest time."""
        measure = self._measure(row)
        cited = self.rules.ending("enterprise", row["item"])
        figures = {
            "record": cited.figure if cited else None, "repeal": None,
            "longest": measure.longest.at(self.rules.on) if measure.longest else None,
        }  # fmt: skip
        text = self.say(ENDS[row["ends_by"]], day=day_of(row["ends_on"]))
        return {"text": text, **self.ground(figures[row["ends_by"]])}

    def _remedies(self, rows: list[dict[str, Any]]) -> list[dict[str, str]]:
        """What ends the records before their time, as the policy's measures say it."""
        items = {row["item"] for row in rows}
        listed = self.rules.model.measures.remedies if self.rules.model.measures else ()
        held = [r for r in listed if items & set(r.items)]
        grounds = [(self.label(r), r.in_force.at(self.rules.on)) for r in held]
        return [{"text": text, **self.ground(figure)} for text, figure in grounds if figure]

    def _repair(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """From when, where and on what terms repair of a record may be asked for; None where no rule has it."""
        repair = self.rules.model.repair
        grade = repair.of_item(row["item"]) if repair else None
        if repair is None or grade is None or not grade.maximum.at(self.rules.on):
            return None
        document = day_of(row["occurred_on"])
        day = grade.may_apply(document, self.rules.on) if document else None
        offices = self.clauses(repair.offices, grade.id, row["unit"])
        text = self.say("notice.from", day=day) if day else self.say("notice.never")
        least = (grade.minimum.at(day) if grade.minimum and day else None) or grade.ground(day or self.rules.on)
        return {
            "record": row["record_id"], "first": {"text": text, **self.ground(least, document or self.rules.on)},
            "office": next(iter(offices), None), "conditions": self.clauses(repair.conditions, grade.id, row["unit"]),
        }  # fmt: skip

    def _rights(self) -> list[dict[str, str]]:
        """The rights that every record brings; those of penalties of one unit are in the notice on repair."""
        repair = self.rules.model.repair
        general = tuple(c for c in repair.rights if c.units == "all" and c.classes == "all") if repair else ()
        return self.clauses(general, "", "")

    def _dispute(self, row: dict[str, Any]) -> dict[str, str]:
        """Within what time a dispute is answered, with its ground."""
        kind = next(i.catalogue_kind for i in self.rules.model.enterprise.items if i.id == row["item"])
        found = dispute_clock(self.rules, row["item"], kind, row["unit"])
        if found is None:
            return {"text": self.say("measure.no_clock")}
        clock, span = found
        key = "measure.in_working" if span.working else "measure.in_calendar"
        text = self.say(key, n=span.limit, clock=self.label(clock))
        return {"text": text, **self.ground(clock.held.at(self.rules.on) if clock.held else None)}
