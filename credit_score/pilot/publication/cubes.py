"""Cubes of persons behind published tables: every group that there can be, and how many are in it.

Exact counts are made here, handed to :func:`~credit_score.pilot.protection.protected_release`, and kept nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from credit_score.pilot.groups import Margin
from credit_score.pilot.reach import age_band, age_starts, band_names
from credit_score.pilot.standing import Standing
from credit_score.points.ledger import age_at
from credit_score.policy import RuleSet
from credit_score.policy.periods import months_later
from credit_score.policy.publication import PublishedTable
from credit_score.records.door.identity import natural_persons

if TYPE_CHECKING:
    import ibis
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

YES, NO = "yes", "no"
PERSONS, SOLE, DECIDED, USES = "persons", "sole_proprietors", "decided", "uses"
CUBES = {
    "members": PERSONS, "members_with_benefit": PERSONS, "sole_proprietors": SOLE, "decisions_of_persons": DECIDED,
    "scene_uses": USES,
}  # fmt: skip


@dataclass(frozen=True)
class Cube:
    """Cells that there can be, a row each of text columns, and ``n``, (C,), how many persons (or uses) are in each."""

    cells: "pd.DataFrame"
    n: "NDArray[np.int64]"


def margin(table: PublishedTable) -> Margin:
    """A published table as a margin of its cube.

    A sole proprietor may have decisions of several units and items, so that their counts make no totals.
    """
    if table.of == "members":
        return Margin(table.id, table.by, part={"enrolled": YES})
    if table.of == "members_with_benefit":
        return Margin(table.id, table.by, base={"enrolled": YES}, part={"benefit": YES})
    return Margin(table.id, table.by, totals=table.of != "decisions_of_persons")


def cube(name: str, standing: Standing, tables: Sequence[PublishedTable]) -> Cube:
    """The cube of some published tables that are margins of it."""
    by = tuple(dict.fromkeys(d for table in tables for d in table.by))
    if name == PERSONS:
        return _persons(standing, by)
    if name == SOLE:
        return _sole_proprietors(standing, by)
    return _decided(standing, by) if name == DECIDED else _uses(standing, by, tables[0])


def _filled(counted: "pd.DataFrame", values: Mapping[str, Iterable[str]]) -> Cube:
    """All combinations of values with their counts, 0 where nobody is counted."""
    import pandas as pd

    cells = pd.DataFrame(list(product(*values.values())), columns=list(values), dtype=object)
    n = cells.merge(counted, on=list(values), how="left")["n"].fillna(0)
    return Cube(cells, n.to_numpy(dtype="int64"))


def _persons(standing: Standing, by: tuple[str, ...]) -> Cube:
    """Adults in the register: whether enrolled, and whether a benefit of points is open to them.

    Where the register holds members alone, nothing is left of it, and nothing is taken to be.
    """
    people = _people(standing)
    counted = people.group_by(*by, "enrolled", "benefit").aggregate(n=people.count()).execute()
    own = {d: _values(people, d) if d == "town" else band_names(age_starts(standing.rules)) for d in by}
    whole = _filled(counted, own | {"enrolled": (NO, YES), "benefit": (NO, YES)})
    cells, n = whole.cells, whole.n
    outside = cells["enrolled"] == NO
    kept = ~outside | (cells["benefit"] == NO) & bool(n[outside].sum())
    return Cube(cells[kept].reset_index(drop=True), n[kept])


def _people(standing: Standing) -> "ibis.Table":
    """``town, age_band, enrolled, benefit`` of every person in the register who is of age."""
    import ibis

    rules, people, scores = standing.rules, standing.records["individuals"], standing.tables["scores_individual"]
    least = _least_score(rules)
    joined = people.left_join(scores.select("subject", "score_milli"), people.person_id == scores.subject)
    open_to = joined.score_milli >= least if least is not None else ibis.literal(False)
    rows = joined.mutate(
        age_band=age_band(joined, standing),
        enrolled=ibis.ifelse(joined.subject.notnull(), YES, NO),
        benefit=ibis.ifelse(open_to.fill_null(False), YES, NO),
    )
    return rows.filter(age_at(joined, standing.on) >= age_starts(rules)[0]).select(
        "town", "age_band", "enrolled", "benefit"
    )


def _least_score(rules: RuleSet) -> int | None:
    """The lowest score in milli-points from which a benefit is open; None where none is in force."""
    own = rules.model.individual
    starts = [rules.value(b.from_score) for b in own.benefits] if own else []
    return min((s for s in starts if s is not None), default=None)


def _values(table: "ibis.Table", column: str) -> list[str]:
    return sorted(table.select(column).distinct().execute()[column])


def _sole_proprietors(standing: Standing, by: tuple[str, ...]) -> Cube:
    firms = standing.firms
    mine = firms.filter(natural_persons(firms.enterprise_id))
    counted = mine.group_by(*by).aggregate(n=mine.count()).execute()
    about = standing.rules.about
    codes = {"sector": [s.id for s in about.sectors], "size": [s.id for s in about.sizes]}
    return _filled(counted, {d: codes.get(d) or _values(firms, d) for d in by})


def _decided(standing: Standing, by: tuple[str, ...]) -> Cube:
    """Sole proprietors with a licence or a penalty that is public, by the unit that decided it and the item."""
    from credit_score.pilot.publication.decisions import decided_items, public_decisions

    rows = public_decisions(standing, persons=True)
    told_apart = rows.select(*by, "subject").distinct()  # an engine spills these, but no sets that it counts by itself
    counted = told_apart.group_by(*by).aggregate(n=told_apart.count()).execute()
    codes = {"unit": [u.id for u in standing.rules.about.units], "item": list(decided_items(standing.rules))}
    return _filled(counted, {d: codes[d] for d in by})


def _uses(standing: Standing, by: tuple[str, ...], table: PublishedTable) -> Cube:
    """Uses of scenes in the months of the window, as providers supply them."""
    import ibis

    rules, scenes = standing.rules, standing.rules.model.scenes
    months = rules.figure(table.window).value if table.window else 0
    uses = standing.records["scene_uses"]
    uses = uses.filter(uses.month > ibis.date(months_later(standing.on, -months)), uses.month <= ibis.date(standing.on))
    counted = uses.group_by(*by).aggregate(n=uses.uses.sum()).execute()
    towns = _values(standing.records["individuals"], "town")
    values = {"scene": [s.id for s in scenes.scenes] if scenes else [], "town": towns}
    return _filled(counted, {d: values[d] for d in by})
