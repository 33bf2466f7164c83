"""The words of units for tables, columns and codes, as data (``columns.yaml``) and from the policy's labels."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from credit_score.policy.held import kinds

if TYPE_CHECKING:
    from credit_score.policy.named import Named
    from credit_score.policy.schema import PolicyModel

# After a table's name a file may say whose or which month it is: 信用记录-税务局.csv, enterprises (2).xlsx.
_SUFFIX = r" ?[-_—. (（【].*"


@cache
def _data() -> dict[str, Any]:
    import yaml

    text = files("credit_score.records.reading").joinpath("columns.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def plain(name: object) -> str:
    """A name without spaces and capitals, half width: what two ways of writing one name have in common."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(name))).casefold()


def table_names(table: str) -> list[str]:
    """Every name of a table, its own first."""
    return [table, *_data()["tables"].get(table, {}).get("names", [])]


@cache
def _columns(table: str) -> dict[str, str]:
    listed = _data()["tables"].get(table, {}).get("columns", {})
    return {_heading(word): column for column, words in listed.items() for word in words}


def _heading(name: str) -> str:
    """A heading as it is compared: without hyphens, underscores, and the asterisk that marks a required column."""
    return re.sub(r"[-_*]", "", plain(name))


def column_of(heading: str, table: str, columns: Iterable[str]) -> str | None:
    """The column of a table that a heading names, in Chinese or English; None where it names none."""
    own = {_heading(c): c for c in columns}
    name = _heading(heading)
    return own.get(name) or _columns(table).get(name)


def table_of(stem: str, tables: Iterable[str]) -> str | None:
    """The table that a file's name without its ending means: a name of the table, and what may follow it."""
    named = [(plain(word), table) for table in tables for word in table_names(table)]
    spelled = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", stem)).strip().casefold()
    for word, table in sorted(named, key=lambda pair: -len(pair[0])):
        if word == plain(stem) or re.fullmatch(rf"{re.escape(word)}{_SUFFIX}", spelled):
            return table
    return None


def coded_words(model: "PolicyModel") -> dict[str, dict[str, str]]:
    """Coded column → word → code, from ``columns.yaml`` and the policy's labels in both languages.

    A word that means two codes of a column is left out: the row is then refused rather than guessed.
    """
    about = model.policy
    named: dict[str, Iterable[Named]] = {
        "sector": about.sectors, "size": about.sizes, "unit": about.units,
        "department": model.inspection.departments, "catalogue_kind": model.catalogue, **_of_the_pilot(model),
    }  # fmt: skip
    found = {column: _of_labels(rules) for column, rules in named.items()}
    found["purpose"] = _words({k.id: [k.label["zh"], k.label["en"]] for k in kinds() if k.status == "conditional"})
    return found | {column: _words(codes) for column, codes in _data()["values"].items()}


def _of_the_pilot(model: "PolicyModel") -> dict[str, Iterable["Named"]]:
    """The coded columns of the pilot and its services, of the sections that the policy has."""
    named: dict[str, Iterable[Named]] = {}
    if pilot := model.pilot:
        named |= {"activity": pilot.activities, "place": pilot.places}
        named |= {"case_kind": pilot.case_kinds, "report_use": pilot.report_uses}
    if model.scenes:
        named["scene"] = model.scenes.scenes
    if model.measures:
        named["measure"] = model.measures.measures
    return named


def item_words(model: "PolicyModel") -> dict[str, dict[str, str]]:
    """Kind of subject → word → item: the labels of the items in both languages."""
    catalogues = {"individual": model.individual, "enterprise": model.enterprise}
    return {kind: _of_labels(c.items) for kind, c in catalogues.items() if c}


def of_any_kind(words: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Word → item, of the words that mean one item in every kind of subject that has them."""
    meant: dict[str, set[str]] = {}
    for read in words.values():
        for word, item in read.items():
            meant.setdefault(word, set()).add(item)
    return {word: min(items) for word, items in meant.items() if len(items) == 1}


def _of_labels(rules: Iterable["Named"]) -> dict[str, str]:
    return _words({rule.id: [rule.label.zh, rule.label.en] for rule in rules})


def _words(codes: Mapping[str, Iterable[str]]) -> dict[str, str]:
    meant: dict[str, set[str]] = {}
    for code, words in codes.items():
        for word in [*words, *(unicodedata.normalize("NFKC", w) for w in words)]:
            meant.setdefault(word, set()).add(code)
    return {word: min(found) for word, found in meant.items() if len(found) == 1 and word not in codes}


def written_names(table: str) -> dict[str, list[str]]:
    """What units call the columns of a table, in Chinese, by column."""
    return {column: list(words) for column, words in _data()["tables"][table]["columns"].items()}


def written_words(model: "PolicyModel") -> dict[str, dict[str, str]]:
    """Coded column → code → a Chinese word that is read as it: the policy's label, or the first of ``columns.yaml``.

    A word that means two codes is left out. Items stand under ``item.individual`` and ``item.enterprise``.
    """
    about, catalogues = model.policy, {"individual": model.individual, "enterprise": model.enterprise}
    read = coded_words(model) | {f"item.{kind}": words for kind, words in item_words(model).items()}
    named: dict[str, Iterable[Named]] = {
        "sector": about.sectors, "size": about.sizes, "unit": about.units, "department": model.inspection.departments,
        **_of_the_pilot(model),
    }  # fmt: skip
    named |= {f"item.{kind}": catalogue.items for kind, catalogue in catalogues.items() if catalogue}
    said = {column: {rule.id: rule.label.zh for rule in rules} for column, rules in named.items()}
    said |= {column: {code: words[0] for code, words in codes.items()} for column, codes in _data()["values"].items()}
    return {c: {code: w for code, w in words.items() if read[c].get(w) == code} for c, words in said.items()}
