"""The four zeros (四清零) of records as they were read: counts, offending rows, and sums by unit.

The register of decisions is the table ``decisions``. Without a row in it what was withheld and what is missing cannot
be measured, and is told so, never as 0.
"""

from typing import TYPE_CHECKING

from credit_score.errors import PolicyError
from credit_score.policy import RuleSet
from credit_score.records.duties.quality import MEASURES, UNKNOWN, quality_rows, quality_table
from credit_score.records.duties.senders import with_units
from credit_score.records.intake import Records

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def four_zeros(records: Records, rules: RuleSet) -> "pd.DataFrame":
    """The four measures by unit, month and clock on the day of the rules, as :func:`quality_table`.

    Raises PolicyError without clocks, RecordsError beyond the working days that their calendar knows.
    """
    refusals = _with_units(records.refusals, rules)
    return quality_table(records.tables, refusals, rules, rules.on, _register(records))


def four_zeros_rows(records: Records, rules: RuleSet) -> "pd.DataFrame":
    """The offending rows of :func:`four_zeros`, as :func:`quality_rows`. Raises as it does."""
    return quality_rows(records.tables, _with_units(records.rejected, rules), rules, rules.on, _register(records))


def _with_units(refused: "pd.DataFrame", rules: RuleSet) -> "pd.DataFrame":
    if not rules.model.clocks:
        raise PolicyError(f"policy {rules.name!r} has no clocks section", remedy="add clocks.yaml to it")
    return with_units(refused, rules.model)


def _register(records: Records) -> "ibis.Table | None":
    """The register of decisions, or None where it is empty: then nothing is asked of it."""
    decisions = records["decisions"]
    return decisions if decisions.count().execute() else None


def to_sum(table: "pd.DataFrame") -> "pd.DataFrame":
    """A quality table whose rejected rows are of themselves alone, so that it can be summed over units and months."""
    return table.assign(of=table["of"].where(table["month"] != UNKNOWN, table["n"]))


def zeros_by_unit(table: "pd.DataFrame") -> "pd.DataFrame":
    """A quality table summed over its months: ``unit, measure, clock, n, of, share, needs``.

    Rejected rows have no month and are told of everything their unit sent, accepted rows of all months included, so
    the sum is told of the same. What can be measured in no month has null numbers, never 0, and ``needs``.
    """
    by = ["unit", "measure", "clock"]
    whole = table[(table["measure"] == "wrong") & (table["month"] == UNKNOWN)].set_index(by)["of"]
    grouped = table.groupby(by)
    summed = grouped[["n", "of"]].sum(min_count=1).join(grouped["needs"].max())
    summed["of"] = whole.reindex(summed.index).fillna(summed["of"])
    summed["needs"] = summed["needs"].where(summed["n"].isna(), "")
    summed["share"] = (summed["n"] / summed["of"]).astype("Float64")
    rows = summed.reset_index().assign(rank=lambda t: t["measure"].map(MEASURES.index))
    return rows.sort_values(["unit", "rank", "clock"], ignore_index=True)[[*by, "n", "of", "share", "needs"]]
