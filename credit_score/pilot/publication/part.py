"""The published tables of a run: decisions of firms, firms, and counts of persons as they may be told.

No table here holds points, a tier, a draw, a schedule or an exact count of persons.
"""

from collections.abc import Iterable
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from credit_score.errors import PolicyError
from credit_score.language import LANGUAGES, say
from credit_score.long_list import LongList
from credit_score.pilot.disclosure import least_count
from credit_score.pilot.groups import ALL
from credit_score.pilot.protection import protected_release
from credit_score.pilot.publication.cubes import CUBES, NO, YES, cube, margin
from credit_score.pilot.publication.decisions import decided_items, public_decisions
from credit_score.pilot.release import Release
from credit_score.pilot.standing import Standing
from credit_score.policy import RuleSet
from credit_score.policy.named import Label
from credit_score.policy.publication import PublishedTable
from credit_score.records.door.identity import natural_persons

if TYPE_CHECKING:
    import pandas as pd

# Which tables of records a published table needs to say anything.
NEEDS = {
    "members": "individuals", "members_with_benefit": "individuals", "sole_proprietors": "enterprises",
    "decisions_of_persons": "credit_records", "scene_uses": "scene_uses", "firms": "enterprises",
    "decisions": "credit_records",
}  # fmt: skip


def published_tables(rules: RuleSet) -> list[PublishedTable]:
    """The tables that the rules of the day publish."""
    own = rules.model.publication
    return [t for t in own.tables if rules.value(t.in_force)] if own and least_count(rules) else []


def limits(rules: RuleSet) -> tuple[int, int]:
    """The least count that is told, and what counts are rounded to; raises PolicyError where none is in force."""
    own = rules.model.publication
    if own is None:
        raise PolicyError(f"policy {rules.name!r} publishes nothing", remedy="add its section publication.yaml")
    return int(rules.figure(own.least_count).value), int(rules.figure(own.round_to).value)


def publication_tables(standing: Standing) -> "dict[str, pd.DataFrame | LongList]":
    """``published_NAME`` of each table that records alone make, and ``published_cells_CUBE`` of each cube of persons.

    The cells are those that there can be, without their counts: with them anybody can repeat the audit. A table whose
    records are not there is left out.
    """
    tables = [t for t in published_tables(standing.rules) if t.of in NEEDS and standing.has(NEEDS[t.of])]
    made = {f"published_{t.id}": _plain(t, standing) for t in tables if t.of not in CUBES}
    counted = sorted((t for t in tables if t.of in CUBES), key=lambda t: CUBES[t.of])
    for name, own in groupby(counted, key=lambda t: CUBES[t.of]):
        made |= _of_cube(name, list(own), standing)
    return made


def _of_cube(name: str, tables: list[PublishedTable], standing: Standing) -> "dict[str, pd.DataFrame]":
    rules, found = standing.rules, cube(name, standing, tables)
    least, round_to = limits(rules)
    margins = [margin(t) for t in tables]
    release = protected_release(found.cells, found.n, margins, least=least, round_to=round_to)
    told = {f"published_{t.id}": _told(release, t, rules) for t in tables}
    return told | {f"published_cells_{name}": found.cells}


def _told(release: Release, table: PublishedTable, rules: RuleSet) -> "pd.DataFrame":
    """A protected table with its codes in words and whether a count is withheld."""
    counts = release.table(table.id)
    return with_labels(counts, table.by, rules).assign(withheld=counts["count"].isna().map({True: YES, False: NO}))


def with_labels(table: "pd.DataFrame", coded: Iterable[str], rules: RuleSet) -> "pd.DataFrame":
    """The table with the words of its codes beside each, in both languages; a total is called so."""
    words, told = _words(rules), table
    for column in coded:
        labels = words.get(column, {})
        for lang in LANGUAGES:
            said = {code: _said(labels.get(code), code, lang) for code in told[column].unique()}
            told = told.assign(**{f"{column}_{lang}": told[column].map(said)})
    first = [c for d in coded for c in (d, *(f"{d}_{lang}" for lang in LANGUAGES))]
    return told[[*first, *(c for c in told.columns if c not in first)]]


def _said(label: Label | None, code: str, lang: str) -> str:
    if code == ALL:
        return say("publish.all", lang)
    return str(getattr(label, lang)) if label else code


def _words(rules: RuleSet) -> dict[str, dict[str, Label]]:
    """Words of codes by what they are codes of."""
    about, scenes = rules.about, rules.model.scenes
    groups: dict[str, Any] = {
        "sector": about.sectors, "size": about.sizes, "unit": about.units, "scene": scenes.scenes if scenes else (),
    }  # fmt: skip
    return {name: {n.id: n.label for n in named} for name, named in groups.items()} | {"item": decided_items(rules)}


def _plain(table: PublishedTable, standing: Standing) -> "pd.DataFrame | LongList":
    """A table of firms that are no natural persons, which the law lets one by one be told."""
    if table.of == "decisions":
        in_words = partial(with_labels, coded=("item", "unit"), rules=standing.rules)
        return LongList(public_decisions(standing, persons=False), in_words)
    return with_labels(_firms(table, standing), table.by, standing.rules)


def _firms(table: PublishedTable, standing: Standing) -> "pd.DataFrame":
    firms = standing.firms
    mine = firms.filter(~natural_persons(firms.enterprise_id))
    return mine.group_by(*table.by).aggregate(count=mine.count()).order_by(*table.by).execute()
