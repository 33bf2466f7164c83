"""Years of a scenario, as those meet them who type the command."""

import csv
import json

import pandas as pd
import pytest
from as_a_user import refused, told

from credit_score.errors import RunError
from credit_score.files import fingerprint
from credit_score.report.run_folder import check_kind
from credit_score.simulation import Scenario, simulate

SCENARIO = """\
name: plan
periods: 24
tiers: [A, B, C]
types:
  - name: shops
    firms: 3000
    start: {A: 0.75, B: 0.2, C: 0.05}
    onset: {value: 0.01, low: 0.005, high: 0.02}
    cure: 0.05
    violating: {A: 0.05, B: 0.1, C: 0.3}
    department: market
  - name: plants
    firms: 300
    start: {A: 0.5, B: 0.5}
    onset: 0.02
    cure: 0.05
    department: ecology
schedule:
  A: {ratio: 0.05}
  B: {ratio: 0.2}
  C: {ratio: 0.8, floor: 2}
departments:
  - {name: market, capacity: 900}
  - {name: ecology, days: 2, capacity: 48}
sensitivity: 0.8
rating: {kind: ladder, release: 0.4}
"""
FIGURES = ("fan_detections", "fan_inspections", "fan_undetected", "front", "load", "migration", "tornado")


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_it_is_told_in_both_languages(scenario):
    ask = ("simulate", scenario, "--replications", 20, "--seed", 3, "--quiet")
    words = {
        "en": ["Engine: ", "3,300 firms × 24 periods, 20 replications, seed 3", "first year", "last year",
               "Violations found", "known only as a range: 1. Each"],
        "zh": ["引擎：", "3,300 家企业 × 24 期，重复 20 次，种子 3", "首年", "末年", "发现的违法（件）",
               "仅知范围的数字：1 个。每次"],
    }  # fmt: skip
    for lang, expected in words.items():
        code, said, err = told(*ask, "--lang", lang)
        assert code == 0, err
        assert not err
        assert [word for word in expected if word not in said] == []


def test_departments_short_of_days_are_told_plainly(scenario):
    """Ecology: 2 visits a month at most, of 300 firms that are to be visited 37 times a year."""
    said = told("simulate", scenario, "--replications", 20, "--quiet")[1]
    assert "ecology: too few inspector-days in 2" in said
    assert "market: too few" not in said
    scenario.write_text(SCENARIO.replace("capacity: 48", "capacity: 480"), encoding="utf-8")
    assert "No department is over capacity" in told("simulate", scenario, "--replications", 20, "--quiet")[1]


def test_numbers_are_those_of_the_library(scenario):
    ask = ("simulate", scenario, "--engine", "cells", "--replications", 30, "--seed", 9, "--json", "--quiet")
    said = json.loads(told(*ask, "--threads", 1)[1])
    assert said == json.loads(told(*ask, "--threads", 2)[1])
    result = simulate(Scenario.read(scenario), engine="cells", n_replications=30, seed=9, draw_ranges=True)
    rows = {(row["year"], row["measure"]): row for row in said["summary"]}
    found = result.detections.sum("tier").sel(period=slice(13, 24)).sum("period")
    assert rows["last", "detections"]["mean"] == pytest.approx(float(found.mean()))
    assert rows["last", "detections"]["low"] == pytest.approx(float(found.quantile(0.05)))
    assert (said["engine"], said["why"], said["replications"], said["seed"]) == ("cells", "asked", 30, 9)
    assert {row["department"] for row in said["load"]} == {"market", "ecology"}


