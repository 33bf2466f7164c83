"""The contracts of the pilot: what firms join, what banks and providers report in sums, what the county does.

Of natural persons these tables hold sole proprietors, as enterprises, and households, by their pseudonyms; nobody's
loan, use or attendance. Under a policy without a section of the pilot its codes are none, and rows that need one are
refused.
"""

from credit_score.policy.schema import PolicyModel
from credit_score.records.contract import Contract, code, day, number, table, text, whole

ROLES = ("leader", "liaison", "staff")
# Sums that are sent again are a correction, and so is what a register says of a row that it has.
PILOT_REGISTERS = (
    "banks", "platform", "authorisations", "village_finance", "scene_uses", "activities", "government_cases", "posts",
    "measures_taken", "youth_households", "joint_building",
)  # fmt: skip
MOST_YUAN = 1e13
_FIRM = {"enterprise_id": "subject"}


def pilot_contracts(model: PolicyModel) -> list[Contract]:
    """Tables of the pilot and its services, those that others refer to first."""
    units = [unit.id for unit in model.policy.units]
    return [*_of_finance(), *_of_services(model, units), *_of_the_plan(model, units)]


def _of_finance() -> list[Contract]:
    """Banks, the financing platform, and sums by village that a bank reports."""
    return [
        table("banks", "bank_id", {"bank_id": text(), "name": text(), "joined_on": day(nullable=True)}),
        table(
            "platform", "enterprise_id",
            {"enterprise_id": text(), "joined_on": day(), "real_name_on": day(nullable=True)},
            identifiers=_FIRM, ordered=(("joined_on", "real_name_on"),),
        ),
        table(
            "authorisations", "authorisation_id",
            {"authorisation_id": text(), "enterprise_id": text(), "bank_id": text(nullable=True), "given_on": day(),
             "withdrawn_on": day(nullable=True)},
            identifiers=_FIRM, ordered=(("given_on", "withdrawn_on"),), refers={"bank_id": "banks"},
        ),
        table(
            "village_finance", "finance_id",
            {"finance_id": text(), "bank_id": text(), "town": text(), "village": text(), "reported_on": day(),
             "borrowers": whole(0, 10**7), "borrowers_in_arrears": whole(0, 10**7), "loans": number(0, MOST_YUAN),
             "bad_loans": number(0, MOST_YUAN)},
            refers={"bank_id": "banks"}, within=(("borrowers_in_arrears", "borrowers"), ("bad_loans", "loans")),
        ),
    ]  # fmt: skip


def _of_services(model: PolicyModel, units: list[str]) -> list[Contract]:
    """Scenes by month and town, uses of credit reports, and measures taken; the last two of enterprises alone."""
    scenes = [s.id for s in model.scenes.scenes] if model.scenes else []
    measures = [m.id for m in model.measures.measures] if model.measures else []
    return [
        table(
            "scene_uses", "use_id",
            {"use_id": text(), "scene": code(scenes), "town": text(), "month": day(), "uses": whole(0, 10**9),
             "cost": number(0, MOST_YUAN)},
            months=("month",),
        ),
        table(
            "report_uses", "report_use_id",
            {"report_use_id": text(), "unit": code(units), "report_use": code(_codes(model, "report_uses")),
             "enterprise_id": text(), "used_on": day()},
            identifiers=_FIRM,
        ),
        table(
            "measures_taken", "measure_id",
            {"measure_id": text(), "enterprise_id": text(), "measure": code(measures), "unit": code(units),
             "begun_on": day(), "ended_on": day(nullable=True), "fed_back_on": day(nullable=True)},
            identifiers=_FIRM, ordered=(("begun_on", "ended_on"), ("begun_on", "fed_back_on")),
        ),
    ]  # fmt: skip


def _of_the_plan(model: PolicyModel, units: list[str]) -> list[Contract]:
    """What the county does for its pilot; nothing in it is a credit record of anybody."""
    return [
        table("activities", "activity_id", {
            "activity_id": text(), "activity": code(_codes(model, "activities")),
            "place": code(_codes(model, "places"), nullable=True), "unit": code(units), "held_on": day(),
            "participants": whole(0, 10**7)}),
        table(
            "government_cases", "case_id",
            {"case_id": text(), "body": text(), "case_kind": code(_codes(model, "case_kinds")), "unit": code(units),
             "found_on": day(), "due_on": day(), "closed_on": day(nullable=True)},
            ordered=(("found_on", "due_on"), ("found_on", "closed_on")),
        ),
        table(
            "posts", "post_id",
            {"post_id": text(), "unit": code(units), "role": code(ROLES), "since": day(), "until": day(nullable=True)},
            ordered=(("since", "until"),),
        ),
        table(
            "youth_households", "household_id",
            {"household_id": text(), "named_on": day(), "ended_on": day(nullable=True)},
            identifiers={"household_id": "household"}, ordered=(("named_on", "ended_on"),),
            refers={"household_id": "households"},
        ),
        table("joint_building", "enterprise_id", {"enterprise_id": text(), "applied_on": day()}, identifiers=_FIRM),
    ]  # fmt: skip


def _codes(model: PolicyModel, name: str) -> list[str]:
    """Ids of a list of the section ``pilot``, none without the section."""
    return [named.id for named in getattr(model.pilot, name)] if model.pilot else []
