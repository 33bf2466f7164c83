"""A saved card is the card: the same integers on every row, and every fault of an edited one is told."""

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import CreditScoreError, FitError, RunError
from credit_score.scorecard import Attribute, Binning, Card, Characteristic, ScorecardClassifier, load_card, save_card

SPECIAL = -9.0


@pytest.fixture(scope="module", params=["woe", "boosted"])
def card(request, rows):
    binning = {"age": Binning(specials=(SPECIAL,))}
    return ScorecardClassifier(method=request.param, binning=binning).fit(*rows).card_


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_a_saved_card_gives_the_same_points_on_every_row(card, form, more_rows, tmp_path):
    save_card(card, tmp_path / f"card.{form}")
    again = load_card(tmp_path / f"card.{form}")
    assert again == card
    edges = pd.DataFrame({"turnover": np.concatenate([c.edges for c in card.characteristics if c.name == "turnover"])})
    at_edges = edges.assign(age=SPECIAL, sector="never met")
    for table in (more_rows[0], at_edges, at_edges.assign(turnover=np.nextafter(edges["turnover"], -np.inf))):
        assert (again.points(table) == card.points(table)).all()


def test_names_and_categories_of_any_text_come_back(tmp_path):
    texts = ("=1+1", "a,b", 'say "so"', "农产品|种植", " spaced ", "null", "1.0", "yes")
    listed = tuple(Attribute("values", i, values=(t,)) for i, t in enumerate(texts))
    card = Card((Characteristic("=sector", listed),), -3, classes=("good", "bad"))
    for form in ("yaml", "csv"):
        save_card(card, tmp_path / f"c.{form}")
        assert load_card(tmp_path / f"c.{form}") == card
    assert "\n'=sector" in (tmp_path / "c.csv").read_text(encoding="utf-8")


SIGNS = [*map(chr, [*range(0x180), *range(0x2000, 0x2070), 0x3000, 0xFEFF, 0xFFFD, 0xFFFF, 0x1F600, 0x10FFFF])]


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_every_sign_comes_back_wherever_it_stands(form, tmp_path):
    texts = [text for sign in SIGNS for text in (f"a{sign}b", f"{sign}a", f"a{sign}", f"a {sign} b")]
    listed = [Characteristic(text, (Attribute("values", 1, values=(text,)),)) for text in dict.fromkeys(texts)]
    assert len(listed) > 4 * 490
    card = Card(tuple(listed), 0, classes=("a\x85b", "\u2028"))
    save_card(card, tmp_path / f"c.{form}")
    assert load_card(tmp_path / f"c.{form}") == card


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_half_a_sign_is_refused_before_a_file_is_there(form, tmp_path):
    card = Card((Characteristic("x", (Attribute("values", 1, values=("a\ud800b",)),)),), 0)
    with pytest.raises(
        FitError, match=r"a name or category with half a sign, .*a\\ud800b.*; mend the text in the rows"
    ):
        save_card(card, tmp_path / f"c.{form}")
    assert not list(tmp_path.iterdir())


CARD = """credit_score_card: 1
pdo: 20.0
ref_score: 600.0
ref_odds: 50.0
base_points: 500
characteristics:
- name: size
  attributes:
  - {kind: interval, below: 0.5, points: -7}
  - {kind: interval, from: 0.5, points: 3}
"""


def refused_when_edited(path, text, edit, message):
    """A card that loads is refused after one edit, in one line that names the file."""
    path.write_text(text, encoding="utf-8")
    load_card(path)
    assert text.count(edit[0]) == 1
    path.write_text(text.replace(*edit), encoding="utf-8")
    with pytest.raises(CreditScoreError) as error:
        load_card(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("from: 0.5", "from: 0.6", "characteristic 'size': gap between 0.5 and 0.6; let each interval begin"),
        ("from: 0.5", "from: 0.4", "overlap between 0.5 and 0.4"),
        (
            "points: 3",
            "points: 3.5",
            "characteristics.0.attributes.1.points: input should be a valid integer, found 3.5",
        ),
        (", points: 3", "", "characteristics.0.attributes.1.points: field required"),
        ("kind: interval, from", "kind: rest, from", "attributes.1.kind: input should be 'interval'"),
        ("from: 0.5", "form: 0.5", "attributes.1.form: extra inputs are not permitted"),
        ("credit_score_card: 1", "credit_score_card: 2", "credit_score_card: input should be less than or equal to 1"),
        ("credit_score_card: 1", "credit_score_card: true", "credit_score_card: input should be a valid integer"),
        ("base_points: 500", "base_points: 500\ngood: x\nbad: x", "good and bad are both 'x'; give each its label"),
        ("name: size", "name: size\n  trend: sideways", "characteristics.0.trend: input should be 'ascending'"),
        ("name: size", "name: size\n  weight: -3.0", "characteristics.0.weight: input should be greater than or equal"),
        ("points: 3", "points: 3, share: 7.0", "attributes.1.share: input should be less than or equal to 1"),
        ("points: 3", "points: 3, bad_rate: -0.5", "attributes.1.bad_rate: input should be greater than or equal to 0"),
        (
            "{kind: interval, below: 0.5, points: -7}",
            "size",
            "attributes.0: should be a mapping, name: value",
        ),
        ("below: 0.5", "below: .inf", "attributes.0.below: input should be a finite number"),
        ("pdo: 20.0\n", "", "pdo: field required"),
        ("points: 3", "points: 010", "card.yaml, line 10: '010' is not plainly a number; write it in decimal digits"),
        ("points: 3", "points: 1:30", "'1:30' is not plainly a number"),
        ("base_points: 500", "base_points: 500\nbase_points: 9", "key 'base_points' stands twice"),
    ],
)
def test_a_fault_of_an_edited_card_is_told_with_its_place(tmp_path, before, after, message):
    refused_when_edited(tmp_path / "card.yaml", CARD, (before, after), message)
    (tmp_path / "card.yaml").write_text(CARD, encoding="utf-8")
    assert load_card(tmp_path / "card.yaml").points(pd.DataFrame({"size": [0.4, 0.6]})).tolist() == [493, 503]


