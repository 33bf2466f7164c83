import json
from itertools import permutations
from pathlib import Path

import adapter
import numpy as np
import pandas as pd
import pytest
import run as backtest
import study

import credit_score as cs

HERE = Path(__file__).parent
DATA = adapter.data_file()
needs_data = pytest.mark.skipif(not DATA.is_file(), reason=f"no data: {DATA} is not there; set CREDIT_SCORE_DATA")
OUTCOMES = ["criticalCount", "seriousCount", "minorCount", "fail_flag", "criticalFound"]


@pytest.fixture(scope="module")
def visits():
    return adapter.load_visits(DATA)


@pytest.fixture(scope="module")
def placed(visits):
    return backtest.place_firms(visits)


@pytest.fixture(scope="module")
def found(visits, placed):
    return json.loads(json.dumps(backtest.results(visits, placed)))


def all_of(run):
    """Scores, tiers, schedule and draw as bytes."""
    return [frame.to_csv().encode() for frame in (run.scores, run.tiers, run.schedule, run.draw)]


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def altered(visits, rows, columns):
    """The columns altered in the rows: x becomes 1 − x, yes no, a text another."""
    changed = visits.copy()
    for column in columns:
        old = visits.loc[rows, column]
        number = pd.api.types.is_numeric_dtype(old) and old.dtype != bool
        changed.loc[rows, column] = 1 - old if number else ~old if old.dtype == bool else "another"
    return changed


# ---- the city's numbers, and ours beside them


@needs_data
def test_the_citys_numbers_come_out_to_seven_digits(found):
    assert (found["n_test"], found["n_critical"], found["n_first_half"]) == (1637, 258, 810)
    assert found["first_half_actual"] == 141 / 258 == pytest.approx(0.5465116, abs=5e-8)
    assert found["first_half_score"] == 176 / 258 == pytest.approx(0.6821705, abs=5e-8)


@needs_data
def test_what_is_committed_is_what_the_data_give(found):
    committed = json.loads(backtest.RESULTS.read_text(encoding="utf-8"))
    assert flat(found).keys() == flat(committed).keys()
    for name, value in flat(committed).items():
        assert flat(found)[name] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), name


def flat(node, name=""):
    """Every leaf of a nested result by its path."""
    if not isinstance(node, dict | list):
        return {name: node}
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    return {path: leaf for key, child in pairs for path, leaf in flat(child, f"{name}/{key}").items()}


@needs_data
def test_every_row_is_accepted_and_every_test_visit_has_a_tier(visits, placed, found):
    assert found["n_rejected"] == 0
    assert found["n_firms"] + found["n_firms_known_only_later"] == visits["License"].nunique()
    assert backtest.window_visits(visits, placed).drop(columns="last_inspector").notna().all(axis=None)


@needs_data
def test_a_firm_first_visited_in_the_test_window_stands_at_the_base(visits, placed):
    test = backtest.window_visits(visits, placed)
    assert set(test.loc[~test["history"], "points"]) == {100.0}
    assert set(test.loc[~test["history"], "tier"]) == {"B"}


@needs_data
def test_the_main_job_puts_a_firm_without_records_where_the_test_table_puts_it(visits, placed, tmp_path):
    folder = adapter.write_folder(visits, tmp_path)
    adapter.enterprises(visits).to_csv(folder / "enterprises.csv", index=False)
    records = cs.read_records(folder, policy=placed.policy, key=backtest.KEY)
    tiers = cs.run_county(records, placed.policy, as_of=adapter.AS_OF).tiers
    unseen = tiers[~tiers["subject"].isin(placed.tiers["subject"])]
    assert len(unseen) > 300
    assert set(zip(unseen["tier"], unseen["score_milli"], strict=True)) == {backtest.without_record(placed.rules)}


