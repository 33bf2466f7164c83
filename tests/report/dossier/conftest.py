import shutil
from datetime import date

import numpy as np
import pytest

import credit_score as cs
from credit_score.inspection.county import Answer, Plan
from credit_score.inspection.schedule import at_random_numbers
from credit_score.policy.loader import BUNDLED
from credit_score.report.dossier import Alternative, Decision, Person
from credit_score.report.what_if import payload

REASON = "C级问题率上升 / the rate of tier C has risen"
NAMED = "<script>window.hit = 1</script>"
NEW = {
    "tiers": {"from_score: {2023-03-15: {value: 1000,": "from_score: {2023-07-01: {value: 990, GROUND}, %s"},
    "inspection": {
        "  C:\n    ratio: {": "%s2023-07-01: {value: 0.3, GROUND}, ",
        "  - id: ecology\n": "%s    ratio: {D: {2023-07-01: {value: 0.6, GROUND}}}\n",
    },
}


@pytest.fixture(scope="session")
def amended(tmp_path_factory):
    """The bundled policy with a cut-off, a ratio and a department's own ratio that are others from July 2023 on."""
    folder = tmp_path_factory.mktemp("amended") / "policy"
    shutil.copytree(BUNDLED / "gaoyang", folder)
    for name, changes in NEW.items():
        path = folder / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        for place, new in changes.items():
            assert text.count(place) == 1
            ground = f"basis: assumption, reference: '{REASON}'"
            kept = place.removeprefix("from_score: {") if name == "tiers" else place
            text = text.replace(place, new.replace("GROUND", ground) % kept)
        path.write_text(text, encoding="utf-8")
    return cs.load_policy(folder)


def plan_of(rules):
    """The numbers of a rule set's schedule, (K, D) each."""
    departments, tiers = rules.model.inspection.departments, rules.tiers
    told = [[at_random_numbers(d, t.id, rules) for d in departments] for t in tiers]
    return Plan(*(np.array([[one[n] for one in row] for row in told], float) for n in ("ratio", "frequency", "floor")))


def bands_of(answer):
    """Bands as the page is sent them, from a few curves."""
    cube = answer.cube
    answers = [Answer(cube, answer.cutoffs, answer.plan, draw) for draw in cube.curve.draws(50, 1)]

    def ends(figures):
        low, high = np.quantile(figures, [0.05, 0.95], axis=0)
        return {"mean": np.mean(figures, axis=0).tolist(), "low": low.tolist(), "high": high.tolist()}

    return {
        "serial": 1, "level": 0.9, "n": 50, "rates": ends([a.rates for a in answers]),
        "detections": ends([a.detections.sum() for a in answers]),
        "undetected": ends([a.undetected.sum() for a in answers]),
        "found_by_department": ends([a.detections.sum(axis=0) for a in answers]),
        "better": {"as_it_stands": 0.87, "same_days": 0.62},
    }  # fmt: skip


@pytest.fixture(scope="session")
def decision(county_run, amended):
    """A decision on the small county, with two drafts beside it and a name that would be a script."""
    before, after = county_run.rules, amended.at("2023-07-01")
    cube, was, now = county_run.county_cube, plan_of(before), plan_of(after)
    drafts = (
        Alternative(
            "只提高C级", NAMED, "分数线不动 <b>", before.cutoffs, now, {"as_it_stands": 0.71, "same_days": 0.4}
        ),
        Alternative("少查A级", "李分析", "腾出人天\x07", (980.0, 940.0, 850.0), was),
    )
    return Decision(
        cube, before, after, was, now, author=Person("王分析", "信用办"), reason=f"C级问题率上升 {NAMED}",
        written=date(2023, 6, 30), since=date(2023, 7, 1), day=before.on, status="demonstration",
        signer=Person("张主任", "发改局"), signed_on=date(2023, 6, 30), alternatives=drafts,
        bands=bands_of(Answer(cube, after.cutoffs, now)),
        fingerprints={"run": "ab" * 32, "policy": "cd" * 32, "chain": "ef" * 32},
        payload=payload_of(cube, before, was, now, after.cutoffs),
    )  # fmt: skip


def payload_of(cube, rules, was, now, cuts):
    """What the live page is given: it begins with the plan that was decided."""

    def told(cuts, plan):
        numbers = {"ratios": plan.ratios, "floors": plan.floors, "frequency": plan.frequency}
        return {k: v.tolist() for k, v in numbers.items()} | {"cutoffs": list(cuts), "cap": 4}

    aims = {"objective": "detections", "budget": "draft", "deterrence": 1.0, "least": 0.01, "most": 1.0, "lang": "en"}
    state = {"draft": told(cuts, now), "locks": []} | aims
    return payload(cube, rules, told(rules.cutoffs, was), state=state, status="demonstration")