@pytest.mark.parametrize(
    ("name", "held", "message"),
    [
        ("c.yaml", "- a\n- b\n", "the whole: should be a mapping, name: value, found ['a', 'b']; mend the card"),
        ("c.yaml", "高阳", "the whole: should be a mapping, name: value, found '高阳'"),
        ("c.csv", "", "not readable as CSV in UTF-8: No columns to parse from file; save it as CSV in UTF-8"),
        ("c.csv", "高阳,县\n", "not readable as CSV in UTF-8: 'utf-8' codec can't decode"),
    ],
)
def test_a_file_that_is_no_card_at_all_is_named_once(tmp_path, name, held, message):
    (tmp_path / name).write_text(held, encoding="gb18030" if name == "c.csv" else "utf-8")
    with pytest.raises(FitError) as error:
        load_card(tmp_path / name)
    assert f"{name}: {message}" in str(error.value)
    assert str(error.value).count(str(tmp_path / name)) == 1


def test_a_sheet_without_its_heading_or_a_row_is_refused(tmp_path):
    path = tmp_path / "card.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CreditScoreError, match="the heading is not that of a card; begin with characteristic,kind"):
        load_card(path)
    (tmp_path / "card.yaml").write_text(CARD, encoding="utf-8")
    save_card(load_card(tmp_path / "card.yaml"), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(CreditScoreError, match=r"no attribute from 0\.5 on"):
        load_card(path)


def test_other_endings_and_files_that_are_not_there_are_refused(card, tmp_path):
    with pytest.raises(CreditScoreError, match=r"a card is no \.pkl; name it \.yaml or \.csv"):
        save_card(card, tmp_path / "card.pkl")
    with pytest.raises(CreditScoreError, match="no such card"):
        load_card(tmp_path / "card.yaml")
    with pytest.raises(RunError, match="could not write"):
        save_card(card, tmp_path / "nowhere" / "card.yaml")


MORE = "\n- name: sector\n  attributes:\n  - {kind: values, values: [a], points: 1}\n  - {kind: other, points: 2}\n"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("kind: other", "kind: other, special: 3.0", "an attribute of kind 'other' has no 'special'"),
        ("values: [a]", "values: [a], below: 3.0", "an attribute of kind 'values' has no 'below'"),
        ("below: 0.5", "below: 0.5, values: [a]", "an attribute of kind 'interval' has no 'values'"),
        ("kind: other", "kind: special, special: 3.0", "'sector' has neither intervals nor values alone"),
        (
            "from: 0.5, points: 3",
            "from: 0.5, points: 9000000000000000000",
            "be less than or equal to 1000000000",
        ),
        ("base_points: 500", "base_points: -99999999999999999999", "base_points: input should be"),
        ("pdo: 20.0", "pdo: 20.0\nmethod: magic", "method: input should be 'woe' or 'boosted', found 'magic'"),
    ],
)
def test_a_card_says_of_an_attribute_only_what_its_kind_has(tmp_path, before, after, message):
    refused_when_edited(tmp_path / "card.yaml", CARD.rstrip() + MORE, (before, after), message)


def _sheet(tmp_path):
    (tmp_path / "card.yaml").write_text(CARD, encoding="utf-8")
    save_card(load_card(tmp_path / "card.yaml"), tmp_path / "card.csv")
    return tmp_path / "card.csv", (tmp_path / "card.csv").read_text(encoding="utf-8").splitlines()


def test_what_a_spreadsheet_adds_when_it_saves_is_passed_over(tmp_path):
    path, lines = _sheet(tmp_path)
    before = load_card(path)
    path.write_text("\n".join([f"{line},," for line in lines] + ["," * (lines[0].count(",") + 2)]), encoding="utf-8")
    assert load_card(path) == before


@pytest.mark.parametrize(
    ("of_row", "cells", "message"),
    [
        ("base_points", {}, "base_points stands twice; leave one of them"),
        (
            "base_points",
            {"kind": "characteristics", "values": "[]"},
            "'characteristics' without a characteristic",
        ),
        ("base_points", {"kind": "bonus"}, "'bonus' without a characteristic; name the characteristic, or one of"),
        ("base_points", {"kind": "good", "points": "7"}, "good stands twice"),
        ("interval", {"weight": "2.0"}, "weight 2.0 of 'size', which has 1.0 in a row before"),
        ("interval", {"trend": "peak"}, "trend 'peak' of 'size', which has 'none' in a row before"),
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused_with_its_row(tmp_path, of_row, cells, message):
    path, _ = _sheet(tmp_path)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    row = table[table["kind"] == of_row].tail(1).assign(**cells)
    pd.concat([table, row]).to_csv(path, index=False)
    with pytest.raises(CreditScoreError) as error:
        load_card(path)
    assert f"{path}: row {len(table) + 2}: {message}" in str(error.value)
    assert str(error.value).count(str(path)) == 1


def test_a_setting_says_nothing_under_another_heading(tmp_path):
    path, _ = _sheet(tmp_path)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[table["kind"] == "pdo", "points"] = "7"
    table.to_csv(path, index=False)
    with pytest.raises(CreditScoreError, match="pdo with something under points; give a setting under 'values' alone"):
        load_card(path)
