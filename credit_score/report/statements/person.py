"""A person's own statement: the points, each record behind them, what they open, and that nothing else follows."""

from typing import TYPE_CHECKING, Any

from credit_score.points import explanation
from credit_score.policy.ruleset import Catalogue
from credit_score.report.number import points, signed
from credit_score.report.statement import day_text, dimension_grounds, grounds, touched, worth
from credit_score.report.statements.content import Row, Section
from credit_score.report.statements.parts import Head, dispute, facts_of, issued, pair, stripped, verify
from credit_score.report.statements.scenes import open_scenes
from credit_score.report.told import Told

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report.run_folder import RunFolder

COLUMNS = ("points", "record", "from_unit", "happened", "reported", "until")
SUMS = ("dimension", "before", "after", "lost")


def person_sections(
    run: "RunFolder", row: dict[str, Any], catalogue: Catalogue, head: Head, told: Told
) -> list[Section]:
    """The sections of a person's statement. ``row`` is that of the score."""
    rows = run.table("ledger.parquet", subject=row["subject"])
    rows = rows[rows["subject_kind"] == "individual"].sort_values(["occurred_on", "record_id"])
    units = facts_of(run, row["subject"], "individual").set_index("record_id")["unit"].to_dict()
    sections = [
        _about(run, row, head, told),
        _points(run, row, catalogue, told),
        _records(rows, catalogue, units, told),
        _dimensions(rows, catalogue, told),
        *_benefits(row, told),
        Section("follows", told.say("statement.follows"), (
            told.say("statement.nothing_follows"), told.say("explain.only_benefits"))),
        dispute("individual", told),
        verify(told),
    ]  # fmt: skip
    return [section for section in sections if section]


def _about(run: "RunFolder", row: dict[str, Any], head: Head, told: Told) -> Section:
    own = (pair("statement.pseudonym", row["subject"], told), pair("statement.name_by_hand", "", told))
    return Section("about", told.say("statement.about"), rows=(*own, *issued(run, head, told)))


def _points(run: "RunFolder", row: dict[str, Any], catalogue: Catalogue, told: Told) -> Section:
    rows = [
        pair("explain.score", points(row["score_milli"]), told),
        pair("explain.base", points(catalogue.base), told, told.rule("individual", "base").strip()),
    ]
    if row["n_disputed"]:
        values = {"n": row["n_disputed"], "score": points(row["score_undisputed_milli"])}
        rows.append(Row((told.say("statement.disputed"), told.say("explain.undisputed", **values))))
    return Section("points", told.say("statement.points"), tuple(touched(run, row, told)), rows=tuple(rows))


def _records(rows: "pd.DataFrame", catalogue: Catalogue, units: dict[str, str], told: Told) -> Section:
    """Each record that counts; the rules of an item stand below the last of its records."""
    if rows.empty:
        return Section("records", told.say("statement.records"), (told.say("explain.none"),))
    items = {i.id: i for i in catalogue.items}
    names = {u.id: told.label(u) for u in told.rules.about.units}
    listed: list[Row] = []
    for name, mine in rows.groupby("item", sort=False):
        item = items[str(name)]
        cited = stripped(grounds(mine, item, "individual", told))
        of_each, label = worth(item, "individual", told), told.label(item)
        *first, last = [
            _record(r, of_each, label, names.get(units.get(r.record_id, ""), "–"), told) for r in mine.itertuples()
        ]
        listed += [*first, Row(last.cells, (*last.notes, *cited))]
    headings = tuple(told.say(f"statement.{column}") for column in COLUMNS)
    return Section("records", told.say("statement.records"), headings=headings, rows=tuple(listed))


def _record(record: Any, earned: str, label: str, unit: str, told: Told) -> Row:
    marked = label + (told.say("explain.disputed") if record.disputed else "")
    days = (day_text(day) for day in (record.occurred_on, record.reported_on, record.expires_on))
    return Row((earned, marked, unit, *days), (told.say("statement.number", number=record.record_id),))


def _dimensions(rows: "pd.DataFrame", catalogue: Catalogue, told: Told) -> Section | None:
    """What each dimension comes to, and the weights and bounds that made it so."""
    parts = explanation(rows, catalogue)
    parts = parts[(parts["before_milli"] != 0) | (parts["lost_milli"] != 0)]
    if parts.empty:
        return None
    labels = {d.id: told.label(d) for d in catalogue.dimensions}
    listed = [
        Row((labels[p.dimension], signed(p.before_milli), signed(p.after_milli), points(p.lost_milli)))
        for p in parts.itertuples()
    ]
    headings = tuple(told.say(f"statement.{column}") for column in SUMS)
    bounds = stripped(dimension_grounds(rows, catalogue, told))
    listed[-1] = Row(listed[-1].cells, bounds)
    return Section("dimensions", told.say("statement.dimensions"), headings=headings, rows=tuple(listed))


def _benefits(row: dict[str, Any], told: Told) -> list[Section]:
    """Benefits of points and scenes that are open; where there are none of either, so much is said."""
    scenes = open_scenes(told, int(row["score_milli"]))
    own = _of_points(row, told) or (None if scenes else _no_benefits(told))
    return [section for section in (own, scenes) if section]


def _no_benefits(told: Told) -> Section:
    return Section("benefits", told.say("explain.benefits"), (told.say("explain.no_benefits"),))


def _of_points(row: dict[str, Any], told: Told) -> Section | None:
    benefits = told.rules.benefits(int(row["score_milli"]))
    if not benefits:
        return None
    rows = [
        Row((told.label(b), told.say("statement.from_points", points=points(told.rules.figure(b.from_score).value))),
            (told.rule(f"individual:benefits:{b.id}", "from_score").strip(),))
        for b in benefits
    ]  # fmt: skip
    return Section("benefits", told.say("explain.benefits"), rows=tuple(rows))
