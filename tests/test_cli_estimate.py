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


def read(path):
    """The rows with a result as they are read."""
    from credit_score.report.findings import _written

    return _written(path)


def change(path, **columns):
    """Change cells of the first row."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name, cell in columns.items():
        if name not in table.columns:
            table[name] = ""
        table.loc[0, name] = cell
    table.to_csv(path, index=False)


def test_a_complaint_on_the_day_of_a_planned_visit_is_another_visit(visits):
    table = pd.read_csv(visits, dtype=str, keep_default_na=False).assign(stream="")
    both = pd.concat([table, table.iloc[:1].assign(stream="complaint")])
    both.to_csv(visits, index=False)
    assert len(read(visits)) == len(both)


@pytest.mark.parametrize(
    ("heading", "meant"), [("steam", "stream"), ("inspector1", "inspector_1"), ("Stream", "stream")]
)
def test_a_heading_that_is_nearly_known_is_refused(run_folder, visits, heading, meant):
    change(visits, **{heading: "complaint"})
    ask = ("estimate", run_folder, "--visits", visits, "--quiet")
    refused(f"column '{heading}'; write {meant}, or give it another name", *ask)


@pytest.mark.thorough
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


@pytest.mark.thorough
@pytest.mark.parametrize(("cells", "message"), [
    ({"bad": "maybe"}, "has no result of 1 or 0; write 1 where a violation was found"),
    ({"subject": "nobody"}, "is in no frame of the run"),
    ({"department": "weather"}, "is in no frame of the run"),
    ({"stream": "gossip"}, "has an unknown stream; use one of random, statutory, complaint"),
    ({"day": "yesterday"}, "row 1: 'yesterday' is not a date"),
    ({"day": "2023-06-29"}, "row 1: 2023-06-29 is no day of the list's year; give visits of 2023-06-30 to 2024-06-29"),
    ({"day": "2024-06-30"}, "row 1: 2024-06-30 is no day of the list's year"),
    ({"inspector_2": "张三"}, "tells an inspector by name; give the number"),
])  # fmt: skip
def test_rows_that_cannot_be_are_told_with_their_place(run_folder, visits, tmp_path, cells, message):
    change(visits, **cells)
    ask = ("estimate", run_folder, "--visits", visits, "--out", tmp_path / "o", "--quiet")
    assert "row 1" in refused(message, *ask)
    assert not (tmp_path / "o").exists()


@pytest.mark.thorough
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


@pytest.mark.thorough
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


def asked(run_folder, visits, *more):
    code, said, err = told("estimate", run_folder, "--visits", visits, "--json", "--quiet", *more)
    assert code == 0, err
    return json.loads(said)


@pytest.mark.thorough
def test_the_list_itself_with_what_was_found_is_read_and_other_columns_are_passed_over(run_folder, visits, tmp_path):
    base = asked(run_folder, visits)
    found = pd.read_csv(visits, dtype=str)
    path = tmp_path / "list.csv"
    listed = pd.read_csv(run_folder / "draw.csv", dtype=str, keep_default_na=False)
    listed.merge(found, on=["department", "subject"], how="left").fillna({"bad": ""}).to_csv(path, index=False)
    assert asked(run_folder, path) == base
    found.assign(
        tier="Z", duty="x", sector="q", enterprise_id="1", row="9", visits="7", inspector="Q1", draw_probability="2"
    ).to_csv(visits, index=False)
    assert asked(run_folder, visits) == base


def test_follow_ups_of_a_random_visit_are_to_name_their_stream(run_folder, visits):
    table = pd.read_csv(visits, dtype=str)
    drawn = pd.read_csv(run_folder / "draw.csv", dtype=str, keep_default_na=False)
    once = table.merge(drawn.query("duty == '' and visits == '1'")[["department", "subject"]]).iloc[:1]
    pd.concat([table, once.assign(day="2023-09-01")]).to_csv(visits, index=False)
    ask = ("estimate", run_folder, "--visits", visits, "--quiet")
    said = refused("is a random visit more than the list has; name the stream of follow-ups", *ask)
    assert f"row {len(table) + 1}" in said
    pd.concat([table, once.assign(day="2023-09-01", stream="referral")]).to_csv(visits, index=False)
    assert told(*ask)[0] == 0


@pytest.mark.thorough
def test_a_row_twice_and_a_file_without_a_result_are_refused(run_folder, visits):
    table = pd.read_csv(visits, dtype=str)
    ask = ("estimate", run_folder, "--visits", visits, "--quiet")
    pd.concat([table, table.iloc[[4]].assign(bad="1")]).to_csv(visits, index=False)
    assert f"row {len(table) + 1}" in refused("repeats a visit of the same day and inspectors", *ask)
    table.assign(bad="").to_csv(visits, index=False)
    refused("no row with a result; give a row a visit", *ask)
    table.iloc[:0].to_csv(visits, index=False)
    refused("no row with a result", *ask)


def test_json_holds_no_number_without_an_end(run_folder, visits, drawn):
    """Where nothing is found in a tier its odds against the next have no end."""
    table = pd.read_csv(visits, dtype=str)
    best = table.merge(drawn, on=["department", "subject"], how="left")["tier_code"] == "0"
    table.assign(bad=table["bad"].where(~best, "0")).to_csv(visits, index=False)
    said = asked(run_folder, visits)
    assert any(row["odds_ratio"] is None for row in said["gradients"])


@pytest.mark.parametrize("bad", ["0", "1"])
def test_a_floor_is_planned_even_where_nothing_or_everything_was_found(run_folder, visits, bad):
    pd.read_csv(visits, dtype=str).assign(bad=bad).to_csv(visits, index=False)
    said = asked(run_folder, visits)
    ends = {r["tier"]: (r["hajek_low"], r["hajek_high"]) for r in said["rates"]["tier"] if r["identified"]}
    assert ends
    for row in said["floors"]:
        assert row["needed"] > 1
        assert row["half_width"] <= 0.05
        if row["tier"] in ends:
            low, high = ends[row["tier"]]
            assert row["rate"] == pytest.approx(min(max(0.5, low), high))


@pytest.mark.thorough
def test_gradients_hold_within_departments_without_inspectors_and_count_whoever_is_named(run_folder, visits):
    table = pd.read_csv(visits, dtype=str, keep_default_na=False)
    base = asked(run_folder, visits)["gradients"]
    table.assign(inspector_1="", inspector_2=table["inspector_1"]).to_csv(visits, index=False)
    assert asked(run_folder, visits)["gradients"] == base
    table.drop(columns=["inspector_1", "inspector_2"]).to_csv(visits, index=False)
    assert asked(run_folder, visits)["gradients"] == [r for r in base if r["within_one"] == "department"]


def test_why_there_is_no_rate_is_told_whole_with_names_in_both_languages(run_folder, visits, drawn):
    """Without its visits a stratum has no rate: the tier is named, and the department in words."""
    table = pd.read_csv(visits, dtype=str)
    joined = table.merge(drawn, on=["department", "subject"], how="left")
    gone = (joined["department"] == "market_supervision") & (joined["tier_code"] == "0") & (joined["duty"] == "")
    table[~gone].to_csv(visits, index=False)
    ask = ("estimate", run_folder, "--visits", visits, "--quiet", "--lang")
    english, chinese = (told(*ask, lang)[1] for lang in ("en", "zh"))
    assert "no rate of A: no visit that the draw chose (department Market supervision, tier A)" in english
    assert "A 无法得出：没有随机抽中的检查 (部门 市场监管局, 级别 A)" in chinese
    assert "tier_code" not in english
