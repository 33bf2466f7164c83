"""Sections with the figures of a year: tiers, load, what is found, who bears it, how far it all moves."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from credit_score.inspection.county import Answer
from credit_score.report.dossier.blocks import Drawn, Section, Table, Text
from credit_score.report.dossier.decision import Totals, overloaded
from credit_score.report.dossier.figures import plot_borne, plot_firms, plot_found, plot_rates, plot_tornado
from credit_score.report.dossier.sensitivity import ENDS, N_CURVES, sensitivity
from credit_score.report.dossier.words import Words
from credit_score.report.figures import plot_workload
from credit_score.report.number import exact, rounded, rounded_percent

if TYPE_CHECKING:
    import pandas as pd

NO_ENDS = (None, None)
LEVEL = 0.9


def level(words: Words) -> float:
    """The level of the intervals."""
    return float((words.decision.bands or {}).get("level", LEVEL))


def ends_of(words: Words, name: str, place: int | None = None) -> tuple[float | None, float | None]:
    """Low and high end of a figure of the bands, or of one of its places; None where there are none."""
    found = (words.decision.bands or {}).get(name)
    if found is None:
        return NO_ENDS
    low, high = (found[end] if place is None else found[end][place] for end in ("low", "high"))
    return low, high


def tiers(words: Words) -> Section:
    """Tiers before and after: cut-offs, firms, rates with intervals, ratios, visits."""
    was, now = words.decision.as_was, words.decision.as_decided
    head = ("column.tier", "column.cutoff", "column.firms", "column.share", "dossier.rate", "column.ratio",
            "dossier.drawn_a_year", "column.visits")  # fmt: skip
    rows = [
        [
            name, _moved(*(_cut(a, k) for a in (was, now))),
            _moved(*(rounded(a.registered[k]) for a in (was, now))),
            rounded_percent(now.registered[k] / max(words.cube.n_firms, 1)),
            words.between(now.rates[k], ends_of(words, "rates", k), unit="%"),
            _moved(*(ratios_of(a, k) for a in (was, now))), rounded(now.drawn[k].sum(), 1),
            _moved(*(rounded(a.visits[k].sum(), 1) for a in (was, now))),
        ]
        for k, name in enumerate(words.names("tiers"))
    ]  # fmt: skip
    blocks = [Text(words.say("dossier.tiers_lead")), Table(rows, [words.say(h) for h in head])]
    return Section("tiers", words.say("dossier.tiers"), [*blocks, *_tier_figures(words), *_rates_note(words)])


def _tier_figures(words: Words) -> list[Drawn]:
    import pandas as pd

    was, now = words.decision.as_was, words.decision.as_decided
    names = list(words.cube.tiers)
    firms = pd.DataFrame({"tier": names, "before": was.registered.astype(int), "after": now.registered.astype(int)})
    height = 1.1 + 0.36 * len(names)
    drawn = [Drawn("firms", words.say("dossier.firms_figure"), partial(plot_firms, firms, lang=words.lang), height)]
    if words.cube.curve is None:
        return drawn
    ends = np.array([ends_of(words, "rates", k) for k in range(len(names))], float)
    rates = pd.DataFrame({"tier": names, "rate": now.rates, "low": ends[:, 0], "high": ends[:, 1]})
    draw = partial(plot_rates, rates, level=level(words), lang=words.lang)
    return [*drawn, Drawn("rates", words.say("dossier.rates_figure"), draw, height)]


def _rates_note(words: Words) -> list[Text]:
    """How well rates are known."""
    curve = words.cube.curve
    if curve is None:
        return [Text(words.say("dossier.no_curve"), "alert")]
    told = words.say(
        "dossier.rates_from", since=words.cube.since, until=words.cube.until, visits=rounded(curve.visits.sum()),
        found=rounded(curve.found.sum()),
    )  # fmt: skip
    return [Text(told, "note"), *(interval_note(words) or [Text(words.say("dossier.no_interval"), "note")])]


def interval_note(words: Words) -> list[Text]:
    """What stands in brackets; nothing where there are no intervals."""
    bands = words.decision.bands
    told = bands and words.say("dossier.interval_level", level=f"{level(words):.0%}", n=rounded(bands["n"]))
    return [Text(told, "note")] if told else []


def load(words: Words) -> Section:
    """Load of each department against its capacity, before and after."""
    was, now, cube = words.decision.as_was, words.decision.as_decided, words.cube
    use = _use(now)
    head = ("column.department", "dossier.draws", "dossier.duties", "column.out_of_plan", "dossier.days_in_all",
            "column.capacity", "column.utilisation_in_all")  # fmt: skip
    rows = [
        [
            name, rounded(now.days_by_tier[:, d].sum(), 1), rounded(now.duty_days[d], 1),
            rounded(cube.out_of_plan[d], 1), _moved(rounded(was.load[d], 1), rounded(now.load[d], 1)),
            rounded(cube.capacity[d], 1),
            rounded_percent(use[d], 0) + (f" ▲ {words.say('figure.overloaded')}" if overloaded(now)[d] else ""),
        ]
        for d, name in enumerate(words.names("departments"))
    ]  # fmt: skip
    draw = partial(plot_workload, _load_frame(words), lang=words.lang)
    figure = Drawn("load", words.say("dossier.load_figure"), draw, 1.0 + 0.32 * len(rows))
    blocks = [
        Text(words.say("dossier.load_lead")),
        _overloaded(words),
        figure,
        Table(rows, [words.say(h) for h in head]),
    ]
    return Section("load", words.say("section.workload"), blocks)


def _use(answer: Answer) -> np.ndarray:
    """Load as a part of capacity, (D,); infinite where there is a load and no capacity."""
    capacity = answer.cube.capacity
    without = np.where(answer.load > 0, np.inf, 0.0)
    use = np.divide(answer.load, capacity, out=without, where=capacity > 0)
    return np.where(overloaded(answer), use, np.minimum(use, 1.0))


def _overloaded(words: Words) -> Text:
    over = [n for n, hit in zip(words.names("departments"), overloaded(words.decision.as_decided), strict=True) if hit]
    if not over:
        return Text(words.say("dossier.none_overloaded"))
    return Text(words.say("dossier.overloaded", names=words.say("dossier.and").join(over)), "alert")


def _load_frame(words: Words) -> "pd.DataFrame":
    import pandas as pd

    now, cube = words.decision.as_decided, words.cube
    return pd.DataFrame(
        {
            "label": words.names("departments"), "days": now.days_by_tier.sum(axis=0) + now.duty_days,
            "out_of_plan_days": cube.out_of_plan, "capacity_days": cube.capacity, "utilisation_in_all": _use(now),
        }
    )  # fmt: skip


def found(words: Words) -> Section:
    """What is found and what is missed, by tier and by department."""
    heading = words.say("dossier.found")
    if words.cube.curve is None:
        return Section("found", heading, [Text(words.say("dossier.no_curve"), "alert")])
    now = words.decision.as_decided
    total = Totals.of(now)
    lead = words.say(
        "dossier.found_lead", found=words.between(total.found, ends_of(words, "detections")),
        undetected=words.between(total.undetected, ends_of(words, "undetected")),
    )  # fmt: skip
    figure = _found_figure(words, now)
    tables = [_found_by(words, "tiers", now, axis=1), _found_by(words, "departments", now, axis=0)]
    return Section("found", heading, [Text(lead), figure, *tables, Text(words.say("dossier.found_note"), "note")])


def _found_by(words: Words, group: str, answer: Answer, *, axis: int) -> Table:
    """Violations, found and missed, a row a tier or a department; ``axis``: over which they are added up."""
    head = {"tiers": "column.tier", "departments": "column.department"}[group]
    keys = (head, "dossier.violations", "dossier.found_word", "dossier.missed_word", "dossier.found_share")
    columns = [v.sum(axis=axis) for v in (answer.violations, answer.detections, answer.undetected)]
    ends = [
        ends_of(words, "found_by_department", d) if group == "departments" else NO_ENDS for d in range(len(columns[0]))
    ]
    rows = [
        [
            name, rounded(there, 1), words.between(seen, ends[i]), rounded(missed, 1),
            rounded_percent(seen / there if there else None),
        ]
        for i, (name, there, seen, missed) in enumerate(zip(words.names(group), *columns, strict=True))
    ]  # fmt: skip
    return Table(rows, [words.say(k) for k in keys])


def _found_figure(words: Words, answer: Answer) -> Drawn:
    import pandas as pd

    names = words.names("departments")
    ends = np.array([ends_of(words, "found_by_department", d) for d in range(len(names))], float)
    frame = pd.DataFrame(
        {
            "label": names, "found": answer.detections.sum(axis=0), "missed": answer.undetected.sum(axis=0),
            "low": ends[:, 0], "high": ends[:, 1],
        }
    )  # fmt: skip
    draw = partial(plot_found, frame, level=level(words), lang=words.lang)
    return Drawn("found", words.say("dossier.found_figure"), draw, 1.0 + 0.32 * len(names))


def burden(words: Words) -> Section:
    """Visits a year per firm, by sector and by size, before and after."""
    import pandas as pd

    was, now = words.decision.as_was, words.decision.as_decided
    mean = Totals.of(now).visits / max(words.cube.n_firms, 1)
    blocks: list[Text | Drawn | Table] = [Text(words.say("dossier.burden_lead", mean=rounded(mean, 2)))]
    for by, key in (("sector", "column.sector"), ("size", "column.size")):
        frame = pd.DataFrame({"label": words.names(f"{by}s"), "before": was.burden(by), "after": now.burden(by)})
        rows = [[r.label, rounded(r.before, 3), rounded(r.after, 3)] for r in frame.itertuples()]
        head = [words.say(k) for k in (key, "dossier.before", "dossier.after")]
        draw = partial(plot_borne, frame, mean=mean, lang=words.lang)
        label = words.say("dossier.borne_figure", by=words.say(key))
        blocks += [Drawn(by, label, draw, 1.0 + 0.32 * len(rows)), Table(rows, head)]
    return Section("burden", words.say("section.burden"), blocks)


def swings(words: Words) -> Section:
    """How far load, found and missed move when one thing is another: what is set, and what is not known."""
    frame, base = sensitivity(words.decision), Totals.of(words.decision.as_decided)
    frame["label"] = [_factor(words, row) for row in frame.itertuples()]
    known = words.cube.curve is not None
    names = ("days", "found", "undetected") if known else ("days",)
    head = ("dossier.factor", "dossier.days_in_all", "dossier.found_word", "dossier.missed_word")
    rows = [[words.say("dossier.decided"), *(rounded(getattr(base, n), 1) for n in names)]]
    rows += [
        [r["label"], *(f"{rounded(r[f'{n}_low'], 1)} … {rounded(r[f'{n}_high'], 1)}" for n in names)]
        for r in frame.to_dict("records")
    ]
    blocks = [
        Text(words.say("dossier.sensitivity_lead") if known else words.say("dossier.no_curve")),
        *_tornados(words, frame, base, known=known), Table(rows, [words.say(h) for h in head[: len(names) + 1]]),
        *([Text(words.say("dossier.sensitivity_note", n=N_CURVES), "note")] if known else []),
    ]  # fmt: skip
    return Section("sensitivity", words.say("dossier.sensitivity"), blocks)


def _tornados(words: Words, frame: "pd.DataFrame", base: Totals, *, known: bool) -> list[Drawn]:
    """What the county sets, by what is found (by load where no visit says); what is not known, by what is missed."""
    own = frame["factor"].isin(["cutoff", "ratio"])
    shown, axis = ("found", "dossier.axis_found") if known else ("days", "axis.days")
    drawn = [_tornado(words, frame[own], shown, axis, base, "dossier.set_figure")]
    if known:
        axis = "dossier.axis_undetected"
        drawn.append(_tornado(words, frame[~own], "undetected", axis, base, "dossier.unknown_figure"))
    return drawn


def _tornado(words: Words, frame: "pd.DataFrame", shown: str, axis: str, base: Totals, label: str) -> Drawn:
    bars = frame[["label", f"{shown}_low", f"{shown}_high"]].set_axis(["label", "low", "high"], axis=1)
    width = np.ptp(bars[["low", "high"]].to_numpy(), axis=1)
    bars = bars.iloc[np.argsort(-width, kind="stable")]
    draw = partial(plot_tornado, bars, base=getattr(base, shown), axis=words.say(axis), lang=words.lang)
    return Drawn(f"swings-{shown}", words.say(label), draw, 1.1 + 0.3 * len(bars))


def _factor(words: Words, row: "pd.core.frame.Pandas") -> str:
    """What is another, and its two settings."""
    tier = words.cube.tiers[row.tier] if row.tier >= 0 else ""
    low, high = (exact(round(float(x), 4)) for x in (row.low, row.high))
    if row.factor == "cutoff":
        return words.say("dossier.factor_cutoff", tier=tier, low=low, high=high)
    if row.factor == "ratio":
        return words.say("dossier.factor_ratio", tier=tier, by=f"{row.high:.0%}")
    if row.factor == "curve":
        return words.say("dossier.factor_curve", low=f"{ENDS[0]:.0%}", high=f"{ENDS[1]:.0%}")
    key = "dossier.factor_visit" if row.factor == "visit" else "dossier.factor_deterrence"
    return words.say(key, low=low, high=high)


def ratios_of(answer: Answer, k: int) -> str:
    """The ratio of a tier, or the least and the greatest where departments have their own."""
    low, high = (
        f"{exact(round(float(r) * 100, 2))}%" for r in (answer.plan.ratios[k].min(), answer.plan.ratios[k].max())
    )
    return low if low == high else f"{low}–{high}"


def _cut(answer: Answer, k: int) -> str:
    return exact(round(float(answer.cutoffs[k]), 3)) if k < len(answer.cutoffs) else "–"


def _moved(before: str, after: str) -> str:
    """A number before and after; once where it stays."""
    return after if before == after else f"{before} → {after}"
