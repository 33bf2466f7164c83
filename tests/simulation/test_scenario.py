import numpy as np
import pytest
from simulation.models import SCANDAL, TIERS, full

from credit_score.simulation import Parameter, Scenario, ScenarioError, simulate
from credit_score.simulation.numbers import numbers
from credit_score.simulation.parameter import Chance
from credit_score.simulation.ranges import drawn, held, ranges, unknowns

FIRM = {"name": "all", "firms": 100, "start": {"A": 0.5, "B": 0.5}, "onset": 0.02, "cure": 0.1}
PLAIN = {"tiers": ["A", "B"], "types": [FIRM], "schedule": {"A": {"ratio": 0.1}, "B": {"ratio": 0.2}}}
ONE, TWO = {"name": "x"}, {"name": "y"}
KIND = {"name": "all", "firms": 100, "start": {"A": 1}}
SHOCKED = {"departments": [ONE | {"capacity": 9}, TWO], "types": [FIRM | {"department": "x"}]}
SCORED = {"rating": {"kind": "decaying", "cutoffs": [80], "penalty": 10, "keep": 0.9}}


def firm(**fields):
    return {"types": [FIRM | fields]}


def ranged(value):
    return {"value": value, "low": value / 2, "high": 1.5 * value}


REFUSED = [
    ({"periods": 0}, "periods: 0 is less than 1"),
    ({"schedule": {"A": {"ratio": 1.1}, "B": {"ratio": 0.2}}}, r"schedule.A.ratio: 1.1 is outside \[0, 1\] share"),
    ({"schedul": {}}, "schedul: unknown key; did you mean 'schedule'?"),
    (firm(onst=0.1), "types.0.onst: unknown key; did you mean 'onset'?"),
    (firm(onset=1.5), r"types.0.onset: 1.5 is outside \[0, 1\] chance"),
    (firm(onset=True), "types.0.onset"),
    (firm(onset="0.1"), "types.0.onset"),
    (firm(onset=float("nan")), "types.0.onset.value: should be a finite number, not 'nan'"),
    (firm(onset={"value": 0.1, "basis": "guess"}), "types.0.onset.basis: 'guess' is none of 'law', .* or 'records'"),
    (firm(start=[0.9, 0.1]), r"types.0.start: should be keys and values, not '\[0.9, 0.1\]'"),
    (firm(enter_in="Z"), "types.0.enter_in: no tier 'Z'"),
    ({"self": 1}, "self: unknown key"),
    (firm(self=1), "types.0.self: unknown key"),
    ({"tiers": "AB"}, "tiers: should be a list, not 'AB'"),
    ({"periods": 10**14}, f"periods: {10**14} is more than 100000"),
    ({"periods": 10**30}, f"periods: {10**30} is more than 100000"),
    ({"departments": []}, "departments: is empty"),
    ({"rating": {"release": 1}}, "rating: no 'kind' is given"),
    ({"rating": "ladder"}, "rating: should be keys and values, not 'ladder'"),
    ({"rating": {"kind": "decaying", "cutoffs": [90], "penalty": 1, "keep": 0.9, "highest": float("inf")}}, "finite"),
    ({"rating": {"kind": "decaying", "cutoffs": [float("nan")], "penalty": 1, "keep": 0.9}}, "finite"),
    (firm(start={"A": 0.5, "B": 0.4}), "types.0.start: shares that add up to 0.9; let them add up to 1"),
    (firm(start={"A": 0.5, "Bb": 0.5}), "types.0.start: no tier 'Bb'; did you mean 'B'?"),
    (firm(start={"90": 1}), "types.0.start: no tier '90'"),
    (firm(violating={"C": 0.1}), "types.0.violating: no tier 'C'"),
    (firm(violates=0.2), "types.0.violates: persistent violations have no 'violates'"),
    (firm(department="z"), "types.0.department: no department 'z'"),
    (firm(violating={"A": 1.5}), r"types.0.violating.A: 1.5 is outside \[0, 1\] chance"),
    (firm(violating={"valu": 0.5}), "types.0.violating: no tier 'valu'"),
    (firm(violating={"value": 0.5, "lo": 0}), "types.0.violating.lo: unknown key"),
    ({"schedule": PLAIN["schedule"] | {"A": 0.1}}, "schedule.A: should be keys and values, not '0.1'"),
    ({"types": FIRM}, "types: should be a list, not"),
    (firm(firms=-1), "types.0.firms"),
    ({"types": []}, "types: is empty"),
    ({"types": [FIRM, FIRM]}, "types: 'all' stands twice"),
    ({"tiers": ["A", "A"]}, "tiers: 'A' stands twice"),
    ({"schedule": {"A": {"ratio": 0.1}}}, "schedule: no plan for tier B; a ratio of 0 leaves it alone"),
    ({"schedule": PLAIN["schedule"] | {"C": {"ratio": 0}}}, "schedule: no tier 'C'"),
    ({"fines": {"Z": 1}}, "fines: no tier 'Z'"),
    ({"departments": [ONE | {"capacity": 0}]}, "departments.0.capacity: 0 inspector-days a year"),
    ({"departments": [ONE, TWO]}, "types.0.department: no department; name one of x, y"),
    ({"departments": [ONE | {"days": 0, "capacity": 5}]}, "0 days a visit, and a capacity"),
    ({"departments": [ONE | {"capacity": 9}], "sampling": "bernoulli"}, "a capacity, but each firm is drawn"),
    ({"schedule": PLAIN["schedule"] | {"A": {"ratio": 0, "floor": 3}}, "sampling": "bernoulli"}, "a floor, but each"),
    ({"shocks": [SCANDAL | {"first": 500}]}, "shocks.0.first: begins in period 500 of 120"),
    ({"shocks": [SCANDAL | {"department": "q"}]}, "shocks.0.department: no department 'q'"),
    ({"shocks": [SCANDAL | {"of": "capacity"}]}, "a shock to a capacity that has no bound"),
    ({"rating": {"kind": "lader"}}, "rating: no kind 'lader'; there are 'fixed', 'ladder', .*; did you mean 'ladder'"),
    ({"behaviour": {"kind": "deterence"}}, "behaviour.kind: 'deterence' is none of .*; did you mean 'deterrence'"),
    ({"behaviour": {"kind": 7}}, "behaviour.kind: '7' is none of 'none', 'deterrence', 'best_reply' or 'learning'$"),
    ({"periods": 1.5}, "periods: should be a whole number, not '1.5'"),
    ({"sensitivity": "x"}, "sensitivity.value: should be a number, not 'x'"),
    ({"name": ""}, "name: is empty"),
    ({"name": 5}, "name: should be a text, not '5'"),
    ({"at_rest": "maybe"}, "at_rest: should be true or false, not 'maybe'"),
    ({"tiers": list("ABCDEFGHIJKLM")}, "tiers: 13 are more than 12"),
    (firm(settles=0.1), "types.0.settles: given with an onset, which it tells; leave one of them out"),
    (
        {"violations": "afresh", "types": [{**KIND, "violates": 0.2, "settles": 0.1}]},
        "types.0.settles: afresh violations have no 'settles'",
    ),
    (
        {"violations": "afresh", "types": [{**KIND, "violates": 0.2, "settles": {"value": 0, "low": 0, "high": 1}}]},
        "types.0.settles: afresh violations have no 'settles'",
    ),
    (
        {"violations": "afresh", "behaviour": {"kind": "best_reply"}, "types": [{**KIND, "cost": 1, "settles": 0.2}]},
        "types.0.settles: violations by best reply have no 'settles'",
    ),
    (firm(start={"A": ranged(0.5), "B": 0.5}), "types.0.start.A: this number cannot be a range; give one value"),
    ({"shocks": [SCANDAL | {"times": ranged(2)}]}, "shocks.0.times: this number cannot be a range; give one value"),
    ({"rating": SCORED["rating"] | {"penalty": ranged(10)}}, "rating.penalty: this number cannot be a range"),
    ({"rating": SCORED["rating"] | {"keep": ranged(0.5)}}, "rating.keep: this number cannot be a range"),
    (
        firm(onset=ranged(0.1) | {"shared": "sensitivity"}) | {"sensitivity": ranged(0.5)},
        "types.0.onset: shared as 'sensitivity', where another range stands; give it another name",
    ),
    ({"rating": {"kind": "ladder", "releas": 1}}, "unknown key; did you mean 'release'?"),
    ({"behaviour": {"kind": "deterrence", "beta": -1}}, "behaviour.beta: -1 is outside 0 or more"),
    ({"cap": 0}, "cap"),
    ({"periods": 10**11}, "periods: 100000000000 is more than 100000"),
    ({"per_year": 10**9, "cap": 1}, "per_year: 1000000000 is more than 366"),
    (firm(enter=1e200), r"types.0.enter: 1e\+200 is outside \[0, 1e\+10\] firms a year"),
    (firm(onset={"value": 0.1, "basis": "guess"}), "types.0.onset.basis: 'guess' is none of 'law', .* or 'records'"),
    ({"behaviour": {"beta": 6}}, "behaviour.beta: 'none' has no 'beta'; leave it out, or change 'kind'"),
    ({"behaviour": {"kind": "deterrence", "beta": 1, "memory": 0.5}}, "behaviour.memory: 'deterrence' has no 'memory'"),
    ({"behaviour": {"kind": "best_reply", "discount": 1}}, r"behaviour.discount: 1 is outside \[0, 1\)"),
    (
        {"behaviour": {"kind": "best_reply", "discount": {"value": 0.9, "low": 0.5, "high": 1}}},
        r"behaviour.discount: 1 is outside \[0, 1\)",
    ),
    (
        {"violations": "afresh", "behaviour": {"kind": "best_reply"}, "types": [{**KIND, "cost": 1, "violates": 0.2}]},
        "types.0.violates: violations by best reply have no 'violates'",
    ),
    (
        {"behaviour": {"kind": "learning", "expected": {"Z": 1}}},
        "behaviour.expected: no tier 'Z'",
    ),
    (
        {"departments": [ONE | {"days": {"value": 1, "low": 0, "high": 2}, "capacity": 9}]},
        "departments.x.days: 0 days a visit, and a capacity",
    ),
    (SHOCKED | {"shocks": [SCANDAL | {"department": "y"}]}, "shocks.0.department: a shock to onset is of all"),
    (SHOCKED | {"shocks": [SCANDAL | {"of": "sensitivity", "department": "x"}]}, "a shock to sensitivity is of all"),
    (SHOCKED | {"shocks": [SCANDAL | {"of": "capacity", "department": "y"}]}, "a shock to a capacity that has no"),
    (firm(start={"250": 1}) | SCORED, "types.0.start: score 250 is outside 0 to 100"),
    (firm(start={"inf": 1}) | SCORED, "types.0.start: score inf is outside 0 to 100"),
    (firm(start={"nan": 1}) | SCORED, "types.0.start: no tier 'nan'"),
    (
        firm(start={"93": 1}) | {"rating": {"kind": "expiring", "cutoffs": [92], "penalty": 10, "months": 5}},
        "types.0.start: no firm can have score 93; the nearest, 90, is of another tier",
    ),
    ({"rating": SCORED["rating"] | {"cutoffs": [120]}}, "rating.cutoffs: no firm can be in tier 1 of 2"),
    ({"rating": {"release": 0.3}}, "rating: no 'kind' is given"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "told"), REFUSED)