@needs_data
def test_the_gap_before_the_day_holds_no_visit_and_is_counted(visits, found):
    gap, dates = found["gap_before_as_of"], visits["Inspection_Date"]
    silent = pd.date_range(gap["last_visit_known"], adapter.AS_OF, inclusive="neither")
    assert len(silent) == gap["days_without_a_visit"] == 137
    assert not dates.isin(silent).any()
    assert (dates == gap["last_visit_known"]).any()
    assert dates[dates > gap["last_visit_known"]].min() == pd.Timestamp(gap["first_test_visit"])


# ---- nothing later is used


@needs_data
def test_leaving_out_or_altering_every_visit_from_the_day_on_changes_no_byte(visits, placed, tmp_path):
    later = visits["Inspection_Date"] >= pd.Timestamp(adapter.AS_OF)
    others = altered(visits, later, visits.columns.drop("Inspection_Date"))
    assert (others[later].drop(columns="Inspection_Date") != visits[later].drop(columns="Inspection_Date")).all(
        axis=None
    )
    whole = bytes_of(adapter.write_folder(visits, tmp_path / "whole"))
    for name, table in {"none": visits[~later], "others": others}.items():
        assert bytes_of(adapter.write_folder(table, tmp_path / name)) == whole
        assert all_of(backtest.place_firms(table)) == all_of(placed)


@needs_data
def test_the_run_holds_the_firms_visited_before_the_day_and_no_other(visits, placed):
    before = visits.loc[visits["Inspection_Date"] < pd.Timestamp(adapter.AS_OF), "License"]
    assert set(placed.tiers["subject"].astype("int64")) == set(before)
    assert placed.schedule["firms"].sum() == placed.tier_shares["firms"].sum() == before.nunique()


@needs_data
def test_altering_an_outcome_before_the_day_does_change_the_tiers(visits, placed):
    others = altered(visits, visits["Inspection_Date"] < pd.Timestamp(adapter.AS_OF), OUTCOMES)
    assert all_of(backtest.place_firms(others)) != all_of(placed)


@needs_data
def test_the_main_job_itself_ignores_records_of_later_days(visits, placed, tmp_path):
    seen = visits[visits["License"].isin(placed.tiers["subject"].astype("int64"))]
    assert seen["Test"].any()
    folder = adapter.write_folder(seen, tmp_path / "all", before=pd.Timestamp("2015-01-01"))
    policy = cs.load_policy(backtest.POLICY)
    records = cs.read_records(folder, policy=policy, key=backtest.KEY)
    assert records["inspections"].count().execute() == len(seen)
    run = cs.run_county(records, policy, as_of=adapter.AS_OF, seed=backtest.SEED)
    assert all_of(run) == all_of(placed)


# ---- the adapter on a table small enough to read


# In each inspector's visits A and D are alike; D merely met the strict one more often.
ALIKE = {("A", "mild"): (8, 80), ("A", "strict"): (8, 20), ("D", "mild"): (2, 20), ("D", "strict"): (32, 80)}


def a_visit(day, licence, **found):
    none = dict.fromkeys(OUTCOMES, 0.0)
    known = {
        "Inspection_Date": pd.Timestamp(day), "License": licence, "Inspection_ID": licence * 1000.0 + int(day[-2:]),
        "Facility_Type": "Restaurant", "ageAtInspection": 1.0, "Inspector_Assigned": "blue",
    }  # fmt: skip
    return known | none | found


def test_a_visit_gives_an_item_for_each_kind_of_finding():
    visit = a_visit("2014-01-05", 7, criticalCount=2.0, criticalFound=1.0, minorCount=3.0, fail_flag=1.0)
    records = adapter.credit_records(pd.DataFrame([visit]))
    assert list(records["item"]) == ["inspection.critical_found", "inspection.failed", "inspection.minor_found"]
    assert set(records["subject_id"]) == {"7"}
    assert {str(day) for day in records["occurred_on"]} == {"2014-01-05"}


def test_a_visit_with_minor_findings_alone_is_clean():
    records = adapter.credit_records(pd.DataFrame([a_visit("2014-01-05", 7, minorCount=3.0)]))
    assert list(records["item"]) == ["inspection.clean", "inspection.minor_found"]


