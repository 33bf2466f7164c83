"""The numbers of the browser module are Python's: figures, front, moves and checks of a thousand settings."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from credit_score.inspection.county import best_ratios
from credit_score.language import catalogue
from credit_score.report.style import FONT
from credit_score.report.what_if import payload, styles
from credit_score.session.case import Case
from credit_score.session.figures import checks
from credit_score.session.state import Draft, State, locked, moved

pytestmark = pytest.mark.browser
SETTINGS = 1000


def settings(cube, draft, seed=11, n=SETTINGS):
    """Drafts of all kinds: cut-offs wherever they can be, ratios from 0 to 1, floors above and below the firms."""
    luck = np.random.default_rng(seed)
    shape = (len(cube.tiers), len(cube.departments))
    places = np.arange(np.floor(cube.score.min()) - 3, cube.score.max() + 3)
    for _ in range(n):
        ratios = np.round(luck.beta(0.5, 1.5, shape), 4) * (luck.random(shape) > 0.1)
        cutoffs = tuple(map(float, sorted(luck.choice(places, shape[0] - 1, replace=False), reverse=True)))
        numbers = {"ratios": ratios, "floors": luck.integers(0, 40, shape), "frequency": luck.integers(1, 6, shape)}
        yield replace(draft, cutoffs=cutoffs, **{k: tuple(map(tuple, v.tolist())) for k, v in numbers.items()})


def asked(page, expression, argument):
    """What the pure part answers, with the cube loaded as ``cube``."""
    given = "const argument = JSON.parse(text), cube = pure.load(payload.cube)"
    return json.loads(
        page.evaluate(f"text => {{ {given}; return JSON.stringify({expression}) }}", json.dumps(argument))
    )


def told(answer):
    """The figures of an answer under the names of the module's."""
    names = ["registered", "firms", "violations", "drawn", "visits", "detections", "undetected", "load", "duty_days"]
    found = {name: getattr(answer, name) for name in [*names, "rates", "county_share"]}
    found |= {f"burden_{by}": answer.burden(by) for by in ("sector", "size")}
    return found | {"days": answer.days_by_tier}


@pytest.mark.parametrize(("known", "n"), [(True, SETTINGS), (False, 50)])
def test_its_figures_are_those_of_python_for_a_thousand_settings(opened, cube, blind, draft, known, n):
    own = cube if known else blind
    drafts = list(settings(own, draft, n=n))
    found = asked(opened(cube=own), "argument.map(draft => pure.evaluate(cube, draft))", [asdict(d) for d in drafts])
    expected = [told(setting.answer(own)) for setting in drafts]
    assert len(found) == n
    assert {frozenset(figures) for figures in found} == {frozenset(expected[0])}
    for name in expected[0]:
        wanted = np.array([figures[name] for figures in expected])
        given = [figures[name] for figures in found]
        given = np.full(wanted.shape, np.nan) if given[0] is None else np.array(given, float)
        assert np.isclose(given, wanted, rtol=1e-9, atol=1e-9, equal_nan=True).all(), name


def best(answer, factor, least, most):
    """Days and violations left where each department has a factor of its days, or as many as its bounds ask for."""
    cube, days = answer.cube, answer.firms * answer.plan.frequency * answer.cube.days
    floors = np.divide(
        np.minimum(answer.plan.floors, answer.firms), answer.firms, out=np.zeros_like(days), where=answer.firms > 0
    )
    lowest = np.maximum(least, floors)
    budget = np.maximum(factor * answer.days_by_tier.sum(axis=0), (days * lowest).sum(axis=0) * (1 + 1e-12))
    shape = days.shape
    limits = dict(zip(cube.departments, budget.tolist(), strict=True))
    found = best_ratios(
        answer, low=np.full(shape, least), high=np.full(shape, most), budget=limits, objective="detections"
    )
    return (found.ratios * days).sum(), (answer.violations * (1 - found.ratios)).sum()