def test_what_cannot_be_is_refused_in_one_line(fields, told):
    with pytest.raises(ScenarioError, match=told) as caught:
        Scenario(**(PLAIN | fields))
    assert "\n" not in str(caught.value)


def test_a_number_has_unit_range_basis_and_source():
    number = Chance(value=0.1, low=0.05, high=0.2, basis="published", reference="a paper")
    assert (number.unit, number.least, number.most, number.is_range) == ("chance", 0, 1, True)
    assert Scenario(**(PLAIN | firm(onset=number))).types[0].onset.reference == "a paper"
    assert Scenario(**PLAIN).types[0].onset.basis == "assumption"
    assert isinstance(number, Parameter)
    with pytest.raises(ScenarioError, match=r"0\.3 is outside its own range 0\.1 to 0\.2"):
        Chance(value=0.3, low=0.1, high=0.2)
    with pytest.raises(ScenarioError, match="a range with one end"):
        Chance(value=0.3, low=0.1)


def test_counts_of_arrays_are_whole_numbers():
    scenario = Scenario(**(PLAIN | firm(firms=np.int64(70), onset=np.float64(0.1)) | {"periods": np.int32(3)}))
    assert (scenario.n_firms, scenario.periods) == (70, 3)


def test_a_scenario_is_frozen_and_altered_anew():
    scenario = Scenario(**PLAIN)
    assert scenario.altered(periods=12).periods == 12
    assert scenario.periods == 120
    with pytest.raises(Exception, match="frozen"):
        scenario.periods = 3
    with pytest.raises(ScenarioError, match="cap"):
        scenario.altered(cap=-1)