def test_a_visit_on_the_day_itself_gives_neither_a_record_nor_a_firm(tmp_path):
    table = pd.DataFrame([a_visit("2014-08-31", 7), a_visit("2014-09-01", 8, criticalCount=1.0, criticalFound=1.0)])
    folder = adapter.write_folder(table, tmp_path)
    assert list(pd.read_csv(folder / "credit_records.csv")["subject_id"]) == [7]
    assert list(pd.read_csv(folder / "enterprises.csv")["enterprise_id"]) == [7]


def test_a_firm_is_registered_on_its_licences_first_day():
    table = pd.DataFrame([a_visit("2014-03-26", 7, ageAtInspection=1 / 365), a_visit("2014-03-26", 8)])
    registered = adapter.enterprises(table)["registered_on"]
    assert [str(day) for day in registered] == ["2014-03-25", "2013-03-26"]


def test_without_the_data_the_script_says_so_in_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CREDIT_SCORE_DATA", str(tmp_path))
    assert backtest.main() == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_every_number_of_the_policy_is_an_assumption_of_the_back_test():
    cited = cs.load_policy(backtest.POLICY).at(adapter.AS_OF).cited()
    assert len(cited) > 20
    assert {c.figure.basis for c in cited} == {"assumption"}
    assert all(c.figure.reference.startswith("choice of this back-test") for c in cited)


# ---- formulas, by hand


def test_a_tie_is_averaged_over_its_orders():
    bad, place = np.array([1, 0, 1, 0]), np.array([0, 1, 1, 1])
    orders = [[0, *rest] for rest in permutations([1, 2, 3])]
    shares = [bad[order[:2]].sum() / 2 for order in orders]
    assert study.share_found(bad, place, 2) == pytest.approx(np.mean(shares))
    assert study.tie_sd(bad, place, 2) == pytest.approx(np.std(shares))


def test_an_order_without_ties_is_counted():
    bad = np.array([0, 1, 1, 0, 1])
    place = study.places(np.array([5.0, 1.0, 4.0, 3.0, 2.0]))
    assert list(place) == [4, 0, 3, 2, 1]
    assert study.share_found(bad, place, 3) == 2 / 3
    assert study.tie_sd(bad, place, 3) == 0


def test_a_resample_counts_a_visit_as_often_as_it_was_drawn():
    bad, place, times = np.array([1, 0, 1]), np.array([0, 1, 2]), np.array([2.0, 1.0, 0.0])
    again = study.share_found(np.array([1, 1, 0]), np.array([0, 0, 1]), 1)
    assert study.share_found(bad, place, 1, times) == again == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_within_groups_an_order_that_knows_only_the_group_finds_what_chance_finds(seed):
    rng = np.random.default_rng(seed)
    group, bad = rng.integers(0, 4, 200), rng.integers(0, 2, 200)
    assert study.share_found_within(bad, group, group, 70) == pytest.approx(70 / 200)


@pytest.mark.parametrize("seed", range(5))
def test_everyone_visited_is_everything_found(seed):
    rng = np.random.default_rng(seed)
    bad, place = rng.integers(0, 2, 50), study.places(rng.integers(0, 9, 50))
    assert study.share_found(bad, place, 50) == 1
    assert study.share_found(bad, place, 0) == 0


def test_jeffreys_is_the_beta_interval_with_its_ends_kept():
    low, high = study.jeffreys([0, 1], [1, 1])
    assert (low[0], high[1]) == (0, 1)
    # Beta(½, 3/2) has the distribution function 2/π (arcsin √x + √(x(1 − x))); and none of one mirrors one of one.
    assert 2 / np.pi * (np.arcsin(np.sqrt(high[0])) + np.sqrt(high[0] * (1 - high[0]))) == pytest.approx(0.975)
    assert low[1] == pytest.approx(1 - high[0])


