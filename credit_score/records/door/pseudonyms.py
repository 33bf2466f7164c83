"""Raw identifiers to what stands for them, inside the engine and only while a folder is read.

The identifiers of each column are judged once each (in Arrow batches, in Python); rows then meet
the verdict by a join. What a raw identifier became is forgotten when reading ends.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from credit_score.engine import dropped, kept, sha256
from credit_score.policy.schema import Scheme
from credit_score.records.contract import Contract
from credit_score.records.door.identity import DELETED, judged, place_is_known
from credit_score.records.door.statements import Build, Statements

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

WARNINGS = ["table", "reason", "n"]
FIELDS = ("_id", "_form", "_pseudonym")
# The day from which a row speaks. One after a deletion is of a person who has come back, and is taken.
SPEAKS_FROM = {
    "individuals": "enrolled_on", "enterprises": "registered_on", "credit_records": "occurred_on",
    "consents": "given_on", "inspections": "inspected_on", "decisions": "decided_on",
    "record_events": "happened_on", "platform": "joined_on", "authorisations": "given_on", "report_uses": "used_on",
    "measures_taken": "begun_on", "youth_households": "named_on", "joint_building": "applied_on",
}  # fmt: skip


class Pseudonyms:
    """What identifiers of accepted subjects stand for, by kind of subject, while a folder is read."""

    def __init__(
        self,
        engine: "ibis.BaseBackend",
        scheme: Scheme,
        key: bytes,
        held: "dict[str, ibis.Table] | None" = None,
        deleted: Mapping[str, str] | None = None,
    ) -> None:
        self.engine, self.scheme, self.key = engine, scheme, key
        self.deleted = _deleted(engine, deleted) if deleted else None
        self.held = _held_subjects(held or {})
        self.subjects = kept(engine, "known_subjects", _nobody())

    @property
    def shape(self) -> tuple[object, ...]:
        """What the expressions depend on, beside the tables that a store holds."""
        return (self.scheme.person, self.scheme.enterprise, self.deleted is not None)

    def look_up(self, ask: Statements, seen: str, contract: Contract) -> None:
        """Judge the identifiers that stand in each column of a table of typed rows, once each."""
        for column, kind in contract.identifiers.items():
            if kind in ("subject", "member"):
                self._look_up_unmatched(ask, seen, column, kind)
            else:
                self._judge(ask, lambda c=column, k=kind: self._normalised(seen, c, k), column, kind)

    def joined(self, table: "ibis.Table", contract: Contract) -> "ibis.Table":
        """The table with ``_fault_c`` (``""``, ``form`` or ``unknown``) and ``_subject_c`` for each identifier c.

        The identifiers have been looked up.
        """
        import ibis

        for column, kind in contract.identifiers.items():
            matched = kind in ("subject", "member")
            table = self._subject(table, column, kind) if matched else self._own(table, column, kind)
            gone = self.is_deleted(table, table[f"_subject_{column}"].fill_null(table._pseudonym), contract)
            table = gone.mutate(**{f"_fault_{column}": ibis.ifelse(gone._gone, "deleted", gone[f"_fault_{column}"])})
            table = table.drop("_gone", *FIELDS)
        return table

    def is_deleted(self, table: "ibis.Table", name: "ibis.expr.types.StringValue", contract: Contract) -> "ibis.Table":
        """The table with ``_gone``: whether a name was deleted on the day from which the row speaks, or later."""
        import ibis

        if self.deleted is None:
            return table.mutate(_gone=ibis.literal(False))
        begins = table[SPEAKS_FROM[contract.name]] if contract.name in SPEAKS_FROM else ibis.null("date")
        asked = table.mutate(_asked=sha256(ibis.literal(DELETED) + name), _begins=begins)
        joined = asked.left_join(self.deleted, asked._asked == self.deleted._digest)
        gone = joined._on.notnull() & ~(joined._begins > joined._on).fill_null(False)
        return joined.mutate(_gone=gone).drop("_asked", "_begins", "_digest", "_on")

    def learn(self, ask: Statements, accepted: Build, contract: Contract) -> None:
        """Remember the subjects of a table's accepted rows by their ``_key``, so that records can be matched."""
        kind = {"enterprises": "enterprise", "individuals": "individual"}.get(contract.name)
        if kind is not None:
            ask.add("known_subjects", lambda: _subjects_in(accepted(), contract.key, kind))

    def warnings(self) -> "pd.DataFrame":
        """What was accepted all the same: ``table, reason, n``. A place that no list knows is told, never refused.

        Codes of places change, and a person registered late carries a code younger than the year of birth.
        """
        import pandas as pd

        if self.scheme.person != "cn_ric":
            return pd.DataFrame(columns=WARNINGS)
        known = self.subjects.filter(self.subjects.kind == "individual")
        places = known.group_by(place=known.raw.substr(0, 10)).aggregate(one=known.raw.min(), n=known.count()).execute()
        odd = sum(int(n) for one, n in zip(places["one"], places["n"], strict=True) if not place_is_known(one))
        return pd.DataFrame([("individuals", "unknown_place", odd)] if odd else [], columns=WARNINGS)

    def forget(self) -> None:
        """Drop every raw identifier from the engine."""
        raw = ("raw_", "bad_raw_", "scan_raw_", "map_", "known_subjects")
        dropped(self.engine, [name for name in self.engine.list_tables() if name.startswith(raw)])

    def _own(self, table: "ibis.Table", column: str, kind: str) -> "ibis.Table":
        """An identifier that the table itself introduces (or that needs no match)."""
        import ibis

        table = table.mutate(**{column: self._normal(table[column], kind)})
        known = self.engine.table(f"map_{column}_{kind}")
        table = table.left_join(known, table[column] == known._id)
        stands = table._pseudonym
        if kind == "enterprise":
            stands = ibis.ifelse(self._is_person(table, column), table._pseudonym, table[column])
        if kind == "person" and self.scheme.person == "cn_ric":  # the age that is stated is held to the day of birth
            day = table[column].substr(6, 4) + "-" + table[column].substr(10, 2) + "-" + table[column].substr(12, 2)
            table = table.mutate(_born=day.try_cast("date"))
        fault = ibis.ifelse(table._form.fill_null("") == "", "", "form")
        return table.mutate(**{f"_subject_{column}": stands, f"_fault_{column}": fault})

    def _is_person(self, table: "ibis.Table", column: str) -> "ibis.expr.types.BooleanValue":
        """Whether an enterprise is a natural person: by its form, or by its code, whatever the form says.

        The second sign of a unified social credit code is 2 for sole proprietors (GB 32100).
        """
        named = table.legal_form == "sole_proprietor"
        return named | table[column].startswith("92") if self.scheme.enterprise == "cn_uscc" else named

    def _subject(self, table: "ibis.Table", column: str, kind: str) -> "ibis.Table":
        """An identifier that must belong to an accepted person or enterprise."""
        import ibis

        table = self._of_kind(table, column, kind)
        subjects, unmatched = self.subjects, self.engine.table(f"map_unmatched_{column}")
        table = table.left_join(subjects, [table._kind == subjects.kind, table[column] == subjects.raw])
        table = table.drop("kind", "raw").rename({f"_subject_{column}": "subject"})
        table = table.left_join(unmatched, [table[column] == unmatched._id, table._kind == unmatched._of])
        table = self._of_store(table, column)
        missed = table[f"_subject_{column}"].isnull() & table[column].notnull()
        ill_formed = missed & (table._form.fill_null("") != "")
        fault = ibis.cases((ill_formed, "form"), (missed, "unknown"), else_="")
        return table.mutate(**{f"_fault_{column}": fault}).drop("_kind", "_of")

    def _of_kind(self, table: "ibis.Table", column: str, kind: str) -> "ibis.Table":
        """With ``_kind`` of the subject that a row names, and the identifier in the one way of writing of that kind."""
        import ibis

        alone = ibis.literal("individual" if kind == "member" else "enterprise")
        table = table.mutate(_kind=table.subject_kind if "subject_kind" in table.columns else alone)
        person, firm = (self._normal(table[column], kind) for kind in ("person", "enterprise"))
        return table.mutate(**{column: ibis.ifelse(table._kind == "individual", person, firm)})

    def _of_store(self, table: "ibis.Table", column: str) -> "ibis.Table":
        """Subjects that a store holds from before, found by their pseudonym, or by the code of an enterprise."""
        if self.held is None:
            return table
        import ibis

        person = table._kind == "individual"
        for candidate in (table._pseudonym, ibis.ifelse(person, ibis.null("string"), table[column])):
            asked = table.mutate(_candidate=candidate)
            found = asked.left_join(
                self.held, [asked._candidate == self.held.held_subject, asked._kind == self.held.held_kind]
            )
            subject = found[f"_subject_{column}"].fill_null(found.held_subject)
            table = found.mutate(**{f"_subject_{column}": subject}).drop("_candidate", "held_kind", "held_subject")
        return table

    def _look_up_unmatched(self, ask: Statements, seen: str, column: str, kind: str) -> None:
        """Verdicts on the identifiers that match no accepted subject: ill-formed, or merely unknown."""
        import ibis

        asked, of = f"map_asked_{column}", {"individual": ("person", "p"), "enterprise": ("enterprise", "e")}
        ask.keep(asked, lambda: self._of_kind(self.engine.table(seen), column, kind).select("_kind", column).distinct())
        for whose, (scheme, mark) in of.items():
            self._judge(ask, lambda w=whose: self._rest(asked, column, w), column, scheme, mark)
        verdicts = [(whose, f"map_{column}_{scheme}{mark}") for whose, (scheme, mark) in of.items()]
        ask.keep(
            f"map_unmatched_{column}",
            lambda: ibis.union(*(self.engine.table(name).mutate(_of=ibis.literal(whose)) for whose, name in verdicts)),
        )

    def _rest(self, asked: str, column: str, kind: str) -> "ibis.Table":
        """Identifiers of a kind that match no accepted subject."""
        table, subjects = self.engine.table(asked), self.subjects
        rest = table.anti_join(subjects, [table._kind == subjects.kind, table[column] == subjects.raw])
        return rest.filter(rest._kind == kind)

    def _normalised(self, seen: str, column: str, kind: str) -> "ibis.Table":
        table = self.engine.table(seen)
        return table.mutate(**{column: self._normal(table[column], kind)})

    def _normal(self, identifier: "ibis.expr.types.StringValue", kind: str) -> "ibis.expr.types.StringValue":
        """An identifier in its one way of writing: national ones in capitals, others as they stand."""
        return identifier if self._scheme(kind)[0] == "plain" else identifier.upper()

    def _judge(self, ask: Statements, build: Build, column: str, kind: str, mark: str = "") -> None:
        """Verdicts on the different identifiers of a column, held as ``map_c_kind`` and the mark."""
        import pyarrow as pa

        scheme, stands_for = self._scheme(kind)
        verdicts = partial(_verdicts, scheme=scheme, kind=stands_for, key=self.key)
        schema = pa.schema([(field, pa.string()) for field in FIELDS])
        ask.over_batches(f"map_{column}_{kind}{mark}", lambda: _distinct(build(), column), verdicts, schema)

    def _scheme(self, kind: str) -> tuple[str, str]:
        schemes = {"person": (self.scheme.person, "person"), "enterprise": (self.scheme.enterprise, "sole_proprietor")}
        return schemes.get(kind, ("plain", kind))


