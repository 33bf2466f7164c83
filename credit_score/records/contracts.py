"""The records contract: which tables, which columns, what may stand in them.

One definition, in pandera's terms. Intake judges every row by it (``intake.py``) and the accepted
tables are validated against it once more at the door.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.policy.schema import PolicyModel
from credit_score.records.door.held_items import conditional
from credit_score.records.reading.vocabulary import coded_words, item_words

if TYPE_CHECKING:
    import pandera.ibis as pa

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
REGISTERS = (
    "enterprises", "individuals", "households", "departments", "inspectors", "consents", "decisions", "banks",
    "platform", "authorisations", "government_cases", "posts", "measures_taken", "youth_households", "joint_building",
)  # fmt: skip
LONGEST_TEXT = 100
PILOT_CODES = ("activities", "places", "case_kinds", "report_uses")
ITEM_CODE = r"^[A-Za-z0-9_.-]{1,80}$"
LEGAL_FORMS = ("company", "cooperative", "sole_proprietor")
ROLES = ("leader", "liaison", "staff")
STREAMS = ("random", "statutory", "complaint", "alert", "referral")
SUBJECT_KINDS = ("individual", "enterprise")
EVENTS = (
    "notice_served", "disputed", "verified", "forwarded", "upheld", "corrected", "withdrawn", "told",
    "repair_applied", "repaired", "repair_refused",
)  # fmt: skip


@dataclass(frozen=True)
class Contract:
    """One table: its schema, its key, and what its identifying columns hold.

    Attributes
    ----------
    schema : pandera schema of the accepted table.
    key : the column no two accepted rows share.
    identifiers : column → ``person``, ``enterprise``, ``subject`` (a known person or enterprise), ``member`` (a known
        person), ``household`` or ``inspector``.
    ordered : pairs of date columns, the first not after the second.
    needed : whether a folder must hold the table.
    register : whether a later row with the same key is a new version; of any other table it is another record.
    words : coded column → word → code: what units may write instead of a code.
    item_words : the same for ``item``, by kind of subject.
    refers : column → the table whose key it must be.
    """

    name: str
    schema: "pa.DataFrameSchema"
    key: str
    identifiers: Mapping[str, str] = field(default_factory=dict)
    ordered: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    register: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    item_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    refers: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """The columns, in the contract's order."""
        return list(self.schema.columns)

    @property
    def required(self) -> list[str]:
        """Columns that a file must have; the others may be absent and are then empty."""
        return [name for name, column in self.schema.columns.items() if not column.nullable]

    def codes(self, column: str) -> list[str]:
        """The codes that a coded column may hold, none for other columns."""
        rules = self.schema.columns[column].checks
        return [code for rule in rules if rule.name == "isin" for code in rule.statistics["allowed_values"]]


def contracts(model: PolicyModel) -> dict[str, Contract]:
    """The contract of every table under a policy, whose sectors, sizes, units and kinds are the codes."""
    about = model.policy
    sectors, sizes, units = ([n.id for n in group] for group in (about.sectors, about.sizes, about.units))
    departments = [d.id for d in model.inspection.departments]
    least_age = _least_age(model)
    listed = [
        _enterprises(sectors, sizes),
        _individuals(least_age),
        _table("households", "household_id", {"household_id": _text(), "town": _text(), "village": _text()},
               identifiers={"household_id": "household"}),
        _table("departments", "department", {
            "department": _code(departments), "inspectors": _whole(1, 10**6), "days_per_inspector": _number(0, 366)}),
        _table("inspectors", "inspector_id", {"inspector_id": _text(), "department": _code(departments)},
               identifiers={"inspector_id": "inspector"}),
        _consents(),
        _credit_records(model),
        _record_events(units),
        _table("decisions", "record_id", {
            "record_id": _text(), "unit": _code(units), "item": _item(model), "decided_on": _date()},
               item_words=item_words(model)),
        _inspections(departments),
        *_of_services(model),
        *_of_the_pilot(model, units),
    ]  # fmt: skip
    words = coded_words(model)
    return {c.name: _completed(c, words) for c in listed}


def _completed(contract: Contract, words: Mapping[str, Mapping[str, str]]) -> Contract:
    own = {column: w for column, w in words.items() if column in contract.columns}
    return replace(contract, words=own, register=contract.name in REGISTERS)


def _least_age(model: PolicyModel) -> int:
    ages = model.individual.minimum_age if model.individual else None
    figures = [ages.at(day) for day in ages.days] if ages else []
    return min((int(f.value) for f in figures if f), default=0)


