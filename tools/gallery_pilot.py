"""Pictures of the pilot: its scoreboard, units, scenes, the financing platform, credit villages, published counts."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from credit_score.pilot.levels import Asked, calibrate
from credit_score.pilot.publication.again import audit_again, release_as_told
from credit_score.pilot.publication.cubes import CUBES, PERSONS
from credit_score.pilot.publication.part import limits, published_tables
from credit_score.report.figures import plot_trend
from credit_score.report.finance_figure import funnel_today, plot_funnel
from credit_score.report.pilot_page import drawings
from credit_score.report.scene_plots import plot_levels
from credit_score.report.three_credit_figure import plot_three_credit, shares_by_town
from credit_score.report.told_figure import plot_told

# Invented, since no village of the synthetic county is a credit village yet.
TOWNS = pd.DataFrame({
    "town": ["虚构甲镇", "虚构乙镇", "虚构丙镇", "虚构丁镇"],
    "villages": [20, 16, 8, 0], "credit_villages": [11, 8, 2, 0],
})  # fmt: skip
INDICATOR, PUBLISHED, UNITS = "platform", "members_with_benefit", 8
# Of a meal at 80 yuan, which 15 % of those who qualify take once a month.
ASKED = {"shares": (0.05, 0.10, 0.20), "budget": 2500.0, "price": 80.0, "take_up": 0.15}


def of_pilot(run: Any, lang: str) -> Iterator[tuple[float, partial[Any]]]:
    """The figures of a run's pilot tables, of the first units of its league; of credit villages, of ``TOWNS``."""
    board = run.pilot["indicators"].set_index("indicator")
    trend = run.pilot["indicator_trend"].query("indicator == @INDICATOR")
    yield 1.6, partial(plot_trend, trend, target=board.loc[INDICATOR, "target"])
    yield from drawings({"league": run.pilot["league"].head(UNITS)}, lang).values()
    yield 2.2, partial(plot_funnel, funnel_today(run.pilot["finance_funnel"], run.pilot["indicators"]), lang=lang)
    yield 3.6, _levels(run, lang)
    towns = TOWNS.assign(credit_share=TOWNS["credit_villages"] / TOWNS["villages"])
    criterion = run.rules.figure(run.rules.model.three_credit.town.villages).value
    yield 2.6, partial(plot_three_credit, shares_by_town(towns, lang), criterion=criterion, lang=lang)


def of_publication(run: Any, lang: str) -> Iterator[tuple[float, partial[Any]]]:
    """The figure of counts as a run publishes them."""
    yield 3.6, partial(plot_told, _told(run, lang), lang=lang)


def _levels(run: Any, lang: str) -> partial[Any]:
    counts, base = run.pilot["benefit_counts"], run.rules.individual.base / 1000
    found = calibrate(counts, Asked(**ASKED, least=limits(run.rules)[0]), base=base)
    return partial(plot_levels, counts[counts["from_score"] > base], found=found, lang=lang)


def _told(run: Any, lang: str) -> pd.DataFrame:
    """Members with a benefit by town and age, and what a reader of all tables can work out of those withheld."""
    tables = [(t, run.pilot[f"published_{t.id}"]) for t in published_tables(run.rules) if CUBES.get(t.of) == PERSONS]
    release = release_as_told(run.pilot[f"published_cells_{PERSONS}"], tables, *limits(run.rules))
    (by, table), *_ = [(t.by, frame) for t, frame in tables if t.id == PUBLISHED]
    worked_out = audit_again(release).query("table == @PUBLISHED")[[*by, "low", "high"]]
    words = {f"{name}_{lang}": place for name, place in zip(by, ("row", "column"), strict=True)}
    return table.merge(worked_out, on=list(by), how="left").rename(columns=words).astype({"count": float})
