"""Financing on credit (信易贷): who has joined the platform, and which firm lets which bank see what.

A bank sees a firm only with that firm's own authorisation for that bank, while it stands. It sees neither score nor
tier nor points, and nothing of a person: of a sole proprietor, who is one, it is told the pseudonym and the
authorisation that the proprietor signed; what else it learns the proprietor hands over.
"""

from functools import partial
from typing import TYPE_CHECKING

from credit_score.long_list import LongList
from credit_score.pilot.disclosure import least_count, protected
from credit_score.pilot.indicators.asked import Asked
from credit_score.pilot.indicators.lacking import Lacking
from credit_score.pilot.indicators.quantities import QUANTITIES
from credit_score.pilot.spans import EVER, days_of
from credit_score.pilot.standing import Standing

if TYPE_CHECKING:
    import ibis
    import pandas as pd

# Step → the quantities of indicators that it is, and that it is of.
STEPS = {
    "platform": ("platform_firms", "firms"), "real_name": ("real_name_firms", "firms"),
    "authorised": ("authorised_firms", "firms"), "banks_joined": ("banks_joined", "banks"),
}  # fmt: skip
# Step of firms → the table that tells it.
FIRM_STEPS = {"platform": "platform", "real_name": "platform", "authorised": "authorisations"}
GROUPS = ("legal_form", "size")
SEEN = (
    "bank_id", "enterprise_id", "authorisation_id", "given_on", "legal_form", "sector", "size", "registered_on",
)  # fmt: skip
# What of a sole proprietor's entry stays empty, as the items do: the bank learns it from the proprietor.
OF_FIRMS = SEEN[5:]
SOLE = "sole_proprietor"


def finance_tables(standing: Standing) -> "dict[str, pd.DataFrame | LongList]":
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
    """Firms and banks at the end of each of the last months and on the day itself: a row a day × step.

    Returns ``month`` (2023-06), ``on``, ``step``, ``n``, ``of``, ``share``: numbers as the plan's indicators have them.
    Steps: ``platform`` (joined), ``real_name`` and ``authorised`` (an authorisation stands, for any bank or in
    general) of the firms registered by then, ``banks_joined`` of the banks listed. A step whose file is missing has no
    ``n``.
    """
    import pandas as pd

    asked = Asked(standing, days_of(standing.on, EVER), EVER)
    rows = []
    for step, (above, below) in STEPS.items():
        both = zip(asked.days, _known(asked, above), _known(asked, below), strict=True)
        rows += [(f"{day:%Y-%m}", day, step, n, of or 0) for day, n, of in both]
    frame = pd.DataFrame(rows, columns=["month", "on", "step", "n", "of"]).astype({"n": "Int64", "of": "Int64"})
    frame = frame.sort_values("on", kind="stable", ignore_index=True)
    return frame.assign(share=(frame["n"] / frame["of"].where(frame["of"] > 0)).astype("Float64"))


def _known(asked: Asked, quantity: str) -> tuple[int | None, ...]:
    """A named quantity of indicators on each day; none where a file is missing."""
    try:
        return QUANTITIES[quantity](asked, None)
    except Lacking:
        return (None,) * len(asked.days)


def finance_groups(standing: Standing) -> "pd.DataFrame | None":
    """The steps of firms on the day by legal form and by size: ``by, group, firms, platform, real_name, authorised``.

    Sole proprietors are natural persons: counts that are too small, of those who took a step or of those who did not,
    are left out, and others that would give them away. None where the policy has no rule on small counts.
    """
    import pandas as pd

    least = least_count(standing.rules)
    if least is None:
        return None
    firms, stands = standing.firms, _standing_now(standing)
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
        for step, file in FIRM_STEPS.items():
            known = standing.has(file)
            table = protected(table, step, [], least, base="firms") if known else _unknown(table, step)
        told.append(table.assign(by=by))
    return pd.concat(told, ignore_index=True)[["by", "group", "firms", *FIRM_STEPS]]


def _unknown(table: "pd.DataFrame", step: str) -> "pd.DataFrame":
    import pandas as pd

    return table.assign(**{step: pd.array([pd.NA] * len(table), dtype="Int64")})


def _standing_now(standing: Standing) -> "dict[str, ibis.Table]":
    """The rows of each step of firms that stand on the day."""
    import ibis

    day, records = ibis.date(standing.on), standing.records
    joined, given = (
        records[name].semi_join(standing.firms, "enterprise_id") for name in ("platform", "authorisations")
    )
    now = given.filter(given.given_on <= day, given.withdrawn_on.isnull() | (given.withdrawn_on > day))
    return {
        "platform": joined.filter(joined.joined_on <= day), "real_name": joined.filter(joined.real_name_on <= day),
        "authorised": now,
    }  # fmt: skip


