"""The records contract: which tables, which columns, what may stand in them.

One definition, in pandera's terms. Intake judges every row by it (``intake.py``) and the accepted
tables are validated against it once more at the door.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from credit_score.policy.schema import PolicyModel
from credit_score.records.contract import Contract, code, day, matching, number, table, text, whole, yes_no
from credit_score.records.contracts_pilot import PILOT_REGISTERS, pilot_contracts
from credit_score.records.door.held_items import conditional
from credit_score.records.reading.vocabulary import coded_words, item_words

if TYPE_CHECKING:
    import pandera.ibis as pa

REGISTERS = (
    "enterprises", "individuals", "households", "departments", "inspectors", "consents", "decisions", *PILOT_REGISTERS,
)  # fmt: skip
ITEM_CODE = r"^[A-Za-z0-9_.-]{1,80}$"
LEGAL_FORMS = ("company", "cooperative", "sole_proprietor")
STREAMS = ("random", "statutory", "complaint", "alert", "referral")
SUBJECT_KINDS = ("individual", "enterprise")
EVENTS = (
    "notice_served", "disputed", "verified", "forwarded", "upheld", "corrected", "withdrawn", "told",
    "repair_applied", "repaired", "repair_refused",
)  # fmt: skip


def contracts(model: PolicyModel) -> dict[str, Contract]:
    """The contract of every table under a policy, whose sectors, sizes, units and kinds are the codes."""
    about = model.policy
    sectors, sizes, units = ([n.id for n in group] for group in (about.sectors, about.sizes, about.units))
    departments = [d.id for d in model.inspection.departments]
    least_age = _least_age(model)
    listed = [
        _enterprises(sectors, sizes),
        _individuals(least_age),
        table("households", "household_id", {"household_id": text(), "town": text(), "village": text()},
               identifiers={"household_id": "household"}),
        table("departments", "department", {
            "department": code(departments), "inspectors": whole(1, 10**6), "days_per_inspector": number(0, 366)}),
        table("inspectors", "inspector_id", {"inspector_id": text(), "department": code(departments)},
               identifiers={"inspector_id": "inspector"}),
        _consents(),
        _credit_records(model),
        _record_events(units),
        table("decisions", "record_id", {
            "record_id": text(), "unit": code(units), "item": _item(model), "decided_on": day()},
               item_words=item_words(model)),
        _inspections(departments),
        *pilot_contracts(model),
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
        "enterprise_id": text(), "name": text(nullable=True), "legal_form": code(LEGAL_FORMS),
        "sector": code(sectors), "industry": _industry(), "size": code(sizes),
        "town": text(), "registered_on": day(),
    }  # fmt: skip
    return table("enterprises", "enterprise_id", columns, identifiers={"enterprise_id": "enterprise"}, needed=True)


def _individuals(least_age: int) -> Contract:
    columns = {
        "person_id": text(), "age": whole(least_age, 150), "age_on": day(), "household_id": text(nullable=True),
        "town": text(), "village": text(), "enrolled_on": day(nullable=True), "left_on": day(nullable=True),
    }  # fmt: skip
    identifiers = {"person_id": "person", "household_id": "household"}
    return table("individuals", "person_id", columns, identifiers=identifiers, ordered=(("enrolled_on", "left_on"),))


def _consents() -> Contract:
    """What a person has agreed to beyond the points, in writing and warned (征信业管理条例 Art 14)."""
    columns = {
        "consent_id": text(), "person_id": text(), "purpose": code(conditional()), "given_on": day(),
        "withdrawn_on": day(nullable=True),
    }  # fmt: skip
    identifiers = {"person_id": "member"}
    return table("consents", "consent_id", columns, identifiers=identifiers, ordered=(("given_on", "withdrawn_on"),))


def _credit_records(model: PolicyModel) -> Contract:
    units = [unit.id for unit in model.policy.units]
    columns = {
        "record_id": text(), "subject_kind": code(SUBJECT_KINDS), "subject_id": text(), "item": _item(model),
        "catalogue_kind": code(sorted(model.kinds)), "unit": code(units), "occurred_on": day(),
        "reported_on": day(),
    }  # fmt: skip
    return table(
        "credit_records", "record_id", columns, identifiers={"subject_id": "subject"},
        ordered=(("occurred_on", "reported_on"),), needed=True, item_words=item_words(model),
    )  # fmt: skip


def _record_events(units: list[str]) -> Contract:
    columns = {
        "event_id": text(), "record_id": text(), "event": code(EVENTS), "happened_on": day(),
        "known_on": day(), "unit": code(units, nullable=True), "replaced_by": text(nullable=True),
    }  # fmt: skip
    refers = {"record_id": "credit_records", "replaced_by": "credit_records"}
    return table("record_events", "event_id", columns, ordered=(("happened_on", "known_on"),), refers=refers)


def _inspections(departments: list[str]) -> Contract:
    columns = {
        "inspection_id": text(), "enterprise_id": text(), "department": code(departments),
        "inspector_id": text(nullable=True), "inspected_on": day(), "stream": code(STREAMS),
        "draw_probability": number(0, 1, nullable=True, above=True), "violation_found": yes_no(),
        "days": number(0, 366),
    }  # fmt: skip
    identifiers = {"enterprise_id": "subject", "inspector_id": "inspector"}
    return table("inspections", "inspection_id", columns, identifiers=identifiers)


def _item(model: PolicyModel) -> "pa.Column":
    """An item of the policy, or a code in ASCII for one without points; never a sentence about somebody."""
    catalogues = (c for c in (model.individual, model.enterprise) if c)
    own = sorted({i.id for c in catalogues for i in c.items})
    return matching("|".join([*(f"^{re.escape(i)}$" for i in own), ITEM_CODE]))


def _industry() -> "pa.Column":
    """A code in ASCII, as the policy's statutory minimums name them; never an address."""
    return matching(ITEM_CODE, nullable=True)
