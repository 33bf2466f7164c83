"""``credit-score scenes`` as a person or a program meets it."""

import json
import re
import shutil
from hashlib import sha256

import pandas as pd
import pytest
from as_a_user import raw_identifiers, refused, told

from credit_score.report import RunFolder

ASK = ("--quiet", "--scene", "scene.shop", "--budget", "300", "--levels", "5,10")


def fingerprints(folder):
    return {p: sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def test_the_scenes_of_a_run_are_listed_with_who_qualifies_and_nothing_is_changed(run_folder):
    before = fingerprints(run_folder)
    code, out, err = told("scenes", run_folder, "--quiet")
    assert (code, err) == (0, "")
    assert fingerprints(run_folder) == before
    assert out.startswith("12 scenes are open on 2023-06-30, of 16 in the catalogue.\n")
    assert "Members with 505 points or more" in out
    assert "Firms with a record in force of Tax credit rating A" in out
    assert "only on the statement that the person hands over" in out


def test_the_list_is_in_chinese_where_it_is_asked_for(run_folder):
    out = told("scenes", run_folder, "--quiet", "--lang", "zh")[1]
    assert "2023-06-30 已开通 12 个场景，清单共 16 个。" in out
    assert "信易阅" in out
    assert not re.search("Credit|Members", out)


def test_a_program_reads_the_scenes_as_json(run_folder):
    data = json.loads(told("scenes", run_folder, "--quiet", "--json")[1])
    assert (data["policy"], data["as_of"], data["open"]) == ("gaoyang", "2023-06-30", 12)
    assert len(data["scenes"]) == 16
    assert {"scene", "qualifying", "expected_cost", "reference"} <= set(data["scenes"][0])


def test_levels_keep_the_budget_and_both_moves_are_told(run_folder):
    code, out, err = told("scenes", run_folder, *ASK)
    assert (code, err) == (0, "")
    for said in ("Levels of Credit+ shopping within the budget", "Against the scene as it stands, from 505 points on",
                 "newly qualify", "no longer would", "Reach of the threshold as it stands", "Within budget",
                 "What was given should not be taken back", "neither the policy nor the run was changed"):  # fmt: skip
        assert said in out
    zh = told("scenes", run_folder, *ASK, "--lang", "zh")[1]
    assert "已经给予的优惠不应收回" in zh
    assert "信易购" in zh


def test_levels_as_json_agree_with_the_counts_of_the_run(run_folder):
    data = json.loads(told("scenes", run_folder, *ASK, "--json")[1])
    counts = RunFolder.open(run_folder).table("pilot/benefit_counts.csv")
    begins = [row["from_score"] for row in data["levels"]]
    assert begins == sorted(begins)
    assert begins[0] > 500
    by_hand = [
        int(counts.loc[(counts["from_score"] >= low) & (counts["from_score"] < high), "members"].sum())
        for low, high in zip(begins, [*begins[1:], 1e9], strict=True)
    ]
    assert [row["members"] for row in data["levels"]] == by_hand
    assert data["served"] == sum(by_hand)
    assert data["cost"] == pytest.approx(sum(n * 0.2 * c for n, c in zip(by_hand, (5, 10), strict=True)))
    assert data["cost_high"] <= 300
    assert data["left"] == pytest.approx(300 - data["cost"])
    assert {row["move"] for row in data["steps"]} <= {"down", "up"}
    assert {row["by"] for row in data["reach"]} == {"county", "town", "age"}


def test_parts_price_and_take_up_may_be_given(run_folder):
    data = json.loads(
        told("scenes", run_folder, *ASK, "--parts", "2,1", "--price", "50", "--take-up", ".1", "--json")[1]
    )
    plain = json.loads(told("scenes", run_folder, *ASK, "--json")[1])
    assert (data["price"], data["take_up"]) == (50, 0.1)
    assert data["served"] >= plain["served"]


def test_nothing_that_is_told_names_a_person(run_folder, county_folder, county_run):
    persons = {*raw_identifiers(county_folder), *county_run.tables["scores_individual"].subject.execute()}
    texts = [told("scenes", run_folder, *more)[1] for more in ((), ("--json",), ASK, (*ASK, "--json"))]
    assert all(texts)
    assert not [p for p in persons if any(p in text for text in texts)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("--scene", "scene.none"), "--scene: no scene 'scene.none'; known are scene.library"),
        (
            ("--scene", "scene.approval"),
            "scene 'scene.approval' is for enterprises; a level by score would let one infer",
        ),
        (("--scene", "scene.library"), "scene 'scene.library' has no price; give --price"),
        (("--levels", "10,5"), "levels of 10, 5 %"),
        (("--budget", "1"), "a budget of 1.00 yuan carries no 2 levels"),
        (("--budget", "-5"), "a budget of -5 yuan"),
        (("--take-up", "2"), "a take-up of 2"),
        (("--parts", "1,2,3"), "parts of 1, 2, 3"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(run_folder, change, message):
    refused(message, "scenes", run_folder, *ASK, *change)


@pytest.mark.parametrize("missing", ["budget", "levels"])
def test_levels_need_a_budget_and_percents(run_folder, missing):
    given = {"budget": "300", "levels": "5,10"}
    del given[missing]
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    refused(f"--scene without --{missing}", "scenes", run_folder, "--quiet", "--scene", "scene.shop", *options)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--budget", "300"), ("--levels", "5"), ("--parts", "1"), ("--price", "2"), ("--take-up", ".1")],
)
def test_what_is_asked_of_levels_needs_a_scene(tmp_path, option, value):
    refused(f"{option} without --scene; name the scene", "scenes", tmp_path, "--quiet", option, value)


@pytest.mark.parametrize(("option", "value"), [("--levels", "5;10"), ("--parts", "1.5,2")])
def test_an_option_that_is_no_list_of_numbers_is_wrong_usage(run_folder, option, value):
    code, out, err = told("scenes", run_folder, option, value)
    assert (code, out) == (2, "")
    assert "numbers between commas" in err


def test_a_run_under_a_policy_without_scenes_has_none_to_tell(run_folder, tmp_path):
    folder = shutil.copytree(run_folder, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["outputs"]["pilot/scenes.csv"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    refused("the run has no scenes; run again under a policy with scenes.yaml", "scenes", folder, "--quiet")


def test_a_table_that_was_changed_is_refused(run_folder, tmp_path):
    folder = shutil.copytree(run_folder, tmp_path / "run")
    path = folder / "pilot" / "benefit_counts.csv"
    pd.read_csv(path).assign(members=10**6).to_csv(path, index=False)
    refused("benefit_counts.csv is not the file the run wrote", "scenes", folder, *ASK)
