"""How units report, in the run folder and on the page: figures that are those of the tables, and nobody in them."""

import re

import pandas as pd
import pytest

from credit_score.report import reporting
from credit_score.report.page import report_page

PENALTY = {"item": "compliance.penalty_general", "catalogue_kind": "行政管理信息", "unit": "ecology"}
LATE = PENALTY | {"occurred_on": "2023-05-15", "reported_on": "2023-06-05"}
IN_TIME = PENALTY | {"occurred_on": "2023-05-15", "reported_on": "2023-05-16"}
BEYOND = PENALTY | {"occurred_on": "2026-12-30", "reported_on": "2027-02-01"}


def without(*sections):
    def change(folder):
        for section in sections:
            (folder / f"{section}.yaml").unlink()

    return change


def test_the_zeros_of_a_unit_name_their_clock_and_what_cannot_be_measured(small_run):
    told = reporting.quality_by_unit(small_run(records=[LATE, IN_TIME, {}]))
    rows = {row["label"]["en"]: row for row in told["rows"]}
    assert list(rows) == ["Ecology and environment", "Publicity"]
    ecology = rows["Ecology and environment"]
    assert [(c["rule"], c["late"]) for c in ecology["clocks"]] == [
        ("clocks:publicity.seven_days", {"needs": "", "n": 1, "of": 2, "share": 0.5})
    ]
    assert ecology["clocks"][0]["missing"] == {"needs": "register of decisions", "n": None}
    assert ecology["wrong"] == {"needs": "", "n": 0, "of": 2, "share": 0.0}
    assert (ecology["uncovered"], rows["Publicity"]["uncovered"]) == (False, True)
    assert rows["Publicity"]["clocks"] == []


def test_coverage_of_a_resource_is_that_of_all_its_units(county_run):
    told = reporting.coverage_by_resource(county_run)
    table = county_run.coverage
    assert [row["rule"] for row in told["rows"]] == [f"resources:resources:{r}" for r in table["resource"].unique()]
    assert sum(row["expected"] for row in told["rows"]) == table["expected"].sum()
    honours = next(row for row in told["rows"] if row["label"]["en"] == "Honours")
    own = table[table["resource"] == "honour"]
    assert (honours["units"], honours["arrived"]) == (len(own), own["arrived"].sum())
    assert honours["share"] == own["arrived"].sum() / own["expected"].sum()
    assert next(row["share"] for row in told["rows"] if row["expected"] == 0) is None
    assert "new farm entities have at least one record" in told["farms"]["en"]


def test_the_tables_tell_figures_and_words_of_the_same_functions(run_folder, county_run):
    quality = pd.read_csv(run_folder / "quality.csv", keep_default_na=False)
    assert len(quality) == len(county_run.quality)
    assert set(quality["measure_zh"]) == {"瞒报", "迟报", "漏报", "错报"}
    unknown = quality[quality["needs"] != ""]
    assert set(unknown["n"]) == {""}
    assert set(unknown["share_en"]) == {
        "Not measurable: needs a register of decisions", "Not measured: no clock covers these items",
    }  # fmt: skip
    coverage = pd.read_csv(run_folder / "coverage.csv")
    assert coverage["expected"].tolist() == county_run.coverage["expected"].tolist()
    assert {"unit_zh", "gap_en", "reference"} <= set(coverage.columns)
    for table in (quality, coverage):
        assert set(table["status"]) == {"demonstration"}
        assert not {"record_id", "subject", "value"} & set(table.columns)


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_beyond_the_calendar_a_run_leaves_quality_out_and_the_page_says_why(small_run, tmp_path):
    run = small_run(records=[BEYOND], on="2027-06-30")
    out = run.save(tmp_path / "out")
    assert not (out / "quality.csv").exists()
    assert (out / "coverage.csv").is_file()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "so there is no quality.csv" in page
    assert "因此没有 quality.csv" in page


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_the_page_says_what_is_not_measured_and_cuts_no_short_table(small_run):
    page = report_page(small_run(records=[LATE, IN_TIME, {}]))
    section = page[page.index('<section id="quality">') : page.index('<section id="coverage">')]
    assert section.count("Not measurable: needs a register of decisions") == 2
    assert section.count("未计算：没有时限适用于这些事项") == 1
    assert 'class="scroll tall"' not in page


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_policy_without_the_sections_has_neither_file_nor_heading(small_run, tmp_path):
    out = small_run(without("clocks", "resources", "pilot", "statements")).save(tmp_path / "out")
    assert not {"quality.csv", "coverage.csv"} & {p.name for p in out.iterdir()}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert not {"quality", "coverage"} & set(re.findall(r'<section id="(\w+)"', page))
    assert 'id="files"' in page


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_the_name_of_a_file_is_text_and_masked_where_it_may_identify(small_run):
    run = small_run()
    markup, number = "信用记录-<b>.csv", "credit_records-110101185003073719.csv"
    files = run.records.files
    run.records.files["file"] = [markup, number, *files["file"][2:]]
    page = report_page(run)
    assert "信用记录-&lt;b&gt;.csv" in page
    assert "110101185003073719" not in page
    assert [row["read"] for row in reporting.file_rows(run)] == files["read"].tolist()
