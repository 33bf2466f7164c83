"""Credit in the sectors of the plan: counts of firms by sector, without tiers and without small counts of persons.

Sole proprietors are natural persons. Companies are known one by one, so a count of all firms tells that of sole
proprietors: it is told only where their count, and what is left of theirs, may be.
"""

from typing import TYPE_CHECKING

from credit_score.pilot.disclosure import gives_away, hidden, least_count
from credit_score.pilot.standing import Standing
from credit_score.policy.periods import counts_from
from credit_score.policy.three_credit import SectorView

if TYPE_CHECKING:
    import ibis
    import pandas as pd

SOLE = "sole_proprietor"
# Count → of which count it is a part.
PARTS = {
    "committed": "firms", "rated": "firms", "best_rated": "rated", "honoured": "firms", "penalised": "firms",
    "on_platform": "firms", "joint_building": "firms",
}  # fmt: skip
RULE = "three_credit:sector_view"


def sector_table(standing: Standing) -> "dict[str, pd.DataFrame]":
    """``sector_view``, a row a sector: its firms, and how many of them credit shows in what.

    ``firms`` registered; of them ``committed`` and ``rated`` within the policy's period, ``best_rated`` (whose last
    rating of these is the best), ``honoured`` and ``penalised`` (a record that counts on the day), ``on_platform``,
    ``joint_building``. A count is empty where it may not be told, or where its name is among ``needs`` (parted by ;):
    there is no file of it. Nothing without a view in force.
    """
    own, least = standing.rules.model.three_credit, least_count(standing.rules)
    view = own.sector_view if own else None
    sectors = standing.rules.value(view.sectors) if view else None
    if view is None or sectors is None or least is None:
        return {}
    return {"sector_view": _told(_counted(standing, view), list(sectors), least)}


def _counted(standing: Standing, view: SectorView) -> "pd.DataFrame":
    """Counts by ``sector`` and ``sole``; empty where there is no file of it."""
    firms = standing.firms
    marked = firms.select("sector", sole=firms.legal_form == SOLE, subject="enterprise_id")
    for name, subjects in _subjects(standing, view).items():
        found = subjects.select("subject").distinct()
        marked = marked.left_join(found.mutate(**{name: 1}), "subject").drop("subject_right")
    by = marked.group_by("sector", "sole")
    table = by.aggregate(firms=marked.count(), **{name: marked[name].count() for name in PARTS}).execute()
    for name, file in (("on_platform", "platform"), ("joint_building", "joint_building")):
        if not standing.has(file):
            table = table.drop(columns=name)
    return table


def _subjects(standing: Standing, view: SectorView) -> "dict[str, ibis.Table]":
    """Name of a count → the firms that are in it, one column ``subject``."""
    import ibis

    day, records = ibis.date(standing.on), standing.records
    months = standing.rules.value(view.within)
    since = ibis.date(counts_from(standing.on, months)) if months else day
    recent = records.effective(standing.on, standing.known).rename(subject="subject_id")
    recent = recent.filter(recent.subject_kind == "enterprise", recent.occurred_on >= since)
    ledger, rated = standing.tables["ledger_enterprise"], recent.filter(_below(recent.item, view.rated))
    last = ibis.window(
        group_by="subject", order_by=[ibis.desc("occurred_on"), ibis.desc("reported_on"), ibis.desc("record_id")]
    )
    placed = rated.mutate(place=ibis.row_number().over(last))
    platform, joint = records["platform"], records["joint_building"]
    return {
        "committed": recent.filter(_below(recent.item, view.committed)), "rated": rated,
        "best_rated": placed.filter(placed.place == 0, placed.item == view.best_rated),
        "honoured": ledger.filter(_below(ledger.item, view.honoured)),
        "penalised": ledger.filter(_below(ledger.item, view.penalised)),
        "on_platform": platform.filter(platform.joined_on <= day).rename(subject="enterprise_id"),
        "joint_building": joint.filter(joint.applied_on <= day).rename(subject="enterprise_id"),
    }  # fmt: skip


def _below(item: "ibis.Value", named: tuple[str, ...]) -> "ibis.Value":
    """Whether an item is one of those named, or stands below one."""
    import ibis

    return ibis.or_(item.isin(named), *(item.startswith(f"{name}.") for name in named))


def _told(counted: "pd.DataFrame", sectors: list[str], least: int) -> "pd.DataFrame":
    import pandas as pd

    names = ["firms", *PARTS]
    wide, rows = counted.set_index(["sector", "sole"]), []
    needs = ";".join(n for n in names if n not in wide.columns)
    for sector in sectors:
        whole = wide[wide.index.isin([sector], level="sector")].sum()
        sole = wide[wide.index.isin([(sector, True)])].sum()
        told = {n: int(whole[n]) for n in names if n in wide.columns and not _gives_away(n, sole, least)}
        rows.append({"sector": sector} | told | {"needs": needs, "rule": RULE})
    return pd.DataFrame(rows, columns=["sector", *names, "needs", "rule"]).astype(dict.fromkeys(names, "Int64"))


def _gives_away(name: str, sole: "pd.Series[float]", least: int) -> bool:
    """Whether a count would tell too small a one of sole proprietors; in a sector without any it tells of nobody."""
    own = int(sole[name])
    if name == "firms":
        return own > 0 and hidden(own, least)
    of = int(sole[PARTS[name]])
    return sole["firms"] > 0 and (of == 0 or gives_away(own, of, least))
