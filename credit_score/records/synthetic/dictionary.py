"""The data dictionary: every column of every table, once, for the schemas and for the README that is written."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa


class Column(NamedTuple):
    """A column: its name, its Arrow type in Parquet, whether it may be empty, what it holds with unit and range."""

    name: str
    kind: pa.DataType
    may_be_empty: bool
    meaning: str


TEXT, WHOLE, REAL, FLAG = pa.string(), pa.int32(), pa.float64(), pa.bool_()

TABLES: dict[str, tuple[Column, ...]] = {
    "enterprises": (
        Column("enterprise_id", TEXT, False, "unified social credit code, 18 characters; fictitious region 999999"),
        Column("name", TEXT, True, "name; always begins with 虚构 (fictitious)"),
        Column("legal_form", TEXT, False, "company, cooperative or sole_proprietor"),
        Column("sector", TEXT, False, "one of nine sectors, such as textiles"),
        Column("industry", TEXT, True, "food_production, food_retail or food_service; empty outside food"),
        Column("size", TEXT, False, "micro, small, medium or large"),
        Column("town", TEXT, False, "one of eight fictitious towns"),
        Column("registered_on", TEXT, False, "date, 2000-01-04 to 2023-06-27"),
    ),
    "individuals": (
        Column("person_id", TEXT, False, "resident identity number, 18 characters; birth year 1800–1859, so nobody's"),
        Column("age", WHOLE, False, "years, 18–95; drawn apart from the identity number"),
        Column("age_on", TEXT, False, "date on which the age held, 2023-06-30"),
        Column("household_id", TEXT, True, "household; empty for about 2 %"),
        Column("town", TEXT, False, "one of eight fictitious towns"),
        Column("village", TEXT, False, "one of twenty villages of the town"),
        Column("enrolled_on", TEXT, True, "date, 2021-01-04 to 2023-06-30; empty for the about 40 % who are not"),
        Column("left_on", TEXT, True, "date after enrolled_on, at most 2023-06-30; empty for most"),
    ),
    "households": (
        Column("household_id", TEXT, False, "H- and nine digits"),
        Column("town", TEXT, False, "one of eight fictitious towns"),
        Column("village", TEXT, False, "one of twenty villages of the town"),
    ),
    "departments": (
        Column("department", TEXT, False, "one of eight departments that inspect"),
        Column("inspectors", WHOLE, False, "number of inspectors, 3 or more"),
        Column("days_per_inspector", WHOLE, False, "inspection days one inspector has a year"),
    ),
    "inspectors": (
        Column("inspector_id", TEXT, False, "staff number, I- and six digits"),
        Column("department", TEXT, False, "the inspector's department"),
    ),
    "credit_records": (
        Column("record_id", TEXT, False, "R- and ten digits"),
        Column("subject_kind", TEXT, False, "individual or enterprise"),
        Column("subject_id", TEXT, False, "person_id or enterprise_id"),
        Column("item", TEXT, False, "what happened, such as commitment.kept; items without a rule earn nothing"),
        Column("catalogue_kind", TEXT, False, "kind in the national basic catalogue of public credit information"),
        Column("unit", TEXT, False, "the reporting unit"),
        Column("occurred_on", TEXT, False, "date, 2020-01-01 to 2023-06-30"),
        Column("reported_on", TEXT, False, "date, 0–120 weekdays after occurred_on, at most 2023-06-30"),
    ),
    "inspections": (
        Column("inspection_id", TEXT, False, "V- and ten digits"),
        Column("enterprise_id", TEXT, False, "the enterprise visited"),
        Column("department", TEXT, False, "the department that inspected"),
        Column("inspector_id", TEXT, False, "the leading inspector"),
        Column("inspected_on", TEXT, False, "date, 2021-01-01 to 2023-06-30"),
        Column("stream", TEXT, False, "random, statutory, complaint, alert or referral"),
        Column(
            "draw_probability", REAL, True, "chance of being drawn that year (half year in 2023), stream random only"
        ),
        Column("violation_found", FLAG, False, "true or false"),
        Column("days", REAL, False, "inspector-days the visit took, 0.25–4"),
    ),
    "truth/enterprises": (
        Column("enterprise_id", TEXT, False, "enterprise"),
        Column("risk", REAL, False, "latent risk: chance that a visit would meet a violation, in (0, 1)"),
    ),
    "truth/inspectors": (
        Column("inspector_id", TEXT, False, "inspector"),
        Column("effect", REAL, False, "multiplies the county's sensitivity of 0.8; 0.6–1.2"),
    ),
    "truth/inspections": (
        Column("inspection_id", TEXT, False, "visit"),
        Column("violation_present", FLAG, False, "whether a violation was there, found or not"),
    ),
}

# What became of records, and the register of decisions to compare them with: only where they are asked for.
EVENT_TABLES: dict[str, tuple[Column, ...]] = {
    "record_events": (
        Column("event_id", TEXT, False, "E- and ten digits"),
        Column("record_id", TEXT, False, "the record it is about"),
        Column("event", TEXT, False, "a step of its life, such as disputed, corrected or repaired"),
        Column("happened_on", TEXT, False, "date, at most 2023-06-30"),
        Column("known_on", TEXT, False, "date on which the county knew it, at most 2023-06-30"),
        Column("unit", TEXT, False, "the unit that reported the record"),
        Column("replaced_by", TEXT, True, "the record that stands for a corrected one"),
    ),
    "decisions": (
        Column("record_id", TEXT, False, "R- and ten digits: the record that reports it, if one does"),
        Column("unit", TEXT, False, "the unit that decided"),
        Column("item", TEXT, False, "a penalty or a licence"),
        Column("decided_on", TEXT, False, "date, 2020-01-01 to 2023-06-30"),
    ),
    "truth/decisions": (
        Column("record_id", TEXT, False, "decision"),
        Column("reported", FLAG, False, "whether the unit ever reported it"),
    ),
}

RAW_TABLES = tuple(name for name in TABLES if not name.startswith("truth/"))


def schema(table: str) -> pa.Schema:
    """The Arrow schema of a table; dates are text, so that impossible ones can be written."""
    return pa.schema([(column.name, column.kind) for column in columns_of(table)])


def columns_of(table: str) -> tuple[Column, ...]:
    """The columns of a table."""
    return TABLES.get(table) or EVENT_TABLES[table]
