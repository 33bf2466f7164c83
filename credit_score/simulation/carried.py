"""Plans and whether they are carried out: the visits that a schedule plans, and the share of them that is made.

An onset answers to the intensity announced, so that a plan for which there are no days, or which the cap stops, deters
by visits that nobody makes.
"""

import numpy as np

from credit_score.simulation.engines import prepared
from credit_score.simulation.numbers import TIER, Numbers
from credit_score.simulation.ranges import Draws
from credit_score.simulation.records import Records
from credit_score.simulation.scenario import Scenario

APART = 0.01  # shares carried out that differ by more are no equal terms
ANSWERS = ("deterrence", "best_reply")
NOT_CARRIED = "plans_not_carried_out"


def planned(scenario: Scenario, draws: Draws) -> np.ndarray:
    """Visits a year planned for the firms of the start, by draw (V,); those of the floor where these are more."""
    by_ratio, by_floor = _of_start(scenario, draws)
    return np.maximum(by_ratio, by_floor).sum(axis=1)


def factors_of_plans(scenario: Scenario, draws: Draws, target: np.ndarray) -> np.ndarray:
    """What ratios are to be scaled by to plan ``target`` visits, (V,), for the firms of the start.

    Not finite, or below 0, where nothing does. What is planned is convex in the factor, in pieces: Newton's steps from
    above end in the right one.
    """
    by_ratio, by_floor = _of_start(scenario, draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = target / by_ratio.sum(axis=1)
        for _ in range(by_ratio.shape[1]):
            on = by_ratio * x[:, None] > by_floor
            x = (target - np.where(on, 0.0, by_floor).sum(axis=1)) / np.where(on, by_ratio, 0.0).sum(axis=1)
    return np.asarray(x)


def _of_start(scenario: Scenario, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Visits a year to the firms of the start by ratio and by floor, each (V, tiers × departments)."""
    m = prepared(scenario, draws)
    by_tier = np.stack([m.firms[:, m.chain[TIER] == k].sum(axis=1) for k in range(len(scenario.tiers))], axis=1)
    firms = by_tier @ m.member
    told = firms * m.intensity, np.minimum(m.floor, firms) * m.often
    return told[0].reshape(len(firms), -1), told[1].reshape(len(firms), -1)


def share_carried(m: Numbers, records: Records, variants: np.ndarray) -> np.ndarray:
    """Share of the visits planned over the horizon that is made, in [0, 1], (R,): a measure as in totals.

    Planned for the firms there are: by intensity, or by floor where that is more. 1 where nothing is planned.
    """
    firms = records.firms @ m.member
    floor = np.minimum(m.floor[variants][:, None], firms) * m.often[variants][:, None]
    plan = np.maximum(firms * m.intensity[variants][:, None], floor).sum(axis=(1, 2, 3)) / m.per_year
    made = records.visits.sum(axis=(1, 2, 3))
    return np.minimum(np.divide(made, plan, out=np.ones_like(made), where=plan > 0), 1.0)


def answers_to_plans(scenario: Scenario) -> bool:
    """Whether firms answer to what is announced: always, or at first, where they learn from a plan on."""
    behaviour = scenario.behaviour
    learns = behaviour.kind == "learning" and any(tier not in behaviour.expected for tier in scenario.tiers)
    return behaviour.kind in ANSWERS or learns


def differ(shares: np.ndarray, scenario: Scenario) -> bool:
    """Whether shares carried out, (schedules, draws), differ in a draw by more than what is equal terms.

    Never where firms do not answer to plans.
    """
    return answers_to_plans(scenario) and bool((np.ptp(shares, axis=0) > APART).any())