def test_its_front_is_the_optimum_of_python(opened, cube, draft):
    factors, bounds = [0.0, 0.5, 1.0, 1.7], {"least": 0.01, "most": 0.9}
    drafts = list(settings(cube, draft, seed=5, n=100))
    ask = "argument[0].map(draft => pure.front(cube, draft, argument[1], argument[2]))"
    found = asked(opened(), ask, [[asdict(d) for d in drafts], factors, bounds])
    for points, setting in zip(found, drafts, strict=True):
        for point, factor in zip(points, factors, strict=True):
            days, undetected = best(setting.answer(cube), factor, **bounds)
            assert point["undetected"] == pytest.approx(undetected, rel=1e-9)
            assert point["days"] <= days * (1 + 1e-9)


def test_its_moves_are_those_of_python(opened, cube, draft):
    luck, state = np.random.default_rng(3), locked(locked(State(draft), "ratio", 0), "cutoff", 1)
    commands = []
    for _ in range(SETTINGS):
        what = str(luck.choice(["cutoff", "ratio", "floor", "frequency", "cap"]))
        to = {"cutoff": luck.uniform(600, 1100), "ratio": luck.normal(0.5, 0.5), "cap": luck.uniform(-2, 9)}
        value = float(np.round(to.get(what, luck.uniform(-3, 12)), int(luck.integers(0, 6))))
        department = None if luck.random() < 0.5 else int(luck.integers(len(cube.departments)))
        tier = int(luck.integers(len(cube.tiers) - (what == "cutoff")))
        commands.append({"what": what, "tier": tier, "department": department, "to": value})
    ask = "argument[1].map(command => (argument[0] = pure.moved(cube, argument[0], command)).draft)"
    found = asked(opened(), ask, [state.told(), commands])
    for command, drawn in zip(commands, found, strict=True):
        if f"{command['what']}:{command['tier']}" not in state.locks:
            state = moved(
                state, cube, command["what"], command["to"], tier=command["tier"], department=command["department"]
            )
        assert Draft.of(drawn) == state.draft
    assert state.draft != draft


def without_numbers(check):
    """A check without its sizes, which the two round from their last digits."""
    text = {lang: re.sub(r"[\d.,]+", "#", told) for lang, told in check["text"].items()}
    return check | {"found": None, "limit": None, "text": text}


def test_its_checks_are_those_of_python_in_the_same_words(opened, county_run, cube, draft):
    bare = replace(cube, duty=0 * cube.duty)  # so that so few can be visited that the county's least share is missed
    case = Case(bare, county_run.policy, county_run.rules, "demonstration", "")
    drafts = [replace(d, cap=int(3 + i % 3)) for i, d in enumerate(settings(bare, draft, seed=8, n=200))]
    none = ((0.0,) * len(cube.departments),) * len(cube.tiers)
    drafts += [draft, replace(draft, ratios=none, floors=none), replace(draft, cap=0)]
    ask = "argument.map(draft => pure.checks(cube, payload, draft, pure.evaluate(cube, draft)))"
    found = asked(opened(cube=bare), ask, [asdict(d) for d in drafts])
    expected = [checks(case, setting, setting.answer(bare)) for setting in drafts]
    for own, other in zip(found, expected, strict=True):
        assert list(map(without_numbers, own)) == list(map(without_numbers, other))
        numbers = [[c["found"] for c in each] + [c["limit"] for c in each] for each in (own, other)]
        assert numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=1e-12)
    kinds = {c["kind"] for each in expected for c in each}
    assert kinds == {"capacity", "county_minimum", "cap", "no_rate", "order"}


def test_its_words_are_those_of_the_catalogue(county_run, cube, draft):
    given = payload(cube, county_run.rules, asdict(draft), state=State(draft).told(), status="in force")
    assert set(given["words"]["zh"]) == {"switch"} | {
        key for key in catalogue() if key.startswith(("session.", "check."))
    }
    assert given["about"]["visits"] == cube.curve.visits.sum()
    assert [label["en"] for label in given["labels"]["tiers"]] == [t.label.en for t in county_run.rules.tiers]
    assert json.loads(json.dumps(given))["draft"]["cutoffs"] == list(draft.cutoffs)
    assert f"'{FONT}'" in styles()
