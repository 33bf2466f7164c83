"""Quantities of credit records and of how units report them.

A record counts by the day it occurred and by what is known of it now; one that was corrected or withdrawn counts on no
day. Reports that offend count by the month of their decision, and periods by their last day, as both are seen from the
as-of day.
"""

from typing import TYPE_CHECKING, Any

from credit_score.errors import RecordsError
from credit_score.pilot.counted import Counts, counted, counted_last
from credit_score.pilot.indicators.asked import Asked
from credit_score.pilot.indicators.lacking import lacks
from credit_score.pilot.spans import stocks
from credit_score.records.duties.calendar import working_calendar
from credit_score.records.duties.coverage import farm_register, first_day, period_table
from credit_score.records.duties.four_zeros import to_sum
from credit_score.records.duties.unmeasured import REGISTER
from credit_score.records.life import TAKEN_BACK, with_life

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from credit_score.policy.quantities import Periods, RatedFirms, RecordsOfItems, Reports


def credit_records(asked: Asked, own: "RecordsOfItems") -> Counts:
    """Records of enterprises that stand, of some items."""
    rows = _records(asked, own.items)
    return counted(rows.select(key=rows.record_id, begun=rows.occurred_on), stocks(asked.days))


def rated_firms(asked: Asked, own: "RatedFirms") -> Counts:
    """Firms whose last rating in the period is one of some; raises Lacking where only one grade is recorded."""
    rows = _records(asked, own.among)
    found = set(rows.select("item").distinct().to_pyarrow()["item"].to_pylist())
    if len(found) < min(2, len(own.among)):
        raise lacks("pilot.needs_ratings")
    told = rows.select(key=rows.subject_id, begun=rows.occurred_on, value=rows.item, id=rows.record_id)
    return counted_last(told, asked.events, own.items)


def _records(asked: Asked, items: tuple[str, ...]) -> "ibis.Table":
    """Records of enterprises by what is known, without those taken back."""
    lived = with_life(asked.standing.records.tables, asked.standing.on, asked.standing.known)
    own = lived.filter(lived.subject_kind == "enterprise", lived.item.isin(list(items)))
    return own.filter(~own.life.isin(["not_yet", *TAKEN_BACK]))


def wrong_disputes(asked: Asked, _: Any) -> Counts:
    """Records disputed in the period that are known to have been corrected or withdrawn on that day or after it."""
    import ibis

    events = asked.table("record_events")
    heard = events.filter(events.known_on <= ibis.date(asked.standing.known))
    taken = heard.filter(heard.event.isin(list(TAKEN_BACK))).group_by(of_record="record_id")
    back = taken.aggregate(last=lambda t: t.known_on.max())
    disputed = heard.filter(heard.event == "disputed").join(back, [heard.record_id == back.of_record])
    return asked.happened(disputed.filter(disputed.last >= disputed.happened_on), "record_id", "happened_on")


def farm_entities(asked: Asked, _: Any) -> Counts:
    """New farm entities in the register."""
    farms = _farms(asked)
    return counted(farms.select(key=farms.enterprise_id, begun=farms.registered_on), stocks(asked.days))


def farm_entities_covered(asked: Asked, _: Any) -> Counts:
    """Those of them with a credit record that was reported."""
    import ibis

    farms = _farms(asked).filter(lambda t: t.covered_on.notnull())
    begun = ibis.greatest(farms.registered_on, farms.covered_on)
    return counted(farms.select(key=farms.enterprise_id, begun=begun), stocks(asked.days))


def _farms(asked: Asked) -> "ibis.Table":
    resources = asked.standing.rules.model.resources
    if resources is None or resources.farm_entities is None:
        raise lacks("pilot.needs_section", section="resources")
    return farm_register(asked.table("enterprises"), asked.table("credit_records"), asked.standing.rules)


def periods_due(asked: Asked, own: "Periods") -> Counts:
    """Periods over in which a resource was due from a unit, since the year before the as-of day."""
    return _by_day(asked, _periods(asked, own))


def periods_arrived(asked: Asked, own: "Periods") -> Counts:
    """Those of them in which it arrived."""
    periods = _periods(asked, own)
    return _by_day(asked, periods[periods["arrived"].astype(bool)])


def _periods(asked: Asked, own: "Periods") -> "pd.DataFrame":
    rules = asked.standing.rules
    if rules.model.resources is None:
        raise lacks("pilot.needs_section", section="resources")
    table = period_table(asked.table("credit_records"), rules, since=first_day(rules.on))
    return table[table["group"].isin(own.groups)]


def _by_day(asked: Asked, periods: "pd.DataFrame") -> Counts:
    return tuple(int((periods["last"] <= day).sum()) for day in asked.days)


def offending_reports(asked: Asked, own: "Reports") -> Counts:
    """Reports that offend by a measure, of decisions of the period; those that are wrong, of all that was sent."""
    return _summed(asked, own, "n")


def judged_reports(asked: Asked, own: "Reports") -> Counts:
    """Reports that are held to a measure, of decisions of the period, or for wrong ones all that was sent."""
    return _summed(asked, own, "of")


def _summed(asked: Asked, own: "Reports", column: str) -> Counts:
    """A column of the four zeros over the months of each period; raises Lacking where nothing could be measured.

    Rows refused at the door tell no month. So what is wrong is told on the as-of day alone, of all that was sent by
    then: in no month before it is there anything to divide by.
    """
    rows = _measured(asked, own)
    if own.measure == "wrong":
        return (*(0 for _ in asked.days[1:]), int(to_sum(rows)[column].sum()))
    spans = ((f"{span.since:%Y-%m}", f"{span.until:%Y-%m}") for span in asked.events)
    return tuple(int(rows.loc[rows["month"].between(*span), column].sum()) for span in spans)


def _measured(asked: Asked, own: "Reports") -> "pd.DataFrame":
    if not asked.standing.rules.model.clocks:
        raise lacks("pilot.needs_section", section="clocks")
    table = _quality(asked)
    mine = table[(table["measure"] == own.measure) & (table["clock"] == (own.clock or ""))]
    if mine["n"].isna().all() and (mine["needs"] == REGISTER).any():
        raise lacks("pilot.needs_register")
    return mine[mine["n"].notna()]


def _quality(asked: Asked) -> "pd.DataFrame":
    try:
        return asked.standing.quality
    except RecordsError:
        known = working_calendar(asked.standing.rules.about.calendar)
        raise lacks("quality.beyond", on=asked.standing.on, first=known.first, last=known.last) from None