def test_numbers_may_be_taken_as_they_stand(scenario):
    ask = ("simulate", scenario, "--replications", 40, "--quiet", "--json")
    stated, drawn = (json.loads(told(*ask, *more)[1]) for more in (("--as-stated",), ()))
    assert (stated["drew_ranges"], drawn["drew_ranges"]) == (False, True)
    width = [row["high"] - row["low"] for said in (stated, drawn) for row in said["summary"]]
    assert sum(width[: len(width) // 2]) < sum(width[len(width) // 2 :])
    assert "intervals, if any, are of chance alone" in told("simulate", scenario, "--as-stated", "--quiet")[1]


@pytest.mark.parametrize("ask", [("--engine", "mean"), ("--replications", 0)])
def test_means_have_no_intervals(scenario, ask):
    said = json.loads(told("simulate", scenario, *ask, "--json", "--quiet")[1])
    assert (said["engine"], said["replications"]) == ("mean", 0)
    assert {row["low"] for row in said["summary"]} == {None}
    shown = told("simulate", scenario, *ask, "--quiet")[1]
    assert "means carried on" in shown
    assert "First and last year: visits in all, firms on average\n" in shown
    assert "nan" not in shown


def test_a_run_folder_holds_all_and_reads_back(scenario, tmp_path):
    out = tmp_path / "run"
    code, said, err = told("simulate", scenario, "--replications", 10, "--seed", 5, "--out", out)
    assert code == 0, err
    assert f"Written to {out}" in said
    assert "writing tables" in err
    files = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    figures = {f"figures/{name}.{kind}" for name in FIGURES for kind in ("svg", "png")}
    assert files == {"manifest.json", "scenario.yaml", "by_period.csv", "summary.csv", "load.csv"} | figures
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outputs"] == {name: fingerprint(out / name) for name in files - {"manifest.json"}}
    assert (manifest["seed"], manifest["replications"], manifest["kind"]) == (5, 10, "simulation")
    assert (manifest["engine"], manifest["lang"]) == ("cells", "en")
    assert Scenario.read(out / "scenario.yaml") == Scenario.read(scenario)
    with (out / "by_period.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["measure"] for row in csv.DictReader(stream)} >= {"inspections", "days", "moved", "prevalence"}
    assert pd.read_csv(out / "summary.csv")["mean"].notna().all()


def test_a_county_without_firms_has_no_share_of_them(scenario):
    """No firms of either type: nothing to divide by, in the table and in the load of departments without a bound."""
    none = SCENARIO.replace("firms: 3000", "firms: 0").replace("firms: 300\n", "firms: 0\n")
    scenario.write_text(none.replace(", capacity: 900", "").replace(", capacity: 48", ""), encoding="utf-8")
    said = told("simulate", scenario, "--engine", "mean", "--quiet")[1]
    shown = [line.split()[-2:] for line in said.splitlines() if "Share of firms" in line]
    assert shown == [["–", "–"]]
    days = [line for line in said.splitlines() if line.split()[:1] == ["market"]]
    assert len(days) == 2
    assert not any("%" in line for line in days)


@pytest.mark.thorough
def test_a_run_is_repeated_from_its_folder(scenario, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    ask = ("--replications", 6, "--seed", 8, "--quiet", "--out")
    assert told("simulate", scenario, *ask, one)[0] == 0
    refused(f"{one}: a folder is no scenario; give {one / 'scenario.yaml'}", "simulate", one, "--quiet")
    refused(f"{tmp_path}: a folder is no scenario; give {scenario}", "simulate", tmp_path, "--quiet")
    assert told("simulate", one / "scenario.yaml", *ask, two)[0] == 0
    assert (one / "manifest.json").read_bytes() == (two / "manifest.json").read_bytes()


@pytest.mark.thorough
def test_the_same_run_gives_the_same_bytes_and_replaces_itself(scenario, tmp_path):
    ask = ("simulate", scenario, "--replications", 4, "--quiet", "--out")
    manifests = []
    for name in ("one", "two", "one"):
        assert told(*ask, tmp_path / name)[0] == 0
        manifests.append((tmp_path / name / "manifest.json").read_bytes())
    assert manifests[0] == manifests[1] == manifests[2]


@pytest.mark.parametrize(("old", "new", "words"), [
    ("cure: 0.05", "cure: 1.05", "line 9: types.0.cure: 1.05 is outside [0, 1] chance"),
    ("ratio: 0.2", "ratio: 20", "line 20: schedule.B.ratio: 20 is outside [0, 1] share a year"),
    ("C: 0.05}", "C: 0.5}", "line 7: types.0.start: shares that add up to 1.45; let them add up to 1"),
    ("capacity: 900", "capacity: 0", "line 23: departments.0.capacity: 0 inspector-days a year; give what there is"),
    ("periods: 24", "periods: 0", "line 2: periods: 0 is less than 1"),
    ("sensitivity", "sensitivty", "line 25: sensitivty: unknown key; did you mean 'sensitivity'?"),
    ("department: ecology", "department: ecolgy", "no department 'ecolgy'; did you mean 'ecology'?"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(scenario, tmp_path, old, new, words):
    scenario.write_text(SCENARIO.replace(old, new, 1), encoding="utf-8")
    assert words in refused("plan.yaml", "simulate", scenario, "--out", tmp_path / "run", "--quiet")
    assert [p.name for p in tmp_path.iterdir()] == ["plan.yaml"]


def test_engines_that_cannot_are_refused_with_one_that_can(scenario, tmp_path):
    ask = ("simulate", scenario, "--out", tmp_path / "run")
    refused("engine 'events' cannot: a quota is drawn; take 'cells'", *ask, "--engine", "events")
    scenario.write_text(SCENARIO.replace("firms: 3000", "firms: 9000000000"), encoding="utf-8")
    many = "engine 'firms' cannot: 9,000,000,300 firms are too many to hold one by one; take 'cells'"
    refused(many, *ask, "--engine", "firms", "--replications", 1)
    refused("the mean field has no replications", *ask, "--engine", "mean", "--replications", 5)
    refused("0 replications", *ask, "--engine", "cells", "--replications", 0)
    refused("replications would take", *ask, "--engine", "cells", "--replications", 10**8)
    assert not (tmp_path / "run").exists()


def test_scenarios_come_by_name_and_those_that_do_not_are_told():
    said = json.loads(told("simulate", "dandong", "--engine", "mean", "--json", "--quiet")[1])
    assert said["firms"] == 47554
    refused("no scenario 'dandung'; did you mean 'dandong'?", "simulate", "dandung")
    assert told("simulate", "dandong", "--threads", 0)[0] == 2
    assert told("simulate", "dandong", "--engine", "guess")[0] == 2
    refused("seed -1", "simulate", "dandong", "--seed", -1, "--quiet")


def test_nothing_of_others_is_replaced(scenario, tmp_path):
    county = tmp_path / "county"
    county.mkdir()
    manifest = json.dumps({"tool": "credit_score", "as_of": "2023-06-30", "outputs": {}})
    (county / "manifest.json").write_text(manifest, encoding="utf-8")
    refused("holds a run that is no simulation", "simulate", scenario, "--quiet", "--out", county)
    assert (county / "manifest.json").read_text(encoding="utf-8") == manifest
    refused("is the folder you are in", "simulate", scenario, "--quiet", "--out", ".")
    refused("not ours to replace", "simulate", scenario, "--quiet", "--out", tmp_path)


def test_a_run_of_a_county_does_not_take_the_place_of_a_simulation(scenario, county_folder, tmp_path):
    """Neither by the command nor by the library; nor is a simulation read as a run of a county."""
    out = tmp_path / "run"
    assert told("simulate", scenario, "--replications", 0, "--quiet", "--out", out)[0] == 0
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    words = "holds a simulation, not a run of a county"
    refused(words, "run", county_folder, "--as-of", "2023-06-30", "--quiet", "--out", out)
    refused(words, "demo", "--quiet", "--out", out)
    refused(words, "draw", out)
    with pytest.raises(RunError, match=words):
        check_kind(out)
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_the_scenario_that_is_read_is_not_replaced(scenario, tmp_path):
    out = tmp_path / "run"
    ask = ("--replications", 0, "--quiet", "--out", out)
    assert told("simulate", scenario, *ask)[0] == 0
    mine = out / "scenario.yaml"
    mine.write_text("# mine\n" + SCENARIO, encoding="utf-8")
    refused("holds the scenario that is read", "simulate", mine, *ask)
    assert mine.read_text(encoding="utf-8").startswith("# mine")
