"""Scenes of a county on a day: which are open, who qualifies, what they cost the provider, and how they are used.

Only counts leave this module. No table of it holds a person or a score: a provider or a bank learns of points on the
statement that the person hands over, and in no other way.
"""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from math import gcd, sqrt
from typing import TYPE_CHECKING, Any

from credit_score.pilot.disclosure import gives_away
from credit_score.pilot.reach import evenness, least_told, member_counts, reach
from credit_score.pilot.standing import Standing
from credit_score.policy import RuleSet
from credit_score.policy.named import Label
from credit_score.policy.scenes import Scene
from credit_score.records.door.identity import natural_persons

if TYPE_CHECKING:
    import ibis
    import pandas as pd

# Two-sided 95 %: the binomial number of uses by the normal distribution (ours).
Z = 1.959964


def open_scenes(rules: RuleSet, day: date) -> tuple[Scene, ...]:
    """The scenes of the policy that are open on a day; none where the policy has no scenes."""
    scenes = rules.model.scenes
    return tuple(s for s in scenes.scenes if s.in_force.at(day)) if scenes else ()


def scene_tables(standing: Standing) -> "dict[str, pd.DataFrame]":
    """What scenes leave in a run folder; nothing where the policy has none.

    ``scenes``: a row a scene. ``scene_months``: uses and cost by month. ``scene_reach`` and ``scene_evenness``: members
    who qualify by town and age band, protected. ``benefit_counts``: members by score, for calibrating; internal.
    """
    if not standing.rules.model.scenes:
        return {}
    counts = member_counts(standing)
    reached = reach(counts, _starts(standing.rules), least_told(standing.rules))
    scenes = _scenes(standing, reached)
    return {
        "scenes": scenes,
        "scene_months": _months(standing, scenes),
        "scene_reach": reached.rename(columns={"start": "scene"}),
        "scene_evenness": evenness(reached).rename(columns={"start": "scene"}),
        "benefit_counts": benefit_counts(counts, standing.rules),
    }


def _starts(rules: RuleSet) -> dict[str, int]:
    """Scene → lowest score in milli-points, of scenes for persons, open on the day or not."""
    scenes = rules.model.scenes.scenes if rules.model.scenes else ()
    held = {s.id: rules.value(s.eligibility.from_score) for s in scenes}
    return {scene: start for scene, start in held.items() if start is not None}


def benefit_counts(counts: "pd.DataFrame", rules: RuleSet) -> "pd.DataFrame":
    """Members by score: ``from_score`` (points, where a bin begins) and ``members``.

    Bins are as fine as the policy's points: the greatest step that all of them are whole multiples of. Of the county
    as a whole; internal.
    """
    import pandas as pd

    own = rules.individual
    parts = [n for i in own.items for n in (i.points, i.cap or 0)] + [d.cap for d in own.dimensions] if own else []
    step = reduce(gcd, parts, 0) or 1000
    base = own.base if own else 0
    whole = counts[counts["by"] == "county"]
    bins = base + (whole["score_milli"].astype("int64") - base) // step * step
    summed = whole["members"].groupby(bins).sum()
    made = {"from_score": summed.index.to_numpy() / 1000, "members": summed.to_numpy()}
    return pd.DataFrame(made)


def expected(n: int, take_up: float, cost: float) -> dict[str, float]:
    """Uses and cost of a month, if each of ``n`` uses it once with a chance of ``take_up``, independently.

    ``uses`` = n p and ``cost`` = n p c, with 95 % limits ``*_low`` and ``*_high``: of a binomial number by the normal
    distribution, n p ± 1.96 √(n p (1 − p)), at least 0 and at most n.
    """
    mean, half = n * take_up, Z * sqrt(n * take_up * (1 - take_up))
    uses = {"uses": mean, "uses_low": max(0.0, mean - half), "uses_high": min(float(n), mean + half)}
    return uses | {name.replace("uses", "cost"): value * cost for name, value in uses.items()}


def _scenes(standing: Standing, reached: "pd.DataFrame") -> "pd.DataFrame":
    """A row a scene of the policy, in its order."""
    import pandas as pd

    rules = standing.rules
    county = reached[reached["by"] == "county"].set_index("start")
    names = _names(rules)
    scenes = rules.model.scenes.scenes if rules.model.scenes else ()
    rows = [_row(s, rules, names) | _who(s, standing, county) for s in scenes]
    table = pd.DataFrame(rows).assign(**_expectations(rows))
    table = table.astype({"members": "Int64", "qualifying": "Int64"})
    return table.assign(share=(table["qualifying"] / table["members"]).astype("Float64"))


def _row(scene: Scene, rules: RuleSet, names: Mapping[str, Label]) -> dict[str, Any]:
    """What the policy says of a scene on the day."""
    now = scene.in_force.at(rules.on)
    period = now or next((f for day in scene.in_force.days if day > rules.on and (f := scene.in_force.at(day))), None)
    start = rules.value(scene.eligibility.from_score)
    return {
        "scene": scene.id, "label_zh": scene.label.zh, "label_en": scene.label.en, "benefit_zh": scene.benefit.zh,
        "benefit_en": scene.benefit.en, "provider": scene.provider, "provider_zh": names[scene.provider].zh,
        "provider_en": names[scene.provider].en, "field": scene.field, "kind": scene.kind,
        "subjects": scene.eligibility.subjects, "open": now is not None,
        "since": period.since if period else None, "until": period.until if period else None,
        "from_score": None if start is None else start / 1000, "items": ", ".join(scene.eligibility.items),
        "items_zh": "、".join(names[i].zh for i in scene.eligibility.items),
        "items_en": ", ".join(names[i].en for i in scene.eligibility.items),
        "take_up": rules.value(scene.take_up), "cost_of_use": rules.value(scene.cost) or 0.0,
        "price": rules.value(scene.price), "basis": period.basis if period else "",
        "reference": period.reference if period else "", "rule": f"scenes:scenes:{scene.id}",
    }  # fmt: skip


