"""Where a schedule asks for more than there is or does less than a rule says, and by how much."""

from typing import TYPE_CHECKING, NamedTuple

from credit_score.errors import PolicyError, first_five
from credit_score.policy.ruleset import RuleSet

if TYPE_CHECKING:
    import pandas as pd


class Breach(NamedTuple):
    """A limit that is not kept: ``found`` against ``limit``, in days or shares, and the rule or table it stands in.

    ``kind``: ``capacity`` or ``county_minimum``.
    """

    kind: str
    rule: str
    department: str
    found: float
    limit: float
    reference: str

    @property
    def excess(self) -> float:
        """How far beyond the limit, > 0."""
        return abs(self.found - self.limit)

    def __str__(self) -> str:
        if self.kind == "county_minimum":
            return f"{self.found:.2%} of firms visited, {self.excess:.2%} short of {self.limit:.2%} ({self.reference})"
        days = f"{self.found:,.1f} days where there are {self.limit:,.1f}"
        return f"{self.department}: {days}, {self.excess:,.1f} too many"


def breaches(load: "pd.DataFrame", county_share: float, rules: RuleSet) -> list[Breach]:
    """The limits that a schedule does not keep, the greatest excess first.

    ``capacity``: a department's planned and out-of-plan days against those of its inspectors; ``county_minimum``: the
    share of firms visited in the year against the least of the rules. ``load`` : as :func:`workload` gives it.
    Ratios, floors, frequencies and the cap are held when the policy is read, statutory minimums when it is scheduled.
    """
    found = [
        Breach(
            "capacity",
            f"inspection:departments:{row['department']}",
            row["department"],
            days,
            row["capacity_days"],
            "table 'departments'",
        )
        for row in load.to_dict("records")
        if (days := row["days"] + row["out_of_plan_days"]) > row["capacity_days"]
    ]
    minimum = rules.model.inspection.county_minimum
    least = minimum.at(rules.on) if minimum else None
    if least and county_share < least.value:
        found.append(Breach("county_minimum", "inspection", "", county_share, float(least.value), least.reference))
    return sorted(found, key=lambda breach: -breach.excess)


def check_schedule(load: "pd.DataFrame", county_share: float, rules: RuleSet) -> None:
    """Raise PolicyError for a schedule that breaks a rule or asks for more days than there are, and say by how much."""
    if found := breaches(load, county_share, rules):
        raise PolicyError(
            f"the schedule cannot be carried out: {first_five(found)}",
            where=f"policy {rules.name!r} on {rules.on}",
            remedy="lower ratios or floors, add inspectors, or amend the rule",
        )
