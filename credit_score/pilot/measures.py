"""Which lawful measure follows from which record of which enterprise, from when, and when it ends by itself.

Nothing is decided here and nobody has to end anything: a measure stands while its record counts, and no longer than
its longest time. Only the ledger of enterprises is read, held to the register of enterprises, so that no row about a
natural person can be matched, wherever it stands; of a sole proprietor the registered business alone is.
"""

from datetime import date
from typing import TYPE_CHECKING

from credit_score.pilot.standing import Standing
from credit_score.policy import RuleSet
from credit_score.policy.measures import Measure

if TYPE_CHECKING:
    import ibis
    import pandas as pd

MATCHED = (
    "enterprise_id", "measure", "direction", "record_id", "item", "unit", "occurred_on", "starts_on", "ends_on",
    "ends_by", "disputed", "rule", "basis", "reference",
)  # fmt: skip
GROUND = ("rule", "basis", "reference")  # the same wherever a measure is matched


def measure_list(rules: RuleSet) -> "pd.DataFrame":
    """Every measure in force on the day, those that may not be taken too.

    Returns ``measure, label_zh, label_en, direction, units, may_be_taken, basis, reference, words``; units by their
    ids, joined by ``;``.
    """
    import pandas as pd

    found = [m for m in measures_of(rules) if m.in_force.at(rules.on)]
    columns = ["measure", "label_zh", "label_en", "direction", "units", "may_be_taken", "basis", "reference", "words"]
    return pd.DataFrame([_listed(m, rules) for m in found], columns=columns)


def _listed(measure: Measure, rules: RuleSet) -> tuple[object, ...]:
    ground = rules.figure(measure.in_force)
    units = ";".join(rules.value(measure.units) or ())
    may, label = measure.may_be_taken(rules.on), measure.label
    return (
        measure.id, label.zh, label.en, measure.direction, units, may, ground.basis, ground.reference,
        measure.words or "",
    )  # fmt: skip


def matched_measures(standing: Standing) -> "ibis.Table":
    """The measures that stand on the day, by what was known: a row a record × measure.

    ``starts_on``: the first day on which it may be taken: the record is known and the rule in force. ``ends_on``: the
    first day on which it no longer stands if nothing happens before (half-open), ``ends_by`` ``record``, ``longest`` or
    ``repeal``; a repair, withdrawal or correction ends it the day it is known, since the record then is no more in the
    ledger. The longest time runs from ``starts_on``: a unit that is slow makes no measure longer. ``unit`` reported the
    record; ``disputed`` says that a dispute about it is open. A measure of discipline that may not be taken is matched
    with nobody.
    """
    import ibis

    day = ibis.date(standing.on)
    rows = _candidates(standing)
    starts = ibis.greatest(rows.occurred_on, rows.reported_on, rows.since)
    rows = rows.mutate(starts_on=starts)
    # A null among the arguments makes LEAST null in one engine and is passed over in another.
    most = (rows.starts_on + rows.months.as_interval("M")).cast("date").fill_null(rows.expires_on)
    until = rows.until.fill_null(rows.expires_on)
    ends = ibis.least(rows.expires_on, most, until)
    by = ibis.cases((ends == rows.expires_on, "record"), (ends == most, "longest"), else_="repeal")
    told = rows.mutate(ends_on=ends, ends_by=by)
    standing_now = told.filter(told.starts_on <= day, told.ends_on > day)
    return standing_now.select(*MATCHED)


def _candidates(standing: Standing) -> "ibis.Table":
    """Counted records of registered enterprises with each measure that their item and legal form lead to."""
    firms = standing.firms.select(subject="enterprise_id", legal_form="legal_form")
    units = standing.records["credit_records"].select("record_id", "unit")
    counted = standing.tables["ledger_enterprise"].drop("reference")  # of its points, not of a measure
    counted = counted.join(firms, "subject").join(units, "record_id")
    return counted.join(_rules_table(standing.rules), ["item", "legal_form"]).rename(enterprise_id="subject")


def grounds(rules: RuleSet) -> "pd.DataFrame":
    """``rule, basis, reference`` of each measure that may be taken on the day, by its name."""
    import pandas as pd

    found = {m.id: _rule(m, rules, spell) for m in measures_of(rules) if (spell := m.spell(rules.on))}
    return pd.DataFrame.from_dict(found, orient="index", columns=[*GROUND], dtype="str")


def _rules_table(rules: RuleSet) -> "ibis.Table":
    """The measures that may be taken on the day, a row a measure × item × legal form."""
    import ibis
    import pyarrow as pa

    rows = [
        {"item": item, "legal_form": form, **_rule(measure, rules, spell)}
        for measure in measures_of(rules) if (spell := measure.spell(rules.on))
        for item in measure.items for form in measure.legal_forms
    ]  # fmt: skip
    texts = ("item", "legal_form", "measure", "direction", "rule", "basis", "reference")
    fields = [(name, pa.string()) for name in texts]
    fields += [("since", pa.date32()), ("until", pa.date32()), ("months", pa.int64())]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=pa.schema(fields)))


def _rule(measure: Measure, rules: RuleSet, spell: tuple[date, date | None]) -> dict[str, object]:
    ground = rules.figure(measure.in_force)
    return {
        "measure": measure.id, "direction": measure.direction, "rule": f"measures:measures:{measure.id}",
        "basis": ground.basis, "reference": ground.reference, "since": spell[0], "until": spell[1],
        "months": rules.value(measure.longest),
    }  # fmt: skip


def measures_of(rules: RuleSet) -> tuple[Measure, ...]:
    """The measures of the policy, whatever the day."""
    return rules.model.measures.measures if rules.model.measures else ()
