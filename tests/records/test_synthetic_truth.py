"""What the county was made from shows in what happened, within standard errors."""

import numpy as np
import pandas as pd
import pytest

from credit_score.records.synthetic import make_county

AS_OF = pd.Timestamp("2023-06-30")
PUBLISHED = {"A": 65.4, "B": 25.3, "C": 7.7, "D": 1.5}  # 丹东 2023, per cent
RULES = {  # points, months
    "compliance.penalty_minor": (-10, 12),
    "compliance.penalty_general": (-40, 36),
    "compliance.penalty_serious": (-120, 36),
    "compliance.abnormal_list": (-60, 36),
    "justice.judgment_unperformed": (-80, 36),
    "justice.serious_dishonesty": (-200, 36),
    "commitment.kept": (5, 12),
    "commitment.broken": (-30, 24),
    "contract.fulfilled": (3, 12),
    "contract.breached": (-20, 24),
    "honour.county": (10, 24),
    "honour.municipal": (20, 24),
    "tax.a_rating": (20, 12),
    "inspection.problem_found": (-25, 24),
    "inspection.clean": (2, 12),
}
# Every department's sectors and inspector-days a visit.
COVERS = {
    "market_supervision": (None, 1.0),
    "ecology": (("textiles", "farm_products", "farm_machinery_parts", "construction"), 1.5),
    "emergency": (("textiles", "farm_machinery_parts", "construction", "transport"), 1.5),
    "housing": (("construction",), 2.0),
    "agriculture": (("farm_products", "leisure_farming"), 1.0),
    "health": (("food_service", "leisure_farming"), 1.0),
    "human_resources": (None, 0.5),
    "fire": (("textiles", "food_service", "retail", "leisure_farming"), 1.0),
}
NAMES = ("enterprises", "departments", "credit_records", "inspections")
TRUTHS = {"risk": "enterprises", "effect": "inspectors", "present": "inspections"}


def read(folder):
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in NAMES}
    return tables | {name: pd.read_parquet(folder / "truth" / f"{file}.parquet") for name, file in TRUTHS.items()}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth") / "county"
    make_county(folder, n_enterprises=60_000, n_individuals=0, seed=4, format="parquet", dirt=False)
    return read(folder)


@pytest.fixture(scope="module", params=[(40_000, 8), (2_000, 2023)], ids=["large", "sample"])
def tiered(request, tmp_path_factory):
    """A county's tables, its enterprises with their tiers."""
    folder = tmp_path_factory.mktemp("tiers") / "county"
    n, seed = request.param
    make_county(folder, n_enterprises=n, n_individuals=0, seed=seed, format="parquet", dirt=False)
    tables = read(folder)
    return tables | {"enterprises": tables["enterprises"].assign(tier=tiers(tables))}


@pytest.fixture(scope="module")
def visited(county):
    """Visits with the firm's risk, the inspector's effect and whether a violation was there."""
    joined = county["inspections"].merge(county["risk"], on="enterprise_id").merge(county["effect"], on="inspector_id")
    return joined.merge(county["present"], on="inspection_id")


def tiers(tables):
    """Tier of each enterprise: points in force, without the caps on good ones, which rarely bind."""
    records = tables["credit_records"].query("item in @RULES")
    points = records["item"].map({item: rule[0] for item, rule in RULES.items()})
    months = records["item"].map({item: rule[1] for item, rule in RULES.items()})
    first = months.map({m: AS_OF - pd.DateOffset(months=m) for m in (12, 24, 36)})
    counts = records.assign(points=points)[pd.to_datetime(records["occurred_on"]) > first]
    score = 1000 + counts.groupby("subject_id")["points"].sum()
    firms = tables["enterprises"]["enterprise_id"]
    listed = counts[counts["item"] == "justice.serious_dishonesty"]["subject_id"]
    by_score = pd.cut(score.reindex(firms).fillna(1000), [-np.inf, 850, 950, 1000, np.inf], right=False)
    tier = by_score.cat.rename_categories(list("DCBA")).astype(str)
    return tier.mask(tier.index.isin(listed), "D").to_numpy()


def chi_square_is_plausible(observed, expected, variance):
    """Whether squared standard scores sum to their number, within four standard deviations of that sum."""
    squares = (observed - expected) ** 2 / variance
    return abs(squares.sum() - len(squares)) < 4 * (2 * len(squares)) ** 0.5


def test_tier_shares_come_within_three_points_of_published_ones(tiered):
    shares = tiered["enterprises"]["tier"].value_counts(normalize=True) * 100
    assert {tier: shares[tier] for tier in PUBLISHED} == pytest.approx(PUBLISHED, abs=3)


def test_riskier_tiers_hold_riskier_firms(tiered):
    risk = tiered["enterprises"].merge(tiered["risk"], on="enterprise_id").groupby("tier")["risk"].mean()
    assert risk["A"] < risk["B"] < risk["C"] < risk["D"]


def test_most_departments_are_loaded_to_forty_to_ninety_per_cent_and_one_above_all_its_days(tiered):
    load = loads(tiered)
    assert sum(load > 1) == 1
    assert sum((load >= 0.4) & (load <= 0.9)) >= 6


