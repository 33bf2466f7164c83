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
    "banks": (
        Column("bank_id", TEXT, False, "B- and two digits"),
        Column("name", TEXT, False, "name; always begins with 虚构 (fictitious)"),
        Column("joined_on", TEXT, True, "date on which it joined the financing platform; empty for six"),
    ),
    "platform": (
        Column("enterprise_id", TEXT, False, "a firm on the financing platform"),
        Column("joined_on", TEXT, False, "date, 2022-07-01 to 2023-06-30"),
        Column("real_name_on", TEXT, True, "date on which its real name was checked; empty where it was not"),
    ),
    "authorisations": (
        Column("authorisation_id", TEXT, False, "A- and ten digits"),
        Column("enterprise_id", TEXT, False, "the firm that lets its credit information be queried"),
        Column("bank_id", TEXT, True, "the bank that may; empty for queries in general"),
        Column("given_on", TEXT, False, "date, after its real name was checked"),
        Column("withdrawn_on", TEXT, True, "date; empty for most"),
    ),
    "village_finance": (
        Column("finance_id", TEXT, False, "F- and eight digits"),
        Column("bank_id", TEXT, False, "the bank that reports"),
        Column("town", TEXT, False, "town"),
        Column("village", TEXT, False, "village; of a few no bank reports"),
        Column("reported_on", TEXT, False, "date, the last working day of a quarter from 2022-12-30 to 2023-06-30"),
        Column("borrowers", WHOLE, False, "households that borrow from the bank, 1 or more"),
        Column("borrowers_in_arrears", WHOLE, False, "those of them in arrears"),
        Column("loans", REAL, False, "loans outstanding, yuan"),
        Column("bad_loans", REAL, False, "those of them that are bad, yuan"),
    ),
    "scene_uses": (
        Column("use_id", TEXT, False, "N- and eight digits"),
        Column("scene", TEXT, False, "a scene of the policy"),
        Column("town", TEXT, False, "town"),
        Column("month", TEXT, False, "first day of the month, 2023-04-01 to 2023-06-01"),
        Column("uses", WHOLE, False, "uses in the month; a sum, nobody is told apart"),
        Column("cost", REAL, False, "what they cost the provider, yuan"),
    ),
    "report_uses": (
        Column("report_use_id", TEXT, False, "U- and ten digits"),
        Column("unit", TEXT, False, "the unit that used a credit report"),
        Column("report_use", TEXT, False, "in which of the five fields; none is of the last"),
        Column("enterprise_id", TEXT, False, "the firm whose report it was"),
        Column("used_on", TEXT, False, "date, 2023-01-03 to 2023-06-30"),
    ),
    "measures_taken": (
        Column("measure_id", TEXT, False, "M- and ten digits"),
        Column("enterprise_id", TEXT, False, "the firm; a natural person never"),
        Column("measure", TEXT, False, "a measure of the policy, of reward or discipline"),
        Column("unit", TEXT, False, "the unit that took it, one of those that may"),
        Column("begun_on", TEXT, False, "date, 2023-03-16 to 2023-06-30"),
        Column("ended_on", TEXT, True, "date; empty while it stands"),
        Column("fed_back_on", TEXT, True, "date on which the unit reported what came of it; empty where it has not"),
    ),
    "activities": (
        Column("activity_id", TEXT, False, "C- and six digits"),
        Column("activity", TEXT, False, "kind of activity of the policy"),
        Column("place", TEXT, True, "kind of place; empty on theme days and of campaigns"),
        Column("unit", TEXT, False, "the unit that held it"),
        Column("held_on", TEXT, False, "date, January to June 2023"),
        Column("participants", WHOLE, False, "how many came"),
    ),
    "government_cases": (
        Column("case_id", TEXT, False, "G- and six digits"),
        Column("body", TEXT, False, "the government body; always begins with 虚构 (fictitious)"),
        Column("case_kind", TEXT, False, "arrears to private firms, listed by a court, or a promise not kept"),
        Column("unit", TEXT, False, "the unit that follows it up"),
        Column("found_on", TEXT, False, "date"),
        Column("due_on", TEXT, False, "date by which it is to be closed"),
        Column("closed_on", TEXT, True, "date; empty while it is open"),
    ),
    "posts": (
        Column("post_id", TEXT, False, "T- and six digits; who holds the post is not told"),
        Column("unit", TEXT, False, "unit"),
        Column("role", TEXT, False, "leader, liaison, or staff of the office"),
        Column("since", TEXT, False, "date from which the post is filled"),
        Column("until", TEXT, True, "first date on which it is not; empty while it is"),
    ),
    "youth_households": (
        Column("household_id", TEXT, False, "a household of the register"),
        Column("named_on", TEXT, False, "date, 2023-04-03 to 2023-06-30"),
        Column("ended_on", TEXT, True, "date; empty for most"),
    ),
    "joint_building": (
        Column("enterprise_id", TEXT, False, "a firm that applied"),
        Column("applied_on", TEXT, False, "date, 2023-02-01 to 2023-06-30"),
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
