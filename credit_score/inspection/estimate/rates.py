"""Rates of violation by design: from visits that a draw chose, each by its chance, over strata of known size.

Strata are draws without replacement (tier × department, perhaps × year). A domain, such as a sector, lies across them.
A visit stands for w firms, and the visits of a class of firms with about the same chance π for all its firms: those
drawn of whom nothing came back are taken to be like those visited of their class. Hájek's rate is Σ w y ÷ Σ w, and
Horvitz and Thompson's Σ w y over the known number of firms. Visits on complaint, alert, referral or duty enter no rate.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError, NotIdentified, first_five
from credit_score.inspection.estimate.classes import class_of, classes
from credit_score.inspection.estimate.ends import Drawn, rate_ends
from credit_score.inspection.frame import RANDOM
from credit_score.scorecard.rates import check_level

if TYPE_CHECKING:
    import pandas as pd

STRATA = ("department", "tier_code")
DRAWN = "random"
NEEDED = ("stream", "draw_probability", "bad")
# Why a domain has no rate, followed by the stratum.
NOBODY = "inspection ratio 0 and floor 0, or duties use up the annual cap: nobody can be drawn"
CLOSED = "the annual cap may have closed firms, their chance is not known"
NOT_VISITED = "no visit that a draw chose"
UNSEEN = "visited only where everybody was, and nobody of its other firms"
RATES = ("hajek", "hajek_low", "hajek_high", "ht")
COLUMNS = ("firms", "visits", "found", "naive_visits", "naive", *RATES, "identified", "reason")


def visit_rates(
    visits: "pd.DataFrame",
    population: "pd.DataFrame",
    by: Sequence[str],
    *,
    strata: Sequence[str] = STRATA,
    level: float = 0.95,
) -> "pd.DataFrame":
    """A row a domain: its rates of violation with intervals, and the naive rate beside them.

    Parameters
    ----------
    visits : a row a visit: the columns of ``strata`` and ``by``, ``stream``, ``draw_probability`` (missing where no
        draw chose the firm), ``bad`` (1 if a violation was found, else 0) and ``subject``, without which each row is
        taken to be a firm of its own. Random visits to one firm of a stratum are one, in violation where any of them
        found something: the rate is of firms.
    population : what was drawn from, a row a group of firms: the columns of ``strata`` and ``by``, ``firms`` (how
        many), and their ``draw_probability`` (0: nobody can be drawn; missing: the chance is not known). Firms of one
        stratum may have several, as under an annual cap.
    by : columns that make the domains: tier, department, sector, or several.
    strata : columns that make the strata; with the year among them, several years are pooled.

    Returns the columns of ``by`` and :data:`COLUMNS`: ``firms``; ``visits`` that a draw chose and violations ``found``
    by them; ``naive_visits`` and ``naive``, of all streams; ``hajek`` with its ends, and ``ht``, which is the same for
    a domain of whole strata, and else may lie above 1. Where a firm of the domain could not be drawn, its chance is not
    known, nobody of a stratum of it was visited, or of those not in a class visited wholly nobody was, no rate is
    identified: NaN, and ``reason`` says why. Ends are those of :func:`rate_ends`; in simulated counties ends of
    .95 covered .92 to 1.00 of the time, mostly .95 to .98 (ADR 22).
    They hold no error of a visit: a rate is of what visits find.

    Raises FitError for columns that are missing, labels that are not 0 or 1, chances outside (0, 1] or other than the
    population's, more firms visited than a stratum has, and visits to a stratum or domain that the population does not
    have.
    """
    import pandas as pd

    check_level(level)
    keys: list[str] = list(strata)
    domain: list[str] = list(by)
    _check(visits, population, keys, domain)
    drawn = _firms_drawn(visits, keys)
    design = _design(drawn, population, keys)
    _check_known(drawn, design, population, keys, domain)
    told_classes = classes(drawn, population, keys)
    drawn, sample = _weighed(drawn, told_classes, keys)
    population = population.assign(class_of=class_of(population, told_classes, keys))
    rows = []
    for name, firms in population.groupby(domain, sort=True):
        told = dict(zip(domain, name, strict=True))
        rows.append(told | _domain(told, firms, (drawn, sample), visits, design, level))
    return pd.DataFrame(rows, columns=[*domain, *COLUMNS])


def violation_rate(
    visits: "pd.DataFrame", population: "pd.DataFrame", domain: dict[str, Any], *, strata: Sequence[str] = STRATA
) -> float:
    """Hájek's rate of one domain, as ``{"tier_code": 0}``. Raises NotIdentified where there is none, and why."""
    table = visit_rates(visits, population, list(domain), strata=strata)
    at = table[np.logical_and.reduce([table[name] == value for name, value in domain.items()])]
    named = ", ".join(f"{name} {value}" for name, value in domain.items())
    if at.empty:
        raise FitError(f"no firm with {named}", remedy="name a domain of the population")
    row = at.iloc[0]
    if not row["identified"]:
        raise NotIdentified(
            f"{named}: {row['reason']}", remedy="raise its floor, so that some of it are drawn at random"
        )
    return float(row["hajek"])