def test_shares_become_whole_firms_that_add_up():
    told = firm(firms=7, start={"A": 1 / 3, "B": 2 / 3})
    assert numbers(Scenario(**(PLAIN | told))).firms[0].tolist() == [[2], [5]]


@pytest.mark.thorough
def test_a_score_of_the_start_is_that_of_the_status():
    rating = {"kind": "decaying", "cutoffs": [80], "penalty": 10, "keep": 0.9}
    scenario = Scenario(**(PLAIN | firm(start={"90": 0.5, "70": 0.5}) | {"rating": rating, "periods": 1}))
    assert simulate(scenario, n_replications=0).firms[0, 0].to_numpy().tolist() == [50, 50]


def test_a_draw_of_the_ranges_is_the_scenario_held_at_it():
    onset, ratio = ({"value": v, "low": v / 2, "high": 2 * v} for v in (0.02, 0.2))
    scenario = full(
        schedule={t: {"ratio": ratio} for t in TIERS}, sensitivity={"value": 0.8, "low": 0.6, "high": 0.9},
        fines={"D": {"value": 3, "low": 1, "high": 9}},
        departments=[ONE | {"capacity": {"value": 90, "low": 50, "high": 100}}, TWO],
        rating={"kind": "ladder", "release": {"value": 0.4, "low": 0.1, "high": 0.5}},
        behaviour={"kind": "learning", "beta": {"value": 1, "low": 0, "high": 3}, "expected": {"A": ratio}},
        types=[{**FIRM, "department": "x", "onset": onset, "enter": {"value": 5, "low": 1, "high": 9}}],
    )  # fmt: skip
    told = drawn(scenario, 4, seed=1)
    assert len(told) == len(ranges(scenario)) == 12
    many = numbers(scenario, told)
    for v in range(4):
        one = numbers(held(scenario, {place: float(values[v]) for place, values in told.items()}))
        for field in (
            "rates",
            "beta",
            "memory",
            "expected",
            "intensity",
            "floor",
            "often",
            "fine",
            "enter",
            "days",
            "can",
        ):
            assert getattr(many, field)[v] == pytest.approx(getattr(one, field)[0], rel=1e-12), field
    low_high = [(number.low, number.high) for number in ranges(scenario).values()]
    assert all(
        (low <= told[p]).all() and (told[p] <= high).all() for p, (low, high) in zip(told, low_high, strict=True)
    )


