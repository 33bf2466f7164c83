"""The parts of the pilot that leave tables in a run folder, in one list."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from credit_score.long_list import LongList, Tables
from credit_score.pilot.finance import finance_tables
from credit_score.pilot.indicators import indicator_tables
from credit_score.pilot.measures_taken import measure_tables
from credit_score.pilot.publication import publication_tables
from credit_score.pilot.scenes import scene_tables
from credit_score.pilot.sectors import sector_table
from credit_score.pilot.standing import Standing
from credit_score.pilot.three_credit import three_credit_tables
from credit_score.pilot.units import unit_tables
from credit_score.pilot.youth import youth_table

if TYPE_CHECKING:
    import pandas as pd

# Indicators come first: what a unit owes is read off them.
PARTS: "tuple[Callable[[Standing], Mapping[str, pd.DataFrame | LongList]], ...]" = (
    indicator_tables, three_credit_tables, youth_table, sector_table, scene_tables, measure_tables, finance_tables,
    publication_tables,
)  # fmt: skip
# Parts that read the tables of those above.
SUMMED: "tuple[Callable[[Standing, Mapping[str, pd.DataFrame]], dict[str, pd.DataFrame]], ...]" = (unit_tables,)


def pilot_tables(standing: Standing) -> Tables:
    """Name → table of every part, as the run folder keeps them under ``pilot/``; a part without rules gives none."""
    made: dict[str, pd.DataFrame | LongList] = {name: table for part in PARTS for name, table in part(standing).items()}
    for part in SUMMED:
        made |= part(standing, Tables(made))
    return Tables(made)
