"""A card learned from the city's training rows, judged on its test window; ``python backtests/learn.py chicago``.

Only what was known before a visit is an input: the firm's past, its kind, licences and age, and the neighbourhood's
complaints and burglaries; not the day's weather, nor who came. The question is whether the card's gain is the firm's or
the inspector's.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from adapter import data_file, load_visits
from sklearn.base import clone
from study import odds_ratio, rates, standardised_rates, two_by_two

from credit_score.scorecard import ScorecardClassifier
from credit_score.scorecard.intervals import auc_difference, auc_interval
from credit_score.tiers import TierCalibrator

DATA = data_file()
RESULTS = Path(__file__).with_name("learned.json")
INPUTS = (
    "Facility_Type", "pastFail", "pastCritical", "pastSerious", "pastMinor", "timeSinceLast", "firstRecord",
    "ageAtInspection", "consumption_on_premises_incidental_activity", "tobacco_retail_over_counter", "package_goods",
    "limited_business_license", "outdoor_patio", "public_place_of_amusement", "childrens_services_facility_license",
    "tavern", "regulated_business_license", "filling_station", "caterers_liquor_license", "mobile_food_license",
    "heat_burglary", "heat_garbage", "heat_sanitation",
)  # fmt: skip
CARDS = {
    "logistic card": ScorecardClassifier(trend="valley", min_z=3, l2=1e-3),
    "boosted card": ScorecardClassifier(method="boosted"),
}
TIERS = ("A", "B", "C", "D")
SHARES = (0.25, 0.25, 0.25, 0.25)


def load() -> pd.DataFrame:
    """The visits; see the adapter."""
    return load_visits(DATA)


def features(visits: pd.DataFrame) -> pd.DataFrame:
    """What was known of the firm before the visit."""
    return visits[list(INPUTS)].astype({"Facility_Type": "category"})


def cards(visits: pd.DataFrame) -> dict[str, ScorecardClassifier]:
    """Each card, learned from the training rows, before the test window begins."""
    known = visits[visits["Train"]]
    return {name: clone(card).fit(features(known), known["criticalFound"].astype(int)) for name, card in CARDS.items()}


def test_window(visits: pd.DataFrame, learned: dict[str, ScorecardClassifier]) -> pd.DataFrame:
    """A row a visit of the test window: ``bad``, ``inspector``, and scores that are higher where safer.

    ``city`` is the city's own score; ``inspector alone`` the share of a cluster's training visits that found nothing.
    """
    known, test = visits[visits["Train"]], visits[visits["Test"]]
    found = known.groupby("Inspector_Assigned")["criticalFound"].mean()
    scores = {name: card.points(features(test)) for name, card in learned.items()}
    scores |= {"city": -test["score"], "inspector alone": -test["Inspector_Assigned"].map(found)}
    about = {"bad": test["criticalFound"].astype(int), "inspector": test["Inspector_Assigned"]}
    return pd.DataFrame(about | scores).reset_index(drop=True)


def results(visits: pd.DataFrame, learned: dict[str, ScorecardClassifier] | None = None) -> dict[str, Any]:
    """Every figure, ready for JSON."""
    learned = learned or cards(visits)
    test = test_window(visits, learned)
    scores = [*CARDS, "city", "inspector alone"]
    return {
        "n_train": int(visits["Train"].sum()),
        "n_test": len(test),
        "n_critical": int(test["bad"].sum()),
        "characteristics": {name: card.card_.names for name, card in learned.items()},
        "auc": {name: told(auc_interval(test["bad"], test[name])) for name in scores},
        "auc_within_inspectors": {name: within(test, name) for name in scores},
        "less_city": {name: less(test, name, "city") for name in CARDS},
        "less_inspector_alone": {name: less(test, name, "inspector alone") for name in (*CARDS, "city")},
        "tiers": {name: tiers(visits, card, test) for name, card in learned.items()},
    }


def less(test: pd.DataFrame, name: str, other: str) -> dict[str, float]:
    """AUC of one score less that of another on the same visits, DeLong's paired test."""
    found = auc_difference(test["bad"], test[name], test[other])
    return told(found) | {"p_value": found.p_value}


def told(found: Any) -> dict[str, float]:
    """A figure and its interval."""
    return {"value": found.value, "low": found.low, "high": found.high}


def within(test: pd.DataFrame, name: str) -> dict[str, float]:
    """AUC within inspector clusters: of pairs whose visits were of one cluster, the share ordered rightly.

    The mean of the clusters' AUCs by their number of pairs, with the error of independent clusters. A score that knows
    nothing but the cluster has .5.
    """
    found = []
    for _, rows in test.groupby("inspector"):
        n_bad = int(rows["bad"].sum())
        one = auc_interval(rows["bad"], rows[name])
        found.append((one.value, one.error, n_bad * (len(rows) - n_bad)))
    values, errors, pairs = np.array(found).T
    share = pairs / pairs.sum()
    value, error = float(share @ values), float(np.sqrt(share**2 @ errors**2))
    return {"value": value, "low": value - 1.96 * error, "high": value + 1.96 * error}


def tiers(visits: pd.DataFrame, card: ScorecardClassifier, test: pd.DataFrame) -> dict[str, Any]:
    """Four tiers, cut at quarters of the training visits: rates in the test window, and odds of the worst to the best.

    Rates as they were and under the same mix of inspectors; odds crude and within inspector clusters (Mantel–Haenszel).
    """
    known = visits[visits["Train"]]
    how = TierCalibrator(len(TIERS), "shares", shares=SHARES, min_z=0)
    cut = how.fit(card.points(features(known)), known["criticalFound"])
    placed = test.assign(tier=np.array(TIERS)[cut.predict(card.points(features(visits[visits["Test"]])))])
    ends = placed[placed["tier"].isin([TIERS[0], TIERS[-1]])].assign(worst=lambda t: t["tier"] == TIERS[-1])
    same_mix = standardised_rates(placed, "tier", "inspector").set_index("tier").add_prefix("same_mix_")
    return {
        "cutoffs": [float(c) for c in cut.cutoffs_],
        "rates": rates(placed, "tier").merge(same_mix, on="tier").to_dict("records"),
        "odds_worst_to_best": odds_ratio(two_by_two(ends, "worst")),
        "odds_worst_to_best_within_inspectors": odds_ratio(two_by_two(ends, "worst", "inspector")),
    }
