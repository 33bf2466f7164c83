import numpy as np
import pytest

from credit_score.simulation import Scenario
from credit_score.simulation.ranges import drawn, held, kind_of, labels, ranges, unknowns
from credit_score.simulation.reading import written

YAML = """
periods: 12
tiers: [A]
types:
  - {name: small, firms: 100, start: {A: 1}, onset: {value: .02, low: .01, high: .03},
     cure: {value: .1, low: .05, high: .2, shared: duration}}
  - {name: large, firms: 10, start: {A: 1}, onset: {value: .02, low: .01, high: .03},
     cure: {value: .2, low: .1, high: .4, shared: duration}}
schedule: {A: {ratio: .1}}
"""


def scenario(folder):
    path = folder / "shared.yaml"
    path.write_text(YAML, encoding="utf-8")
    return Scenario.read(path)


def test_a_scenario_says_which_ranges_are_one_unknown(tmp_path):
    found = unknowns(scenario(tmp_path))
    assert found == {
        "types.0.onset": ["types.0.onset"],
        "duration": ["types.0.cure", "types.1.cure"],
        "types.1.onset": ["types.1.onset"],
    }


def test_what_is_shared_is_written_and_reads_back(tmp_path):
    (tmp_path / "again.yaml").write_text(written(scenario(tmp_path)), encoding="utf-8")
    assert Scenario.read(tmp_path / "again.yaml") == scenario(tmp_path)


def test_shared_ranges_are_equally_far_along_in_every_draw_and_others_are_not(tmp_path):
    draws = drawn(scenario(tmp_path), 256, seed=3)
    small, large = ((draws[f"types.{j}.cure"] - low) / width for j, low, width in ((0, 0.05, 0.15), (1, 0.1, 0.3)))
    np.testing.assert_allclose(small, large, atol=1e-12)
    np.testing.assert_allclose(np.sort(small), (np.arange(256) + 0.5) / 256, atol=1 / 256)
    assert abs(np.corrcoef(draws["types.0.onset"], draws["types.1.onset"])[0, 1]) < 0.1


def test_a_number_held_is_no_longer_shared(tmp_path):
    told = held(scenario(tmp_path), {"types.0.cure": 0.1})
    assert set(ranges(told)) == {"types.0.onset", "types.1.onset", "types.1.cure"}
    assert told.types[0].cure.shared is None


@pytest.mark.parametrize(("place", "kind"), [
    ("types.0.onset", "onset"), ("types.1.violating.A", "violating"), ("types.0.start.A", "start"),
    ("schedule.A.ratio", "ratio"), ("departments.0.days", "days"), ("departments.0.schedule.B.frequency", "frequency"),
    ("fines.A", "fines"), ("sensitivity", "sensitivity"), ("types.0.settles", "settles"), ("behaviour.beta", "beta"),
    ("behaviour.expected.A", "expected"), ("rating.release", "release"), ("shocks.0.times", "times"),
])  # fmt: skip
def test_a_kind_is_read_off_the_place(place, kind):
    assert kind_of(place) == kind


def test_unknowns_of_one_kind_are_told_apart_by_what_they_are_of():
    span = {"value": 0.2, "low": 0.1, "high": 0.3}
    types = [
        {"name": name, "firms": 9, "start": {"A": 1}, "department": name, "violating": {"A": span, "B": span},
         "cure": span | {"shared": "how long"}, "settles": span if name == "shops" else 0.2}
        for name in ("shops", "pubs")
    ]  # fmt: skip
    told = Scenario(
        tiers=("A", "B"), types=types, fines={"B": span}, schedule={"A": {"ratio": span}, "B": {"ratio": 1}},
        departments=[{"name": "shops"}, {"name": "pubs", "schedule": {"A": {"ratio": span}}}],
    )  # fmt: skip
    assert list(labels(told)) == list(unknowns(told))
    assert sorted(labels(told).values()) == [
        "fines", "how long", "ratio A", "ratio pubs A", "settles", "violating pubs A", "violating pubs B",
        "violating shops A", "violating shops B",
    ]  # fmt: skip


def test_a_lone_number_of_a_kind_is_told_apart_from_those_that_share_the_name_of_the_kind(tmp_path):
    text = YAML.replace("high: .03},", "high: .03, shared: onset},", 1)
    (tmp_path / "kinds.yaml").write_text(text, encoding="utf-8")
    assert list(labels(Scenario.read(tmp_path / "kinds.yaml")).values()) == ["onset", "duration", "onset large"]