def _enterprises(sectors: list[str], sizes: list[str]) -> Contract:
    columns = {
        "enterprise_id": _text(), "name": _text(nullable=True), "legal_form": _code(LEGAL_FORMS),
        "sector": _code(sectors), "industry": _industry(), "size": _code(sizes),
        "town": _text(), "registered_on": _date(),
    }  # fmt: skip
    return _table("enterprises", "enterprise_id", columns, identifiers={"enterprise_id": "enterprise"}, needed=True)


def _individuals(least_age: int) -> Contract:
    columns = {
        "person_id": _text(), "age": _whole(least_age, 150), "age_on": _date(), "household_id": _text(nullable=True),
        "town": _text(), "village": _text(), "enrolled_on": _date(nullable=True), "left_on": _date(nullable=True),
    }  # fmt: skip
    identifiers = {"person_id": "person", "household_id": "household"}
    return _table("individuals", "person_id", columns, identifiers=identifiers, ordered=(("enrolled_on", "left_on"),))


def _consents() -> Contract:
    """What a person has agreed to beyond the points, in writing and warned (征信业管理条例 Art 14)."""
    columns = {
        "consent_id": _text(), "person_id": _text(), "purpose": _code(conditional()), "given_on": _date(),
        "withdrawn_on": _date(nullable=True),
    }  # fmt: skip
    identifiers = {"person_id": "member"}
    return _table("consents", "consent_id", columns, identifiers=identifiers, ordered=(("given_on", "withdrawn_on"),))


def _credit_records(model: PolicyModel) -> Contract:
    units = [unit.id for unit in model.policy.units]
    columns = {
        "record_id": _text(), "subject_kind": _code(SUBJECT_KINDS), "subject_id": _text(), "item": _item(model),
        "catalogue_kind": _code(sorted(model.kinds)), "unit": _code(units), "occurred_on": _date(),
        "reported_on": _date(),
    }  # fmt: skip
    return _table(
        "credit_records", "record_id", columns, identifiers={"subject_id": "subject"},
        ordered=(("occurred_on", "reported_on"),), needed=True, item_words=item_words(model),
    )  # fmt: skip


def _record_events(units: list[str]) -> Contract:
    columns = {
        "event_id": _text(), "record_id": _text(), "event": _code(EVENTS), "happened_on": _date(),
        "known_on": _date(), "unit": _code(units, nullable=True), "replaced_by": _text(nullable=True),
    }  # fmt: skip
    refers = {"record_id": "credit_records", "replaced_by": "credit_records"}
    return _table("record_events", "event_id", columns, ordered=(("happened_on", "known_on"),), refers=refers)


def _inspections(departments: list[str]) -> Contract:
    columns = {
        "inspection_id": _text(), "enterprise_id": _text(), "department": _code(departments),
        "inspector_id": _text(nullable=True), "inspected_on": _date(), "stream": _code(STREAMS),
        "draw_probability": _number(0, 1, nullable=True, above=True), "violation_found": _yes_no(),
        "days": _number(0, 366),
    }  # fmt: skip
    identifiers = {"enterprise_id": "subject", "inspector_id": "inspector"}
    return _table("inspections", "inspection_id", columns, identifiers=identifiers)


def _of_services(model: PolicyModel) -> list[Contract]:
    """Banks, the financing platform and scenes: what firms have joined, and sums that banks and providers report."""
    firm = {"enterprise_id": "subject"}
    scenes = [s.id for s in model.scenes.scenes] if model.scenes else []
    return [
        _table("banks", "bank_id", {"bank_id": _text(), "name": _text(), "joined_on": _date(nullable=True)}),
        _table("platform", "enterprise_id", {
            "enterprise_id": _text(), "joined_on": _date(), "real_name_on": _date(nullable=True)},
               identifiers=firm, ordered=(("joined_on", "real_name_on"),)),
        _table("authorisations", "authorisation_id", {
            "authorisation_id": _text(), "enterprise_id": _text(), "bank_id": _text(nullable=True), "given_on": _date(),
            "withdrawn_on": _date(nullable=True)},
               identifiers=firm, ordered=(("given_on", "withdrawn_on"),), refers={"bank_id": "banks"}),
        _table("village_finance", "finance_id", {
            "finance_id": _text(), "bank_id": _text(), "town": _text(), "village": _text(), "reported_on": _date(),
            "borrowers": _whole(0, 10**7), "borrowers_in_arrears": _whole(0, 10**7), "loans": _number(0, 1e13),
            "bad_loans": _number(0, 1e13)},
               refers={"bank_id": "banks"}),
        _table("scene_uses", "use_id", {
            "use_id": _text(), "scene": _code(scenes), "town": _text(), "month": _date(), "uses": _whole(0, 10**9),
            "cost": _number(0, 1e13)}),
    ]  # fmt: skip


