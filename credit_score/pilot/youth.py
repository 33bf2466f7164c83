"""Youth demonstration households (青年信用示范户): how many there are, by town and by quarter."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from credit_score.pilot.counted import counted
from credit_score.pilot.disclosure import hidden, least_count, protected
from credit_score.pilot.spans import stocks
from credit_score.pilot.standing import Standing

if TYPE_CHECKING:
    import pandas as pd

QUARTERS = 8


def youth_table(standing: Standing) -> "dict[str, pd.DataFrame]":
    """``youth``: ``until`` (a day), ``town`` (empty: the county), ``households`` that are one on that day.

    The county at the end of each of the last ``QUARTERS`` quarters and on the day itself, and each town of the
    register on the day; empty where the count may not be told. Nothing without a file of them, or without a rule for
    small counts.
    """
    least = least_count(standing.rules)
    if least is None or not standing.has("youth_households"):
        return {}
    import pandas as pd

    days = [*quarter_ends(standing.on, QUARTERS), standing.on]
    named = standing.records["youth_households"]
    rows = named.select(key=named.household_id, begun=named.named_on, ended=named.ended_on)
    told = [None if hidden(n, least) else n for n in counted(rows, stocks(tuple(days)))]
    county = pd.DataFrame({"until": days, "town": "", "households": pd.array(told, dtype="Int64")})
    towns = protected(_by_town(standing), "households", [], least)
    return {"youth": pd.concat([county, towns[list(county)]], ignore_index=True)}


def quarter_ends(on: date, n: int) -> list[date]:
    """The last days of the ``n`` quarters before the one of a day, ascending."""
    first = date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
    ends: list[date] = []
    for _ in range(n):
        last = first - timedelta(days=1)
        ends.append(last)
        first = date(last.year, last.month - 2, 1)
    return ends[::-1]


def _by_town(standing: Standing) -> "pd.DataFrame":
    """Counts of every town of the register, those of none too; households that are not in it stand under –."""
    import ibis

    register = standing.records["households"].select("household_id", "town")
    named, on = standing.records["youth_households"], ibis.date(standing.on)
    youth = named.filter(named.named_on <= on, named.ended_on.isnull() | (named.ended_on > on)).select("household_id")
    rows = register.outer_join(youth.mutate(youth=1), "household_id")
    towns = rows.group_by(rows.town.fill_null("–").name("town")).aggregate(households=rows.youth.count())
    return towns.order_by("town").execute().assign(until=standing.on)
