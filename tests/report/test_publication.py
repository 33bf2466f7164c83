"""The published set as files: audited from its own numbers, with its data sheet, and blind to tiers."""

import json
import shutil

import pandas as pd
import pytest
from as_a_user import raw_identifiers, refused, told

import credit_score as cs
from credit_score.errors import PolicyError, RunError
from credit_score.files import fingerprint
from credit_score.pilot.groups import Margin, groups_of
from credit_score.pilot.publication.again import audit_again, release_as_told
from credit_score.pilot.publication.cubes import CUBES
from credit_score.pilot.publication.part import published_tables
from credit_score.pilot.release import UNTOLD, Release
from credit_score.report import RunFolder, publication
from credit_score.report.publication import indicators_told, published_set, write_published_set


@pytest.fixture(scope="module")
def published(run_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("published") / "set"
    return write_published_set(published_set(RunFolder.open(run_folder)), out)


def bytes_of(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_a_set_has_a_file_a_table_its_cells_a_data_sheet_and_fingerprints_of_all(published):
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    files = {p.name for p in published.iterdir()}
    assert {"double_publicity.csv", "members.csv", "four_zeros.csv", "coverage.csv", "cells_persons.csv"} < files
    assert set(manifest["outputs"]) == files - {"manifest.json"}
    assert all(fingerprint(published / name) == digest for name, digest in manifest["outputs"].items())


def test_the_data_sheet_tells_in_both_languages_what_is_withheld_and_that_the_audit_passes(published):
    sheet = (published / "DATASHEET.md").read_text(encoding="utf-8")
    withheld = json.loads((published / "manifest.json").read_text(encoding="utf-8"))["withheld"]
    assert withheld > 0
    assert f"{withheld} are withheld" in sheet
    assert f"有 {withheld} 个不公开" in sheet
    assert "`members.csv`" in sheet


@pytest.mark.thorough
def test_with_other_cutoffs_the_set_is_the_same_to_the_byte(published, county_folder, edited_cutoffs, tmp_path):
    run = cs.run_county(cs.read_records(county_folder), edited_cutoffs, as_of="2023-06-30", seed=7)
    other = write_published_set(published_set(RunFolder.open(run.save(tmp_path / "run"))), tmp_path / "set")
    assert run.tier_shares["firms"].min() >= 0
    assert bytes_of(other) == bytes_of(published)


@pytest.fixture
def edited_cutoffs(tmp_path, county_run):
    """The bundled policy with every cut-off 15 points higher; some firms stand in another tier under it."""
    folder = tmp_path / "policy"
    county_run.policy.save(folder)
    path = folder / "tiers.yaml"
    text = path.read_text(encoding="utf-8")
    cuts = [c.cutoff for c in county_run.rules.tiers if c.cutoff]
    for cut in cuts:
        text = text.replace(f"value: {cut // 1000},", f"value: {cut // 1000 + 15},")
    path.write_text(text, encoding="utf-8")
    policy = cs.load_policy(folder)
    assert [c.cutoff for c in policy.at("2023-06-30").tiers if c.cutoff] == [cut + 15_000 for cut in cuts]
    return policy


def test_nobody_can_be_found_in_it(published, county_folder):
    everything = b"".join(bytes_of(published).values()).decode("utf-8")
    raw = raw_identifiers(county_folder)
    assert len(raw) > 100
    assert not [name for name in raw if name in everything]
    assert "P-" not in everything
    assert "S-" not in everything.replace("SHA-256", "")


@pytest.mark.thorough
def test_the_command_writes_the_set_and_tells_how_many_counts_are_withheld(run_folder, published, tmp_path):
    code, out, _ = told("publish", run_folder, "--out", tmp_path / "set", "--lang", "zh", "--quiet")
    assert code == 0
    assert "不公开的数" in out
    assert bytes_of(tmp_path / "set") == bytes_of(published)
    code, out, _ = told("publish", run_folder, "--out", tmp_path / "set", "--json", "--quiet")
    rows = {row["table"]: row for row in json.loads(out)["tables"]}
    assert code == 0
    assert rows["double_publicity"]["withheld"] is None
    assert rows["members_with_benefit"]["least_possible"] >= 10


def test_a_run_folder_is_not_replaced_by_a_set(run_folder, tmp_path):
    shutil.copytree(run_folder, tmp_path / "run")
    refused("holds no published set", "publish", run_folder, "--out", tmp_path / "run")
    assert (tmp_path / "run" / "report.html").is_file()


def test_a_table_that_was_changed_after_the_run_is_refused_and_nothing_is_written(run_folder, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(run_folder, run)
    path = run / "pilot" / "published_members.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("no", "yes", 1), encoding="utf-8")
    refused("is not the file the run wrote", "publish", run, "--out", tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_a_policy_that_publishes_nothing_is_told(run_folder, tmp_path, monkeypatch):
    monkeypatch.setattr("credit_score.report.publication.published_tables", lambda rules: [])
    with pytest.raises(PolicyError, match="publishes nothing on 2023-06-30"):
        published_set(RunFolder.open(run_folder))


def test_the_audit_fails_where_totals_give_a_withheld_count_away():
    """A table as a spreadsheet would make it: one small count left out, all totals told."""
    cells = pd.DataFrame({"town": ["a", "b", "c"]})
    groups = groups_of(cells, [Margin("members", ("town",))])
    release = Release(groups, pd.Series([40, UNTOLD, 60, 105]).to_numpy(), 10, 1)
    with pytest.raises(RunError, match="1 withheld counts can be worked out to fewer than 10 values, first 5 to 5"):
        audit_again(release)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a", "40"), ("", "40")], "does not have each of its groups once"),
        ([("a", "40"), ("b", "41"), ("", "80")], "no multiple of 5"),
        ([("a", "40"), ("b", "5"), ("", "45")], "below 10"),
    ],
)
def test_tables_that_are_not_as_the_run_makes_them_are_refused(county_run, rows, message):
    table = next(t for t in county_run.rules.model.publication.tables if t.of == "members")
    cells = pd.DataFrame([(t, e, "no") for t in "ab" for e in ("yes", "no")], columns=["town", "enrolled", "benefit"])
    with pytest.raises(RunError, match=message):
        release_as_told(cells, [(table, pd.DataFrame(rows, columns=["town", "count"]))], 10, 5)


BOARD = ["indicator", "task", "label_zh", "label_en", "numerator", "denominator", "value", "unit", "comparison",
         "target", "light", "needs_zh", "needs_en", "deadline", "gap_en"]  # fmt: skip


def board(*rows):
    filler = dict.fromkeys(BOARD, "") | {"comparison": "at_least", "light": "amber"}
    return pd.DataFrame([filler | {"unit": "share", "target": "0.9"} | row for row in rows], columns=BOARD)


# Tables outside the audit, and why a reader cannot work out a count of persons with them.
OF_NO_COUNT_OF_PERSONS = {
    "double_publicity": None, "firms": None,  # companies and cooperatives alone
    "four_zeros": {"measure", "clock", "share", "step", "needs"},
    "coverage": {"resource", "label_zh", "label_en", "expected", "arrived", "share", "target"},
    "indicators": set(publication.BOARD), "credit_places": {"place", "town", "village"},
}  # fmt: skip


def test_no_table_outside_the_audit_tells_counts_that_persons_are_in(published, county_run):
    audited = {t.id for t in published_tables(county_run.rules) if t.of in CUBES}
    found = {path.stem for path in published.glob("*.csv")} - audited
    assert {name for name in found if not name.startswith("cells_")} == set(OF_NO_COUNT_OF_PERSONS)
    for name, columns in OF_NO_COUNT_OF_PERSONS.items():
        table = pd.read_csv(published / f"{name}.csv")
        assert columns is None or set(table.columns) == columns | {"status"}


def test_shares_of_reports_are_of_all_units_in_steps_of_several_reports(published, county_run):
    told = pd.read_csv(published / "four_zeros.csv")
    late, wrong = (told[told["measure"] == measure].iloc[0] for measure in ("late", "wrong"))
    n = county_run.quality.query("measure == 'wrong'")["n"].sum()
    of = county_run.records["credit_records"].count().execute() + (county_run.quality["month"] == "unknown").sum()
    assert wrong["step"] * of >= 5
    assert abs(wrong["share"] - n / of) <= wrong["step"] / 2 + 1e-3
    assert county_run.quality.query("measure == 'late'").groupby("clock")["of"].sum().max() < 5 / 0.1
    assert pd.isna(late["share"])  # of a few dozen decisions nothing is told
    assert not told.duplicated(["measure", "clock"]).any()


def test_a_value_is_not_told_where_in_steps_it_would_meet_a_target_that_it_misses():
    above = {"light": "green", "comparison": "above"}
    table = board(
        {"indicator": "a", "denominator": "500", "value": "0.196", "target": "0.2"},
        {"indicator": "b", "denominator": "500", "value": "0.204", "target": "0.2"} | above,
        {"indicator": "c", "denominator": "500", "value": "0.26", "target": "0.2"} | above,
        {"indicator": "d", "denominator": "500", "value": "0.004", "light": "amber", "comparison": "equals",
         "target": "0"},
        {"indicator": "e", "unit": "count", "value": "3", "light": "amber", "comparison": "at_most", "target": "0"},
    )  # fmt: skip
    told = indicators_told(table, set("abcde"), 5)["value"]
    assert told.isna().tolist() == [True, True, False, True, True]
    assert told[2] == 0.26


def test_a_share_of_firms_is_told_in_steps_that_are_several_firms_and_no_numerator_or_gap_is():
    table = board(
        {"indicator": "platform", "denominator": "2020", "value": str(401 / 2020)},
        {"indicator": "platform_large", "denominator": "30000", "value": "0.12345"},
        {"indicator": "banks", "denominator": "6", "value": "0.5"},
        {"indicator": "few", "denominator": "30", "value": "0.5"},
        {"indicator": "scenes", "unit": "count", "value": "16"},
    )
    told = indicators_told(table, {"platform", "platform_large", "few"}, 5).set_index("indicator")
    assert told.loc["platform", ["value", "step"]].tolist() == [0.2, 0.01]
    assert told.loc["platform_large", ["value", "step"]].tolist() == [0.123, 0.001]
    assert told.loc["banks", "value"] == 0.5
    assert pd.isna(told.loc["few", "value"])
    assert told.loc["scenes", "value"] == 16
    assert not {"numerator", "denominator", "gap_en"} & set(told.columns)
