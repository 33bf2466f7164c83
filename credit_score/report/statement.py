"""The statement of a score: why a subject has it, by which rules, until when, and what follows."""

from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.errors import RunError, masked
from credit_score.language import say
from credit_score.points import caps_that_cut, explanation
from credit_score.policy.ruleset import Catalogue, RuleSet, Tier
from credit_score.records.identity import key_at_hand, pseudonym
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
    rows = rows[rows["subject_kind"] == kind].sort_values(["occurred_on", "record_id"])
    parts = explanation(rows, catalogue)
    told = _Told(rules, lang)
    lines = _heading(run, row, catalogue, told) + _records(rows, catalogue, told)
    lines += _dimensions(rows, parts, catalogue, told)
    lines += _benefits(row, told) if kind == "individual" else _tier(run, row, told)
    return {"text": "\n".join([*lines, told.say("explain.rights")]), **_data(run, row, rows, parts, kind)}


class _Told:
    """Words in one language, and rules cited by the names that ``credit-score policy show`` gives them."""

    def __init__(self, rules: RuleSet, lang: str) -> None:
        self.rules, self.lang = rules, lang
        self.figures = {(c.rule, c.field): c.figure for c in rules.cited()}

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue."""
        return say(key, self.lang, **values)

    def label(self, named: Any) -> str:
        """A label of the policy."""
        return str(getattr(named.label, self.lang))

    def rule(self, rule: str, field: str) -> str:
        """A line that cites a number of a rule, with its basis and reference."""
        figure = self.figures[rule, field]
        basis = self.say(f"basis.{figure.basis}")
        return "      " + self.say("explain.rule", rule=rule, basis=basis, reference=figure.reference)


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
    key = key_at_hand()
    number = subject.strip().upper()
    kinds = ("person", "sole_proprietor") if key else ()
    return [subject.strip(), number, *(pseudonym(number, kind, key or b"") for kind in kinds)]


def _heading(run: "RunFolder", row: dict[str, Any], catalogue: Catalogue, told: _Told) -> list[str]:
    pairs = [
        ("explain.subject", row["subject"]), ("explain.on", told.rules.on),
        ("explain.policy", told.label(told.rules.about)), ("explain.score", _points(row["score_milli"])),
        ("explain.base", _points(catalogue.base)),
    ]  # fmt: skip
    status = told.say("status." + str(run.manifest["status"]).replace(" ", "_"))
    named = [told.say("explain.pair", name=told.say(key), value=value) for key, value in pairs]
    return [told.say("explain.title"), status, *named, told.rule(catalogue.subject_kind, "base"), ""]


def _records(rows: "pd.DataFrame", catalogue: Catalogue, told: _Told) -> list[str]:
    if rows.empty:
        return [told.say("explain.none"), ""]
    items = {i.id: i for i in catalogue.items}
    lines = [told.say("explain.records", n=len(rows))]
    for record in rows.itertuples():
        text = told.say(
            "explain.record", points=f"{record.points_milli / 1000:+g}", label=told.label(items[record.item]),
            occurred=_day(record.occurred_on), reported=_day(record.reported_on), expires=_day(record.expires_on),
        )  # fmt: skip
        lines += [f"  {text}", told.rule(f"{catalogue.subject_kind}:items:{record.item}", "points")]
    return [*lines, ""]


def _dimensions(rows: "pd.DataFrame", parts: "pd.DataFrame", catalogue: Catalogue, told: _Told) -> list[str]:
    """What each dimension comes to, and the bounds that cut it."""
    labels = {d.id: told.label(d) for d in catalogue.dimensions}
    lines = []
    for part in parts[(parts["before_milli"] != 0) | (parts["lost_milli"] != 0)].itertuples():
        before, after = f"{part.before_milli / 1000:+g}", f"{part.after_milli / 1000:+g}"
        text = told.say("explain.dimension", label=labels[part.dimension], before=before, after=after)
        lost = told.say("explain.lost", lost=_points(part.lost_milli)) if part.lost_milli else ""
        lines.append(f"  {text}{lost}")
    lines += [told.rule(rule, field) for rule, field in caps_that_cut(rows, catalogue)]
    return [*lines, ""] if lines else []


def _benefits(row: dict[str, Any], told: _Told) -> list[str]:
    benefits = told.rules.benefits(int(row["score_milli"]))
    if not benefits:
        return [told.say("explain.no_benefits"), told.say("explain.only_benefits")]
    lines = [told.say("explain.benefits")]
    for benefit in benefits:
        figure = told.rules.figure(benefit.from_score)
        text = told.say(
            "explain.benefit", label=told.label(benefit), score=_points(figure.value),
            basis=told.say(f"basis.{figure.basis}"), reference=figure.reference,
        )  # fmt: skip
        lines.append(f"  {text}")
    return [*lines, told.say("explain.only_benefits")]


def _tier(run: "RunFolder", row: dict[str, Any], told: _Told) -> list[str]:
    placed = run.table("tiers.parquet", subject=row["subject"]).iloc[0]
    tiers = told.rules.tiers
    tier = tiers[int(placed["tier_code"])]
    why, rule = _reason(placed["decided_by"], tier, tiers, row, told)
    return [told.say("explain.tier", tier=told.label(tier), why=why), rule, told.say("explain.internal")]


def _reason(decided_by: str, tier: Tier, tiers: tuple[Tier, ...], row: dict[str, Any], told: _Told) -> tuple[str, str]:
    """Why the tier, in words, and the number that decided: an override, or the cut-off reached or missed."""
    if decided_by != BY_SCORE:
        rule = f"enterprise:overrides:{decided_by}"
        return told.say("explain.by_override", rule=decided_by), told.rule(rule, "tier")
    if tier.cutoff is None:
        return told.say("explain.by_score_last"), told.rule(f"tiers:tiers:{tiers[-2].id}", "from_score")
    values = {"score": _points(row["score_milli"]), "cutoff": _points(tier.cutoff)}
    return told.say("explain.by_score", **values), told.rule(f"tiers:tiers:{tier.id}", "from_score")


def _data(
    run: "RunFolder", row: dict[str, Any], rows: "pd.DataFrame", parts: "pd.DataFrame", kind: str
) -> dict[str, Any]:
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
