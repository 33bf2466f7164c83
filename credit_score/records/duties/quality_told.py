"""The four measures in words: the table of ``quality.py`` for a reader, and the reading it rests on."""

from typing import TYPE_CHECKING

from credit_score.language import Lang, say
from credit_score.policy.ruleset import RuleSet
from credit_score.records.duties.quality import UNKNOWN
from credit_score.records.duties.unmeasured import CLOCK, REGISTER

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "withheld": "quality.withheld", "late": "quality.late", "missing": "quality.missing", "wrong": "quality.wrong",
}  # fmt: skip
LACKS = {REGISTER: "quality.not_measurable", CLOCK: "quality.no_clock"}
HEADINGS = {
    "unit": "quality.unit", "month": "quality.month", "measure": "quality.measure", "clock": "quality.clock",
    "n": "quality.n", "of": "quality.of", "share": "quality.share",
}  # fmt: skip


def quality_told(table: "pd.DataFrame", rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    """A quality table in words, all text: units and clocks by their labels, shares in percent.

    A measure that cannot be computed says so in place of its share, and has no count.
    """
    units = {u.id: getattr(u.label, lang) for u in rules.about.units} | {UNKNOWN: say("quality.unknown", lang)}
    clocks = {c.id: getattr(c.label, lang) for c in rules.model.clocks or ()} | {"": ""}
    told = table.assign(
        unit=table["unit"].map(lambda u: units.get(u, u)),
        month=table["month"].replace(UNKNOWN, say("quality.unknown", lang)),
        measure=table["measure"].map(lambda m: say(WORDS[m], lang)),
        clock=table["clock"].map(clocks),
        share=[_share(*row, lang) for row in table[["share", "needs"]].itertuples(index=False)],
        **{c: table[c].astype("string").fillna("") for c in ("n", "of")},
    )
    return told[list(HEADINGS)].rename(columns={c: say(key, lang) for c, key in HEADINGS.items()})


def quality_reading(lang: Lang) -> str:
    """What the four words are taken to mean, said as the assumption it is; it belongs beside every table of them."""
    return say("quality.reading", lang)


def _share(share: float, needs: str, lang: Lang) -> str:
    return say(LACKS[needs], lang) if needs else f"{share:.1%}"
