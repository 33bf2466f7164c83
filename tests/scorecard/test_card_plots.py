"""Charts of a card and of a path: every attribute and characteristic has its place, in both languages."""

import pandas as pd
import pytest

from credit_score.scorecard import Attribute, Card, Characteristic
from credit_score.scorecard.card_plots import plot_card, plot_path

CARD = Card(
    (
        Characteristic("turnover", (
            Attribute("interval", -12, high=5, count=40), Attribute("interval", 9, low=5, count=60),
            Attribute("missing", 0),
        )),
        Characteristic("sector", (
            Attribute("values", 3, values=("farm", "food"), count=90), Attribute("other", -1, count=10),
        )),
    ),
    500,
)  # fmt: skip
PATH = pd.DataFrame(
    {"characteristics": [0, 1, 2], "log_loss": [0.3, 0.2, 0.1], "turnover": [0, 0.5, 0.9], "sector": [0, 0, 0.2]},
    index=pd.Index([0.1, 0.01, 0.0], name="l1"),
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_card_shows_each_attribute_a_row_had_with_its_points(ax, texts, lang):
    assert plot_card(CARD.table(), ax, names={"turnover": "营业额" if lang == "zh" else "Turnover"}, lang=lang) is ax
    said = texts(ax)
    assert {"(−∞, 5)", "[5, ∞)", "farm, food", "*", "-12", "+9", "+3", "-1", "sector"} <= set(said)
    assert "–" not in said
    assert ("营业额" if lang == "zh" else "Turnover") in said
    assert [bar.get_width() for bar in ax.patches] == [-12, 9, 3, -1]
    places = [bar.get_y() for bar in ax.patches]
    assert places[2] - places[1] > places[1] - places[0]


def test_values_of_attributes_are_called_by_their_names(ax, texts):
    plot_card(CARD.table(), ax, names={"farm": "农业", "food": "餐饮"}, lang="zh")
    assert {"农业, 餐饮", "[5, ∞)", "sector"} <= set(texts(ax))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_path_shows_each_weight_over_falling_strengths(ax, texts, lang):
    assert plot_path(PATH, ax, lang=lang) is ax
    assert "L1" in ax.get_xlabel()
    assert ax.xaxis_inverted()
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["turnover"]
    assert not any("$" in text for text in texts(ax))
