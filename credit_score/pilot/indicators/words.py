"""Indicators in words: targets, and gaps in the thing that is counted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from credit_score.language import say
from credit_score.pilot.indicators.light import SIGNS, WORDS

if TYPE_CHECKING:
    from credit_score.policy.plan import Indicator
    from credit_score.policy.quantities import Quantity

# What a quantity counts; English has the singular and the plural, parted by a stroke.
NOUNS = {
    "banks_joined": "counted.bank", "credit_records": "counted.commitment", "scenes": "counted.scene",
    "bodies_in_default": "counted.body", "report_uses": "counted.use", "wrong_disputes": "counted.dispute",
    "farm_entities_covered": "counted.entity", "office_staff": "counted.person", "periods_arrived": "counted.period",
    "activities": "counted.event", "activity_kinds": "counted.kind", "activity_places": "counted.place",
    "units_staffed": "counted.unit", "institution": "counted.institution", "rated_firms": "counted.rated",
    "withheld": "counted.withheld", "late": "counted.late", "missing": "counted.missing", "wrong": "counted.wrong",
}  # fmt: skip
COMPARED = {"at_least": "≥", "above": ">", "at_most": "≤", "equals": "="}
MORE = {"share": "pilot.gap_more", "count": "pilot.gap_more", "per_month": "pilot.gap_month"}


def target_told(target: float, unit: str, lang: str) -> str:
    """A target as it is read: ``20 %``, ``15``; Chinese sets no blank before the sign of percent."""
    if unit != "share":
        return f"{target:g}"
    share = f"{(Decimal(str(target)) * 100).normalize():f}"
    return f"{share}%" if lang == "zh" else f"{share} %"


def gap_told(indicator: "Indicator", missing: int, target: float, lang: str) -> str:
    """How many more are needed, or fewer: ``87 more firms to 20 %``, ``3 fewer late records``."""
    if not missing:
        return say("pilot.gap_none", lang)
    n = abs(missing)
    values = {"n": f"{n:,}", "noun": _noun(indicator.numerator, n, lang)}
    if missing < 0:
        return say("pilot.gap_fewer", lang, **values)
    key = "pilot.gap_above" if indicator.comparison == "above" else MORE[indicator.unit]
    return say(key, lang, target=target_told(target, indicator.unit, lang), **values)


def _noun(own: "Quantity", n: int, lang: str) -> str:
    one, _, many = say(NOUNS.get(getattr(own, "measure", own.of), "counted.firm"), lang).partition("|")
    return one if n == 1 or not many else many


def told(row: Mapping[str, Any], lang: str) -> dict[str, str]:
    """A row of the scoreboard as it is read: ``task, light, label, value, target, gap, deadline``.

    The light is a sign and a word. What cannot be measured says in place of the gap what it needs.
    """
    return {
        "task": str(row["task"] or "–"), "light": f"{SIGNS[row['light']]} {say(WORDS[row['light']], lang)}",
        "label": row[f"label_{lang}"], "value": _value_told(row, lang),
        "target": f"{COMPARED[row['comparison']]} {target_told(row['target'], row['unit'], lang)}",
        "gap": row[f"needs_{lang}"] or (row[f"gap_{lang}"] if row["gap"] else "–"),
        "deadline": str(row["deadline"] or say("pilot.long_term", lang)),
    }  # fmt: skip


def _value_told(row: Mapping[str, Any], lang: str) -> str:
    """A count, or the two counts of a share with it: rounded it could look like a target that is not met."""
    if row["light"] == "grey":
        return "–"
    if row["unit"] != "share":
        return f"{row['value']:,.0f}"
    share = f"{row['value']:.1%}" if lang == "zh" else f"{100 * row['value']:.1f} %"
    return f"{row['numerator']:,.0f} / {row['denominator']:,.0f} ({share})"
