"""A card from a county's own run: what counted for each firm on a day, what draws found after it, and a card of both.

Enterprises only: a person's points are rules, never learned. A card sees the register and the records that count on the
day, no others; and it learns from visits that a draw chose, each by its chance.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.county import CountyRun
from credit_score.errors import FitError, RecordsError, first_five
from credit_score.outcomes import drawn_visits
from credit_score.policy.held import check_headings
from credit_score.policy.loader import as_date
from credit_score.scorecard import ScorecardClassifier, draw_weights

if TYPE_CHECKING:
    import pandas as pd

REGISTER = ("sector", "size", "legal_form")
DAYS_A_MONTH = 30.4375
FLAT = 1000.0  # of a prior that says nothing: departments are told as they were found


def firm_characteristics(run: CountyRun) -> "pd.DataFrame":
    """What a card may know of each enterprise of a run, a row a firm, by ``subject``.

    ``sector``, ``size``, ``legal_form`` (categories), ``months_registered``, ``score`` (points), ``merits`` and
    ``faults`` (records that count, with points above and below 0), and the points of each dimension by its id.
    """
    import pandas as pd

    firms = _register(run)
    ledger = run.ledger[run.ledger["subject_kind"] == "enterprise"]
    points = ledger.assign(points=ledger["points_milli"] / 1000)
    dimensions = points.pivot_table("points", "subject", "dimension", aggfunc="sum", observed=True)
    named = dimensions.reindex(columns=[d.id for d in run.rules.enterprise.dimensions])
    counted = pd.DataFrame({
        "merits": points[points["points"] > 0].groupby("subject").size(),
        "faults": points[points["points"] < 0].groupby("subject").size(),
    })  # fmt: skip
    return firms.join(counted.join(named, how="outer").reindex(firms.index).fillna(0.0).astype(float))


def visit_outcomes(run: CountyRun, until: date | str) -> "pd.DataFrame":
    """What the draws after a run's day and up to ``until`` found, a row a visit, in order of the visit.

    ``subject``, ``department``, ``inspector`` (missing where not told), ``inspected_on``, ``draw_probability``, ``bad``
    (a violation was found). Visits by complaint, alert, referral or duty are left out: they say nothing of the others;
    so are visits to firms that were not in the register on the day. Raises RecordsError where there are none, or no
    inspections.
    """
    end = as_date(until)
    if "inspections" not in run.records.tables:
        raise RecordsError("no table 'inspections'", where=str(run.records.folder), remedy="add what visits found")
    found = drawn_visits(run.records, run.rules.on, end)
    found = found[found["subject"].isin(run.tiers["subject"])].reset_index(drop=True)
    if not len(found):
        what = f"no visit that a draw chose between {run.rules.on} and {end}"
        raise RecordsError(what, where=str(run.records.folder), remedy="run an earlier day, or look at a later one")
    return found


def fit_card(
    run: CountyRun,
    outcomes: "pd.DataFrame",
    *,
    characteristics: "pd.DataFrame | None" = None,
    estimator: ScorecardClassifier | None = None,
) -> ScorecardClassifier:
    """A card of what was known on a run's day and what was found after it.

    Parameters
    ----------
    outcomes : as :func:`visit_outcomes` gives them: ``subject``, ``inspected_on``, ``draw_probability``, ``bad``. Those
        of firms without characteristics are left out.
    characteristics : a row a firm by ``subject``; by default :func:`firm_characteristics`.
    estimator : settings; by default those of ``ScorecardClassifier(weights="draws")``. A clone is fitted.

    Raises FitError for persons and unknown subjects, for columns that the law forbids to hold, for outcomes that are
    not after the day, and as the estimator does.
    """
    from sklearn.base import clone

    known = firm_characteristics(run) if characteristics is None else characteristics
    check_firms(run, known)
    _check_outcomes(run, outcomes)
    seen = outcomes[outcomes["subject"].isin(known.index)]
    if not len(seen):
        raise FitError("no outcome of a firm that has characteristics", remedy="give both of the same firms")
    made = clone(ScorecardClassifier(weights="draws") if estimator is None else estimator)
    return made.fit(known.loc[seen["subject"]], seen["bad"].to_numpy(), draw_weights(seen["draw_probability"]))


def firm_pds(
    run: CountyRun, card: ScorecardClassifier, characteristics: "pd.DataFrame | None" = None
) -> "pd.DataFrame":
    """``subject`` and ``pd``, the probability of bad by a card, of each enterprise of a run. Raises as above."""
    import pandas as pd

    known = firm_characteristics(run) if characteristics is None else characteristics
    check_firms(run, known)
    return pd.DataFrame({"subject": known.index, "pd": card.predict_proba(known)[:, 1]})


def expected_violations(before: CountyRun, outcomes: "pd.DataFrame", run: CountyRun) -> "pd.DataFrame":
    """The chance of a violation of each firm of a run in each department: ``department, subject, expected_bad``.

    A logistic regression of what the draws after an earlier run found on the score of its day and the department, each
    visit by its chance to be drawn, read at the scores of the later run. A score alone, no other characteristic: it
    says how the tiers of a schedule differ, not who is bad. A department without a visit has the mean of the others.

    ``outcomes``: as :func:`visit_outcomes` gives them. Raises FitError where all or none found a violation.
    """
    from credit_score.inspection.violation_curve import violation_curve

    then = before.tiers.set_index("subject")["score_milli"].reindex(outcomes["subject"]).to_numpy() / 1000
    named = [d.id for d in run.rules.model.inspection.departments]
    curve = violation_curve(outcomes.assign(score=then), named, prior=FLAT)
    rows = run.tables["frame"].select("department", "subject").order_by("department", "subject").execute()
    score = run.tiers.set_index("subject")["score_milli"].reindex(rows["subject"]).to_numpy() / 1000
    codes = rows["department"].map({name: i for i, name in enumerate(named)}).to_numpy(int)
    return rows.assign(expected_bad=curve.chances(score, codes))


def check_firms(run: CountyRun, characteristics: "pd.DataFrame") -> None:
    """Raise FitError for a row that is no enterprise of a run, and for a column that no score may read."""
    _check_subjects(run, characteristics.index)
    if not characteristics.index.is_unique:
        twice = characteristics.index[characteristics.index.duplicated()].unique()
        raise FitError(f"subject {first_five(twice)} stands twice", remedy="give a row a firm")
    try:
        check_headings(map(str, characteristics.columns), personal=False, where="characteristics")
    except RecordsError as refused:
        raise FitError(refused.what, where="characteristics", remedy="leave the column out") from None


def _register(run: CountyRun) -> "pd.DataFrame":
    import pandas as pd

    firms = run.records["enterprises"].execute().set_index("enterprise_id").rename_axis("subject")
    scored = run.tiers.set_index("subject")["score_milli"]
    firms = firms.loc[scored.index]
    days = (pd.Timestamp(run.rules.on) - pd.to_datetime(firms["registered_on"])).dt.days
    told = firms[list(REGISTER)].astype("category")
    return told.assign(months_registered=days / DAYS_A_MONTH, score=scored / 1000)


def _check_outcomes(run: CountyRun, outcomes: "pd.DataFrame") -> None:
    lacking = [c for c in ("subject", "inspected_on", "draw_probability", "bad") if c not in outcomes.columns]
    if lacking:
        raise FitError(f"outcomes without {first_five(lacking)}", remedy="give them as visit_outcomes does")
    _check_subjects(run, outcomes["subject"], registered=False)
    first = min(outcomes["inspected_on"].map(as_date), default=date.max)
    if first <= run.rules.on:
        what = f"an outcome of {first}, and characteristics of {run.rules.on}"
        raise FitError(what, remedy="give outcomes after the day; those before it may be among what is known")


def _check_subjects(run: CountyRun, subjects: Iterable[Any], *, registered: bool = True) -> None:
    """Refuse persons, and what is in no register; ``registered``: on the day of the run, else on any."""
    asked = set(subjects)
    persons = asked & set(run.records["individuals"].execute()["person_id"]) if asked else set()
    if persons:
        what = f"{len(persons)} of {len(asked)} subjects are persons"
        raise FitError(what, remedy="leave them out: cards are learned for enterprises, a person's points are rules")
    firms = set(run.tiers["subject"]) if registered else set(run.records["enterprises"].execute()["enterprise_id"])
    if unknown := asked - firms:
        what = f"{len(unknown)} of {len(asked)} subjects are no enterprises of the run"
        raise FitError(what, remedy="leave them out")