def test_the_same_mix_leaves_only_what_the_mix_did_not_do():
    visits = cells(ALIKE)
    crude, same_mix = study.rates(visits, "tier"), study.standardised_rates(visits, "tier", "inspector")
    assert list(crude["rate"]) == [0.16, 0.34]
    assert list(same_mix["rate"]) == pytest.approx([0.25, 0.25])
    p = (8.5 / 81, 8.5 / 21)
    half = study.Z * np.sqrt(0.25 * p[0] * (1 - p[0]) / 80 + 0.25 * p[1] * (1 - p[1]) / 20)
    assert same_mix["high"][0] == pytest.approx(0.25 + half)


def test_a_tier_that_never_met_an_inspector_has_no_rate_under_the_same_mix():
    with pytest.raises(ValueError, match="no visit in some inspector"):
        study.standardised_rates(cells({("A", "mild"): (1, 9), ("D", "strict"): (2, 9)}), "tier", "inspector")


def cells(counts):
    """A frame of visits from (tier, inspector) → (bad, visits)."""
    rows = [(*cell, int(i < bad)) for cell, (bad, n) in counts.items() for i in range(n)]
    return pd.DataFrame(rows, columns=["tier", "inspector", "bad"])


def test_mantel_haenszel_by_hand():
    """ad/n = 10·30/60 = 5 and 6·4/20 = 1.2; bc/n = 5·15/60 = 1.25 and 6·4/20 = 1.2: 6.2 ÷ 2.45."""
    tables = [[10, 5, 15, 30], [6, 6, 4, 4]]
    result = study.odds_ratio(tables)
    assert result["odds_ratio"] == pytest.approx(6.2 / 2.45)
    # P = 40/60, 10/20; Q = 20/60, 10/20; the three terms of Robins, Breslow and Greenland.
    variance = (
        (40 / 60 * 5 + 0.5 * 1.2) / (2 * 6.2**2)
        + (40 / 60 * 1.25 + 20 / 60 * 5 + 0.5 * 1.2 + 0.5 * 1.2) / (2 * 6.2 * 2.45)
        + (20 / 60 * 1.25 + 0.5 * 1.2) / (2 * 2.45**2)
    )
    assert np.log(result["high"] / result["odds_ratio"]) == pytest.approx(study.Z * np.sqrt(variance))


def test_one_table_gives_the_crude_odds_ratio_with_woolfs_interval():
    result = study.odds_ratio([[12, 30, 7, 50]])
    assert result["odds_ratio"] == pytest.approx(12 * 50 / (30 * 7))
    half = study.Z * np.sqrt(1 / 12 + 1 / 30 + 1 / 7 + 1 / 50)
    assert np.log(result["high"] / result["odds_ratio"]) == pytest.approx(half)


def test_a_stratum_that_makes_the_whole_difference_leaves_an_odds_ratio_of_one():
    visits = cells(ALIKE)
    visits["worse"] = visits["tier"] == "D"
    assert study.odds_ratio(study.two_by_two(visits, "worse"))["odds_ratio"] > 2.5
    assert study.odds_ratio(study.two_by_two(visits, "worse", "inspector"))["odds_ratio"] == pytest.approx(1)


def test_neighbours_are_compared_pair_by_pair_the_worse_against_the_better():
    """B against A: 10·30 ÷ (5·15) = 4. C against B: 6·5 ÷ (4·10) = .75. One inspector changes nothing."""
    visits = cells({("B", "x"): (10, 15), ("A", "x"): (15, 45), ("C", "x"): (6, 10)})
    found = study.neighbour_odds(visits, "tier", "inspector")
    assert found[["better", "worse"]].to_numpy().tolist() == [["A", "B"], ["B", "C"]]
    assert list(found["odds_ratio"]) == pytest.approx([4, 0.75])
    half = study.Z * np.sqrt(1 / 10 + 1 / 5 + 1 / 15 + 1 / 30)
    assert np.log(found["high"][0] / 4) == pytest.approx(half)
    for name in ("odds_ratio", "low", "high"):
        assert list(found[f"by_inspector_{name}"]) == pytest.approx(list(found[name]))


