"""What the report shows, as tidy frames: everything is computed here, nothing in the page or the figures."""

from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES, in_both, say
from credit_score.policy import RuleSet, rule_table
from credit_score.policy.evaluation import Evaluation, evaluations
from credit_score.policy.named import Label
from credit_score.report.run import Run
from credit_score.tiers.assign import BY_SCORE
from credit_score.tiers.sector import BY_MATRIX, BY_PD

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from credit_score.inspection import Breach


def labels(rules: RuleSet, group: str) -> dict[str, dict[str, str]]:
    """Id → {zh, en} of one group of the policy: ``sectors``, ``units``, ``clocks``, ``tiers`` and others."""
    about, inspection = rules.about, rules.model.inspection
    named: dict[str, Any] = {
        "sectors": about.sectors, "sizes": about.sizes, "departments": inspection.departments,
        "tiers": rules.model.tiers.tiers, "statutory_minimums": inspection.statutory_minimums,
        "units": about.units, "clocks": rules.model.clocks or (),
    }  # fmt: skip
    return {n.id: _both(n.label) for n in named[group]}


def score_counts(scores: "ibis.Table", *also: str) -> "pd.DataFrame":
    """Subjects per distinct score: ``score`` (points), what else is asked for, and ``n``."""
    counted = scores.group_by("score_milli", *also).aggregate(n=scores.count()).order_by("score_milli").execute()
    return counted.assign(score=counted["score_milli"] / 1000)


def tier_rows(run: Run) -> list[dict[str, Any]]:
    """Per tier: cut-off, firms, share, firms there by an override, and the rule of the cut-off."""
    decided = run.tables["tiers"].filter(run.tables["tiers"].decided_by != BY_SCORE)
    forced = decided.group_by("tier").aggregate(n=decided.count()).execute().set_index("tier")["n"]
    names = labels(run.rules, "tiers")
    return [
        {
            "id": tier.id, "label": names[tier.id], "cutoff": None if tier.cutoff is None else tier.cutoff / 1000,
            "firms": row.firms, "share": row.share, "forced": int(forced.get(tier.id, 0)),
            "rule": f"tiers:tiers:{tier.id}",
        }
        for tier, row in zip(run.rules.tiers, run.tier_shares.itertuples(), strict=True)
    ]  # fmt: skip


def sector_tables(run: Run) -> list[dict[str, Any]]:
    """Per evaluation in force: its matrix with the firms in each cell, how many stand there by an override or a PD.

    ``label, department, levels`` (labels of the columns), ``rows`` (``label`` and ``cells`` of ``tier, firms, rule``),
    ``firms``, ``forced`` (by an overriding condition), ``with_pd`` and ``by_pd`` (whose level a learned PD decided).
    """
    found = evaluations(run.rules)
    placed = _placed(run) if found else None
    return [_sector_table(e, placed[placed["department"] == e.department], run.rules) for e in found]


def _placed(run: Run) -> "pd.DataFrame":
    """Firms by department, credit tier and level of risk: ``n``, and of them ``forced``, ``with_pd`` and ``by_pd``."""
    register = run.tables["register"]
    known = register.filter(register.pd.notnull()).select("subject").distinct().mutate(_known=True)
    rows = run.tables["sector_tiers"].left_join(known, "subject")
    return rows.group_by("department", "credit_tier", "risk_level").aggregate(
        n=rows.count(), forced=rows.count(where=rows.decided_by != BY_MATRIX), with_pd=rows["_known"].count(),
        by_pd=rows.count(where=rows.risk_from == BY_PD),
    ).execute()  # fmt: skip


