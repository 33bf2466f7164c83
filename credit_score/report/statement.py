"""The statement of a score: why a subject has it, by which rules, until when, and what follows."""

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.errors import RunError, masked
from credit_score.language import say
from credit_score.points import explanation
from credit_score.policy.ruleset import Catalogue, RuleSet
from credit_score.records.identity import KEY_VARIABLE, pseudonym
from credit_score.tiers.assign import BY_SCORE

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report.run_folder import RunFolder


def statement(run: "RunFolder", subject: str, *, lang: str) -> dict[str, Any]:
    """One subject's score explained: a readable ``text`` in a language, and the same as data.

    ``subject`` is as in the run (a pseudonym, or an enterprise's code); an identity number is
    recognised where the key is in the environment. Raises RunError for nobody the run knows.
    """
    kind, row = _found(run, subject)
    rules = run.rules()
    catalogue = rules.individual if kind == "individual" else rules.enterprise
    if catalogue is None:
        raise RunError("the run's policy has no points for persons", where=str(run.path))
    rows = run.table("ledger.parquet", subject=row["subject"])
    parts = explanation(rows, catalogue)
    lines = [*_heading(run, row, catalogue, rules, lang), *_records(rows, catalogue, lang), *_dimensions(parts, catalogue, lang)]
    lines += _benefits(row, rules, lang) if kind == "individual" else _tier(run, row, rules, lang)
    lines.append(say("explain.rights", lang))
    return {"text": "\n".join(lines), **_data(run, row, rows, parts, kind)}


def _found(run: "RunFolder", subject: str) -> tuple[str, dict[str, Any]]:
    for name in _names(subject):
        for kind in ("individual", "enterprise"):
            rows = run.table(f"scores_{kind}.parquet", subject=name)
            if len(rows):
                return kind, rows.iloc[0].to_dict()
    raise RunError(
        f"no score for this subject ({masked(subject)})",
        where=str(run.path),
        remedy="nothing follows from having none; check the code, or set the key to look up an identity number",
    )


def _names(subject: str) -> list[str]:
    """What the run may call a subject: the text itself, and its pseudonyms where the key is at hand."""
    key = os.environ.get(KEY_VARIABLE)
    number = subject.strip().upper()
    kinds = ("person", "sole_proprietor") if key else ()
    return [subject.strip(), number, *(pseudonym(number, kind, (key or "").encode()) for kind in kinds)]


def _heading(run: "RunFolder", row: dict[str, Any], catalogue: Catalogue, rules: RuleSet, lang: str) -> list[str]:
    label = rules.about.label
    pairs = [
        ("explain.subject", row["subject"]), ("explain.on", rules.on), ("explain.policy", getattr(label, lang)),
        ("explain.score", _points(row["score_milli"])), ("explain.base", _points(catalogue.base)),
    ]  # fmt: skip
    status = say("status." + str(run.manifest["status"]).replace(" ", "_"), lang)
    return [say("explain.title", lang), status, *(f"{say(key, lang)}: {value}" for key, value in pairs), ""]


def _records(rows: "pd.DataFrame", catalogue: Catalogue, lang: str) -> list[str]:
    if rows.empty:
        return [say("explain.none", lang), ""]
    items = {i.id: i for i in catalogue.items}
    lines = [say("explain.records", lang) + f" ({len(rows)})"]
    for record in rows.sort_values(["occurred_on", "record_id"]).itertuples():
        item = items[record.item]
        lines.append("  " + say(
            "explain.record", lang, points=f"{record.points_milli / 1000:+g}", label=getattr(item.label, lang),
            occurred=_day(record.occurred_on), reported=_day(record.reported_on), expires=_day(record.expires_on),
        ))  # fmt: skip
        lines.append("      " + _rule(item.id, item.basis, record.reference, lang))
    return [*lines, ""]


def _dimensions(parts: "pd.DataFrame", catalogue: Catalogue, lang: str) -> list[str]:
    labels = {d.id: getattr(d.label, lang) for d in catalogue.dimensions}
    lines = []
    for part in parts[(parts["before_milli"] != 0)].itertuples():
        text = say("explain.dimension", lang, label=labels[part.dimension], before=f"{part.before_milli / 1000:+g}",
                   after=f"{part.after_milli / 1000:+g}")  # fmt: skip
        lost = say("explain.lost", lang, lost=_points(part.lost_milli)) if part.lost_milli else ""
        lines.append(f"  {text}{lost}")
    return [*lines, ""] if lines else []


def _benefits(row: dict[str, Any], rules: RuleSet, lang: str) -> list[str]:
    benefits = rules.benefits(int(row["score_milli"]))
    if not benefits:
        return [say("explain.no_benefits", lang), say("explain.only_benefits", lang)]
    lines = [say("explain.benefits", lang)]
    for benefit in benefits:
        figure = rules.figure(benefit.from_score)
        lines.append("  " + say(
            "explain.benefit", lang, label=getattr(benefit.label, lang), score=_points(figure.value),
            basis=say(f"basis.{figure.basis}", lang), reference=figure.reference,
        ))  # fmt: skip
    return [*lines, say("explain.only_benefits", lang)]


def _tier(run: "RunFolder", row: dict[str, Any], rules: RuleSet, lang: str) -> list[str]:
    placed = run.table("tiers.parquet", subject=row["subject"]).iloc[0]
    tier = rules.tiers[int(placed["tier_code"])]
    if placed["decided_by"] != BY_SCORE:
        why = say("explain.by_override", lang, rule=placed["decided_by"])
    elif tier.cutoff is None:
        why = say("explain.by_score_last", lang)
    else:
        why = say("explain.by_score", lang, score=_points(row["score_milli"]), cutoff=_points(tier.cutoff))
    cited = next(t.from_score for t in rules.model.tiers.tiers if t.id == (tier.id if tier.cutoff else rules.tiers[-2].id))
    figure = rules.figure(cited) if cited else None
    rule = [f"      {_rule(f'tiers:{tier.id}', figure.basis, figure.reference, lang)}"] if figure else []
    return [f"{say('explain.tier', lang)}: {getattr(tier.label, lang)}, {why}", *rule, say("explain.internal", lang)]


def _rule(rule: str, basis: str, reference: str, lang: str) -> str:
    return say("explain.rule", lang, rule=rule, basis=say(f"basis.{basis}", lang), reference=reference)


def _data(run: "RunFolder", row: dict[str, Any], rows: "pd.DataFrame", parts: "pd.DataFrame", kind: str) -> dict[str, Any]:
    dated = rows.assign(**{c: rows[c].map(_day) for c in ("occurred_on", "reported_on", "expires_on")})
    return {
        "subject": row["subject"], "kind": kind, "status": run.manifest["status"], "as_of": run.manifest["as_of"],
        "score": row["score_milli"] / 1000, "records": dated.drop(columns="subject").to_dict("records"),
        "dimensions": parts.to_dict("records"),
    }  # fmt: skip


def _points(milli: int) -> str:
    return f"{milli / 1000:g}"


def _day(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, date) or hasattr(value, "isoformat") else str(value)
