"""Scenarios as YAML: what is wrong is told with its line, and what is written reads back the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credit_score.simulation import Scenario, ScenarioError
from credit_score.simulation.reading import bundled, written

SOUND = """\
periods: 24
tiers: [A, B]
types:
  - name: shops
    firms: 100
    start: {A: 0.75, B: 0.25}
    onset: {value: 0.02, low: 0.01, high: 0.03}
    cure: 0.1
    violating: {A: 0.05, B: 0.2}
schedule:
  A: {ratio: {value: 0.03, basis: published, reference: "渝市监办发〔2024〕12号"}}
  B: {ratio: 0.06, floor: 2}
departments:
  - name: market
    days: 1.5
    capacity: 40
rating:
  kind: ladder
  release: 0.5
"""


def reading(tmp_path, text):
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return Scenario.read(path)


def refusal(tmp_path, text):
    with pytest.raises(ScenarioError) as told:
        reading(tmp_path, text)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_file_is_the_scenario_built_by_hand(tmp_path):
    by_hand = Scenario(
        periods=24, tiers=("A", "B"),
        types=[{"name": "shops", "firms": 100, "start": {"A": 0.75, "B": 0.25}, "cure": 0.1,
                "onset": {"value": 0.02, "low": 0.01, "high": 0.03}, "violating": {"A": 0.05, "B": 0.2}}],
        schedule={"A": {"ratio": {"value": 0.03, "basis": "published", "reference": "渝市监办发〔2024〕12号"}},
                  "B": {"ratio": 0.06, "floor": 2}},
        departments=[{"name": "market", "days": 1.5, "capacity": 40}], rating={"kind": "ladder", "release": 0.5},
    )  # fmt: skip
    assert reading(tmp_path, SOUND) == by_hand
    assert by_hand.types[0].cure.basis == "assumption"


@pytest.mark.parametrize(("old", "new", "line", "words"), [
    ("cure: 0.1", "cure: 1.1", 8, ["types.0.cure", "1.1 is outside [0, 1]"]),
    ("ratio: 0.06", "ratio: 6", 12, ["schedule.B.ratio", "6 is outside [0, 1]"]),
    ("high: 0.03", "high: 3", 7, ["types.0.onset.high", "3 is outside [0, 1]"]),
    ("B: 0.25}\n    onset", "B: 0.5}\n    onset", 6, ["types.0.start", "shares that add up to 1.25"]),
    ("capacity: 40", "capacity: 0", 16, ["departments.0.capacity", "0 inspector-days a year"]),
    ("periods: 24", "periods: 0", 1, ["periods: 0 is less than 1"]),
    ("periods: 24", "periods: 24.5", 1, ["periods: should be a whole number, not '24.5'"]),
    ("A: 0.75", "A: {value: 0.75, low: 0.7, high: 0.8}", 6, ["types.0.start.A: this number cannot be a range"]),
    ("cure: 0.1", "cure: {value: 0.1, low: 0, high: 0.2, shared: types.0.onset}", 8,
     ["types.0.cure: shared as 'types.0.onset', where another range stands"]),
    ("kind: ladder\n  release: 0.5",
     "kind: expiring\n  cutoffs: [90]\n  penalty: {value: 9, low: 8, high: 9}\n  months: 9", 20,
     ["rating.penalty: this number cannot be a range; give one value"]),
    ("cure: 0.1", "cure: 0.1\n    settles: 0.2", 9, ["types.0.settles: given with an onset"]),
    ("rating:\n", "behaviour: {kind: deterence}\nrating:\n", 17, ["did you mean 'deterrence'?"]),
    ("periods: 24", "period: 24", 1, ["period: unknown key", "did you mean 'periods'?"]),
    ("cure: 0.1", "cured: 0.1", 8, ["types.0.cured: unknown key", "did you mean 'cure'?"]),
    ("release: 0.5", "relase: 0.5", 19, ["relase: unknown key", "did you mean 'release'?"]),
    ("release: 0.5", "release: 5", 19, ["release", "5 is outside [0, 1]"]),
    ("low: 0.01", "lower: 0.01", 7, ["types.0.onset.lower: unknown key", "did you mean 'low'?"]),
    ("kind: ladder", "kind: ladders", 17, ["rating", "ladders"]),
    ("cure: 0.1", "cure: '0.1'", 8, ["types.0.cure", "not '0.1'"]),
    ("cure: 0.1", "cure: 0.1\n    cure: 0.2", 9, ["key 'cure' stands twice (first on line 8)"]),
    ("firms: 100", "firms: 0100", 5, ["'0100' is not plainly a number"]),
    ("  A: {ratio", "  E: {ratio", 10, ["schedule", "no plan for tier A"]),
    ("    firms: 100\n", "", 4, ["types.0.firms", "is missing"]),
    ("cure: 0.1", "cure: 1e-2", 8, ["types.0.cure", "not '1e-2'; YAML reads that as a text; write 0.01"]),
    ("ratio: 0.06", "ratio: 6 %", 12, ["schedule.B.ratio", "not '6 %'; YAML reads that as a text; write 0.06"]),
    ("firms: 100", "firms: '1e2'", 5, ["types.0.firms", "YAML reads that as a text; write 100"]),
    ("low: 0.01", "low: '0.01'", 7, ["types.0.onset.low", "YAML reads that as a text; write 0.01"]),
    ("kind: ladder\n  release: 0.5", "kind: decaying\n  keep: 0.9\n  penalty: 8\n  cutoffs: [90, 80]", 21,
     ["cutoffs: 2 cut-offs for 2 tiers; give one less"]),
    ("rating:\n", "behaviour: {kind: learning, expected: {E: 1}}\nrating:\n", 17, ["expected: no tier 'E'"]),
])  # fmt: skip
def test_what_is_wrong_is_told_in_one_line_with_its_place(tmp_path, old, new, line, words):
    assert old in SOUND
    told = refusal(tmp_path, SOUND.replace(old, new, 1))
    assert told.startswith(f"{tmp_path / 'plan.yaml'}, line {line}: ")
    assert [word for word in words if word not in told] == []


def test_files_that_hold_no_scenario_are_refused(tmp_path):
    assert "holds no keys" in refusal(tmp_path, "- 1\n")
    assert refusal(tmp_path, "").endswith("write a scenario")
    assert "not readable as YAML" in refusal(tmp_path, "tiers: [A\n")
    with pytest.raises(ScenarioError, match=r"no scenario 'dandon'; did you mean 'dandong'\?"):
        Scenario.read("dandon")


def test_scores_at_which_firms_start_may_be_written_as_numbers(tmp_path):
    text = SOUND.replace("{A: 0.75, B: 0.25}", "{100: 0.75, 88: 0.25}")
    rating = "rating: {kind: expiring, cutoffs: [90], base: 100, penalty: 12, months: 24}\n"
    found = reading(tmp_path, text[: text.index("rating:")] + rating)
    assert list(found.types[0].start) == ["100", "88"]
    assert reading(tmp_path, written(found)) == found


@pytest.mark.parametrize("scenario", [
    Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 0.95, cost=(0, 60)),
    Scenario.skip_lot((1, 0.5, 0.2, 0.05), 0.04, 8),
    Scenario.read("dandong"),
    Scenario.read("dandong").altered(
        shocks=[{"of": "capacity", "first": 13, "times": 0.5, "every_year": True}], fines={"D": 1e-7},
        rating={"kind": "decaying", "cutoffs": [90, 80, 60], "penalty": 12, "keep": 0.97, "lowest": -40.0},
    ),
    Scenario(
        tiers=("A",), schedule={"A": {"ratio": 0.1}},
        types=[{"name": "x", "firms": 9, "start": {"A": 1}, "settles": {"value": 0.2, "low": 0.1, "high": 0.3}}],
    ),
], ids=["harrington", "skip_lot", "dandong", "altered", "settles"])  # fmt: skip
def test_what_is_written_reads_back_the_same(tmp_path, scenario):
    assert reading(tmp_path, written(scenario)) == scenario


@example(name="0\x850", chance=0.5, days=1.0)
@example(name="0\u20280\n 1", chance=0.5, days=1.0)
@given(name=st.text(min_size=1).filter(str.strip), chance=st.floats(0, 1), days=st.floats(0, 1e9))
def test_any_name_and_number_read_back(tmp_path_factory, name, chance, days):
    scenario = Scenario(
        name=name, tiers=("A",), schedule={"A": {"ratio": chance}},
        departments=[{"name": name, "out_of_plan": days}],
        types=[{"name": name, "firms": 1, "start": {"A": 1}, "onset": chance}],
    )  # fmt: skip
    assert reading(tmp_path_factory.mktemp("any"), written(scenario)) == scenario


def test_bundled_scenarios_are_sound_and_hold_what_was_published():
    assert bundled() == ["dandong"]
    scenario = Scenario.read("dandong")
    assert [t.firms for t in scenario.types] == [31107, 12044, 3682, 721]
    assert [scenario.schedule[t].ratio.value for t in scenario.tiers] == [0.03, 0.04, 0.05, 0.06]
    assert {scenario.schedule[t].ratio.basis for t in scenario.tiers} == {"published"}