def _of_the_pilot(model: PolicyModel, units: list[str]) -> list[Contract]:
    """What the county does for its pilot; nothing in it is a credit record of anybody."""
    firm, about = {"enterprise_id": "subject"}, model.pilot
    codes = {name: [n.id for n in getattr(about, name)] if about else [] for name in PILOT_CODES}
    measures = [m.id for m in model.measures.measures] if model.measures else []
    return [
        _table("activities", "activity_id", {
            "activity_id": _text(), "activity": _code(codes["activities"]),
            "place": _code(codes["places"], nullable=True), "unit": _code(units), "held_on": _date(),
            "participants": _whole(0, 10**7)}),
        _table("government_cases", "case_id", {
            "case_id": _text(), "body": _text(), "case_kind": _code(codes["case_kinds"]), "unit": _code(units),
            "found_on": _date(), "due_on": _date(), "closed_on": _date(nullable=True)},
               ordered=(("found_on", "due_on"), ("found_on", "closed_on"))),
        _table("posts", "post_id", {
            "post_id": _text(), "unit": _code(units), "role": _code(ROLES), "since": _date(),
            "until": _date(nullable=True)},
               ordered=(("since", "until"),)),
        _table("report_uses", "report_use_id", {
            "report_use_id": _text(), "unit": _code(units), "report_use": _code(codes["report_uses"]),
            "enterprise_id": _text(), "used_on": _date()},
               identifiers=firm),
        _table("measures_taken", "measure_id", {
            "measure_id": _text(), "enterprise_id": _text(), "measure": _code(measures), "unit": _code(units),
            "begun_on": _date(), "ended_on": _date(nullable=True), "fed_back_on": _date(nullable=True)},
               identifiers=firm, ordered=(("begun_on", "ended_on"), ("begun_on", "fed_back_on"))),
        _table("youth_households", "household_id", {
            "household_id": _text(), "named_on": _date(), "ended_on": _date(nullable=True)},
               identifiers={"household_id": "household"}, ordered=(("named_on", "ended_on"),)),
        _table("joint_building", "enterprise_id", {"enterprise_id": _text(), "applied_on": _date()}, identifiers=firm),
    ]  # fmt: skip


def _table(name: str, key: str, columns: dict[str, "pa.Column"], **options: Any) -> Contract:
    import pandera.ibis as pa

    return Contract(name, pa.DataFrameSchema(columns, strict=True, ordered=True, name=name), key, **options)


def _column(dtype: str, checks: list[Any], *, nullable: bool = False) -> "pa.Column":
    import ibis.expr.datatypes as dt
    import pandera.ibis as pa

    return pa.Column(dt.dtype(dtype), checks, nullable=nullable)


def _text(*, nullable: bool = False) -> "pa.Column":
    """Short text: a cell of any length is no name, place or number of a document."""
    import pandera.ibis as pa

    return _column("string", [pa.Check.str_length(max_value=LONGEST_TEXT)], nullable=nullable)


def _item(model: PolicyModel) -> "pa.Column":
    """An item of the policy, or a code in ASCII for one without points; never a sentence about somebody."""
    import pandera.ibis as pa

    catalogues = (c for c in (model.individual, model.enterprise) if c)
    own = sorted({i.id for c in catalogues for i in c.items})
    return _column("string", [pa.Check.str_matches("|".join([*(f"^{re.escape(i)}$" for i in own), ITEM_CODE]))])


def _industry() -> "pa.Column":
    """A code in ASCII, as the policy's statutory minimums name them; never an address."""
    import pandera.ibis as pa

    return _column("string", [pa.Check.str_matches(ITEM_CODE)], nullable=True)


def _code(codes: list[str] | tuple[str, ...], *, nullable: bool = False) -> "pa.Column":
    import pandera.ibis as pa

    return _column("string", [pa.Check.isin(list(codes))], nullable=nullable)


def _date(*, nullable: bool = False) -> "pa.Column":
    import pandera.ibis as pa

    return _column("date", [pa.Check.in_range(EARLIEST, LATEST)], nullable=nullable)


def _whole(low: int, high: int) -> "pa.Column":
    import pandera.ibis as pa

    return _column("int64", [pa.Check.in_range(low, high)])


def _number(low: float, high: float, *, nullable: bool = False, above: bool = False) -> "pa.Column":
    """A number in [low, high], or in (low, high] if it must be above the lower end."""
    import pandera.ibis as pa

    return _column("float64", [pa.Check.in_range(low, high, include_min=not above)], nullable=nullable)


def _yes_no() -> "pa.Column":
    return _column("boolean", [])