def test_without_a_range_there_is_nothing_to_draw():
    with pytest.raises(ScenarioError, match="no number of the scenario is a range"):
        drawn(Scenario(**PLAIN), 4, seed=1)


def test_what_variants_share_cannot_be_drawn():
    with pytest.raises(ScenarioError, match=r"shocks\.0\.times: this number cannot be a range"):
        numbers(full(shocks=[SCANDAL]), {"shocks.0.times": np.array([1.0, 3.0])})


def test_a_name_that_ranges_share_may_be_where_one_of_them_stands():
    both = ranged(0.5) | {"shared": "sensitivity"}
    scenario = Scenario(**(PLAIN | firm(onset=both) | {"sensitivity": both}))
    assert unknowns(scenario) == {"sensitivity": ["types.0.onset", "sensitivity"]}


@pytest.mark.parametrize(("cure", "settles", "onset"), [
    (0.1, 0.2, 0.025), (0.1, 0.5, 0.1), (0.1, 0.0, 0.0), (0.5, 0.9, 1.0), (0.1, 1.0, 1.0), (0.0, 0.3, 0.0),
])  # fmt: skip
def test_the_onset_is_the_one_at_which_firms_settle(cure, settles, onset):
    """Cure × s ÷ (1 − s), at most 1."""
    told = Scenario(**(PLAIN | {"types": [KIND | {"cure": cure, "settles": settles}]}))
    assert numbers(told).rates[0, :, 0, 0] == pytest.approx(onset)


def test_firms_that_nobody_visits_come_to_the_share_that_settles_whatever_cure_is_drawn():
    one = {"cure": {"value": 0.1, "low": 0.05, "high": 0.6}, "settles": {"value": 0.2, "low": 0.1, "high": 0.4}}
    unseen = {"schedule": {"A": {"ratio": 0}, "B": {"ratio": 0}}, "periods": 200}
    scenario = Scenario(**(PLAIN | {"types": [KIND | one, KIND | {"name": "other", "onset": 0.3}]} | unseen))
    draws = drawn(scenario, 16, seed=1)
    rates = numbers(scenario, draws).rates[:, 0]
    cure, settles = draws["types.0.cure"], draws["types.0.settles"]
    assert rates[:, 0, 0] == pytest.approx(np.minimum(cure * settles / (1 - settles), 1))
    assert rates[:, 1, 0] == pytest.approx(0.3)
    alone = scenario.altered(types=scenario.types[:1])
    held_at = [held(alone, {place: float(x[v]) for place, x in draws.items()}) for v in range(4)]
    ends = [float(simulate(one, n_replications=0).prevalence[0, -1]) for one in held_at]
    assert ends == pytest.approx(settles[:4], abs=1e-4)
