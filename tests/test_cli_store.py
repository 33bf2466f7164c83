"""The commands on a store, as a user runs them."""

import json
import shutil
from pathlib import Path

import as_a_user
import pandas as pd
import pytest

from credit_score.cli import main

TAKE = ("intake", "--received-on", "2023-06-30", "--quiet")


@pytest.fixture
def told(capfd, monkeypatch):
    monkeypatch.delenv("CREDIT_SCORE_KEY", raising=False)
    monkeypatch.delenv("CREDIT_SCORE_KEY_FILE", raising=False)

    def run(*arguments):
        code = main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture(scope="module")
def made(county_folder, tmp_path_factory):
    """A store that took the county in, a run on it, to copy, and what was told of the intake."""
    place = tmp_path_factory.mktemp("made")
    store, run = str(place / "store"), str(place / "run")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("CREDIT_SCORE_KEY", raising=False)
        patched.delenv("CREDIT_SCORE_KEY_FILE", raising=False)
        code, out, _ = as_a_user.told(*TAKE, county_folder, "--store", store, "--json")
        assert code == 0
        (place / "intake.json").write_text(out, encoding="utf-8")
        with as_a_user.quick_pages():
            assert main(("run", store, "--as-of", "2023-06-30", "--seed", "7", "--out", run, "--quiet")) == 0
    return place


@pytest.fixture
def store(made, tmp_path):
    return shutil.copytree(made / "store", tmp_path / "store")


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made / "run", tmp_path / "run")


@pytest.mark.thorough
def test_a_folder_taken_in_is_reconciled_and_a_second_time_adds_nothing(told, made, store, county_folder):
    rows = json.loads((made / "intake.json").read_text(encoding="utf-8"))["files"]
    assert all(r["read"] == r["accepted"] + r["rejected"] for r in rows)
    assert len(rows) == len(list(county_folder.glob("*.csv")))
    code, out, err = told(*TAKE, county_folder, "--store", store)
    assert (code, err) == (0, "")
    assert "every file was taken in before; nothing was added\n" in out


def test_a_run_on_a_store_is_the_run_on_its_folder(made, run_folder):
    """Both of one day and by one seed."""
    for table in ("scores_individual", "scores_enterprise", "ledger", "tiers", "frame"):
        a, b = (pd.read_parquet(folder / f"{table}.parquet") for folder in (made / "run", run_folder))
        pd.testing.assert_frame_equal(a, b)
    assert (made / "run" / "draw.csv").read_bytes() == (run_folder / "draw.csv").read_bytes()


@pytest.mark.thorough
def test_forgetting_is_told_and_proved_and_a_score_then_refused(told, store, run, tmp_path):
    rows = pd.read_parquet(run / "ledger.parquet")
    person = rows[rows["subject_kind"] == "individual"]["subject"].iloc[0]
    code, out, err = told("forget", person, store, run, "--on", "2023-08-01")
    assert (code, err) == (0, "")
    assert out.count("what was deleted stands nowhere") == 2
    assert "what is left: deleted on 2023-08-01, hash " in out
    assert person not in out
    again = told("forget", person, store, run, "--on", "2023-08-02")
    assert (again[0], "what is left: deleted on 2023-08-01, hash " in again[1]) == (0, True)
    told("run", store, "--as-of", "2023-06-30", "--out", tmp_path / "later", "--quiet")
    assert told("explain", person, "--run", tmp_path / "later")[2].count("deleted on 2023-08-01") == 1
    code, out, err = told("explain", person, "--run", run)
    assert (code, out) == (1, "")
    assert err.endswith("deleted on 2023-08-01; the law required it\n")


