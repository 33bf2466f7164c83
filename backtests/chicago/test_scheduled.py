import json
from pathlib import Path

import numpy as np
import pytest
import scheduled
from held import unlike

HERE = Path(__file__).parent
needs_data = pytest.mark.skipif(not scheduled.DATA.is_file(), reason=f"no data: {scheduled.DATA} is not there")
pytestmark = pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.CardWarning")
# Whole points of a card hang on sums whose last digits differ between machines, and a firm or two with them.
MACHINES = 1.0
CARDS = ("logistic card", "boosted card")


@pytest.fixture(scope="module")
def visits():
    return scheduled.load()


@pytest.fixture(scope="module")
def cards(visits):
    return scheduled.cards(visits)


@pytest.fixture(scope="module")
def found(visits, cards):
    return scheduled.results(visits, cards)


def test_reassigned_is_the_mean_of_cells_by_the_mix_of_all_worked_out_by_hand():
    """Tier 0 met cluster 0 twice, 1 bad, and cluster 1 twice, none bad; tier 1 met each once, bad both times."""
    bad, inspector, tier = np.array([1.0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0, 1]), np.array([0, 0, 0, 0, 1, 1])
    value = scheduled.reassigned(np.ones(6), bad, inspector, tier, np.array([0.5, 1.0]))
    assert value == pytest.approx(4 * 0.5 * (0.5 * 0.5 + 0.5 * 0) + 2 * 1.0)


@needs_data
def test_as_many_visits_are_made_by_every_schedule_and_no_tier_is_left_out(visits, cards, found):
    for name, score in scheduled.scores(visits, cards).items():
        tier, ratios = scheduled.scheduled(visits, score)
        assert ratios[tier].sum() == pytest.approx(scheduled.N_VISITS), name
        assert ratios.min() >= scheduled.FLOOR
        assert (np.diff(ratios) >= 0).all()
    assert found["n_critical"] == 258


@needs_data
def test_altering_the_outcomes_of_the_window_changes_no_schedule(visits):
    others = visits.copy()
    others.loc[visits["Test"], "criticalFound"] = 1 - visits.loc[visits["Test"], "criticalFound"]
    score = -visits["score"]
    for one, other in zip(scheduled.scheduled(visits, score), scheduled.scheduled(others, score), strict=True):
        assert (one == other).all()


@needs_data
@pytest.mark.parametrize("card", CARDS)
def test_a_card_finds_more_than_all_alike_and_keeps_most_of_it_under_other_inspectors(found, card):
    told = found["schedules"][card]
    assert told["as_it_was_less_alike"]["low"] > 0
    assert told["reassigned_less_alike"]["low"] > 0
    assert told["reassigned_less_alike"]["value"] > 0.5 * told["as_it_was_less_alike"]["value"]


@needs_data
def test_knowing_who_comes_was_worth_more_and_what_is_left_of_it_is_not_told(found):
    for name in ("city", "inspector alone"):
        told = found["schedules"][name]
        assert told["as_it_was"]["value"] > max(found["schedules"][c]["as_it_was"]["value"] for c in CARDS)
        assert told["reassigned"] is None


@needs_data
def test_what_is_committed_is_what_the_data_give(found):
    assert unlike(found, scheduled.RESULTS, within=MACHINES) == []


def test_the_readme_tells_the_committed_figures():
    page = (HERE / "README.md").read_text(encoding="utf-8")
    committed = json.loads(scheduled.RESULTS.read_text(encoding="utf-8"))["schedules"]
    for name, told in committed.items():
        cells = [spanned(told[column]) for column in told if column != "ratios"]
        if name == "all alike":
            cells[1] = cells[3] = "–"
        assert f"| {name} | {' | '.join(cells)} |" in page


def spanned(interval):
    if interval is None:
        return "not known"
    return f"{interval['value']:.1f} ({interval['low']:.1f} to {interval['high']:.1f})"
