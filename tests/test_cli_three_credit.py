"""The command ``three-credit`` as its user meets it."""

import json
import shutil

import pandas as pd
import pytest
from as_a_user import raw_identifiers, refused, told

ASK = ("three-credit",)


def test_the_county_its_towns_and_sectors_are_told_in_both_languages(villages_folder):
    for lang, words in {
        "en": ("Credit households, villages and towns of the county", "east Lacks: credit villages: 1 more", "withheld",
               "Textiles", "no file", "Larger credit lines for those who live in a credit village"),
        "zh": ("全县“三信”情况", "east 差距: 还差 1 个信用村", "不公开", "纺织", "未报送", "信用村村民贷款额度优惠"),
    }.items():  # fmt: skip
        code, said, err = told(*ASK, villages_folder, "--lang", lang)
        assert code == 0, err
        assert [word for word in words if word not in said] == []
        assert "east-1" not in said


def test_a_town_is_told_with_its_villages_and_what_each_lacks(villages_folder):
    said = told(*ASK, villages_folder, "--town", "east")[1]
    assert "east east-2 Lacks: 13 more credit households; at least 10 more borrowers without arrears" in said
    assert "east east-3 Lacks: fewer than 10 more credit households" in said
    assert "east east-4 Lacks: few households or borrowers: told within its town and not counted" in said
    assert "north" not in said


def test_a_program_reads_numbers_and_null_for_what_is_not_told(villages_folder):
    read = json.loads(told(*ASK, villages_folder, "--town", "east", "--json")[1])
    assert (read["status"], read["as_of"]) == ("draft", "2023-06-30")
    villages = {v["village"]: v for v in read["villages"]}
    assert set(villages) == {"east-1", "east-2", "east-3", "east-4"}
    assert (villages["east-2"]["households_lacking"], villages["east-1"]["credit_households"]) == (13, None)
    assert [t["credit_share"] for t in read["towns"]] == pytest.approx([1 / 3])
    assert read["county_three_credit"][0]["credit_towns"] == 1


def test_the_tables_of_the_run_folder_and_what_is_said_name_nobody(villages_run, villages_folder):
    raw = raw_identifiers(villages_run.records.folder)
    people = villages_run.records["individuals"].select("person_id", "household_id").execute()
    names = raw | {*people["person_id"], *people["household_id"]}
    assert len(names) > 900
    texts = {path.name: path.read_text(encoding="utf-8") for path in (villages_folder / "pilot").iterdir()}
    assert {"villages.csv", "towns.csv", "county_three_credit.csv", "sector_view.csv"} <= set(texts)
    texts |= {lang: told(*ASK, villages_folder, "--town", "east", "--lang", lang)[1] for lang in ("zh", "en")}
    for where, text in texts.items():
        assert [name for name in names if name in text] == [], where
        assert not [sign for sign in (",H-", ",P-", ",S-") if sign in text], where


def test_bad_input_is_told_in_one_line(villages_folder, tmp_path):
    refused("no town 'west'; towns are east, north, south", *ASK, villages_folder, "--town", "west")
    refused("no such run folder", *ASK, tmp_path / "none")
    changed = shutil.copytree(villages_folder, tmp_path / "changed")
    path = changed / "pilot" / "towns.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("73", "74", 1), encoding="utf-8")
    refused("pilot/towns.csv is not the file the run wrote; run again", *ASK, changed)


def test_a_run_without_criteria_is_refused_with_what_to_add(villages_folder, tmp_path):
    bare = shutil.copytree(villages_folder, tmp_path / "bare")
    manifest = json.loads((bare / "manifest.json").read_text(encoding="utf-8"))
    manifest["outputs"] = {n: f for n, f in manifest["outputs"].items() if not n.startswith("pilot/")}
    (bare / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    refused("holds no tables of three-credit: the policy has no criteria in force; add three_credit.yaml", *ASK, bare)


def test_the_csv_has_empty_cells_where_nothing_may_be_told_and_a_status_on_each_row(villages_folder):
    table = pd.read_csv(villages_folder / "pilot" / "villages.csv", dtype=str, keep_default_na=False)
    cells = table.set_index("village")["credit_households"].to_dict()
    assert cells == {
        "east-1": "", "east-2": "15", "east-3": "", "east-4": "", "north-1": "40", "north-2": "35", "south-1": "",
    }  # fmt: skip
    assert set(table["status"]) == {"draft"}
