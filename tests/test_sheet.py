"""What is written for a spreadsheet runs nothing there, and reads back as what was written."""

import ast
import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

import credit_score as cs
from credit_score import cli
from credit_score.policy.loader import BUNDLED
from credit_score.records.synthetic import write as county_writer
from credit_score.report import read_list
from credit_score.report.style import as_svg
from credit_score.sheet import as_written, neutral, plain, write_csv

PACKAGE = Path(cs.__file__).parent
COMMAND = "=cmd|'/c calc'!A1"
SCRIPT = "<script>alert(1)</script>"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
STARTING = st.builds("".join, st.tuples(st.sampled_from(["", " ", "'", "''", "\u3000", "\t", "\r", "\n"]),
                                        st.sampled_from(["", *"=+-@＝＋－＠"]), TEXT))  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [COMMAND, "=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tx", "\rx", "  =1", "\u3000=1", "\ufeff=1",
     "\u200b=1", "＝1+1", "＋1", "－1", "＠x", "-2+3", "+86 138", "--1", "-", "=", "-1,000", "-٣", "-5 ", "-1e9999"],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_could_run_gets_an_apostrophe(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "x", "a=b", "2023-06-30", "'quoted'", "-5", "+5", "-5.25", "-.5", "-1e-05", "李-=", "91130628MA0", "–"]
)  # fmt: skip
def test_a_text_that_runs_nothing_stays_and_so_does_a_plain_number(text):
    assert neutral(text) == text


@given(TEXT | STARTING)
@example("'=1")
@example("''-5")
@example("'-5")
def test_the_text_comes_back_from_its_cell_whatever_it_is(text):
    assert plain(neutral(text)) == text


@given(TEXT | STARTING)
def test_no_cell_begins_with_a_sign_unless_it_is_a_number(text):
    cell = neutral(text)
    assert cell.lstrip()[:1] not in set("=+-@＝＋－＠") or float(cell) == float(text)


def test_numbers_are_left_alone_and_headings_are_not(tmp_path):
    table = pd.DataFrame({"=points": [-5, 3], "share": [-0.5, float("nan")], "name": ["-5", "-x"], "ok": [True, False]})
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8") == "'=points,share,name,ok\n-5,-0.5,-5,True\n3,,'-x,False\n"