def _names(rules: RuleSet) -> dict[str, Label]:
    """Labels of providers and of items of enterprises by id."""
    providers = rules.model.scenes.providers if rules.model.scenes else ()
    return {n.id: n.label for n in (*rules.about.units, *providers, *rules.model.enterprise.items)}


def _who(scene: Scene, standing: Standing, county: "pd.DataFrame") -> dict[str, Any]:
    """How many could use it and how many qualify; persons protected, firms counted.

    Companies are known one by one, so a count of firms tells that of the sole proprietors among them: it is told only
    where theirs, and what is left of theirs, may be.
    """
    if scene.eligibility.subjects == "individual":
        found = county.loc[scene.id] if scene.id in county.index else None
        return {name: None if found is None else found[name] for name in ("members", "qualifying")}
    firms, own = (_firms(t) for t in (standing.tables["scores_enterprise"], qualifying_firms(standing, scene)))
    few = gives_away(own["sole"], firms["sole"], least_told(standing.rules))
    return {"members": firms["all"], "qualifying": None if few else own["all"]}


def _firms(subjects: "ibis.Table") -> dict[str, int]:
    """How many ``all`` are, and how many of them ``sole`` proprietors."""
    sole = natural_persons(subjects.subject).sum().fill_null(0)
    counted = subjects.aggregate(all=subjects.count(), sole=sole).execute()
    return {str(name): int(counted[name].iloc[0]) for name in counted}


def qualifying_firms(standing: Standing, scene: Scene) -> "ibis.Table":
    """Enterprises, column ``subject``, with a record in force of each item that a scene asks for."""
    merits = standing.tables["ledger_enterprise"]
    held = merits.filter(merits.item.isin(scene.eligibility.items)).group_by("subject")
    by_firm = held.aggregate(n_items=merits.item.nunique())
    return by_firm.filter(by_firm.n_items == len(set(scene.eligibility.items))).select("subject")


def _expectations(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Expected uses and cost of a month by scene; none where the count may not be told."""
    import pandas as pd

    names = ("uses", "uses_low", "uses_high", "cost", "cost_low", "cost_high")
    lacking = dict.fromkeys(names, float("nan"))
    known = [not pd.isna(row["qualifying"]) and row["take_up"] is not None for row in rows]
    found = [
        expected(int(row["qualifying"]), row["take_up"], row["cost_of_use"]) if ok else lacking
        for row, ok in zip(rows, known, strict=True)
    ]
    return {f"expected_{name}": [one[name] for one in found] for name in names}


def _months(standing: Standing, scenes: "pd.DataFrame") -> "pd.DataFrame":
    """By scene and month that is over, since it opened: ``scene, month, uses, cost, uptake`` beside what is expected.

    ``uses`` and ``cost``: sums that the provider supplied, empty where it supplied none and, of persons, where there
    were too few to tell. ``uptake``: uses per one who qualifies on the day of the run.
    """
    import pandas as pd

    least, sums = least_told(standing.rules), _sums(standing)
    expectations = [str(name) for name in scenes.columns if str(name).startswith("expected_")]
    rows = []
    for scene in scenes[scenes["open"]].to_dict("records"):
        for month in _whole_months(scene["since"], standing.on):
            uses, cost = sums.get((scene["scene"], month), (None, None))
            if uses is not None and scene["subjects"] == "individual" and uses < least:
                uses = cost = None
            told = {name: scene[name] for name in expectations}
            qualifying = scene["qualifying"]
            known = uses is not None and not pd.isna(qualifying) and qualifying > 0
            uptake = uses / qualifying if known else None
            rows.append({"scene": scene["scene"], "month": month, "uses": uses, "cost": cost, "uptake": uptake} | told)
    table = pd.DataFrame(rows, columns=["scene", "month", "uses", "cost", "uptake", *expectations])
    return table.astype({"uses": "Int64", "cost": "Float64", "uptake": "Float64"})


def _sums(standing: Standing) -> dict[tuple[str, str], tuple[int, float]]:
    """(Scene, month) → uses and cost over towns."""
    uses = standing.records["scene_uses"]
    keyed = uses.mutate(month=uses.month.strftime("%Y-%m"))
    fen = (keyed.cost * 100).round().cast("int64")  # whole, so that the order of the rows does not show in the sum
    summed = keyed.group_by("scene", "month").aggregate(uses=keyed.uses.sum(), cost=fen.sum() / 100).execute()
    return {(row.scene, row.month): (int(row.uses), float(row.cost)) for row in summed.itertuples()}


def _whole_months(since: date, on: date) -> list[str]:
    """Months from the one of a day to the last that is over on another, as ``2023-04``."""
    import pandas as pd

    ends = pd.date_range(pd.Timestamp(since).replace(day=1), pd.Timestamp(on), freq="ME")
    return [f"{end:%Y-%m}" for end in ends]
