"""``credit-score calibrate`` and ``run --pd`` as a person or a program meets them."""

import json
import re
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from as_a_user import refused, told

ON = "2023-06-30"
FAST = ("--quiet", "--replications", "5")


@pytest.fixture(scope="module")
def visited(county_run):
    """Half of the firms, visited: a problem with a chance that rises as scores fall, drawn with a known chance."""
    firms = county_run.tiers.sample(frac=0.5, random_state=1)
    rng = np.random.default_rng(2)
    bad = rng.random(len(firms)) < 1 / (1 + np.exp((firms["score_milli"] / 1000 - 960) / 15))
    return pd.DataFrame({"subject": firms["subject"], "bad": bad.astype(int), "draw_probability": 0.5})


@pytest.fixture
def labels(visited, tmp_path):
    """The labels as a CSV file, changed on the way."""

    def written(change=lambda table: table):
        change(visited).to_csv(tmp_path / "labels.csv", index=False)
        return tmp_path / "labels.csv"

    return written


def fingerprints(folder):
    return {p: sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def test_without_labels_the_tier_table_is_told_with_cut_offs_for_shares_and_nothing_is_changed(run_folder, county_run):
    before = fingerprints(run_folder)
    code, out, err = told("calibrate", run_folder, *FAST)
    assert (code, err) == (0, "")
    assert fingerprints(run_folder) == before
    assert "Tiers in force, by score alone" in out
    assert "Objective of the cut-offs: target shares" in out
    assert "neither the policy nor the run was changed" in out
    assert "bad rate" not in out
    data = json.loads(told("calibrate", run_folder, *FAST, "--json")[1])
    assert [row["cutoff"] for row in data["tiers"]] == [1000, 950, 850, None]
    assert sum(row["firms"] for row in data["tiers"]) == len(county_run.tiers)
    assert [row["firms"] for row in data["proposed"]] == [row["firms"] for row in data["tiers"]]
    assert (data["policy"], data["as_of"], data["status"]) == ("gaoyang", ON, "demonstration")


def test_a_firm_in_a_worse_tier_by_an_overriding_condition_is_told_of(run_folder, county_run):
    forced = int((county_run.tiers["decided_by"] != "cut-off").sum())
    out = told("calibrate", run_folder, *FAST)[1]
    assert (f"{forced} firms are in a worse tier by an overriding condition" in out) == (forced > 0)


def test_target_shares_give_as_many_tiers_as_there_are_shares(run_folder):
    data = json.loads(told("calibrate", run_folder, *FAST, "--shares", ".5,.3,.2", "--json")[1])
    assert [row["tier"] for row in data["proposed"]] == ["A", "B", "C"]
    for row, share in zip(data["proposed"], (0.5, 0.3, 0.2), strict=True):
        assert row["share"] == pytest.approx(share, abs=0.25)  # many firms share a score
    assert "建议的分级" in told("calibrate", run_folder, *FAST, "--shares", ".5,.3,.2", "--lang", "zh")[1]


def test_with_labels_rates_have_intervals_and_are_told_what_they_rest_on(run_folder, labels, visited):
    path = labels()
    code, out, _ = told("calibrate", run_folder, "--tiers", 3, "--labels", path, "--min-z", 1, *FAST)
    assert code == 0
    assert "Objective of the cut-offs: likelihood" in out
    assert "A label comes from a visit" in out
    assert "least standard errors between neighbours" in out
    in_chinese = told("calibrate", run_folder, "--tiers", 3, "--labels", path, "--min-z", 1, *FAST, "--lang", "zh")[1]
    assert not {"likelihood", "min_share", "min_z", "trend", "ascending"} & set(re.findall(r"[a-z_]+", in_chinese))
    assert "no draw_probability" not in out
    asked = ("calibrate", run_folder, "--tiers", 3, "--labels", path, "--min-z", 1, *FAST, "--json")
    data = json.loads(told(*asked)[1])
    assert sum(row["labelled"] for row in data["proposed"]) == len(visited)
    rates = [row["rate"] for row in data["proposed"]]
    assert rates == sorted(rates)
    assert all(row["rate_low"] <= row["rate"] <= row["rate_high"] for row in data["proposed"])
    assert {row["constraint"] for row in data["costs"]} == {"min_share", "trend", "min_z"}
    assert json.loads(told(*asked)[1]) == data  # the seed is given


def test_labels_without_a_chance_of_the_draw_are_told_to_be_of_the_firms_visited(run_folder, labels):
    path = labels(lambda table: table.drop(columns="draw_probability"))
    out = told("calibrate", run_folder, "--tiers", 3, "--labels", path, "--min-z", 1, *FAST)[1]
    assert "The labels have no draw_probability" in out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="bad"), "column bad is missing; give the columns subject, bad, draw_probability"),
        (lambda t: t.assign(bad=3), "bad 3 in row 1, 3 in row 2"),
        (lambda t: t.assign(draw_probability=0), "draw_probability 0 in row 1"),
        (lambda t: t.assign(bad=0), "rows are good"),
        (lambda t: t[:0], "labels.csv: no row; give a row a firm"),
        (lambda t: t.assign(subject="P-1"), "is a natural person; persons have no tier and no PD"),
        (lambda t: pd.concat([t, t[:1]]), "stands twice; give a row a firm"),
    ],
)
def test_labels_that_cannot_be_used_are_told_in_one_line(run_folder, labels, change, said):
    refused(said, "calibrate", run_folder, "--labels", labels(change), *FAST)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tiers", 5), "5 tiers without target shares; the policy has 4"),
        (("--tiers", 9, "--shares", "1"), "9 tiers; ask for 3 to 6"),
        (("--tiers", 9), "9 tiers; ask for 3 to 6"),
        (("--tiers", 0), "0 tiers; ask for 3 to 6"),
        (("--shares", ".5,.5,.5"), "shares that sum to 1.5"),
        (("--objective", "likelihood"), "objective 'likelihood' without labels; give labels, or ask for shares"),
        (("--objective", "likelihood", "--shares", ".5,.3,.2"), "shares with objective 'likelihood'"),
        (("--replications", 0), "replications 0; give a whole number of at least 1"),
        (("--labels", "nowhere.csv"), "nowhere.csv: no such file"),
    ],
)
def test_what_cannot_be_proposed_is_told_in_one_line(run_folder, options, said):
    refused(said, "calibrate", run_folder, "--quiet", *options)


