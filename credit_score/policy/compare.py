"""Rules as tables: every number in force, and what differs between two days or two policies."""

from typing import TYPE_CHECKING

from credit_score.policy.ruleset import RuleSet, terms

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["rule", "field", "value", "unit", "basis", "reference", "since", "until", "label_zh", "label_en"]


def shown(value: object, unit: str) -> object:
    """A value as people write it: points from milli-points, names in a row, everything else as it is."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value / 1000 if unit in ("points", "weight") and isinstance(value, int) else value


def rule_table(rules: RuleSet) -> "pd.DataFrame":
    """Every number in force on the day: one row a number, with unit, basis, reference and dates."""
    import pandas as pd

    rows = [
        (c.rule, c.field, shown(c.figure.value, c.figure.unit), c.figure.unit, c.figure.basis, c.figure.reference,
         c.figure.since, c.figure.until, c.label.zh if c.label else "", c.label.en if c.label else "")
        for c in rules.cited()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype({"value": object, "until": object})


def compare(before: RuleSet, after: RuleSet) -> "pd.DataFrame":
    """What changed between two rule sets: two days of one policy, or two policies.

    One row a number or a term that differs, with both values, bases and references; ``change`` is ``added``,
    ``removed``, ``value`` or ``ground`` (same value, other basis or reference). A term is what is not dated: the
    dimension of an item, the item of an override, the sectors of a department; its unit is ``term``.
    """
    key = ["rule", "field"]
    both = _told(before).merge(_told(after), on=key, how="outer", suffixes=("_before", "_after"), indicator=True)
    both["change"] = both.apply(_change, axis=1)
    both = both[both["change"] != ""].drop(columns="_merge").sort_values(key, kind="stable")
    return both[["change", *[c for c in both.columns if c != "change"]]].reset_index(drop=True)


def _told(rules: RuleSet) -> "pd.DataFrame":
    """Numbers and terms of a rule set in one table."""
    import pandas as pd

    kept = ["rule", "field", "value", "unit", "basis", "reference", "since"]
    rows = [(rule, field, text, "term", "", "", None) for rule, field, text in terms(rules.model)]
    listed = pd.DataFrame(rows, columns=kept).astype({"value": object, "since": object})
    return pd.concat([rule_table(rules)[kept], listed], ignore_index=True)


def _change(row: "pd.Series") -> str:
    if row["_merge"] != "both":
        return "added" if row["_merge"] == "right_only" else "removed"
    if row["value_before"] != row["value_after"]:
        return "value"
    same = all(row[f"{c}_before"] == row[f"{c}_after"] for c in ("basis", "reference"))
    return "" if same else "ground"
