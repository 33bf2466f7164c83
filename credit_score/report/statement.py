"""The statement of a score: why a subject has it, by which rules, until when, and what follows."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.errors import RunError, masked
from credit_score.language import reference_in, status_told
from credit_score.points import caps_that_cut, explanation
from credit_score.policy.ruleset import Catalogue, Cited, Item, Tier
from credit_score.records.door.identity import deletion_digest, key_at_hand, pseudonym
from credit_score.records.keeping.chain import deleted_days
from credit_score.report.number import points, signed
from credit_score.report.statement_sector import sector_rows, sector_tier
from credit_score.report.told import Told
from credit_score.tiers.assign import BY_SCORE

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report.run_folder import RunFolder


def statement(run: "RunFolder", subject: str, *, lang: str) -> dict[str, Any]:
    """One subject's score explained: a readable ``text`` in a language, and the same as data.

    ``subject`` is as in the run (a pseudonym, or an enterprise's code); an identity number is
    recognised where the key is in the environment. Raises RunError for nobody the run knows.
    """
    kind, row = found_subject(run, subject)
    rules = run.rules()
    catalogue = rules.individual if kind == "individual" else rules.enterprise
    if catalogue is None:
        raise RunError("the run's policy has no points for persons", where=str(run.path))
    rows = run.table("ledger.parquet", subject=row["subject"])
    rows = rows[rows["subject_kind"] == kind].sort_values(["occurred_on", "record_id"])
    parts = explanation(rows, catalogue)
    told = Told(rules, lang)
    lines = _heading(run, row, catalogue, told) + _records(rows, catalogue, told)
    lines += _dimensions(rows, parts, catalogue, told) + _disputed(row, told) + touched(run, row, told)
    lines += _benefits(row, told) if kind == "individual" else _tier(run, row, told)
    return {"text": "\n".join([*lines, told.say("explain.rights")]), **_data(run, row, rows, parts, kind)}


def found_subject(run: "RunFolder", subject: str) -> tuple[str, dict[str, Any]]:
    """A subject's kind and the row of its score. Raises RunError for nobody the run knows, or knows no more."""
    for name in _names(subject):
        for kind in ("individual", "enterprise"):
            rows = run.table(f"scores_{kind}.parquet", subject=name)
            if len(rows):
                return kind, rows.iloc[0].to_dict()
    refuse_deleted(run, map(deletion_digest, _names(subject)))
    raise RunError(
        f"no score for this subject ({masked(subject)})",
        where=str(run.path),
        remedy="nothing follows from having none; check the code, or set the key to look up an identity number",
    )


def refuse_deleted(run: "RunFolder", digests: Iterable[str]) -> None:
    """A past score of a deleted person is refused with the day of the deletion, and nothing more.

    ``digests``: of what the person may have been called. Raises RunError.
    """
    gone, resting = deleted_days(run.manifest.get("deleted", []), "subjects"), _resting(run)
    for digest in digests:
        if day := gone.get(digest):
            why = "it rested on a record that the law lets nobody keep" if digest in resting else "the law required it"
            raise RunError(f"deleted on {day}", where=str(run.path), remedy=why)


def _resting(run: "RunFolder") -> set[str]:
    """Digests of those whose score was deleted because it rested on a record that was."""
    return {d for entry in run.manifest.get("deleted", []) if entry.get("resting") for d in entry["subjects"]}


def touched(run: "RunFolder", row: dict[str, Any], told: Told) -> list[str]:
    """That records of the subject were deleted after the day of the score, which may have rested on them."""
    day = deleted_days(run.manifest.get("deleted", []), "touched").get(deletion_digest(row["subject"]))
    return [told.say("explain.touched", day=day)] if day and day > run.manifest["as_of"] else []


def _names(subject: str) -> list[str]:
    """What the run may call a subject: the text itself, and its pseudonyms where the key is at hand."""
    key = key_at_hand()
    number = subject.strip().upper()
    kinds = ("person", "sole_proprietor") if key else ()
    return [subject.strip(), number, *(pseudonym(number, kind, key or b"") for kind in kinds)]


def _heading(run: "RunFolder", row: dict[str, Any], catalogue: Catalogue, told: Told) -> list[str]:
    pairs = [
        ("explain.subject", row["subject"]), ("explain.on", told.rules.on),
        ("explain.known_on", run.manifest["as_known_on"]),
        ("explain.policy", told.label(told.rules.about)), ("explain.score", points(row["score_milli"])),
        ("explain.base", points(catalogue.base)),
    ]  # fmt: skip
    status = status_told(run.manifest["status"], told.lang)
    named = [told.say("explain.pair", name=told.say(key), value=value) for key, value in pairs]
    return [told.say("explain.title"), status, *named, told.rule(catalogue.subject_kind, "base"), ""]


def _records(rows: "pd.DataFrame", catalogue: Catalogue, told: Told) -> list[str]:
    if rows.empty:
        return [told.say("explain.none"), ""]
    items = {i.id: i for i in catalogue.items}
    lines = [told.say("explain.records", n=len(rows))]
    for name, mine in rows.groupby("item", sort=False):
        lines += _item(mine, items[str(name)], catalogue.subject_kind, told)
    return [*lines, ""]


def _item(rows: "pd.DataFrame", item: Item, kind: str, told: Told) -> list[str]:
    """The records of one item, and once, what gives them their points and their end."""
    of_each = worth(item, kind, told)
    lines = [f"  {_record(record, of_each, told.label(item), told)}" for record in rows.itertuples()]
    return lines + grounds(rows, item, kind, told)


def worth(item: Item, kind: str, told: Told) -> str:
    """What a record of an item earns, with the weight that multiplies it where there is one."""
    own, weight = told.figures[f"{kind}:items:{item.id}", "points"], told.weight(kind, item.dimension)
    return signed(own.value) if weight == 1000 else f"{signed(own.value)} × {points(weight)} = {signed(item.points)}"


def grounds(rows: "pd.DataFrame", item: Item, kind: str, told: Told) -> list[str]:
    """Lines that cite what gives records of an item their points and their end."""
    rule = f"{kind}:items:{item.id}"
    ends = ends_of(rows, item.id, kind, told)
    own = [("points", told.figures[rule, "points"]), *((end.field, end.figure) for end in ends if end.rule == rule)]
    return told.cite(rule, own) + [
        line for e in ends if e.rule != rule for line in told.cite(e.rule, [(e.field, e.figure)])
    ]


def _record(record: Any, earned: str, label: str, told: Told) -> str:
    days = {"occurred": record.occurred_on, "reported": record.reported_on, "expires": record.expires_on}
    line = told.say("explain.record", points=earned, label=label, **{name: day_text(day) for name, day in days.items()})
    return line + (told.say("explain.disputed") if record.disputed else "")


def ends_of(rows: "pd.DataFrame", item: str, kind: str, told: Told) -> list[Cited]:
    """What ends the records: the periods in force on the last days, amendments counted in."""
    days = [told.rules.on, *(date.fromisoformat(day_text(day)) for day in rows["expires_on"])]
    today, *found = (replace(told.rules, on=day).ending(kind, item) for day in days)
    return [end for end in dict.fromkeys(end or today for end in found) if end]


def _dimensions(rows: "pd.DataFrame", parts: "pd.DataFrame", catalogue: Catalogue, told: Told) -> list[str]:
    """What each dimension comes to, and the weights and bounds that made it so."""
    labels = {d.id: told.label(d) for d in catalogue.dimensions}
    lines = []
    for part in parts[(parts["before_milli"] != 0) | (parts["lost_milli"] != 0)].itertuples():
        before, after = signed(part.before_milli), signed(part.after_milli)
        text = told.say("explain.dimension", label=labels[part.dimension], before=before, after=after)
        lost = told.say("explain.lost", lost=points(part.lost_milli)) if part.lost_milli else ""
        lines.append(f"  {text}{lost}")
    lines += dimension_grounds(rows, catalogue, told)
    return [*lines, ""] if lines else []


def dimension_grounds(rows: "pd.DataFrame", catalogue: Catalogue, told: Told) -> list[str]:
    """Lines that cite the weights and the bounds that made the sums of a subject what they are."""
    kind = catalogue.subject_kind
    weighted = [d for d in rows["dimension"].unique() if told.weight(kind, d) != 1000]
    lines = [told.rule(f"{kind}:dimensions:{d}", "weight") for d in weighted]
    return lines + [told.rule(rule, field) for rule, field in caps_that_cut(rows, catalogue)]


def _disputed(row: dict[str, Any], told: Told) -> list[str]:
    """The score both ways while records are disputed."""
    if not row["n_disputed"]:
        return []
    values = {"n": row["n_disputed"], "score": points(row["score_undisputed_milli"])}
    return [told.say("explain.undisputed", **values), ""]


def _benefits(row: dict[str, Any], told: Told) -> list[str]:
    benefits = told.rules.benefits(int(row["score_milli"]))
    if not benefits:
        return [told.say("explain.no_benefits"), told.say("explain.only_benefits")]
    lines = [told.say("explain.benefits")]
    for benefit in benefits:
        figure = told.rules.figure(benefit.from_score)
        text = told.say(
            "explain.benefit", label=told.label(benefit), score=points(figure.value),
            basis=told.say(f"basis.{figure.basis}"), reference=reference_in(figure.reference, told.lang),
        )  # fmt: skip
        lines.append(f"  {text}")
    return [*lines, told.say("explain.only_benefits")]


def _tier(run: "RunFolder", row: dict[str, Any], told: Told) -> list[str]:
    placed = run.table("tiers.parquet", subject=row["subject"]).iloc[0]
    tiers = told.rules.tiers
    tier = tiers[int(placed["tier_code"])]
    why, rule = _reason(placed["decided_by"], tier, tiers, row, told)
    lines = [told.say("explain.tier", tier=told.label(tier), why=why), rule]
    for found in sector_rows(run, row["subject"]):
        lines += sector_tier(found, row["score_milli"], told)
    return [*lines, told.say("explain.internal")]


def _reason(decided_by: str, tier: Tier, tiers: tuple[Tier, ...], row: dict[str, Any], told: Told) -> tuple[str, str]:
    """Why the tier, in words, and the number that decided: an override, or the cut-off reached or missed."""
    if decided_by != BY_SCORE:
        rule = f"enterprise:overrides:{decided_by}"
        return told.say("explain.by_override", rule=decided_by), told.rule(rule, "tier")
    return told.by_cutoff(tier, tiers, row["score_milli"])


def _data(
    run: "RunFolder", row: dict[str, Any], rows: "pd.DataFrame", parts: "pd.DataFrame", kind: str
) -> dict[str, Any]:
    dated = rows.assign(**{c: rows[c].map(day_text) for c in ("occurred_on", "reported_on", "expires_on")})
    own = dated.drop(columns=["subject", "status"], errors="ignore")
    return {
        "subject": row["subject"], "kind": kind, "status": run.manifest["status"], "as_of": run.manifest["as_of"],
        "as_known_on": run.manifest["as_known_on"], "score": row["score_milli"] / 1000,
        "score_undisputed": row["score_undisputed_milli"] / 1000,
        "records": own.to_dict("records"), "dimensions": parts.to_dict("records"),
        "sector_tiers": sector_rows(run, row["subject"]) if kind == "enterprise" else [],
    }  # fmt: skip


def day_text(value: Any) -> str:
    """A day as 2023-06-30, whatever holds it."""
    return value.isoformat()[:10] if isinstance(value, date) or hasattr(value, "isoformat") else str(value)