def _sector_table(own: Evaluation, placed: "pd.DataFrame", rules: RuleSet) -> dict[str, Any]:
    counts = placed.set_index(["credit_tier", "risk_level"])["n"].to_dict()
    rule = f"risk:evaluations:{own.id}"
    rows = [
        {
            "label": _both(tier.label),
            "cells": [
                {
                    "tier": own.tiers[code].id, "firms": counts.get((tier.id, level.id), 0),
                    "rule": f"{rule}:matrix:{tier.id}:{level.id}",
                }
                for level, code in zip(own.levels, own.matrix[tier.code], strict=True)
            ],
        }
        for tier in own.tiers
    ]  # fmt: skip
    return {
        "label": _both(own.label), "department": labels(rules, "departments")[own.department], "rows": rows,
        "levels": [_both(level.label) for level in own.levels], "firms": int(placed["n"].sum()), "rule": rule,
        **{name: int(placed[name].sum()) for name in ("forced", "with_pd", "by_pd")},
    }  # fmt: skip


def _both(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def visits_by_tier(run: Run, lang: str) -> "pd.DataFrame":
    """Visits drawn by department (``label``), one column a tier, in the policy's order."""
    wide = run.schedule.pivot_table(index="department", columns="tier", values="visits_drawn", aggfunc="sum")
    wide = wide.reindex(index=run.schedule["department"].unique(), columns=[t.id for t in run.rules.tiers])
    wide = wide.fillna(0)
    names = labels(run.rules, "departments")
    return wide.assign(label=[names[d][lang] for d in wide.index])


def workload_labelled(run: Run, lang: str) -> "pd.DataFrame":
    """The workload with ``label``, the department's name."""
    names = labels(run.rules, "departments")
    return run.workload.assign(label=[names[d][lang] for d in run.workload["department"]])


def burden_labelled(run: Run, by: str, lang: str) -> "pd.DataFrame":
    """The burden by ``sector`` or ``size`` with ``label``, in the policy's order."""
    names = labels(run.rules, f"{by}s")
    frame = run.burden(by).set_index(by)
    frame = frame.reindex([i for i in names if i in frame.index])
    return frame.assign(label=[names[i][lang] for i in frame.index]).reset_index()


def mean_burden(run: Run) -> float:
    """Visits drawn per registered enterprise."""
    firms = int(run.tier_shares["firms"].sum())
    return float(run.schedule["visits_drawn"].sum()) / firms if firms else 0.0


def reasons(run: Run, lang: str) -> "pd.DataFrame":
    """Rejected rows by reason, most first: ``reason, n, label``."""
    counted = run.records.refusals.groupby("reason", as_index=False)["n"].sum()
    counted = counted.sort_values("n", ascending=False, kind="stable", ignore_index=True)
    return counted.assign(label=[say(f"reason.{r}", lang) for r in counted["reason"]])


def summary(run: Run) -> dict[str, Any]:
    """The figures at the top of the report."""
    load, counts = run.workload, run.records.counts
    capacity = float(load["capacity_days"].sum())
    minimum = run.rules.value(run.rules.model.inspection.county_minimum)
    return {
        "enterprises": int(run.tier_shares["firms"].sum()),
        "individuals": int(run.tables["scores_individual"].count().execute()),
        "planned": int(run.schedule["visits"].sum()),
        "visits": int(load["visits"].sum()),
        "days": float(load["days"].sum()),
        "utilisation": float(load["days"].sum()) / capacity if capacity else 0.0,
        "overloaded": int((load["utilisation_in_all"] > 1).sum()),
        "county_share": run.county_share,
        "county_minimum": minimum,
        "read": int(counts["read"].sum()),
        "rejected": int(counts["rejected"].sum()),
    }


def breaches(run: Run) -> list[dict[str, str]]:
    """The limits that the schedule does not keep, each in {zh, en}, with its rule."""
    names = labels(run.rules, "departments")
    return [
        {"rule": found.rule} | {lang: breach_told(found, lang, names) for lang in LANGUAGES} for found in run.breaches
    ]


def breach_told(found: "Breach", lang: str, names: dict[str, dict[str, str]]) -> str:
    """A limit that is not kept, as a sentence: what there is, what it should be, by how much."""
    if found.kind == "county_minimum":
        shares = {"share": f"{found.found:.2%}", "minimum": f"{found.limit:.2%}", "short": f"{found.excess:.2%}"}
        return say("told.county_minimum", lang, **shares)
    days = {"days": f"{found.found:,.1f}", "capacity": f"{found.limit:,.1f}", "over": f"{found.excess:,.1f}"}
    return say("told.capacity", lang, department=names[found.department][lang], **days)


def floors_above(run: Run) -> list[dict[str, str]]:
    """The floors that ask for more firms than there are, each in {zh, en}, with its rule: everybody is planned."""
    names, rows = labels(run.rules, "departments"), run.schedule[run.schedule["floor"] > run.schedule["firms"]]
    return [
        {"rule": row["rule"]}
        | {
            lang: say("told.floor_above", lang, department=names[row["department"]][lang], tier=row["tier"],
                      floor=row["floor"], firms=row["firms"])
            for lang in LANGUAGES
        }
        for row in rows.to_dict("records")
    ]  # fmt: skip


def tiers_without_rate(run: Run) -> list[str]:
    """Tiers with a stratum of which nobody can be drawn, so that its rate of problems cannot be known."""
    blind = run.schedule[~run.schedule["rate_identified"]]
    return [t.id for t in run.rules.tiers if t.id in set(blind["tier"])]


def uncounted(run: Run) -> dict[str, list[dict[str, Any]]]:
    """Accepted records without points: ``reasons`` with their totals, most first, and ``items`` with {zh, en}."""
    rows = run.uncounted
    totals = rows.groupby("reason")["n"].sum().sort_values(ascending=False, kind="stable").reset_index()
    names = _item_labels(run.rules)
    listed = rows.sort_values(["reason", "subject_kind", "item"]).to_dict(orient="records")
    items = [
        row | {"label": names.get((row["subject_kind"], row["item"])), "subject_table": f"{row['subject_kind']}s"}
        for row in listed
    ]
    return {"reasons": totals.to_dict(orient="records"), "items": items}


def _item_labels(rules: RuleSet) -> dict[tuple[str, str], dict[str, str]]:
    """Kind of subject and item → {zh, en}, of every item of the policy, whatever the day."""
    catalogues = {"individual": rules.model.individual, "enterprise": rules.model.enterprise}
    held = ((kind, item) for kind, catalogue in catalogues.items() if catalogue for item in catalogue.items)
    return {(kind, item.id): _both(item.label) for kind, item in held}


def rules_cited(rules: RuleSet) -> list[dict[str, Any]]:
    """Every number in force, for the table that the report's citations lead to: labels and references in {zh, en}.

    ``tier`` is the label of the tier where a department's own ratio is meant, else None: its field is the tier's id.
    """
    table = rule_table(rules)
    table["first"] = ~table["rule"].duplicated()
    table["unit"] = table["unit"].str.replace(r"\W", "_", regex=True)
    tiers = labels(rules, "tiers")
    return [
        row
        | {
            "label": _rule_label(row, tiers), "tier": tiers[row["field"]] if _own_ratio(row["rule"]) else None,
            "references": in_both(row["reference"]),
        }
        for row in table.to_dict(orient="records")
    ]  # fmt: skip


def _own_ratio(rule: str) -> bool:
    return rule.startswith("inspection:departments:") and rule.count(":") == 3


def _rule_label(row: dict[str, Any], tiers: dict[str, dict[str, str]]) -> dict[str, str]:
    """The rule's own label; a tier's for its schedule; the section's for numbers of a whole section."""
    if row["label_en"]:
        return {"zh": row["label_zh"], "en": row["label_en"]}
    section, *rest = row["rule"].split(":")
    if rest:
        return tiers[rest[-1]]
    heading = {"enterprise": "section.enterprise", "individual": "section.individual"}.get(section, "section.schedule")
    return {lang: say(heading, lang) for lang in LANGUAGES}
