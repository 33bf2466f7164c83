"""What came back from visits, as those meet it who read rates off it."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from as_a_user import refused, told


@pytest.fixture(scope="module")
def drawn(run_folder):
    return pd.read_csv(run_folder / "draw.csv", dtype=str, keep_default_na=False)


@pytest.fixture
def visits(drawn, tmp_path):
    """A result of every second firm of the list: by tier, found in violation at .1, .2, .4, .8."""
    rng = np.random.default_rng(3)
    rows = drawn.iloc[::2]
    bad = rng.random(len(rows)) < np.array([0.1, 0.2, 0.4, 0.8])[rows["tier_code"].astype(int)]
    table = rows[["department", "subject"]].assign(
        day="2023-08-01", inspector_1="N1", inspector_2=np.where(rng.random(len(rows)) < 0.5, "N2", "N3"),
        bad=bad.astype(int),
    )  # fmt: skip
    path = tmp_path / "visits.csv"
    table.to_csv(path, index=False)
    return path


def change(path, **columns):
    """Change cells of the first row."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name, cell in columns.items():
        if name not in table.columns:
            table[name] = ""
        table.loc[0, name] = cell
    table.to_csv(path, index=False)


def test_rates_are_told_with_intervals_in_both_languages(run_folder, visits):
    ask = ("estimate", run_folder, "--visits", visits, "--by", "tier,department,sector", "--quiet")
    for lang, heading in (("en", "Rates by tier, of visits that the draw chose"), ("zh", "各级问题率")):
        code, said, err = told(*ask, "--lang", lang)
        assert code == 0, err
        assert heading in said
        assert "reason" not in said
    assert "have no result" in told(*ask)[1]


def test_the_numbers_are_those_of_the_random_visits_alone(run_folder, drawn, visits):
    said = json.loads(told("estimate", run_folder, "--visits", visits, "--json", "--quiet")[1])
    table = pd.read_csv(visits, dtype=str).merge(drawn, on=["department", "subject"])
    at_random = table[table["duty"] == ""]
    by_tier = at_random.groupby("tier")["bad"].agg(lambda b: b.astype(int).sum())
    for row in said["rates"]["tier"]:
        assert row["visits"] == (at_random["tier"] == row["tier"]).sum()
        assert row["found"] == by_tier[row["tier"]]
        assert not row["identified"] or row["hajek_low"] <= row["hajek"] <= row["hajek_high"]
    assert any(row["identified"] for row in said["rates"]["tier"])
    assert {row["inspector"] for row in said["inspectors"]} == {"N1", "N2", "N3"}


def test_complaints_stand_beside_and_enter_no_rate(run_folder, visits):
    ask = ("estimate", run_folder, "--visits", visits, "--json", "--quiet")
    before = json.loads(told(*ask)[1])["rates"]["department"]
    change(visits, stream="complaint")
    after = json.loads(told(*ask)[1])["rates"]["department"]
    assert sum(r["naive_visits"] for r in before) == sum(r["naive_visits"] for r in after)
    assert sum(r["visits"] for r in before) == sum(r["visits"] for r in after) + 1


def test_tables_are_written_for_the_platform_without_tiers_and_natural_persons(run_folder, visits, tmp_path):
    out = tmp_path / "found"
    code, said, _ = told("estimate", run_folder, "--visits", visits, "--out", out, "--quiet")
    assert code == 0
    with (out / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert set(rows[0]) == {"subject", "department", "visited_on", "stream", "result", "status"}
    assert not [row for row in rows if row["subject"].startswith("S-")]
    assert "sole proprietors" in said
    assert {p.name for p in out.iterdir()} >= {"rates.csv", "floors.csv", "inspectors.csv", "gradients.csv"}


def test_a_folder_that_is_no_lot_is_refused(run_folder, visits, tmp_path):
    refused("holds no record.jsonl", "estimate", run_folder, "--visits", visits, "--lot", tmp_path)


@pytest.mark.parametrize(("cells", "message"), [
    ({"bad": "maybe"}, "has no result of 1 or 0; write 1 where a violation was found"),
    ({"subject": "nobody"}, "is in no frame of the run"),
    ({"department": "weather"}, "is in no frame of the run"),
    ({"stream": "gossip"}, "has an unknown stream; use one of random, statutory, complaint"),
    ({"day": "yesterday"}, "row 1: 'yesterday' is not a date"),
])  # fmt: skip
def test_rows_that_cannot_be_are_told_with_their_place(run_folder, visits, tmp_path, cells, message):
    change(visits, **cells)
    ask = ("estimate", run_folder, "--visits", visits, "--out", tmp_path / "o", "--quiet")
    assert "row 1" in refused(message, *ask)
    assert not (tmp_path / "o").exists()


def test_a_visit_that_was_not_drawn_needs_a_stream(run_folder, drawn, visits):
    frame = pd.read_parquet(run_folder / "frame.parquet")
    listed = set(zip(drawn["department"], drawn["subject"], strict=True))
    department, subject = next(
        pair for pair in zip(frame["department"], frame["subject"], strict=True) if pair not in listed
    )
    change(visits, department=department, subject=subject)
    ask = ("estimate", run_folder, "--visits", visits, "--quiet")
    refused("was not drawn, and names no stream; use one of", *ask)
    change(visits, stream="random")
    refused("is no random visit of the list; name its stream", *ask)
    change(visits, stream="alert")
    assert told(*ask)[0] == 0


def test_columns_and_options_that_cannot_be_are_refused(run_folder, visits, tmp_path):
    refused("no such file", "estimate", run_folder, "--visits", tmp_path / "none.csv")
    refused("a half-width of 2.0", "estimate", run_folder, "--visits", visits, "--half-width", 2, "--quiet")
    refused("pool departments or years", "estimate", run_folder, "--visits", visits, "--budget", 1, "--quiet")
    assert told("estimate", run_folder, "--visits", visits, "--by", "mood")[0] == 2
    table = pd.read_csv(visits, dtype=str).drop(columns="bad")
    table.to_csv(visits, index=False)
    refused(
        "column bad is missing; give the columns department, subject, day, bad",
        "estimate",
        run_folder,
        "--visits",
        visits,
    )
