"""Financing on credit (信易贷): who has joined the platform, and which firm lets which bank see what.

A bank sees a firm only with that firm's own authorisation for that bank, while it stands. It sees neither score nor
tier nor points, and nothing of a person: of a sole proprietor, who is one, it is told the pseudonym and the
authorisation that the proprietor signed; what else it learns the proprietor hands over.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from credit_score.pilot.disclosure import protected
from credit_score.pilot.measures import registered
from credit_score.pilot.standing import Standing

if TYPE_CHECKING:
    import ibis
    import pandas as pd

STEPS = {"platform": "platform", "real_name": "platform", "authorised": "authorisations", "banks_joined": "banks"}
FIRM_STEPS = ("platform", "real_name", "authorised")
GROUPS = ("legal_form", "size")
MONTHS = 12
SEEN = (
    "bank_id", "enterprise_id", "authorisation_id", "given_on", "legal_form", "sector", "size", "registered_on",
    "items", "disputed_items",
)  # fmt: skip
# What of a sole proprietor's entry stays empty: the bank learns it from the proprietor.
OF_FIRMS = SEEN[5:]
SOLE = "sole_proprietor"


def on_platform(standing: Standing) -> "ibis.Table":
    """Registered firms of the platform, whatever the day: ``enterprise_id, joined_on, real_name_on``."""
    return standing.records["platform"].semi_join(registered(standing), "enterprise_id")


def authorisations(standing: Standing) -> "ibis.Table":
    """Authorisations of registered firms, whatever the day.

    ``authorisation_id, enterprise_id, bank_id, given_on, withdrawn_on``; without a bank one is for queries in general.
    """
    return standing.records["authorisations"].semi_join(registered(standing), "enterprise_id")


def finance_tables(standing: Standing) -> "dict[str, pd.DataFrame]":
    """The funnel by month and by groups of the day, the banks, which firm each may see, and cells for a what-if.

    ``finance_funnel``, ``finance_groups``, ``finance_banks``, ``authorised``, ``finance_cells``: all internal, and
    nothing of a person; nothing at all where the platform, the banks and the authorisations have no file.
    """
    if not any(standing.has(table) for table in ("platform", "banks", "authorisations")):
        return {}
    groups = finance_groups(standing)
    return {
        "finance_funnel": finance_funnel(standing), **({} if groups is None else {"finance_groups": groups}),
        "finance_banks": finance_banks(standing), "authorised": authorised_firms(standing),
        "finance_cells": finance_cells(standing),
    }  # fmt: skip


def finance_funnel(standing: Standing) -> "pd.DataFrame":
    """Firms and banks at the end of each of twelve months and on the day itself: a row a day × step.

    Returns ``month`` (2023-06), ``on``, ``step``, ``n``, ``of``, ``share``. Steps: ``platform`` (joined), ``real_name``
    and ``authorised`` (an authorisation stands, for any bank or in general) of the firms registered by then,
    ``banks_joined`` of the banks listed. A step whose file is missing has no ``n``: it is not known.
    """
    import pandas as pd

    days = month_ends(standing.on)
    whole = _counted(registered(standing), days, "enterprise_id", "registered_on")
    banks = int(standing.records["banks"].count().execute())
    rows = []
    for step, (table, key, since, until) in _steps(standing).items():
        known = standing.has(STEPS[step])
        counts = _counted(table, days, key, since, until) if known else {}
        for day in days:
            of = banks if step == "banks_joined" else whole.get(day, 0)
            rows.append((f"{day:%Y-%m}", day, step, counts.get(day, 0) if known else None, of))
    frame = pd.DataFrame(rows, columns=["month", "on", "step", "n", "of"]).astype({"n": "Int64", "of": "Int64"})
    return frame.assign(share=(frame["n"] / frame["of"].where(frame["of"] > 0)).astype("Float64"))


def _steps(standing: Standing) -> "dict[str, tuple[ibis.Table, str, str, str]]":
    """Step → its rows, their key, the day from which and the day until which (or nothing) each stands."""
    joined = on_platform(standing)
    return {
        "platform": (joined, "enterprise_id", "joined_on", ""),
        "real_name": (joined, "enterprise_id", "real_name_on", ""),
        "authorised": (authorisations(standing), "enterprise_id", "given_on", "withdrawn_on"),
        "banks_joined": (standing.records["banks"], "bank_id", "joined_on", ""),
    }


def month_ends(on: date) -> list[date]:
    """The last days of the twelve months before a day, and the day itself; ascending."""
    found = [on]
    first = on.replace(day=1)
    for _ in range(MONTHS):
        last = first - timedelta(days=1)
        found.append(last)
        first = last.replace(day=1)
    return found[::-1]


def _counted(table: "ibis.Table", days: Iterable[date], key: str, since: str, until: str = "") -> dict[date, int]:
    """Day → how many different keys stand on it: from ``since`` on, and before ``until`` where that is told."""
    import ibis

    points = ibis.memtable({"on_day": list(days)}, schema={"on_day": "date"})
    rows = table.cross_join(points)
    stands = rows[since] <= rows.on_day
    if until:
        stands &= rows[until].isnull() | (rows[until] > rows.on_day)
    found = rows.filter(stands).group_by("on_day").aggregate(n=rows[key].nunique()).execute()
    return {date.fromisoformat(str(day)[:10]): int(n) for day, n in zip(found["on_day"], found["n"], strict=True)}


def finance_groups(standing: Standing) -> "pd.DataFrame | None":
    """The steps of firms on the day by legal form and by size: ``by, group, firms, platform, real_name, authorised``.

    Sole proprietors are natural persons: counts that are too small, of those who took a step or of those who did not,
    are left out, and others that would give them away. None where the policy has no rule on small counts.
    """
    import pandas as pd

    publication = standing.rules.model.publication
    if publication is None:
        return None
    least = int(standing.rules.figure(publication.least_count).value)
    firms, stands = registered(standing), _standing_now(standing)
    for step, rows in stands.items():
        ids = rows.select(of="enterprise_id").distinct()
        firms = firms.left_join(ids, firms.enterprise_id == ids.of)
        firms = firms.mutate(**{step: firms.of.notnull()}).drop("of")
    told = []
    for by in GROUPS:
        sums = firms.group_by(group=firms[by]).aggregate(
            firms=firms.count(), **{step: firms[step].sum() for step in FIRM_STEPS}
        )
        table = sums.order_by("group").execute()
        for step in FIRM_STEPS:
            known = standing.has(STEPS[step])
            table = protected(table, step, [], least, base="firms") if known else _unknown(table, step)
        told.append(table.assign(by=by))
    return pd.concat(told, ignore_index=True)[["by", "group", "firms", *FIRM_STEPS]]


def _unknown(table: "pd.DataFrame", step: str) -> "pd.DataFrame":
    import pandas as pd

    return table.assign(**{step: pd.array([pd.NA] * len(table), dtype="Int64")})


def _standing_now(standing: Standing) -> "dict[str, ibis.Table]":
    """The rows of each step of firms that stand on the day."""
    import ibis

    day, joined, given = ibis.date(standing.on), on_platform(standing), authorisations(standing)
    now = given.filter(given.given_on <= day, given.withdrawn_on.isnull() | (given.withdrawn_on > day))
    return {
        "platform": joined.filter(joined.joined_on <= day), "real_name": joined.filter(joined.real_name_on <= day),
        "authorised": now,
    }  # fmt: skip


def finance_banks(standing: Standing) -> "pd.DataFrame":
    """Each bank: ``bank_id, name, joined`` (on the platform by the day) and ``firms`` that it may see."""
    import ibis

    banks, pairs = standing.records["banks"], _pairs(standing)
    counts = pairs.group_by("bank_id").aggregate(firms=pairs.enterprise_id.nunique())
    joined = (banks.joined_on <= ibis.date(standing.on)).fill_null(False)
    told = banks.mutate(joined=joined).left_join(counts, "bank_id")
    told = told.mutate(firms=told.firms.fill_null(0)).select("bank_id", "name", "joined", "firms")
    return told.order_by("bank_id").execute()


def authorised_firms(standing: Standing) -> "pd.DataFrame":
    """Firm × bank where the firm's own authorisation for that bank stands on the day: a row a pair, internal.

    ``authorisation_id`` and ``given_on`` are of the latest. ``items``: which items have a record that counts, by their
    ids joined by ``;``; ``disputed_items``: those with an open dispute. No score, no points, no tier, no number of
    records, from which a tier could follow. Of a sole proprietor nothing but the pseudonym and the authorisation, and
    that it is one.
    """
    import ibis

    firms, pairs = registered(standing), _pairs(standing)
    rows = pairs.join(firms.select("enterprise_id", "legal_form", "sector", "size", "registered_on"), "enterprise_id")
    told = rows.left_join(counted_items(standing), "enterprise_id").drop("enterprise_id_right")
    own = told.legal_form == SOLE
    empty = {c: ibis.ifelse(own, ibis.null(told[c].type()), told[c]) for c in OF_FIRMS}
    return told.mutate(**empty).select(*SEEN).order_by("bank_id", "enterprise_id").execute()


def bank_list(authorised: "pd.DataFrame", bank: str) -> "pd.DataFrame":
    """What one bank may see: its own rows of :func:`authorised_firms`, without those of any other bank."""
    return authorised[authorised["bank_id"] == bank].reset_index(drop=True)


def counted_items(standing: Standing) -> "ibis.Table":
    """``enterprise_id, items, disputed_items``: the items with a record that counts on the day, joined by ``;``."""
    import ibis

    ledger = standing.tables["ledger_enterprise"]
    each = ledger.group_by("subject", "item").aggregate(disputed=ledger.disputed.any())
    told = each.group_by(enterprise_id=each.subject).aggregate(
        items=each["item"].group_concat(";", order_by=each["item"]),
        disputed_items=each["item"].group_concat(";", where=each.disputed, order_by=each["item"]),
    )
    return told.mutate(disputed_items=told.disputed_items.fill_null(ibis.literal("")))


def finance_cells(standing: Standing) -> "pd.DataFrame":
    """Firms by score, tier, size, items and whether a natural person: what a bank's own rule is tried on. Internal.

    Returns ``score_milli, tier, size, sole, items, firms``; no firm stands in it.
    """
    firms, tiers = registered(standing), standing.tables["tiers"]
    rows = tiers.select("score_milli", "tier", enterprise_id="subject").join(firms, "enterprise_id")
    rows = rows.left_join(counted_items(standing), "enterprise_id")
    rows = rows.mutate(items=rows["items"].fill_null(""), sole=rows.legal_form == SOLE)
    by = ["score_milli", "tier", "size", "sole", "items"]
    return rows.group_by(by).aggregate(firms=rows.count()).order_by(by).execute()


def _pairs(standing: Standing) -> "ibis.Table":
    """The latest standing authorisation of each firm for each bank; one in general names no bank and opens no list."""
    import ibis

    now = _standing_now(standing)["authorised"]
    now = now.filter(now.bank_id.notnull())
    latest = ibis.window(group_by=["enterprise_id", "bank_id"],
                         order_by=[ibis.desc("given_on"), ibis.asc("authorisation_id")])  # fmt: skip
    placed = now.mutate(place=ibis.row_number().over(latest))
    return placed.filter(placed.place == 0).select("bank_id", "enterprise_id", "authorisation_id", "given_on")
