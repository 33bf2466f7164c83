"""Ledger and scores of a day, of persons and of enterprises, computed and held in the engine."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from credit_score.engine import kept
from credit_score.points.balance import balance, with_both_ways
from credit_score.points.ledger import ledger_of, scored
from credit_score.policy.ruleset import Catalogue, RuleSet
from credit_score.records import Records

if TYPE_CHECKING:
    import ibis


def all_scores(records: Records, rules: RuleSet, known: date) -> "dict[str, ibis.Table]":
    """``ledger_<kind>`` and ``scores_<kind>`` of both kinds of subject by the same two expressions, and ``ledger``."""
    tables: dict[str, ibis.Table] = {}
    for catalogue in catalogues(rules):
        tables |= scores_of(records, records.tables, rules, catalogue, known)
    return with_ledger(tables)


def catalogues(rules: RuleSet) -> list[Catalogue]:
    """The points of persons, none where the policy has none, and of enterprises."""
    return [rules.individual or Catalogue("individual", 0, (), ()), rules.enterprise]


def scores_of(
    records: Records, tables: "dict[str, ibis.Table]", rules: RuleSet, catalogue: Catalogue, known: date
) -> "dict[str, ibis.Table]":
    """``ledger_<kind>`` and ``scores_<kind>`` of everyone of a kind whom accepted tables name."""
    kind = catalogue.subject_kind
    counted = held(records, f"ledger_{kind}", ledger_of(tables, rules, catalogue, known))
    subjects = scored(tables, rules, catalogue)
    scores = with_both_ways(balance(counted, subjects, catalogue), counted, catalogue)
    return {f"ledger_{kind}": counted, f"scores_{kind}": held(records, f"scores_{kind}", scores)}


def with_ledger(tables: "dict[str, ibis.Table]") -> "dict[str, ibis.Table]":
    """The tables with ``ledger``, that of both kinds."""
    import ibis

    return tables | {"ledger": ibis.union(tables["ledger_individual"], tables["ledger_enterprise"])}


def held(records: Records, name: str, table: "ibis.Table") -> "ibis.Table":
    """A table of one run, computed once: in the work of a run that may be killed, else in the engine under a new name.

    A later run on the same records changes none before it.
    """
    if records.work is not None:
        return records.work.table(name, table)
    return kept(records.engine, f"{name}_{uuid4().hex}", table)