def _nobody() -> "pa.Table":
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in ("kind", "raw", "subject")]).empty_table()


def _distinct(table: "ibis.Table", column: str) -> "ibis.Table":
    return table.filter(table[column].notnull()).select(_id=table[column]).distinct()


def _subjects_in(good: "ibis.Table", column: str, kind: str) -> "ibis.Table":
    """``kind, raw, subject`` of accepted rows."""
    import ibis

    return good.select(kind=ibis.literal(kind), raw=good["_key"], subject=good[column])


def _held_subjects(held: "dict[str, ibis.Table]") -> "ibis.Table | None":
    """``held_kind, held_subject`` of those a store holds, or None without a store."""
    import ibis

    keys = {"individuals": ("individual", "person_id"), "enterprises": ("enterprise", "enterprise_id")}
    found = [
        held[name].select(held_kind=ibis.literal(kind), held_subject=held[name][key]).distinct()
        for name, (kind, key) in keys.items()
        if name in held
    ]
    return ibis.union(*found) if found else None


def _deleted(engine: "ibis.BaseBackend", days: Mapping[str, str]) -> "ibis.Table":
    """``_digest, _on`` of what was deleted."""
    import pyarrow as pa

    told = kept(engine, "map_deleted", pa.table({"_digest": list(days), "_on": list(days.values())}))
    return told.mutate(_on=told._on.cast("date"))


def _verdicts(batch: "pa.RecordBatch", scheme: str, kind: str, key: bytes) -> "pa.RecordBatch":
    """Each identifier of a batch with its fault and its pseudonym."""
    import pyarrow as pa

    rows = judged(batch.column(0).to_pylist(), scheme, kind, key)
    columns = list(zip(*rows, strict=True)) if rows else [[], [], []]
    return pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], names=list(FIELDS))
