"""Every text a person reads stands in the catalogue in both languages, and every text in the catalogue is read."""

import ast
import re
import string
from functools import cache
from itertools import chain
from pathlib import Path
from typing import get_args, get_origin

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import credit_score
from credit_score import commands_statement
from credit_score.cli_inspection import DOMAINS
from credit_score.commands_estimate import COLUMNS, SHOWN
from credit_score.errors import CreditScoreError
from credit_score.inspection.optimum.problem import OBJECTIVES
from credit_score.language import LANGUAGES, catalogue, say
from credit_score.pilot.calendar import KINDS
from credit_score.pilot.cases import CASE_STATES
from credit_score.pilot.items import STATES as ITEM_STATES
from credit_score.pilot.office import NEEDED
from credit_score.policy import load_policy, rule_table
from credit_score.policy.dated import Basis, Dated
from credit_score.policy.scenes import BenefitKind
from credit_score.policy.schema import PolicyModel
from credit_score.policy.source import Source
from credit_score.records.contracts import LEGAL_FORMS, contracts
from credit_score.records.door.judge import BELOW, UNREADABLE
from credit_score.records.keeping.due import GROUNDS
from credit_score.records.life import STATES
from credit_score.records.reading.workbook_cells import REASONS
from credit_score.report.statements import enterprise, person, scenes
from credit_score.simulation.engines import ENGINES
from credit_score.simulation.parameter import Parameter, Stated
from credit_score.simulation.totals import TOTALS