def finance_banks(standing: Standing) -> "pd.DataFrame":
    """Each bank: ``bank_id, name, joined`` (on the platform by the day) and ``firms`` that it may see."""
    import ibis

    banks, pairs = standing.records["banks"], _pairs(standing)
    counts = pairs.group_by("bank_id").aggregate(firms=pairs.count())
    joined = (banks.joined_on <= ibis.date(standing.on)).fill_null(False)
    told = banks.mutate(joined=joined).left_join(counts, "bank_id")
    told = told.mutate(firms=told.firms.fill_null(0)).select("bank_id", "name", "joined", "firms")
    return told.order_by("bank_id").execute()


def authorised_firms(standing: Standing) -> LongList:
    """Firm × bank where the firm's own authorisation for that bank stands on the day: a row a pair, internal.

    ``authorisation_id`` and ``given_on`` are of the latest. ``items``: which items have a record that counts, by their
    ids joined by ``;``; ``disputed_items``: those with an open dispute. No score, no points, no tier, no number of
    records, from which a tier could follow. Of a sole proprietor nothing but the pseudonym and the authorisation, and
    that it is one.
    """
    import ibis

    firms, pairs = standing.firms, _pairs(standing)
    rows = pairs.join(firms.select("enterprise_id", "legal_form", "sector", "size", "registered_on"), "enterprise_id")
    told = rows.left_join(held_items(standing), "enterprise_id").drop("enterprise_id_right")
    own = told.legal_form == SOLE
    empty = {c: ibis.ifelse(own, ibis.null(told[c].type()), told[c]) for c in (*OF_FIRMS, "held")}
    told = told.mutate(**empty).select(*SEEN, "held").order_by("bank_id", "enterprise_id")
    return LongList(told, partial(_in_words, columns={"items": "12", "disputed_items": "2"}, ids=_ids(standing)))


def bank_list(authorised: "pd.DataFrame", bank: str) -> "pd.DataFrame":
    """What one bank may see: its own rows of :func:`authorised_firms`, without those of any other bank."""
    return authorised[authorised["bank_id"] == bank].reset_index(drop=True)


def held_items(standing: Standing) -> "ibis.Table":
    """``enterprise_id, held``: a digit an item, in the order of their ids: 0 if no record of it counts on the day.

    Else 1, or 2 where one is in dispute. Lists of their names would be ten times as long, and no engine spills them.
    """
    import ibis

    ledger = standing.tables["ledger_enterprise"]
    digit = ibis.ifelse(ledger.disputed, 2, 1)
    digits = {f"_{k}": digit.max(where=ledger["item"] == item) for k, item in enumerate(_ids(standing))}
    found = ledger.group_by(enterprise_id=ledger.subject).aggregate(**digits)
    held = (found[name].fill_null(0).cast("string") for name in digits)
    return found.select("enterprise_id", held=ibis.literal("").concat(*held))


def _ids(standing: Standing) -> list[str]:
    return sorted(item.id for item in standing.rules.model.enterprise.items)


def _in_words(batch: "pd.DataFrame", columns: dict[str, str], ids: list[str]) -> "pd.DataFrame":
    """In the place of ``held``, for each column the items that have one of its digits; empty where ``held`` is."""
    held, at = batch["held"], list(batch.columns).index("held")
    told = batch.drop(columns="held")
    for name, digits in reversed(columns.items()):
        words = {h: _names(h, digits, ids) for h in held.dropna().unique()}
        told.insert(at, name, held.map(words))
    return told


def _names(held: str, digits: str, ids: list[str]) -> str:
    return ";".join(item for item, digit in zip(ids, held, strict=True) if digit in digits)


def finance_cells(standing: Standing) -> LongList:
    """Firms by score, tier, size, items and whether a natural person: what a bank's own rule is tried on. Internal.

    Returns ``score_milli, tier, size, sole, items, firms``; no firm stands in it.
    """
    firms, tiers, none = standing.firms, standing.tables["tiers"], "0" * len(_ids(standing))
    rows = tiers.select("score_milli", "tier", enterprise_id="subject").join(firms, "enterprise_id")
    rows = rows.left_join(held_items(standing), "enterprise_id")
    rows = rows.mutate(held=rows.held.fill_null(none).replace("2", "1"), sole=rows.legal_form == SOLE)
    by = ["score_milli", "tier", "size", "sole", "held"]
    counted = rows.group_by(by).aggregate(firms=rows.count()).order_by(by)
    return LongList(counted, partial(_in_words, columns={"items": "1"}, ids=_ids(standing)))


def _pairs(standing: Standing) -> "ibis.Table":
    """The latest standing authorisation of each firm for each bank; one in general names no bank and opens no list."""
    import ibis

    now = _standing_now(standing)["authorised"]
    now = now.filter(now.bank_id.notnull())
    latest = ibis.window(group_by=["enterprise_id", "bank_id"],
                         order_by=[ibis.desc("given_on"), ibis.asc("authorisation_id")])  # fmt: skip
    placed = now.mutate(place=ibis.row_number().over(latest))
    return placed.filter(placed.place == 0).select("bank_id", "enterprise_id", "authorisation_id", "given_on")