def population_of(frame: "pd.DataFrame", by: Sequence[str]) -> "pd.DataFrame":
    """What a draw drew from at random: firms under no duty, by stratum, chance and the columns ``by`` of the frame.

    ``frame``: a row a firm × department, with the ``draw_probability`` of :func:`capped_chances`. A firm that the
    annual cap never leaves room for, as where duties use it up, stands beside the random draw as one under a duty does,
    and is left out; a stratum of which nobody can be drawn is not.
    """
    keys = list(dict.fromkeys([*STRATA, *by, "draw_probability"]))
    at_random = frame[frame["duty"] == RANDOM]
    most = at_random.groupby(list(STRATA))["draw_probability"].transform("max")
    at_random = at_random[~((at_random["draw_probability"] == 0) & (most > 0))]
    return at_random.groupby(keys, as_index=False, dropna=False).size().rename(columns={"size": "firms"})


def _firms_drawn(visits: "pd.DataFrame", keys: list[str]) -> "pd.DataFrame":
    """A row a firm of a stratum that a draw chose, with the worst of what was found."""
    drawn = visits[(visits["stream"] == DRAWN) & visits["draw_probability"].notna()]
    if "subject" not in visits.columns:
        return drawn
    worst_first = drawn.sort_values("bad", ascending=False, kind="stable")
    return worst_first[~worst_first.duplicated([*keys, "subject"])].sort_index()


def _check(visits: "pd.DataFrame", population: "pd.DataFrame", keys: list[str], domain: list[str]) -> None:
    named = list(dict.fromkeys([*keys, *domain]))
    for table, what, columns in (
        (visits, "visits", [*named, *NEEDED]), (population, "the population", [*named, "firms", "draw_probability"]),
    ):  # fmt: skip
        if lacking := [c for c in columns if c not in table.columns]:
            raise FitError(f"{what} without {first_five(lacking)}", remedy=f"give the columns {', '.join(columns)}")
    if not domain:
        raise FitError("no domain", remedy="name one column or more, as ['tier_code']")
    if not (np.isfinite(population["firms"]) & (population["firms"] > 0)).all():
        raise FitError("a group of the population without firms", remedy="leave it out, or count its firms")
    known = population["draw_probability"].dropna()
    if not ((known >= 0) & (known <= 1)).all():
        odd = first_five(f"{p:g}" for p in known[(known < 0) | (known > 1)])
        raise FitError(f"draw_probability {odd} of the population", remedy="give chances in [0, 1]")
    if not visits["bad"].isin((0, 1)).all():
        raise FitError("a label that is not 0 or 1", remedy="give 1 where a violation was found, else 0")
    chance = visits["draw_probability"].dropna()
    if not ((chance > 0) & (chance <= 1)).all():
        odd = first_five(f"{p:g}" for p in chance[~((chance > 0) & (chance <= 1))])
        raise FitError(f"draw_probability {odd}", remedy="give chances in (0, 1], or nothing where no draw chose")


def _design(drawn: "pd.DataFrame", population: "pd.DataFrame", keys: list[str]) -> "pd.DataFrame":
    """A row a stratum: firms N that can be drawn, visits n."""
    sizes = (
        population["firms"].where(population["draw_probability"] != 0, 0).groupby([population[k] for k in keys]).sum()
    )
    n = drawn.groupby(keys).size().rename("n")
    return sizes.to_frame().join(n, how="outer").fillna({"n": 0})


def _weighed(drawn: "pd.DataFrame", told: "pd.DataFrame", keys: list[str]) -> "tuple[pd.DataFrame, Drawn]":
    """Visits with ``weight``, of which those of a class sum to its firms, and the same as arrays.

    ``told``: the classes. Of one that was visited wholly each visit stands for itself.
    """
    of = class_of(drawn, told, keys)
    # The last place is for visits to firms whose chance is not known: no rate is told of them.
    firms, n = (np.append(told.groupby("code")[c].sum().to_numpy(float), 0.0) for c in ("firms", "n"))
    of = np.where(of < 0, len(firms) - 1, of)
    share = np.where((n >= firms)[of], 1.0, 1 / drawn["draw_probability"].to_numpy(float))
    weight = share * (firms / np.maximum(np.bincount(of, share, len(firms)), 1e-300))[of]
    left = np.maximum(firms - n, 0) / np.maximum(firms - 1, 1)
    return drawn.assign(weight=weight), Drawn(drawn["bad"].to_numpy(float), weight, of, left)