def test_neighbours_that_differ_only_by_who_came_are_alike_within_inspectors():
    found = study.neighbour_odds(cells(ALIKE), "tier", "inspector")
    assert found["odds_ratio"][0] > 2.5
    assert found["by_inspector_odds_ratio"][0] == pytest.approx(1)


def test_neighbours_need_two_groups():
    assert study.neighbour_odds(cells({("A", "x"): (1, 9)}), "tier", "inspector").empty


# ---- what is told is what was computed


def shown(value, low, high, digits=3):
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})".replace("0.", ".")


def odds_shown(row, prefix=""):
    return shown(*(row[f"{prefix}{name}"] for name in ("odds_ratio", "low", "high")), digits=2)


def prose(notebook):
    cells = json.loads((HERE / notebook).read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def test_the_readme_tells_the_committed_figures():
    told = (HERE / "README.md").read_text(encoding="utf-8")
    committed = json.loads(backtest.RESULTS.read_text(encoding="utf-8"))
    for order in ("actual", "score", "tiers"):
        assert shown(*committed["first_half"][order]["within_inspector"].values()) in told
    for order in ("tiers", "inspector"):
        assert shown(*committed["first_half"][order]["share"].values()) in told
    for row in committed["tiers"]:
        crude, same_mix = (shown(*(row[f"{p}{n}"] for n in ("rate", "low", "high"))) for p in ("", "same_mix_"))
        assert f"| {row['tier']} | {row['visits']} | {row['critical']} | {crude} | {same_mix} |" in told
    for row in committed["odds_of_neighbouring_tiers"]:
        pair = f"| {row['worse']} against {row['better']} |"
        assert f"{pair} {odds_shown(row)} | {odds_shown(row, 'by_inspector_')} |" in told
    for odds in (
        *committed["odds_c_and_d_against_a"].values(),
        committed["history"]["odds_no_visit_before_by_inspector"],
    ):
        assert odds_shown(odds) in told


@pytest.mark.parametrize("told", [(HERE / "README.md").read_text(encoding="utf-8"), prose("chicago.ipynb")])
def test_readme_and_notebook_tell_what_was_not_known_on_the_day(told):
    committed = json.loads(backtest.RESULTS.read_text(encoding="utf-8"))
    gap = committed["gap_before_as_of"]
    assert f"between {gap['last_visit_known']} and {gap['first_test_visit']}" in told
    assert f"{gap['days_without_a_visit']} days" in told
    assert f"{committed['n_firms_known_only_later']} firms" in told
    assert f"{committed['n_firms']:,} food firms" in told


def test_the_notebooks_prose_tells_the_committed_figures():
    told, committed = prose("chicago.ipynb"), json.loads(backtest.RESULTS.read_text(encoding="utf-8"))
    better, worse = (row["rate"] for row in committed["rates_c_and_d_against_a"])
    assert f"{worse * 100:.1f} % against {better * 100:.1f} %" in told
    assert all(f"{row['rate'] * 100:.1f} %" in told for row in committed["repeats"])
    odds = committed["odds_c_and_d_against_a"]
    for row in (odds["same_inspector_as_before"], odds["other_inspector_than_before"]):
        assert f"{row['odds_ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})" in told


def test_every_cell_that_prints_or_draws_has_its_output_stored():
    cells = json.loads((HERE / "chicago.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code"]
    telling = [c for c in code if any(word in "".join(c["source"]) for word in ("print(", "axes["))]
    assert len(telling) == 5
    assert all(c["outputs"] for c in telling)


def test_the_folder_holds_no_table_of_records():
    assert not [p for p in HERE.rglob("*") if p.suffix in {".csv", ".parquet", ".gz", ".xlsx", ".Rds"}]