def test_a_wrong_use_of_calibrate_shows_the_usage(run_folder):
    for options in ([], [run_folder, "--shares", "a,b"], [run_folder, "--objective", "beauty"]):
        assert told("calibrate", *options)[0] == 2
    assert told("calibrate", "--help")[0] == 0
    refused("no such run folder", "calibrate", "nowhere")


# Learned PDs ------------------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_a_run_takes_learned_pds_and_can_be_verified(county_folder, county_run, tmp_path):
    subjects = county_run.sector_tiers["subject"]
    pd.DataFrame({"subject": subjects, "pd": 0.2}).to_csv(tmp_path / "pd.csv", index=False)
    out = tmp_path / "out"
    options = ("--as-of", ON, "--seed", 7, "--pd", tmp_path / "pd.csv", "--out", out, "--quiet")
    code, _, err = told("run", county_folder, *options)
    assert (code, err) == (0, "")
    placed = pd.read_parquet(out / "sector_tiers.parquet")
    assert set(placed["risk_level"]) <= {"risk_C", "risk_D"}
    assert "pd" in set(placed["risk_from"])
    assert f"{len(subjects)} of them have a learned PD" in (out / "report.html").read_text("utf-8")
    assert told("verify-draw", out)[0] == 0
    subject = placed.loc[placed["risk_from"] == "pd", "subject"].iloc[0]
    assert "by its learned PD of 0.2" in told("explain", subject, "--run", out, "--lang", "en")[1]


def test_pds_that_cannot_be_used_are_told_in_one_line(county_folder, tmp_path):
    path, out = tmp_path / "pd.csv", tmp_path / "out"
    options = ("run", county_folder, "--as-of", ON, "--pd", path, "--out", out, "--quiet")
    refused("pd.csv: no such file", *options)
    path.write_text("subject,pd\nnobody,0.5\n", encoding="utf-8")
    refused("is no enterprise of the run", *options)
    assert not out.exists()
