"""The command ``pilot``: the sheet of a unit and the pilot's folder, of a saved run."""

import json

import pytest
from as_a_user import raw_identifiers, refused, told
from icalendar import Calendar


def items(run_folder, unit):
    code, out, _ = told("pilot", run_folder, "--unit", unit, "--json")
    assert code == 0
    return json.loads(out)["items"]


def test_the_sheet_of_a_unit_has_its_late_items_first_and_the_rule_of_each(run_folder):
    rows = items(run_folder, "town_government")
    assert len(rows) > 5
    assert {row["unit"] for row in rows} == {"town_government"}
    late = [row["state"] == "late" for row in rows]
    assert late == sorted(late, reverse=True)
    assert all(row["rule"] and row["reference"] and row["basis"] for row in rows)


def test_a_sheet_holds_exactly_the_indicators_that_name_the_unit(run_folder):
    code, out, _ = told("pilot", run_folder, "--json")
    assert code == 0
    board = json.loads(out)["indicators"]
    assert len(board) > 20
    for unit in ("tax", "town_government"):
        own = {row["indicator"] for row in board if unit in row["units"].split(";")}
        assert own
        assert {row["item"] for row in items(run_folder, unit) if row["kind"] == "indicator"} == own


@pytest.mark.parametrize(("lang", "first"), [("en", "Tax, 2023-06-30"), ("zh", "税务局，2023-06-30")])
def test_the_sheet_is_told_in_words(run_folder, lang, first):
    code, out, _ = told("pilot", run_folder, "--unit", "tax", "--lang", lang)
    assert code == 0
    assert out.splitlines()[0] == first
    assert "[pilot:indicators:a_taxpayers]" in out


def test_an_unknown_unit_is_refused_in_one_line_that_names_the_units(run_folder, tmp_path):
    line = refused("no unit 'taxes'", "pilot", run_folder, "--unit", "taxes", "--out", tmp_path / "out")
    assert "units are market_supervision, ecology" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
def test_the_folder_names_no_natural_person_and_its_calendar_opens(run_folder, county_folder, tmp_path):
    out = tmp_path / "pilot"
    code, _, err = told("pilot", run_folder, "--unit", "tax", "--out", out, "--lang", "zh")
    assert code == 0
    assert f"written: {out}" in err
    files = [p for p in out.rglob("*") if p.is_file()]
    assert {"pilot.html", "calendar.ics", "pilot.json"} <= {p.name for p in files}
    assert len(Calendar.from_ical((out / "calendar.ics").read_bytes()).walk("VEVENT")) >= 8
    text = "".join(p.read_text(encoding="utf-8") for p in files)
    assert not {name for name in raw_identifiers(county_folder) if name in text}


def test_a_folder_inside_the_run_is_refused(run_folder):
    code, _, err = told("pilot", run_folder, "--unit", "tax", "--out", run_folder / "pilot_page", "--quiet")
    assert code == 1
    assert "lies in what is read from" in err
