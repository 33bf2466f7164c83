import json
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from credit_score import cli
from credit_score.errors import RecordsError, RunError
from credit_score.policy import load_policy
from credit_score.records.synthetic import make_county
from credit_score.records.synthetic.describe import DEMO_KEY
from credit_score.records.synthetic.dictionary import RAW_TABLES, TABLES
from credit_score.records.synthetic.shape import DEPARTMENTS
from credit_score.records.synthetic.streams import BLOCK
from credit_score.records.synthetic.write import CsvSink

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
SMALL = {"n_enterprises": 300, "n_individuals": 400, "seed": 5}
KEYS = {
    "enterprises": "enterprise_id",
    "individuals": "person_id",
    "households": "household_id",
    "departments": "department",
    "inspectors": "inspector_id",
    "credit_records": "record_id",
    "inspections": "inspection_id",
    "banks": "bank_id",
    "platform": "enterprise_id",
    "authorisations": "authorisation_id",
    "village_finance": "finance_id",
    "scene_uses": "use_id",
    "report_uses": "report_use_id",
    "measures_taken": "measure_id",
    "activities": "activity_id",
    "government_cases": "case_id",
    "posts": "post_id",
    "youth_households": "household_id",
    "joint_building": "enterprise_id",
}
# Units that report synthetic records; of the others that the plan names none is made.
REPORTING = {
    "market_supervision", "ecology", "emergency", "housing", "agriculture", "health", "human_resources", "fire", "tax",
    "court", "publicity", "town_government", "civil_affairs", "administrative_approval",
}  # fmt: skip


