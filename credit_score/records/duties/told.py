"""Tables of the records room in words: labels for ids, headings and values in one language, all text."""

from typing import TYPE_CHECKING, Any

from credit_score.language import Lang, say
from credit_score.policy import RuleSet
from credit_score.records.duties.quality import UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

HEADINGS = {
    "clock": "quality.clock", "unit": "quality.unit", "share": "quality.share", "started": "clocks.started",
    "in_time": "clocks.in_time", "late": "clocks.late", "open": "clocks.open", "record_id": "clocks.record",
    "started_on": "clocks.started_on", "due_on": "clocks.due_on", "days_left": "clocks.days_left",
    "check": "quality.check", "rejected": "column.rejected",
    "resource": "coverage.resource", "group": "coverage.group", "expected": "coverage.expected",
    "arrived": "coverage.arrived", "gap": "coverage.missing",
    "class_id": "notice.grade", "penalties": "repair.penalties", "may_apply_now": "repair.may_apply_now",
    "soon": "repair.soon", "not_yet": "repair.not_yet", "applied": "repair.applied", "refused": "repair.refused",
    "repaired": "repair.repaired", "ended": "repair.ended", "notice_not_served": "repair.notice_not_served",
    "no_outcome": "repair.no_outcome", "served": "repair.served", "remind_by": "repair.remind_by",
    "subject": "explain.subject", "may_apply_from": "notice.may_apply", "ends_by_itself_on": "notice.ends",
    "missing": "coverage.missing",
}  # fmt: skip
WORDS = {
    "special": "coverage.special", "administrative": "coverage.administrative", "farm_entity": "coverage.farm_entity",
    "township": "coverage.township", "notice_not_served": "repair.notice_not_served",
    "not_applied": "repair.not_applied", "no_outcome": "repair.no_outcome",
}  # fmt: skip


def in_words(table: "pd.DataFrame", columns: list[str], rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    """Columns of a table in words: what ids stand for, days, shares in percent, and a dash where there is nothing."""
    labels = _labels(rules, lang)
    told = {c: [_word(value, c, labels, lang) for value in table[c]] for c in columns}
    return table[columns].astype(object).assign(**told).rename(columns={c: say(HEADINGS[c], lang) for c in columns})


def _labels(rules: RuleSet, lang: Lang) -> dict[str, dict[str, str]]:
    """Column → id → label in a language, of everything a policy names that a table can hold."""
    model = rules.model
    named: dict[str, Any] = {
        "unit": model.policy.units, "clock": model.clocks or (),
        "class_id": model.repair.classes if model.repair else (),
        "resource": model.resources.resources if model.resources else (),
    }  # fmt: skip
    found = {column: {n.id: getattr(n.label, lang) for n in rules_} for column, rules_ in named.items()}
    found["unit"][UNKNOWN] = say("quality.unknown", lang)
    return found


def _word(value: Any, column: str, labels: dict[str, dict[str, str]], lang: Lang) -> str:
    import pandas as pd

    if pd.isna(value):
        return "–"
    if isinstance(value, bool):
        return say("unit.true", lang) if value else ""
    if column == "share":
        return f"{value:.1%}"
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    text = labels.get(column, {}).get(value, str(value))
    if column in ("group", "missing"):
        words = [say(WORDS[word], lang) for word in text.split(", ") if word]
        return say("explain.and", lang).join(words)
    return text
