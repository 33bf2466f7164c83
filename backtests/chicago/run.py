"""The back-test, whole: ``python backtests/chicago/run.py`` writes ``results.json`` beside this file.

The main job places every firm by what was known before 2014-09-01; the visits of the two months after it then
show how well those tiers say where critical violations are found, with and without the inspector who came.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from adapter import AS_OF, data_file, load_visits, past_visits, write_folder
from study import (
    bootstrap,
    neighbour_odds,
    odds_ratio,
    places,
    rates,
    share_found,
    share_found_within,
    standardised_rates,
    tie_sd,
    two_by_two,
)

import credit_score as cs

HERE = Path(__file__).resolve().parent
POLICY, RESULTS = HERE / "policy", HERE / "results.json"
FIRST_HALF_ENDS = "2014-09-30"
SEED, N_RESAMPLES = 2014, 1000
KEY = b"public data; no person is in them"


def place_firms(visits: pd.DataFrame, *, policy: Path = POLICY, seed: int = SEED) -> cs.CountyRun:
    """The main job on the firms seen by 2014-09-01, as of that day: the folder is written, read and run."""
    rules = cs.load_policy(policy)
    with tempfile.TemporaryDirectory() as folder:
        records = cs.read_records(write_folder(visits, Path(folder)), policy=rules, key=KEY)
    return cs.run_county(records, rules, as_of=AS_OF, seed=seed)


def without_record(rules: cs.RuleSet) -> tuple[str, int]:
    """Tier and milli-points of a firm without a record: the base, and the tier that the base reaches."""
    base = rules.enterprise.base
    return next(t.id for t in rules.tiers if t.cutoff is None or base >= t.cutoff), base


def window_visits(visits: pd.DataFrame, run: cs.CountyRun) -> pd.DataFrame:
    """A row a visit of the study's test window, with what was known of the firm before it and what was found.

    ``day``, ``city_score``, ``inspector``, ``bad`` (critical violation found); ``tier``, ``points`` from the run;
    ``last_inspector`` of the firm's latest visit before the day (empty without one), ``history`` (whether there was
    one) and ``worse`` (C or D). A firm first seen in the window is not in the run: only here does it get what the
    run's policy gives a firm without a record.
    """
    last = past_visits(visits).drop_duplicates("License", keep="last").set_index("License")
    placed = run.tiers.set_index(run.tiers["subject"].astype("int64"))
    tier_at_base, base = without_record(run.rules)
    test = visits[visits["Test"]]
    licence = test["License"]
    unseen = ~licence.isin(last.index)
    table = pd.DataFrame(
        {
            "day": test["Inspection_Date"],
            "city_score": test["score"],
            "inspector": test["Inspector_Assigned"],
            "bad": test["criticalFound"].astype(int),
            "tier": licence.map(placed["tier"]).mask(unseen, tier_at_base),
            "points": licence.map(placed["score_milli"]).mask(unseen, base) / 1000,
            "last_inspector": licence.map(last["Inspector_Assigned"]),
        }
    ).reset_index(drop=True)
    table["history"] = table["last_inspector"].notna()
    return table.assign(worse=table["tier"].isin(["C", "D"]))


def orders(test: pd.DataFrame, inspector_rate: pd.Series) -> dict[str, np.ndarray]:
    """Places of the test visits in each order: as they were made, by the city's score, by ours, by inspector alone.

    ``inspector_rate``: share of each cluster's visits before the day that found a critical violation.
    """
    return {
        "actual": places(test["day"].to_numpy()),
        "score": places(-test["city_score"].to_numpy()),
        "tiers": places(test["points"].to_numpy()),
        "inspector": places(-test["inspector"].map(inspector_rate).to_numpy()),
    }


def first_half(test: pd.DataFrame, places_of: dict[str, np.ndarray], n_first: int) -> dict[str, Any]:
    """Per order: share of the critical visits among the first ``n_first``, with intervals.

    Beside it the same share within inspectors, and the gain over the order in which the visits were made.
    Percentile bootstrap over visits, the same resamples for every order; ties are averaged in each.
    """
    bad, inspector = test["bad"].to_numpy(), places(test["inspector"].to_numpy(str))

    def shares(times: np.ndarray) -> np.ndarray:
        crude = [share_found(bad, place, n_first, times) for place in places_of.values()]
        within = [share_found_within(bad, place, inspector, n_first, times) for place in places_of.values()]
        return np.array([crude, within, np.subtract(crude, crude[0])])

    resamples = bootstrap(shares, len(bad), n_resamples=N_RESAMPLES, seed=SEED)
    low, high = np.quantile(resamples, [0.025, 0.975], axis=0)
    names = ("share", "within_inspector", "gain_over_actual")
    values = shares(np.ones(len(bad)))
    return {
        order: {name: _interval(values[i, j], low[i, j], high[i, j]) for i, name in enumerate(names)}
        | {"sd_over_ties": tie_sd(bad, place, n_first)}
        for j, (order, place) in enumerate(places_of.items())
    }


def tier_rates(test: pd.DataFrame) -> list[dict[str, Any]]:
    """Per tier: hit rate as it was, and as it would be had every tier met the same mix of inspectors."""
    same_mix = standardised_rates(test, "tier", "inspector").set_index("tier").add_prefix("same_mix_")
    return _rows(rates(test, "tier").merge(same_mix, on="tier"))


def gap(visits: pd.DataFrame) -> dict[str, Any]:
    """What the table is silent about: the last visit known on the day, the full days since then, the next visit."""
    known = past_visits(visits)["Inspection_Date"].max().date()
    later = visits.loc[visits["Test"], "Inspection_Date"].min().date()
    return {
        "last_visit_known": str(known),
        "days_without_a_visit": (AS_OF - known).days - 1,
        "first_test_visit": str(later),
    }


def tier_odds(test: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Odds of a critical finding in C and D against A: crude, by inspector, and by who came the time before."""
    contrast = test[test["tier"] != "B"]
    again = contrast["inspector"] == contrast["last_inspector"]
    return {
        "crude": odds_ratio(two_by_two(contrast, "worse")),
        "by_inspector": odds_ratio(two_by_two(contrast, "worse", "inspector")),
        "same_inspector_as_before": odds_ratio(two_by_two(contrast[again], "worse", "inspector")),
        "other_inspector_than_before": odds_ratio(two_by_two(contrast[~again], "worse", "inspector")),
    }