def fingerprints(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def tables_of(folder):
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Clean tables of a county that crosses block borders, in Parquet."""
    folder = tmp_path_factory.mktemp("synthetic") / "county"
    make_county(
        folder, n_enterprises=2 * BLOCK + 20_000, n_individuals=BLOCK + 1, seed=11, format="parquet", dirt=False
    )
    return tables_of(folder)


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(tmp_path, file_format):
    for name in ("one", "two"):
        make_county(tmp_path / name, **SMALL, format=file_format)
    assert fingerprints(tmp_path / "one") == fingerprints(tmp_path / "two")


def test_another_seed_gives_other_bytes_in_every_drawn_table(tmp_path):
    make_county(tmp_path / "one", **SMALL)
    make_county(tmp_path / "two", **{**SMALL, "seed": 6})
    one, two = fingerprints(tmp_path / "one"), fingerprints(tmp_path / "two")
    assert one.keys() == two.keys()
    same = {name for name in one if one[name] == two[name]}
    assert same == {"demo.key", "departments.csv", "banks.csv"}


def test_csv_and_parquet_hold_the_same_clean_rows(tmp_path):
    for file_format in ("csv", "parquet"):
        make_county(tmp_path / file_format, **SMALL, format=file_format, dirt=False)
    for name in RAW_TABLES:
        written = pd.read_csv(tmp_path / "csv" / f"{name}.csv")
        held = pd.read_parquet(tmp_path / "parquet" / f"{name}.parquet")
        pd.testing.assert_frame_equal(written, held, check_dtype=False)


def test_the_folder_says_that_it_is_synthetic(tmp_path):
    facts = make_county(tmp_path / "county", **SMALL)
    about = json.loads((tmp_path / "county" / "synthetic.json").read_text(encoding="utf-8"))
    assert about["synthetic"] is True
    assert (about["seed"], about["n_enterprises"], about["n_individuals"]) == (5, 300, 400)
    assert about["dirt"] == facts.dirt
    assert about["rows"] == facts.rows
    assert (tmp_path / "county" / "demo.key").read_text(encoding="utf-8").strip() == DEMO_KEY
    assert "PUBLIC" in DEMO_KEY
    assert "synthetic-data-only" in DEMO_KEY


@pytest.mark.parametrize("options", [{}, {"format": "parquet"}, {"format": "units"}, {"dirt": False}, {"events": True}])
def test_the_readme_tells_the_command_that_makes_the_same_county(tmp_path, options):
    make_county(tmp_path / "county", **SMALL, **options)
    text = (tmp_path / "county" / "README.md").read_text(encoding="utf-8")
    told = next(line.strip() for line in text.splitlines() if "credit-score synth" in line)
    assert cli.main([*told.removesuffix("DIR").split()[1:], str(tmp_path / "again"), "--quiet"]) == 0
    assert fingerprints(tmp_path / "again") == fingerprints(tmp_path / "county")


def test_the_data_dictionary_names_every_column(tmp_path):
    make_county(tmp_path / "county", **SMALL)
    text = (tmp_path / "county" / "README.md").read_text(encoding="utf-8")
    for name, columns in TABLES.items():
        assert f"## {name}" in text
        assert all(f"| {column.name} |" in text for column in columns)


def test_the_stated_rows_are_the_lines_of_the_files(tmp_path):
    facts = make_county(tmp_path / "county", **SMALL)
    for name in RAW_TABLES:
        assert (tmp_path / "county" / f"{name}.csv").read_bytes().count(b"\n") == facts.rows[name] + 1


def test_the_truth_stands_apart_from_the_tables(tmp_path):
    make_county(tmp_path / "county", **SMALL)
    beside = {path.stem for path in (tmp_path / "county").glob("*.csv")}
    assert beside == set(RAW_TABLES)
    assert {path.stem for path in (tmp_path / "county" / "truth").iterdir()} == {
        "enterprises", "inspectors", "inspections",
    }  # fmt: skip


def test_a_folder_with_anything_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RecordsError, match="not empty; choose a new folder"):
        make_county(tmp_path, **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "county").mkdir()
    make_county(tmp_path / "county", **SMALL)
    assert (tmp_path / "county" / "synthetic.json").exists()


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CsvSink, "add", full)
    with pytest.raises(RunError, match="No space left on device"):
        make_county(tmp_path / "county", **SMALL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"format": "xlsx"}, {"n_enterprises": -5}])
def test_settings_there_are_not_are_refused_in_one_line(tmp_path, wrong):
    with pytest.raises(RecordsError, match="choose") as refused:
        make_county(tmp_path / "county", **{**SMALL, **wrong})
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sizes", [(0, 0), (1, 1), (0, 3), (3, 0)])
def test_a_county_can_be_as_small_as_nothing(tmp_path, sizes):
    facts = make_county(tmp_path / "county", n_enterprises=sizes[0], n_individuals=sizes[1], seed=1)
    assert facts.rows["enterprises"] - facts.n_dirty("enterprises") == sizes[0]
    assert facts.rows["individuals"] - facts.n_dirty("individuals") == sizes[1]


def test_progress_wraps_the_list_of_blocks(tmp_path):
    seen = []

    def progress(steps):
        for step in steps:
            seen.append(step[:2])
            yield step

    make_county(tmp_path / "county", n_enterprises=10, n_individuals=10, seed=1, progress=progress)
    assert seen == [("enterprises", 0), ("individuals", 0)]


def test_keys_are_unique_across_blocks(county):
    for name, key in KEYS.items():
        assert len(county[name]), name
        assert county[name][key].is_unique, name


@pytest.mark.thorough
def test_every_reference_finds_its_row(county):
    records, people = county["credit_records"], county["individuals"]
    subjects = pd.concat([county["enterprises"]["enterprise_id"], people["person_id"]])
    assert records["subject_id"].isin(subjects).all()
    assert people["household_id"].dropna().isin(county["households"]["household_id"]).all()
    assert county["inspections"]["enterprise_id"].isin(county["enterprises"]["enterprise_id"]).all()
    own = county["inspections"].merge(county["inspectors"], on="inspector_id")
    assert len(own) == len(county["inspections"])
    assert (own["department_x"] == own["department_y"]).all()


def test_members_of_a_household_live_in_its_village(county):
    people = county["individuals"].dropna(subset="household_id")
    homes = people.merge(county["households"], on="household_id")
    assert (homes["village_x"] == homes["village_y"]).all()
    assert people["household_id"].value_counts().between(1, 5).all()


def test_nobody_is_under_eighteen(county):
    assert county["individuals"]["age"].between(18, 95).all()


def test_names_towns_and_codes_are_marked_as_fictitious(county):
    firms = county["enterprises"]
    assert firms["name"].str.startswith("虚构").all()
    assert firms["enterprise_id"].str.slice(2, 8).eq("999999").all()
    assert county["individuals"]["village"].str.startswith("虚构").all()
    assert firms["town"].nunique() == 8


def test_about_sixty_in_a_hundred_are_enrolled_and_a_few_left(county):
    people = county["individuals"]
    enrolled = people["enrolled_on"].notna()
    assert enrolled.mean() == pytest.approx(0.60, abs=4 * (0.24 / len(people)) ** 0.5)
    left = people[people["left_on"].notna()]
    assert 0 < len(left) < 0.05 * len(people)
    assert (left["enrolled_on"] < left["left_on"]).all()


def test_persons_have_no_adverse_record_and_some_not_enrolled_have_any(county):
    records = county["credit_records"].query("subject_kind == 'individual'")
    adverse = "penalty|broken|breached|unperformed|dishonesty|problem|abnormal"
    assert not records["item"].str.contains(adverse).any()
    enrolled = county["individuals"].set_index("person_id")["enrolled_on"].notna()
    assert set(enrolled.loc[records["subject_id"]]) == {True, False}


def test_things_happen_in_their_years_and_after_registration(county):
    records, visits = county["credit_records"], county["inspections"]
    assert records["occurred_on"].between("2020-01-01", "2023-06-30").all()
    assert (records["occurred_on"] <= records["reported_on"]).all()
    assert records["reported_on"].max() <= "2023-06-30"
    assert visits["inspected_on"].between("2021-01-01", "2023-06-30").all()
    founded = county["enterprises"].set_index("enterprise_id")["registered_on"]
    firms = records[records["subject_kind"] == "enterprise"]
    assert (founded.loc[firms["subject_id"]].to_numpy() <= firms["occurred_on"].to_numpy()).all()


def test_most_records_are_reported_within_seven_weekdays_and_some_late(county):
    records = county["credit_records"]
    days = (pd.to_datetime(records["reported_on"]) - pd.to_datetime(records["occurred_on"])).dt.days
    assert 0.8 < (days <= 9).mean() < 0.95
    assert (days > 28).mean() > 0.01


def test_every_early_inspection_has_its_record(county):
    visits = county["inspections"].query("inspected_on < '2023-01-01'")
    records = county["credit_records"].query("occurred_on < '2023-01-01'")
    records = records[records["item"].isin(["inspection.problem_found", "inspection.clean"])]
    assert len(visits) == len(records)
    assert visits["violation_found"].sum() == (records["item"] == "inspection.problem_found").sum()


def test_every_code_is_one_of_the_bundled_policy(county):
    model = load_policy("gaoyang").model
    about, inspection = model.policy, model.inspection
    assert set(county["enterprises"]["sector"]) == {sector.id for sector in about.sectors}
    assert set(county["enterprises"]["size"]) == {size.id for size in about.sizes}
    assert set(county["credit_records"]["unit"]) == REPORTING <= {unit.id for unit in about.units}
    assert set(county["credit_records"]["catalogue_kind"]) == set(model.kinds)
    assert set(county["departments"]["department"]) == {d.id for d in inspection.departments}


def test_departments_cover_the_sectors_that_the_bundled_policy_gives_them():
    model = load_policy("gaoyang").model
    every = {sector.id for sector in model.policy.sectors}
    for own in model.inspection.departments:
        assert set(DEPARTMENTS[own.id].sectors) == (every if own.sectors == "all" else set(own.sectors))


def test_every_item_with_a_rule_occurs_and_some_items_have_none(county):
    model = load_policy("gaoyang").model
    records = county["credit_records"]
    for kind, catalogue in (("enterprise", model.enterprise), ("individual", model.individual)):
        seen = set(records[records["subject_kind"] == kind]["item"])
        assert {item.id for item in catalogue.items} <= seen
    assert "register.entry" in set(records["item"])


def test_the_samples_are_small_and_say_that_they_are_synthetic():
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    about = json.loads((SAMPLES / "synthetic.json").read_text(encoding="utf-8"))
    assert sum(path.stat().st_size for path in files) < 5_000_000
    assert about["synthetic"] is True
    assert (about["n_enterprises"], about["n_individuals"], about["seed"]) == (2_000, 3_000, 2023)


def test_the_samples_are_a_county_of_this_version(tmp_path):
    facts = make_county(tmp_path / "county", n_enterprises=2_000, n_individuals=3_000, seed=2023)
    about = json.loads((SAMPLES / "synthetic.json").read_text(encoding="utf-8"))
    for table in ("enterprises", "individuals", "households", "departments", "inspectors"):
        assert about["rows"][table] == facts.rows[table]
    assert (SAMPLES / "README.md").read_text(encoding="utf-8").startswith("# A synthetic county")
    for name in RAW_TABLES:
        assert (SAMPLES / f"{name}.csv").read_bytes().count(b"\n") == about["rows"][name] + 1