def loads(tables):
    """Inspector-days of the bundled schedule, as a share of capacity.

    1/5/20/50 % of the tiers, D twice, at least five firms a tier; food operators that are due once.
    """
    firms, load = tables["enterprises"], {}
    due = firms["enterprise_id"].isin(food_operators_due(tables))
    for row in tables["departments"].itertuples():
        sectors, days = COVERS[row.department]
        own = firms if sectors is None else firms[firms["sector"].isin(sectors)]
        duty = due.loc[own.index] & (row.department == "market_supervision")
        n = own[~duty]["tier"].value_counts().reindex(list("ABCD")).fillna(0).to_numpy()
        drawn = np.minimum(n, np.maximum(5, n * [0.01, 0.05, 0.2, 0.5]))
        visits = drawn @ [1, 1, 1, 2] + duty.sum()
        load[row.department] = visits * days / (row.inspectors * row.days_per_inspector)
    return pd.Series(load)


def food_operators_due(tables):
    """Food operators whose two years since the last planned visit (or registration) end within the coming year."""
    visits = tables["inspections"].query("department == 'market_supervision' and stream in ('random', 'statutory')")
    last = visits.groupby("enterprise_id")["inspected_on"].max()
    food = tables["enterprises"].dropna(subset="industry").set_index("enterprise_id")
    since = last.reindex(food.index).fillna(food["registered_on"])
    return since.index[since <= "2022-06-30"]


def test_violations_are_there_as_often_as_the_latent_risk_says(visited):
    group = pd.qcut(visited["risk"], 20, labels=False)
    risk, present = visited["risk"].groupby(group), visited["violation_present"].groupby(group)
    variance = (visited["risk"] * (1 - visited["risk"])).groupby(group).sum()
    assert chi_square_is_plausible(present.sum(), risk.sum(), variance)


def test_inspectors_find_what_is_there_at_point_eight_times_their_effect(visited):
    there = visited[visited["violation_present"]]
    by = there.groupby("inspector_id").agg(
        n=("effect", "size"), effect=("effect", "first"), found=("violation_found", "sum")
    )
    by = by[by["n"] >= 10]
    assert len(by) > 50
    chance = 0.8 * by["effect"]
    assert chi_square_is_plausible(by["found"], by["n"] * chance, by["n"] * chance * (1 - chance))


def test_nothing_is_found_that_is_not_there(visited):
    assert not (visited["violation_found"] & ~visited["violation_present"]).any()


def test_some_inspectors_find_far_more_than_others_at_the_same_kind_of_firm(county, visited):
    effect = county["effect"]["effect"]
    assert effect.max() / effect.min() > 1.8
    strong, weak = visited[visited["effect"] > 1.1], visited[visited["effect"] < 0.7]
    se = (0.25 / len(strong) + 0.25 / len(weak)) ** 0.5
    assert abs(strong["risk"].mean() - weak["risk"].mean()) < 4 * se
    assert strong["violation_found"].mean() - weak["violation_found"].mean() > 4 * se


def test_complaints_reach_riskier_firms_than_the_random_draw(visited):
    risk = visited.groupby("stream")["risk"].agg(["mean", "sem"])
    for stream in ("complaint", "alert", "referral"):
        se = np.hypot(risk.loc["random", "sem"], risk.loc[stream, "sem"])
        assert risk.loc[stream, "mean"] - risk.loc["random", "mean"] > 4 * se


def test_the_random_draw_is_most_visits_and_alone_carries_a_probability(county):
    visits = county["inspections"]
    at_random = visits["stream"] == "random"
    assert at_random.mean() > 0.5
    assert visits["draw_probability"].notna().equals(at_random)
    assert visits.loc[at_random, "draw_probability"].between(0, 1, inclusive="right").all()


def test_random_visits_over_their_probability_count_the_firms_that_could_be_drawn(county):
    drawn = county["inspections"].query("stream == 'random' and inspected_on.str.startswith('2022')")
    firms = county["enterprises"].query("registered_on < '2022-01-01'")
    for department, (sectors, _) in COVERS.items():
        weight = 1 / drawn[drawn["department"] == department]["draw_probability"]
        n = len(firms) if sectors is None else firms["sector"].isin(sectors).sum()
        assert abs(weight.sum() - n) < 4 * ((weight * (weight - 1)).sum()) ** 0.5


def test_records_that_cost_points_grow_with_the_risk_and_good_ones_fall(county):
    risk = county["risk"].set_index("enterprise_id")["risk"]
    count = county["credit_records"].groupby(["subject_id", "item"]).size().unstack(fill_value=0).reindex(risk.index)
    tenth = pd.qcut(risk, 10, labels=False)
    mean = count.fillna(0).groupby(tenth).agg(["mean", "sem"])
    for item, (points, _) in RULES.items():
        if item.startswith("inspection."):
            continue
        rise = mean.loc[9, (item, "mean")] - mean.loc[0, (item, "mean")]
        assert -np.sign(points) * rise > 4 * np.hypot(mean.loc[9, (item, "sem")], mean.loc[0, (item, "sem")]), item