def test_a_column_of_categories_is_neutral_too(tmp_path):
    write_csv(pd.DataFrame({"tier": pd.Categorical(["=A", "B", "=A"])}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8") == "tier\n'=A\nB\n'=A\n"


@given(st.lists(TEXT | STARTING, min_size=1, max_size=5))
@example(["a\r=1"])
@example(["a\n=1", "\r"])
def test_a_written_table_reads_back_as_it_was_and_holds_no_formula(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("sheet") / "t.csv"
    table = pd.DataFrame({"subject": pd.Series(texts, dtype="str"), "n": range(len(texts))})
    write_csv(table, path)
    cells = [cell for row in rows_of(path) for cell in row]
    assert cells == ["subject", "n", *(c for i, t in enumerate(texts) for c in (neutral(t), str(i)))]
    back = as_written(pd.read_csv(path, dtype={"subject": str}, keep_default_na=False, na_values=[]))
    assert back["subject"].tolist() == texts


def rows_of(path):
    """The rows of a CSV as a reader that knows nothing of us takes them."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_every_csv_of_the_package_is_written_here():
    """The synthetic county writes raw records as units send them: that is input, and must stay as dirty as it is."""
    synthetic = Path(county_writer.__file__).parent
    modules = [p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "sheet.py" and p.parent != synthetic]
    assert len(modules) > 50
    assert [f"{p.name}: {name}" for p in modules for name in csv_writers(p.read_text("utf-8"))] == []
    assert csv_writers((PACKAGE / "sheet.py").read_text("utf-8")) == ["to_csv"]


def csv_writers(source):
    """Names of calls that write CSV: of pandas, Ibis, pyarrow, the standard library, DuckDB's relations."""
    names = (n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "")
             for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call))  # fmt: skip
    own = {"to_csv", "writer", "DictWriter", "to_excel", "to_html"}
    return [name for name in names if name in own]


def test_the_search_finds_a_csv_written_elsewhere():
    assert csv_writers("table.to_csv(path)\ncsv.writer(f)\nfrom csv import DictWriter\nDictWriter(f)") == [
        "to_csv", "writer", "DictWriter",
    ]  # fmt: skip


FIRMS = ("firm-1", COMMAND, SCRIPT, "-2+3", "@x", "'=1")
FIRM = {"legal_form": "company", "sector": "construction", "size": "small", "town": "=t", "registered_on": "2010-01-01"}
RECORD = {
    "subject_kind": "enterprise", "catalogue_kind": "诚实守信相关荣誉信息", "unit": "publicity",
    "occurred_on": "2023-01-10", "reported_on": "2023-01-12",
}  # fmt: skip


LABEL = f"\">'></text></svg><img src=x onerror=alert(1)>{SCRIPT}"


def relabelled(node):
    """A policy's data with every label and reference a script that closes whatever it may stand in."""
    if isinstance(node, list):
        return [relabelled(child) for child in node]
    if isinstance(node, dict):
        return {k: LABEL if k in ("zh", "en", "reference") else relabelled(v) for k, v in node.items()}
    return node


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The saved run of firms, items, rejected values and labels of the policy that are formulas and scripts."""
    policy = hostile_policy(tmp_path_factory.mktemp("policy") / "gaoyang")
    folder = hostile_records(tmp_path_factory.mktemp("county"), policy)
    run = cs.run_county(
        cs.read_records(folder, policy=policy, key="a key of the tests"), policy, as_of="2023-06-30", seed=1
    )
    return run.save(tmp_path_factory.mktemp("run") / "out")


def hostile_policy(folder):
    folder.mkdir()
    for path in (BUNDLED / "gaoyang").glob("*.yaml"):
        data = relabelled(yaml.safe_load(path.read_text("utf-8")))
        if path.stem == "policy":
            data["identifiers"] = {"enterprise": "plain", "person": "plain"}
        (folder / path.name).write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return cs.load_policy(folder)


def hostile_records(folder, policy):
    items = ["honour.county", COMMAND, SCRIPT, f"+{SCRIPT}", "honour.county", "honour.county"]
    records = [RECORD | {"record_id": f"=r{i}", "subject_id": FIRMS[i], "item": item} for i, item in enumerate(items)]
    records += [records[0] | {"record_id": f"=bad{unit}", "unit": unit} for unit in (COMMAND, SCRIPT)]
    staff = [
        {"department": d.id, "inspectors": 3, "days_per_inspector": 90} for d in policy.model.inspection.departments
    ]
    firms = [FIRM | {"enterprise_id": firm, "name": SCRIPT} for firm in FIRMS]
    for name, rows in (("enterprises", firms), ("credit_records", records), ("departments", staff)):
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
    return folder


class Opened(HTMLParser):
    """A page as a browser takes it: its elements, its handlers, the text between its tags."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.handlers, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.text += data


def test_no_cell_of_a_run_of_hostile_records_runs_anything(hostile):
    paths = sorted(hostile.rglob("*.csv"))
    assert len(paths) > len(list(hostile.glob("*.csv"))) == 8
    cells = {cell for path in paths for row in rows_of(path) for cell in row}
    assert {f"'{COMMAND}", "'-2+3", "'@x", "''=1"} <= cells
    assert [cell for cell in cells if neutral(cell) != cell and plain(cell) == cell] == []


def test_the_report_of_hostile_records_shows_scripts_as_text_and_runs_its_own_alone(hostile):
    page = Opened((hostile / "report.html").read_text("utf-8"))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.handlers == []
    assert SCRIPT in page.text
    assert page.text.count(LABEL) > 50


@pytest.mark.thorough
def test_a_draw_of_hostile_firms_reads_back_and_verifies_in_the_folder_and_as_a_list(hostile, tmp_path, capsys):
    drawn = set(read_list(hostile / "draw.csv")["subject"])
    assert drawn
    assert drawn <= set(FIRMS)
    assert cli.main(["draw", str(hostile), "--out", str(tmp_path / "list.csv")]) == 0
    for arguments in ([str(hostile)], [str(tmp_path / "list.csv"), "--run", str(hostile)]):
        assert cli.main(["verify-draw", *arguments]) == 0
    assert "verified: " in capsys.readouterr().out


def test_every_template_escapes_and_only_figures_are_taken_as_they_are():
    """A new page must be made by an environment that escapes; what it marks safe is looked at here."""
    made = [p for p in PACKAGE.rglob("*.py") if "Environment(" in p.read_text("utf-8")]
    assert made
    assert all(
        p.read_text("utf-8").count("Environment(") == p.read_text("utf-8").count("autoescape=True") for p in made
    )
    safe = [m for p in PACKAGE.rglob("*.html") for m in re.findall(r"([^|{(]+)\| *safe", p.read_text("utf-8"))]
    # Of a dossier: its figures, and the browser module with its styles, all of them the package's own.
    own = ["figures[lang][name]", "module", "row.trend", "styles", "svg"]
    assert sorted(s.strip() for s in safe) == ['":", ":<wbr>"', *own]
    assert not any(re.search(r"\bMarkup\(", p.read_text("utf-8")) for p in PACKAGE.rglob("*.py"))


def test_a_figure_escapes_its_texts_and_its_label():
    svg = as_svg(lambda axes: axes.set_title(LABEL), name="f", label=LABEL)
    opened = Opened(svg)
    assert not {"script", "img"} & set(opened.tags)
    assert opened.handlers == []
    assert SCRIPT in opened.text
