"""The figure of counts as they are told."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from credit_score.report.style import settings
from credit_score.report.told_figure import plot_told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_withheld_count_is_hatched_with_what_can_be_worked_out_and_one_given_away_with_its_value(lang):
    frame = pd.DataFrame({
        "row": ["a", "a", "b", "b"], "column": ["x", "y", "x", "y"], "count": [1250, None, None, 40],
        "low": [1250, 0, 3, 40], "high": [1250, 14, 3, 40],
    })  # fmt: skip
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        ax = plot_told(frame, Figure().subplots(), lang=lang)
    assert [t.get_text() for t in ax.texts] == ["1,250", "0–14", "3", "40"]
    assert [bool(p.get_hatch()) for p in ax.patches] == [False, True, True, False]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["x", "y"]
    assert ax.get_xlabel()