def test_what_is_due_is_listed_and_deleted_only_where_that_is_asked(told, store, run, tmp_path):
    before = (store / "store.json").read_bytes()
    code, out, _ = told("due", store, "--on", "2028-06-30", "--rows", tmp_path / "due.csv", "--quiet")
    listed = pd.read_csv(tmp_path / "due.csv", keep_default_na=False)
    assert code == 0
    assert "left the scheme, consent withdrawn" in out
    assert "bad information past its limit" in out
    assert {"left", "bad_record"} == set(listed["ground"])
    assert (store / "store.json").read_bytes() == before
    code, out, _ = told("due", store, run, "--on", "2026-11-01", "--delete", "--quiet", "--lang", "zh")
    assert code == 0
    assert "已退出积分、撤回同意" in out
    assert "逐一查找" in out
    assert json.loads(told("due", store, "--on", "2026-11-01", "--json", "--quiet")[1])["due"] == []


def test_a_run_that_was_left_out_is_cleaned_later(told, store, run, tmp_path):
    listed = json.loads(told("due", store, "--on", "2026-11-01", "--delete", "--json", "--quiet")[1])
    assert listed["deleted"]
    people = {row["subject"] for row in listed["due"] if not row["record_id"]}
    code, out, _ = told("due", store, run, "--on", "2026-11-02", "--delete", "--json", "--quiet")
    assert (code, json.loads(out)["due"]) == (0, [])
    left = {*pd.read_parquet(run / "scores_individual.parquet")["subject"]}
    assert not left & people
    assert [Path(d["place"]).name for d in json.loads(out)["deleted"]] == ["run"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("due", "STORE", "--on", "2199-01-01", "--delete"), "2199-01-01 is after today"),
        (("due", "FOLDER", "--on", "2023-06-30"), "is not a store"),
        (("due", "STORE", "STORE", "--on", "2023-06-30"), "is a store of its own; ask it alone what is due"),
        (("due", "STORE", "--on", "2023-06-30", "--rows", "/dev/null"), "is no ordinary file"),
        (("forget", "P-0000", "STORE", "--on", "2023-06-29"), "2023-06-29 is before 2023-06-30"),
        (("due", "STORE", "nowhere", "--on", "2023-06-30"), "no such run folder"),
        (("due", "STORE", "--on", "2023-06-30", "--rows", "INSIDE"), "lies in what is read from"),
        (("forget", "P-0000", "STORE", "--on", "2023-08-01"), "no place given holds this subject (6 characters"),
        (("forget", "130628180001010008", "STORE", "--on", "2023-08-01"), "no key to find this subject by (18 char"),
        (("forget", "P-0000", "nowhere", "--on", "2023-08-01"), "no such run folder"),
        (("forget", "P-0000", "STORE", "--on", "soon"), "'soon' is not a date"),
        (("intake", "FOLDER", "--store", "STORE", "--received-on", "2199-01-01"), "2199-01-01 is after today"),
        (("intake", "FOLDER", "--store", "STORE", "--received-on", "2023-06-29"), "2023-06-29 is before 2023-06-30"),
        (("intake", "nowhere", "--store", "STORE", "--received-on", "2023-07-01"), "nowhere: no such folder; give a"),
        (("intake", "FOLDER", "--store", "INSIDE", "--received-on", "2023-07-01"), "lies in the store"),
        (("intake", "FOLDER", "--store", "FOLDER", "--received-on", "2023-07-01"), "lies in what is read from"),
        (("run", "FOLDER", "--as-of", "2023-06-30", "--as-known-on", "2023-06-29", "--out", "OUT"), "cannot say what"),
        (("run", "STORE", "--as-of", "2023-06-29", "--out", "OUT"), "nothing was received by 2023-06-29"),
    ],
)
def test_bad_input_is_one_line(told, store, county_folder, tmp_path, arguments, message):
    places = {"STORE": store, "FOLDER": county_folder, "OUT": tmp_path / "out", "INSIDE": store / "x"}
    code, out, err = told(*(places.get(a, a) for a in arguments), "--quiet")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert message in err
    assert "130628180001010008" not in err
    assert not (tmp_path / "out").exists()


def test_the_help_of_intake_asks_for_files_and_for_no_store(capsys):
    with pytest.raises(SystemExit):
        main(["intake", "--help"])
    assert "a store of them" not in " ".join(capsys.readouterr().out.split())
