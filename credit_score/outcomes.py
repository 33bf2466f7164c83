"""What the draws before a run's day found, beside the scores of before: the ground of the violation curve."""

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from credit_score.engine import dropped, kept
from credit_score.errors import FitError, PolicyError
from credit_score.inspection.violation_curve import ViolationCurve, violation_curve
from credit_score.points import balance, ledger_of
from credit_score.points.ledger import scored
from credit_score.policy import Policy, RuleSet
from credit_score.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

YEAR = timedelta(days=365)
NO_CURVE = (None, ("", ""))


def drawn_visits(records: Records, after: date, until: date) -> "pd.DataFrame":
    """The visits that a draw chose after a day and up to another, in order; visits on complaint and by duty are not.

    ``subject``, ``department``, ``inspector``, ``inspected_on``, ``draw_probability``, ``bad`` (a violation was found).
    """
    import ibis

    visits = records["inspections"]
    found = visits.filter(
        visits.stream == "random", visits.draw_probability.notnull(),
        visits.inspected_on > ibis.date(after), visits.inspected_on <= ibis.date(until),
    )  # fmt: skip
    told = found.order_by("inspected_on", "inspection_id").select(
        "department", "inspected_on", "draw_probability", subject=found.enterprise_id, inspector=found.inspector_id,
        bad=found.violation_found.cast("int64"),
    )  # fmt: skip
    return told.execute()[["subject", "department", "inspector", "inspected_on", "draw_probability", "bad"]]


def curve_before(records: Records, policy: Policy, rules: RuleSet) -> tuple[ViolationCurve | None, tuple[str, str]]:
    """The violation curve of the year before a day, or of as much of it as the policy was in force; and its days.

    Scores are those of the first day, by the rules of that day and by what was known then, so that no visit has moved
    the score it is held against. None where no draw chose a visit since, or all found the same.
    """
    after = max(policy.days()[0], rules.on - YEAR)
    if after >= rules.on or "inspections" not in records.tables:
        return NO_CURVE
    seen = _with_scores(records, policy, drawn_visits(records, after, rules.on), after)
    departments = [d.id for d in rules.model.inspection.departments]
    try:
        curve = violation_curve(seen[seen["department"].isin(departments)], departments)
    except FitError:
        return NO_CURVE
    return curve, (after.isoformat(), rules.on.isoformat())


def _with_scores(records: Records, policy: Policy, visits: "pd.DataFrame", on: date) -> "pd.DataFrame":
    """The visits to firms that had a score on a day, with ``score``, their points as known on it."""
    try:
        rules = policy.at(on)
    except PolicyError:
        return visits.assign(score=0.0).head(0)
    score = visits["subject"].map(_scores(records, rules, visits["subject"].unique()) if len(visits) else {})
    return visits.assign(score=score).dropna(subset=["score"])


def _scores(records: Records, rules: RuleSet, subjects: "Iterable[str]") -> dict[str, float]:
    """Points of some enterprises: those that were visited are few beside all, and only these leave the engine."""
    import pyarrow as pa

    asked = kept(records.engine, f"visited_{uuid4().hex}", pa.table({"subject": pa.array(subjects, pa.string())}))
    ledger = ledger_of(records.tables, rules, rules.enterprise, rules.on).semi_join(asked, "subject")
    firms = scored(records.tables, rules, rules.enterprise).semi_join(asked, "subject")
    found = balance(ledger, firms, rules.enterprise).select("subject", "score_milli").execute()
    dropped(records.engine, [asked])
    return dict(zip(found["subject"], found["score_milli"] / 1000, strict=True))
