"""The page that a dossier carries: a reader without Python moves the sliders in the file and sees Python's numbers."""

import re

import numpy as np
import pytest

from credit_score.report.dossier import dossier_html
from credit_score.session.state import State, moved

pytestmark = pytest.mark.browser
SETTINGS = 1000
WHATS = ("cutoff", "ratio", "floor", "frequency")
PLACES = {"cutoff": ".from_score input", "ratio": ".ratio input[type=number]", "slider": ".ratio input[type=range]",
          "floor": ".floor input", "frequency": ".frequency input"}  # fmt: skip
MOVE = """moves => {
    window.requestAnimationFrame = paint => { queueMicrotask(paint); return 1; };
    const here = document.querySelector('#what-if');
    const texts = css => [...here.querySelectorAll(css)].map(e => e.textContent);
    const tell = (node, value, ...events) => {
        node.value = value; for (const name of events) node.dispatchEvent(new Event(name, {bubbles: true}));
    };
    const step = async ([css, tier, department, value]) => {
        const rows = here.querySelectorAll('.tiers tbody tr');
        tell(here.querySelector('.tiers select'), department, 'change');
        tell(rows[tier].querySelector(css), value, 'input', 'change');
        tell(here.querySelector('.tiers select'), 'all', 'change');
        await new Promise(done => setTimeout(done));
        return ['.card b', '.tiers tbody td:nth-child(n+8)', '.loads tbody td:nth-child(3)'].flatMap(texts);
    };
    return moves.reduce(async (told, move) => [...await told, await step(move)], []);
}"""


@pytest.fixture
def opened(page, decision, tmp_path, monkeypatch):
    """The dossier in a browser without a network; without its figures and its font, which are not looked at."""
    monkeypatch.setattr("credit_score.report.dossier.page.as_svg", lambda *_, **__: "<svg></svg>")
    monkeypatch.setattr("credit_score.report.dossier.page.font_face", lambda html: "")
    path = tmp_path / "dossier.en.html"
    path.write_text(dossier_html(decision, "en"), encoding="utf-8")
    page.goto(path.as_uri())
    return page


def moves(cube, n=SETTINGS):
    """What a hand does: which of the numbers it moves, of which tier and department, to what."""
    luck = np.random.default_rng(19)
    for _ in range(n):
        what = str(luck.choice(WHATS))
        tier = int(luck.integers(len(cube.tiers) - (what == "cutoff")))
        most = {"cutoff": 1020, "ratio": 200, "floor": 40, "frequency": 5}[what]
        to = float(luck.integers(800 if what == "cutoff" else 1, most)) / (2 if what == "ratio" else 1)
        one = what != "cutoff" and luck.random() < 0.5
        yield what, tier, int(luck.integers(len(cube.departments))) if one else None, to


def shown(answer):
    """The figures that the page shows, in its order: cards, tiers, departments."""
    tiers = zip(answer.visits.sum(axis=1), answer.days_by_tier.sum(axis=1), answer.detections.sum(axis=1), strict=True)
    cards = [answer.visits.sum(), answer.load.sum(), answer.detections.sum(), answer.undetected.sum()]
    return [*cards, 100 * answer.county_share, *(n for tier in tiers for n in tier), *answer.load]


def number(text):
    return float(re.sub(r"[,%]", "", text))


def last_digit(text):
    """What the last digit of a number that is shown stands for."""
    return 10.0 ** -len(text.strip("%").partition(".")[2])


@pytest.mark.thorough
def test_a_thousand_settings_in_the_file_show_the_numbers_of_python(opened, decision):
    cube, state = decision.cube, State.of(decision.payload["state"])
    hands = list(moves(cube))
    asked = [
        [PLACES["slider" if what == "ratio" and i % 2 else what], tier, "all" if d is None else str(d), to]
        for i, (what, tier, d, to) in enumerate(hands)
    ]
    found = opened.evaluate(MOVE, asked)
    assert len(found) == SETTINGS
    settings = set()
    for texts, (what, tier, department, to) in zip(found, hands, strict=True):
        state = moved(state, cube, what, to / 100 if what == "ratio" else to, tier=tier, department=department)
        settings.add(state.draft)
        wanted = shown(state.draft.answer(cube))
        assert len(texts) == len(wanted)
        assert [number(t) for t in texts] == [
            pytest.approx(w, abs=0.5 * last_digit(t) + 1e-6) for t, w in zip(texts, wanted, strict=True)
        ]
    assert len(settings) > 0.8 * SETTINGS
