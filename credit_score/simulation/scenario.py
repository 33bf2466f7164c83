"""A scenario: firms, a schedule, how firms answer to it, and how what is found moves them; years of it are simulated.

A period is a month unless ``per_year`` says otherwise. In each: visits are planned and drawn, violations begin and
end, what a visit finds moves a firm's status, time moves it, firms leave and enter. A firm that several departments
look at stands once for each, as in the what-if cube; the annual cap is then of each department. The assumptions are
those of the docstrings here; a number carries its own ground.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from credit_score.policy.dated import Text
from credit_score.simulation.parameter import (
    Chance,
    Count,
    Days,
    Entry,
    Factor,
    Intensity,
    Money,
    Ratio,
    Response,
    ScenarioError,
    Stated,
    Whole,
)
from credit_score.simulation.rating import Fixed, Rating

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike

MOST_FIRMS = 10**10
MOST_PERIODS = 100_000
Firms = Annotated[Count, Field(le=MOST_FIRMS)]
ByTier = dict[str, Chance]


def _is_by_tier(data: Any) -> str:
    return "tag-tiers" if isinstance(data, dict) and "value" not in data else "tag-number"


# Which of the two is meant is told first, so that what is wrong with it is told of it alone.
ChanceByTier = Annotated[
    Annotated[Chance, Tag("tag-number")] | Annotated[ByTier, Tag("tag-tiers")], Discriminator(_is_by_tier)
]


class Plan(Stated):
    """How often a tier is looked at: share drawn a year, visits a year to a drawn firm, least firms drawn a year.

    A firm is visited at most once a period: what is planned beyond lapses, as does what a cap leaves nobody for.
    Firms that answer to a plan answer to ratio × frequency; a floor is not announced.
    """

    ratio: Ratio
    frequency: Intensity = Intensity(value=1.0)
    floor: Firms = 0

    @property
    def intensity(self) -> float:
        """Visits per firm and year, ratio × frequency."""
        return self.ratio.value * self.frequency.value


class Department(Stated):
    """A department that inspects: days a visit takes, inspector-days a year it has, and those that others' calls take.

    Complaints, alerts and referrals (``out_of_plan``, inspector-days a year) are seen to first and enter no rate;
    without a bound of days they take nothing away.
    ``schedule``: its own plan of a tier, where it has one.
    """

    name: Text
    days: Days = Days(value=1.0)
    capacity: Days | None = None
    out_of_plan: Days = Days(value=0.0)
    schedule: dict[str, Plan] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        if self.capacity is not None and self.capacity.value == 0:
            raise ScenarioError("0 inspector-days a year", "capacity", remedy="give what there is, or leave it out")
        return self


class FirmType(Stated):
    """Firms that are alike.

    ``start``: the share that starts in each tier (or at each score, of a rating by score), adding up to 1.
    Persistent violations: ``onset``, ``cure`` (by the firm itself), chances a period; ``violating``, the share at the
    start. In the place of an onset ``settles``, the share in violation to which firms that stay would come if nobody
    were visited: the onset is then cure × settles ÷ (1 − settles), at most 1, of the two as they are drawn.
    Violations afresh: ``violates``, the chance of a period, one or by tier. ``cost``: of complying for a period, for a
    best reply. ``enter``: new firms a year; they start clean, in ``enter_in``, the first of ``start`` unless given.
    ``leave``: chance a period.
    """

    name: Text
    firms: Firms
    start: dict[str, Ratio]
    department: Text | None = None
    sector: Text = "all"
    size: Text = "all"
    onset: Chance = Chance(value=0.0)
    cure: Chance = Chance(value=0.0)
    settles: Chance | None = None
    violating: ChanceByTier = Chance(value=0.0)
    violates: ChanceByTier = Chance(value=0.0)
    cost: Money | None = None
    enter: Entry = Entry(value=0.0)
    enter_in: Text | None = None
    leave: Chance = Chance(value=0.0)

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        total = sum(share.value for share in self.start.values())
        if abs(total - 1) > 1e-9:
            raise ScenarioError(f"shares that add up to {total:.9g}", "start", remedy="let them add up to 1")
        return self

    @model_validator(mode="after")
    def _has_one_onset(self) -> Self:
        if self.settles is not None and "onset" in self.model_fields_set:
            raise ScenarioError("given with an onset, which it tells", "settles", remedy="leave one of them out")
        return self


# What each kind of behaviour reckons with.
NUMBERS_OF = {
    "none": (), "deterrence": ("beta",), "best_reply": ("discount",), "learning": ("beta", "memory", "expected"),
}  # fmt: skip


class Behaviour(Stated):
    """How firms answer to the intensity r, visits per firm and year, that they expect.

    ``none``; ``deterrence``: onset × exp(−β r); ``best_reply``: a firm violates where that costs it less, discounted
    by ``discount`` a period, than complying; ``learning``: deterrence, with the expected intensity of a tier moving to
    the one seen by ``memory`` of the difference a period.
    """

    kind: Literal["none", "deterrence", "best_reply", "learning"] = "none"
    beta: Response = Response(value=0.0)
    discount: Chance = Chance(value=0.95)
    memory: Chance = Chance(value=0.1)
    expected: dict[str, Intensity] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_meant(self) -> Self:
        most = max(self.discount.value, self.discount.high or 0.0)
        if most == 1:
            raise ScenarioError("1 is outside [0, 1)", "discount", remedy="give a discount below 1")
        for name in ("beta", "discount", "memory", "expected"):
            default = type(self).model_fields[name].get_default(call_default_factory=True)
            if name not in NUMBERS_OF[self.kind] and getattr(self, name) != default:
                raise ScenarioError(f"{self.kind!r} has no {name!r}", name, remedy="leave it out, or change 'kind'")
        return self


class Shock(Stated):
    """What changes for a while: from period ``first`` (from 1) on, for ``periods``, by a factor; perhaps every year.

    ``onset``: a scandal, a season; ``capacity``: inspectors away, of one ``department`` or of all; ``sensitivity``:
    what visits find.
    """

    of: Literal["onset", "capacity", "sensitivity"]
    first: Whole
    periods: Whole = 1
    times: Factor
    department: Text | None = None
    every_year: bool = False


class Scenario(Stated):
    """All that a simulation needs. Raises ScenarioError for what cannot be, in one line.

    ``periods`` of which ``per_year`` make a year; ``tiers`` best first; ``schedule`` by tier; ``cap``: most visits to a
    firm in any year, held by waiting ⌈per_year ÷ cap⌉ periods after each; ``sampling``: ``quota`` (as many as planned,
    at random) or ``bernoulli`` (each firm for itself); ``sensitivity``: chance that a visit finds a violation that is
    there; ``fix``: chance that finding it ends it; ``fines`` by tier; ``violations``: ``persistent`` (they begin and
    end) or ``afresh`` (each period anew); ``at_rest``: firms start where visits and time spread them in the end.
    """

    name: Text = "scenario"
    periods: Annotated[Whole, Field(le=MOST_PERIODS)] = 120
    per_year: Annotated[Whole, Field(le=366)] = 12
    tiers: tuple[Text, ...] = Field(min_length=1, max_length=12)
    types: tuple[FirmType, ...] = Field(min_length=1)
    schedule: dict[str, Plan]
    departments: tuple[Department, ...] = Field(default=(Department(name="all"),), min_length=1)
    cap: Whole | None = None
    sampling: Literal["quota", "bernoulli"] = "quota"
    sensitivity: Chance = Chance(value=1.0)
    fix: Chance = Chance(value=1.0)
    fines: dict[str, Money] = Field(default_factory=dict)
    violations: Literal["persistent", "afresh"] = "persistent"
    behaviour: Behaviour = Behaviour()
    rating: Rating = Fixed()
    shocks: tuple[Shock, ...] = ()
    at_rest: bool = False

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        from credit_score.simulation.checks import check

        check(self)
        return self

    @property
    def n_firms(self) -> int:
        """Firms at the start."""
        return sum(t.firms for t in self.types)

    def plan(self, tier: str, department: Department) -> Plan:
        """The plan of a tier in a department: its own, or the common one."""
        return department.schedule.get(tier) or self.schedule[tier]

    def plans(self) -> Iterator[tuple[str, Plan]]:
        """Every plan by where it stands: ``schedule.A``, ``departments.0.schedule.A``."""
        yield from ((f"schedule.{tier}", plan) for tier, plan in self.schedule.items())
        for i, department in enumerate(self.departments):
            yield from ((f"departments.{i}.schedule.{tier}", plan) for tier, plan in department.schedule.items())

    @classmethod
    def harrington(  # noqa: PLR0913 - the symbols of the paper
        cls,
        p1: float,
        p2: float,
        F1: float,  # noqa: N803
        F2: float,  # noqa: N803
        u: float,
        discount: float,
        sensitivity: float = 1.0,
        cost: "float | tuple[float, float] | ArrayLike" = (0.0, 20.0),
        *,
        n_firms: int = 10_000,
        periods: int = 120,
    ) -> "Scenario":
        """Two groups, the second looked at more often; firms reply best to their cost (Harrington 1988).

        ``p1, p2``: chance of a visit a period; ``F1, F2``: fine; ``u``: chance that a clean visit leads back;
        ``cost``: of complying: a number, the ends of a uniform distribution, or costs, a firm each.
        It starts where it comes to rest.
        """
        from credit_score.simulation.named import harrington

        return harrington(cls, (p1, p2), (F1, F2), u, discount, sensitivity, cost, n_firms=n_firms, periods=periods)

    @classmethod
    def skip_lot(
        cls, fractions: "ArrayLike", violation_rate: float, clearance: int, *, n_firms: int = 10_000, periods: int = 120
    ) -> "Scenario":
        """Levels of inspection, the first the most often: up one after ``clearance`` clean visits in a row.

        ``fractions``: chance of a visit a period, by level. It starts where it comes to rest.
        """
        from credit_score.simulation.named import skip_lot

        return skip_lot(cls, fractions, violation_rate, clearance, n_firms=n_firms, periods=periods)

    @classmethod
    def read(cls, path: "str | Path") -> "Scenario":
        """A scenario from a YAML file or a bundled name; raises ScenarioError with the file and the line."""
        from credit_score.simulation.reading import read_scenario

        return read_scenario(path, cls)

    def write(self, path: "str | Path") -> None:
        """Write it as YAML that reads back to an equal scenario, whole or not at all; what is default is left out."""
        from credit_score.files import whole_file
        from credit_score.simulation.reading import written

        with whole_file(path) as part:
            part.write_text(written(self), encoding="utf-8")

    @classmethod
    def from_run(cls, run: Any, **options: Any) -> "Scenario":
        """The scenario that a run of a county begins: what its policy and records say, and ranges for the rest.

        ``by``: what makes a type of firm beside its department, of ``tier``, ``sector``, ``size`` (the last two unless
        told). ``rates``: by tier, as :func:`visit_rates` gives them; without them tiers share the rate of all firms.
        Other options take the place of fields.
        """
        from credit_score.simulation.from_run import scenario_from_run

        return scenario_from_run(cls, run, **options)


def check_scenario(scenario: Any) -> None:
    """Nothing, or ScenarioError for what is no scenario."""
    if not isinstance(scenario, Scenario):
        raise ScenarioError(f"{str(scenario)[:60]!r} is no scenario", "scenario", remedy="read one with Scenario.read")