GAOYANG = load_policy("gaoyang")
PACKAGE = Path(credit_score.__file__).parent
KEYS = sorted(catalogue())
SOURCES = sorted(p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".html", ".js"))
KEY = r"[a-z_]+(?:\.[a-z_]+)*"


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", KEYS)
def test_a_text_stands_in_both_languages_with_the_same_placeholders(key):
    texts = catalogue()[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert placeholders(texts["zh"]) == placeholders(texts["en"])


@pytest.mark.parametrize("key", KEYS)
def test_chinese_is_chinese_and_english_is_english(key):
    if key == "switch":  # the button names the other language
        return
    zh, en = catalogue()[key]["zh"], catalogue()[key]["en"]
    wordless = not re.sub(r"\{\w+\}|\W", "", zh)
    assert wordless or re.search(r"[一-鿿]", zh)
    assert not re.search(r"[一-鿿，。；：（）]", en)


def strings(path):
    """String constants of a Python file; those within f-strings keep their fixed beginning and a star."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(v.value if isinstance(v, ast.Constant) else "*" for v in node.values)


@cache
def said():
    """Keys, and patterns of keys (``reason.*``), that the code and the page ask for."""
    keys, patterns = set(), set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".js":
            keys |= set(re.findall(rf"\bsay\(\"({KEY})\"", text))
        elif path.suffix == ".html":
            keys |= set(re.findall(rf"\b(?:t|say)\(\"({KEY})\"(?! ~)", text))
            patterns |= {p + "*" for p in re.findall(rf"\bt\(\"({KEY}\.)\" ~", text)}
        else:
            found = set(strings(path))
            keys |= found & set(KEYS)
            keys |= set(re.findall(rf"\bsay\(\s*\"({KEY})\"", text))
            patterns |= {f for f in found if re.fullmatch(r"[a-z]+\.\*", f)}
            patterns |= {p + "*" for p in re.findall(r"\"(status\.)\" \+", text)}
    sections = re.findall(r'call section\("(\w+)"\)', (PACKAGE / "report" / "page.html").read_text(encoding="utf-8"))
    return keys | {f"section.{s}" for s in sections}, patterns


def possible(pattern):
    """The keys that a pattern can come to, from where its end is taken from."""
    rules = GAOYANG.model
    ends = {
        "reason": reasons(), "remedy": reasons(), "table": set(contracts(rules)),
        "basis": set(get_args(Basis)), "status": {"draft", "demonstration", "in_force"},
        "column": {"sector", "size"}, "unit": units(), "field": fields(PolicyModel), "uncounted": uncounted_reasons(),
        "warning": {"unknown_place"}, "due": set(GROUNDS), "aim": set(OBJECTIVES),
        "estimate": {*SHOWN, *COLUMNS, *DOMAINS, *(f"by_{d}" for d in DOMAINS), *chain(*COLUMNS.values())},
        "engine": set(ENGINES), "why": {"asked", "means_only"} | {f"cheapest_{e}" for e in ENGINES[1:]},
        "simulate": {"first", "last", "at_low", "at_high", *TOTALS}, "number": ranged(),
        "gain": {"found", *OBJECTIVES} - {"detections"}, "optimum": {"risk", "min_ratio", "max_ratio"},
        "check": {"capacity", "county_minimum", "cap", "no_rate", "order"},
        "statement": of_statements(), "scene": {*get_args(BenefitKind), "town", "age"},
        "needs": {"name", "author", "signer", "office", "reason"}, "post": set(NEEDED), "state": set(ITEM_STATES),
        "case": set(CASE_STATES), "day": set(KINDS), "event": set(KINDS),
        "standing": {"draft", "demonstration", "in_force"},
    }  # fmt: skip
    family = pattern.split(".")[0]
    return {f"{family}.{end}" for end in ends.get(family, ())}


def of_statements():
    """What stands in statements under a computed key: kinds, states, legal forms, headings, names of the log."""
    states = {"draft", "demonstration", "in_force"}
    headings = {
        *person.COLUMNS,
        *person.SUMS,
        *enterprise.COLUMNS,
        *enterprise.REGISTERED,
        *scenes.COLUMNS,
        *commands_statement.COLUMNS,
    }
    return {"individual", "enterprise", *states, *(f"{s}_text" for s in states), *LEGAL_FORMS, *headings}


def reasons():
    """Every reason for which a row can be rejected, read off the code that gives them."""
    door = PACKAGE / "records" / "door"
    text = "".join((door / f"{name}.py").read_text(encoding="utf-8") for name in ("judge", "verdict"))
    given = set(re.findall(r"(?:Check|, )\([\w.]+, \"(\w+)\"", text)) | set(
        re.findall(r"\"(\w+)\" if dtype == \"date\"", text)
    )
    others = re.findall(r"else \"(\w+)\"\n", text)
    lines = (PACKAGE / "records" / "reading" / "lines.py").read_text(encoding="utf-8")
    told = re.findall(r"(?:return|else) \"(\w+)\"\n", lines)
    return given | {*others, *told, *REASONS, *UNREADABLE.values(), *BELOW.values()}


def uncounted_reasons():
    """Every reason for which an accepted record earns no points, read off the code that gives them."""
    text = (PACKAGE / "points" / "ledger.py").read_text(encoding="utf-8")
    cases = re.search(r"reason = ibis\.cases\((.*?)\n    \)", text, re.DOTALL)[1]
    return ({*re.findall(r"(?:, |else_=)\"(\w+)\"", cases)} | {*STATES}) - {"counts", "disputed"}


def ranged():
    """Kinds of numbers of a scenario that may be ranges: fields that hold a number with its ground."""
    return {name for part in below(Stated) - {Parameter} - below(Parameter) for name, field in part.model_fields.items()
            if any(issubclass(kind, Parameter) for kind in classes(field.annotation))}  # fmt: skip


def units():
    """The units of every kind of dated number, as the keys of their texts write them."""
    return {re.sub(r"\W", "_", kind.unit) for kind in below(Dated)}


def below(kind):
    """All subclasses of a class."""
    return {found for own in kind.__subclasses__() for found in {own} | below(own)}


def fields(model):
    """Names of the dated numbers that a policy model and the models in it can hold; those by tier have none."""
    found = set()
    for name, field in model.model_fields.items():
        kinds = list(classes(field.annotation))
        found |= {name for kind in kinds if issubclass(kind, Dated) and get_origin(field.annotation) is not dict}
        found |= {each for kind in kinds if hasattr(kind, "model_fields") and not issubclass(kind, Dated)
                  for each in fields(kind)}  # fmt: skip
    return found


def classes(annotation):
    """The classes that an annotation is made of."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        yield annotation
    for argument in get_args(annotation):
        yield from classes(argument)


def test_the_search_finds_keys_and_patterns():
    keys, patterns = said()
    assert len(SOURCES) > 30
    assert {"title", "kpi.visits", "explain.rule", "section.rules", "axis.days"} <= keys
    assert {"reason.*", "remedy.*", "basis.*", "table.*", "status.*", "column.*"} <= patterns


def test_every_reason_that_a_rejected_row_was_given_is_known(county_run):
    assert set(county_run.rejected["reason"]) <= reasons()
    assert {"missing_value", "duplicate", "out_of_range", "minor", "wrong_encoding"} <= reasons()


def test_every_reason_for_no_points_is_known(county_run):
    assert set(county_run.uncounted["reason"]) <= uncounted_reasons()
    assert {"no_rule", "other_kind", "not_yet", "expired", "not_scored"} <= uncounted_reasons()


@pytest.mark.parametrize("day", GAOYANG.days(), ids=str)
def test_every_unit_and_every_field_of_the_bundled_policy_has_a_text(day):
    table = rule_table(GAOYANG.at(day))
    assert set(table["unit"].str.replace(r"\W", "_", regex=True)) <= units()
    assert set(table["field"]) <= fields(PolicyModel)
    assert {"points", "weight", "visits_a_year", "inspector_days", "months", "true", "name"} <= units()
    assert {"weight", "floor", "minimum_age", "every", "tier", "ratio"} <= fields(PolicyModel)
    assert {f"unit.{u}" for u in units()} | {f"field.{f}" for f in fields(PolicyModel)} <= set(KEYS)


def test_every_text_that_is_asked_for_exists():
    keys, patterns = said()
    asked = keys | {key for pattern in patterns for key in possible(pattern)}
    assert asked - set(KEYS) == set()


def test_every_text_is_asked_for_somewhere():
    keys, patterns = said()
    asked = keys | {key for pattern in patterns for key in possible(pattern)}
    assert set(KEYS) - asked == set()


def test_no_key_of_the_catalogue_stands_twice():
    assert Source(PACKAGE / "language.yaml").data == catalogue()  # this reader refuses a second one


def test_a_text_is_said_in_the_language_asked_for_with_its_values():
    assert say("kpi.of", "zh", n=12) == "共 12 行"
    assert say("kpi.of", "en", n=12) == "of 12 read"
    assert say("title", "zh") == yaml.safe_load((PACKAGE / "language.yaml").read_text(encoding="utf-8"))["title"]["zh"]


@given(st.text())
def test_a_value_is_said_as_it_is_whatever_stands_in_it(value):
    assert say("kpi.of", "en", n=value) == f"of {value} read"


@pytest.mark.parametrize(("key", "lang"), [("no.such.key", "en"), ("title", "fr")])
def test_a_text_that_is_not_there_is_refused(key, lang):
    with pytest.raises(CreditScoreError, match=f"no text '{key}' in language '{lang}'; add it to language.yaml"):
        say(key, lang)