def history(test: pd.DataFrame) -> dict[str, Any]:
    """Whether merely having been visited before the day explains the gradient.

    Firms without such a visit stand at the base, in B, so the contrast of C and D with A holds none of them.
    """
    known, newcomers = test[test["history"]], test.assign(new=~test["history"])
    return {
        "rates": _rows(rates(test, "history")),
        "rates_in_b": _rows(rates(test[test["tier"] == "B"], "history")),
        "odds_no_visit_before_crude": odds_ratio(two_by_two(newcomers, "new")),
        "odds_no_visit_before_by_inspector": odds_ratio(two_by_two(newcomers, "new", "inspector")),
        "odds_c_and_d_against_a_and_b_by_inspector": odds_ratio(two_by_two(test, "worse", "inspector")),
        "odds_c_and_d_against_a_and_b_with_history_by_inspector": odds_ratio(two_by_two(known, "worse", "inspector")),
    }


def repeats(visits: pd.DataFrame) -> list[dict[str, Any]]:
    """Share critical over all visits that follow another of the firm, by who came then and what was found."""
    by_firm = visits.groupby("License")
    pairs = visits.assign(
        bad=visits["criticalFound"].astype(int),
        after_critical=by_firm["criticalFound"].shift(),
        same_inspector=by_firm["Inspector_Assigned"].shift() == visits["Inspector_Assigned"],
    ).dropna(subset="after_critical")
    return _rows(rates(pairs.astype({"after_critical": bool}), ["same_inspector", "after_critical"]))


def results(visits: pd.DataFrame, run: cs.CountyRun) -> dict[str, Any]:
    """Every figure of the back-test, ready for JSON."""
    test, before = window_visits(visits, run), past_visits(visits)
    n_first = int((test["day"] <= FIRST_HALF_ENDS).sum())
    halves = first_half(test, orders(test, before.groupby("Inspector_Assigned")["criticalFound"].mean()), n_first)
    return {
        "as_of": str(AS_OF),
        "seed": SEED,
        "n_resamples": N_RESAMPLES,
        "n_visits": len(visits),
        "n_firms": int(run.tier_shares["firms"].sum()),
        "n_firms_known_only_later": int(visits["License"].nunique() - before["License"].nunique()),
        "n_rejected": len(run.rejected),
        "gap_before_as_of": gap(visits),
        "n_test": len(test),
        "n_critical": int(test["bad"].sum()),
        "n_first_half": n_first,
        "first_half_actual": halves["actual"]["share"]["value"],
        "first_half_score": halves["score"]["share"]["value"],
        "first_half_tiers": halves["tiers"]["share"]["value"],
        "first_half_chance": n_first / len(test),
        "first_half": halves,
        "firms_by_tier": _rows(run.tier_shares),
        "tiers": tier_rates(test),
        "inspectors": _rows(rates(test, "inspector")),
        "rates_c_and_d_against_a": _rows(rates(test[test["tier"] != "B"], "worse")),
        "odds_c_and_d_against_a": tier_odds(test),
        "odds_of_neighbouring_tiers": _rows(neighbour_odds(test, "tier", "inspector")),
        "history": history(test),
        "repeats": repeats(visits),
    }


def orders_table(found: dict[str, Any]) -> pd.DataFrame:
    """The orders of ``first_half`` as a tidy frame: ``order, within`` (inspectors or not), ``value, low, high``."""
    rows = [
        {"order": order, "within": name == "within_inspector"} | figures[name]
        for order, figures in found["first_half"].items()
        for name in ("share", "within_inspector")
    ]
    return pd.DataFrame(rows)


def _interval(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": float(value), "low": float(low), "high": float(high)}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.to_dict(orient="records")


def main() -> int:
    """Write ``results.json``; returns 1, with one line that says why, where the data are not there."""
    path = data_file()
    if not path.is_file():
        sys.stderr.write(
            f"no data: {path} is not there; set CREDIT_SCORE_DATA to the folder above {path.parent.name}\n"
        )
        return 1
    visits = load_visits(path)
    text = json.dumps(results(visits, place_firms(visits)), indent=2)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{RESULTS}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