def _check_known(
    drawn: "pd.DataFrame", design: "pd.DataFrame", population: "pd.DataFrame", keys: list[str], domain: list[str]
) -> None:
    if (unknown := design["firms"].isna()).any():
        places = first_five(design.index[unknown])
        raise FitError(f"visits to a stratum without firms: {places}", remedy="give the population that was drawn from")
    if (more := design["n"] > design["firms"]).any():
        row = design[more].reset_index().iloc[0]
        what = f"{row['n']:g} visits to {row['firms']:g} firms ({_named(keys, row)})"
        raise FitError(what, remedy="give the column subject, so that visits to one firm are one")
    _check_chances(drawn, population, keys)
    met = drawn[domain].drop_duplicates().merge(population[domain].drop_duplicates(), how="left", indicator=True)
    if (absent := met["_merge"] == "left_only").any():
        places = first_five(met.loc[absent, domain].itertuples(index=False, name=None))
        raise FitError(f"visits to a domain without firms: {places}", remedy="give the population that was drawn from")


def _check_chances(drawn: "pd.DataFrame", population: "pd.DataFrame", keys: list[str]) -> None:
    """Refuse a visit by a chance that no firm of its stratum has; where a chance is not known there is no rate."""
    stated = population[[*keys, "draw_probability"]].assign(draw_probability=population["draw_probability"].round(9))
    unknown = stated.loc[stated["draw_probability"].isna(), keys].drop_duplicates()
    drawn = drawn.merge(unknown, on=keys, how="left", indicator="unknown").query("unknown == 'left_only'")
    told = drawn[[*keys, "draw_probability"]].assign(draw_probability=drawn["draw_probability"].round(9))
    met = told.drop_duplicates().merge(stated.drop_duplicates(), how="left", indicator=True)
    if (odd := met["_merge"] == "left_only").any():
        row = met[odd].iloc[0]
        what = f"a visit by chance {row['draw_probability']:g} to a stratum without it ({_named(keys, row)})"
        raise FitError(what, remedy="give visits and population the chances of one draw")


def _domain(
    told: dict[str, Any], firms: "pd.DataFrame", drawn: "tuple[pd.DataFrame, Drawn]", visits: "pd.DataFrame",
    design: "pd.DataFrame", level: float,
) -> dict[str, Any]:  # fmt: skip
    table, sample = drawn
    inside, every = _within(table, told), visits[_within(visits, told)]
    seen, n_firms = table[inside], float(firms["firms"].sum())
    row: dict[str, Any] = {
        "firms": n_firms, "visits": len(seen), "found": int(seen["bad"].sum()), "naive_visits": len(every),
        "naive": float(every["bad"].mean()) if len(every) else np.nan,
    }  # fmt: skip
    reason = _why_not(firms, design) or ("" if len(seen) else NOT_VISITED) or _unseen(firms, sample, inside)
    if reason:
        return row | dict.fromkeys(RATES, np.nan) | {"identified": False, "reason": reason}
    weight = seen["weight"].to_numpy(float)
    total = float(weight @ seen["bad"].to_numpy(float))
    hajek = min(total / float(weight.sum()), 1.0)
    rates = dict(zip(RATES, (hajek, *rate_ends(sample, inside, level), total / n_firms), strict=True))
    return row | rates | {"identified": True, "reason": ""}


def _unseen(firms: "pd.DataFrame", sample: Drawn, inside: np.ndarray) -> str:
    """Why a domain of which nobody was visited but where everybody was has no rate: of the others nothing is known."""
    whole = np.flatnonzero(sample.left == 0)
    others = ~firms["class_of"].isin(whole)
    return UNSEEN if others.any() and np.isin(sample.of[inside], whole).all() else ""


def _within(table: "pd.DataFrame", told: dict[str, Any]) -> np.ndarray:
    return np.logical_and.reduce([(table[name] == value).to_numpy() for name, value in told.items()])


def _why_not(firms: "pd.DataFrame", design: "pd.DataFrame") -> str:
    """Why a domain has no rate; empty where it has one."""
    keys = [str(name) for name in design.index.names]
    visited = firms[keys].merge(design["n"].reset_index(), on=keys, how="left")["n"].to_numpy()
    for wrong, what in (
        (firms["draw_probability"] == 0, NOBODY),
        (firms["draw_probability"].isna(), CLOSED),
        (visited == 0, NOT_VISITED),
    ):  # fmt: skip
        if wrong.any():
            return f"{what} ({_named(keys, firms.loc[np.asarray(wrong), keys].iloc[0])})"
    return ""


def _named(keys: Sequence[str], values: "pd.Series") -> str:
    return ", ".join(f"{key} {values[key]}" for key in keys)
