"""Named quantities: the closed set of what an indicator may count. A policy chooses among them and writes no formula.

Each is a number on a day. What it is computed from stands in :mod:`credit_score.pilot.indicators`.
"""

from typing import Annotated, Literal

from pydantic import Field

from credit_score.policy.dated import Frozen
from credit_score.policy.named import Id
from credit_score.policy.resources import Group

Items = Annotated[tuple[Id, ...], Field(min_length=1)]


class Plain(Frozen):
    """A quantity without parameters.

    ``firms``: enterprises in the register. ``banks``, ``banks_joined``: of the county, and on the financing platform.
    ``platform_firms``, ``real_name_firms``, ``authorised_firms``: firms on the platform, with a real name there, with
    an authorisation that stands. ``joint_firms``: applied for the joint building of honesty. ``scenes``: in force.
    ``bodies_in_default``: government bodies with an open case. ``report_uses``: kinds of government use of credit
    reports. ``wrong_disputes``: records disputed and then corrected or withdrawn. ``farm_entities``,
    ``farm_entities_covered``: of the register, and with a credit record. ``office_staff``: posts of the office.
    """

    of: Literal[
        "firms", "banks", "banks_joined", "platform_firms", "real_name_firms", "authorised_firms", "joint_firms",
        "scenes", "bodies_in_default", "report_uses", "wrong_disputes", "farm_entities", "farm_entities_covered",
        "office_staff",
    ]  # fmt: skip


class Reports(Frozen):
    """Reports that offend by one of the four measures of one clock, or all that are held to it.

    ``clock``: of withheld, late and missing; what is wrong is of all credit records and has none.
    """

    of: Literal["offending_reports", "judged_reports"]
    measure: Literal["withheld", "late", "missing", "wrong"]
    clock: Id | None = None


class Periods(Frozen):
    """Periods in which a resource was due from a unit, or in which it arrived, of the groups of resources named."""

    of: Literal["periods_due", "periods_arrived"]
    groups: tuple[Group, ...] = Field(min_length=1)


class RecordsOfItems(Frozen):
    """Credit records of enterprises that stand, of the items named."""

    of: Literal["credit_records"]
    items: Items


class RatedFirms(Frozen):
    """Firms whose last record of the items ``among`` is of one of ``items``: rated A, of those rated at all."""

    of: Literal["rated_firms"]
    items: Items
    among: Items


class Activities(Frozen):
    """Events of the kinds named, or how many of these kinds, or of the kinds of place, there were."""

    of: Literal["activities", "activity_kinds", "activity_places"]
    kinds: Items


class Responsible(Frozen):
    """Units with a task of the plan, or those with a leader and a liaison; ``without`` what is no single unit."""

    of: Literal["units", "units_staffed"]
    without: tuple[Id, ...] = ()


class Institution(Frozen):
    """1 where the rules of a section are in force and members who consent are assessed by them, else 0."""

    of: Literal["institution"]
    section: Literal["individual", "three_credit"]


Quantity = Annotated[
    Plain | Reports | Periods | RecordsOfItems | RatedFirms | Activities | Responsible | Institution,
    Field(discriminator="of"),
]
