"""Whose ledger or score can differ between two days, and the scores of a day with the others' taken over.

A subject's score rests on its records, on the events about them, on whether it is scored, and on the rules. So it can
differ only where a record or an event came since, where the day of one was passed, where a counted record ended, where
a deletion reached it, or where it began or ceased to be scored. Who is named here and did not change is scored again
to the same figure.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from credit_score.points.ledger import COLUMNS, REGISTER, is_scored
from credit_score.points.scores import catalogues, held, scores_of
from credit_score.policy.ruleset import Catalogue, RuleSet
from credit_score.records import Records
from credit_score.records.door.identity import deletion_digests

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True)
class Before:
    """What an earlier run knew: its rules, the day by what was known, ``ledger`` and ``scores_<kind>``."""

    rules: RuleSet
    known: date
    tables: "dict[str, ibis.Table]"

    def same(self, catalogue: Catalogue) -> bool:
        """Whether the points of a kind of subject were the same, amendments to come among them."""
        return catalogue in catalogues(self.rules)

    def scores(self, kind: str) -> "ibis.Table":
        """The earlier scores of a kind of subject."""
        return self.tables[f"scores_{kind}"]

    def ledger(self, kind: str) -> "ibis.Table":
        """The earlier ledger of a kind of subject."""
        ledger = self.tables["ledger"]
        return ledger.filter(ledger.subject_kind == kind)


@dataclass(frozen=True)
class Since:
    """What came after an earlier run: ``tables`` of rows received since, digests of persons whom deletions reached."""

    tables: "dict[str, ibis.Table]"
    gone: Collection[str]


def changed(records: Records, rules: RuleSet, known: date, before: Before, since: Since) -> "ibis.Table":
    """One column ``subject``: everyone, of either kind, whose ledger or score can differ. Held in the engine."""
    import ibis

    days = (before.rules.on, rules.on), (before.known, known)
    found = [
        *_by_records(records.tables, since, days),
        _ended(before.tables["ledger"], days[0]),
        *(_by_register(records, rules, before, since, kind) for kind in REGISTER),
    ]
    if since.gone:
        found += [_reached(records, before, since, kind) for kind in REGISTER]
    return held(records, "changed", ibis.union(*found).distinct())


def restricted(records: Records, subjects: "ibis.Table") -> "dict[str, ibis.Table]":
    """The accepted tables that scores rest on, of some subjects alone; the records held in the engine."""
    tables = records.tables
    mine = held(records, "changed_records", _of(tables["credit_records"], subjects, "subject_id"))
    return {
        "credit_records": mine,
        "record_events": tables["record_events"].semi_join(mine, "record_id"),
        "enterprises": _of(tables["enterprises"], subjects, "enterprise_id"),
        "individuals": _of(tables["individuals"], subjects, "person_id"),
    }


def taken_over(
    records: Records, subjects: "ibis.Table", scoring: tuple[RuleSet, Catalogue, date], before: Before,
    tables: "dict[str, ibis.Table]",
) -> "dict[str, ibis.Table]":  # fmt: skip
    """``ledger_<kind>`` and ``scores_<kind>`` of all: of ``subjects`` anew from ``tables``, of the others as before."""
    import ibis

    rules, catalogue, known = scoring
    kind = catalogue.subject_kind
    anew = scores_of(records, tables, rules, catalogue, known)
    ledger, scores = anew[f"ledger_{kind}"], anew[f"scores_{kind}"]
    rest = before.scores(kind).anti_join(subjects, "subject").select(scores.columns)
    counted = before.ledger(kind).anti_join(subjects, "subject").select(COLUMNS)
    whole = {f"ledger_{kind}": ibis.union(counted, ledger), f"scores_{kind}": ibis.union(rest, scores)}
    return whole | {f"anew_{kind}": scores}


def _of(table: "ibis.Table", subjects: "ibis.Table", column: str) -> "ibis.Table":
    return table.semi_join(subjects, table[column] == subjects.subject)


Days = tuple[tuple[date, date], tuple[date, date]]


def _by_records(tables: "dict[str, ibis.Table]", since: Since, days: Days) -> "list[ibis.Table]":
    """Whose records or events came since, or had not happened or were not known before."""
    import ibis

    happened, known = days
    records, events = tables["credit_records"], tables["record_events"]
    passed = _in(records.occurred_on, happened) | _in(records.reported_on, known)
    told = events.filter(_in(events.happened_on, happened) | _in(events.known_on, known)).select("record_id")
    if "record_events" in since.tables:
        told = ibis.union(told, since.tables["record_events"].select("record_id"))
    found = [records.filter(passed), records.semi_join(told, "record_id")]
    found += [since.tables["credit_records"]] if "credit_records" in since.tables else []
    return [rows.select(subject=rows.subject_id) for rows in found]


def _ended(ledger: "ibis.Table", happened: tuple[date, date]) -> "ibis.Table":
    """Whose counted records have ended."""
    return ledger.filter(_in(ledger.expires_on, happened)).select("subject")


def _by_register(records: Records, rules: RuleSet, before: Before, since: Since, kind: str) -> "ibis.Table":
    """Who has a new version in the register, or is scored on one of the days alone by the one that stood on both."""
    import ibis

    column, name = REGISTER[kind]
    register = records[name]
    moved = is_scored(register, rules, kind) != is_scored(register, before.rules, kind)
    found = register.filter(moved).select(subject=register[column])
    if name not in since.tables:
        return found
    fresh = since.tables[name]
    return ibis.union(found, fresh.select(subject=fresh[column]))


def _reached(records: Records, before: Before, since: Since, kind: str) -> "ibis.Table":
    """Whom a deletion reached, in the store or in the earlier run; who came back after it has nothing of before."""
    import ibis

    column, name = REGISTER[kind]
    subjects = ibis.union(records[name].select(subject=column), before.scores(kind).select("subject"))
    return subjects.filter(deletion_digests(subjects.subject).isin(sorted(since.gone)))


def _in(day: "ibis.Value", between: tuple[date, date]) -> "ibis.Value":
    """After the first day and up to the second."""
    import ibis

    return (day > ibis.date(between[0])) & (day <= ibis.date(between[1]))
