"""No raw identity number leaves the door: not in a run folder, on a terminal, in an error, a notebook or a document.

A county is written with identity numbers of nobody wherever people put them, every command is run over it, and all that
comes out is searched for them and for the codes of sole proprietors, in every way of writing that went in.
"""

import csv
import json
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from as_a_user import told
from openpyxl import Workbook
from stdnum.cn import ric

from credit_score.records.synthetic import make_county

ROOT = Path(__file__).parents[1]
ON = "2023-06-30"
# Commands go on with a county of this size; each has natural persons in all tables.
SIZES = {"n_enterprises": 80, "n_individuals": 60, "seed": 3}


def numbers():
    """Identity numbers that pass every check, of people born in 1861–1899: nobody's."""
    for serial in range(400):
        first = f"130628{1861 + serial % 39}0315{serial + 1:03d}"
        yield first + ric.calc_check_digit(first + "0")


def wide(text):
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


class Leaks:
    """A county into which identity numbers were put, and all that must not come out of it again."""

    def __init__(self, folder):
        make_county(folder, dirt=False, **SIZES)
        self.folder, self.left, self.put = folder, numbers(), []
        shutil.rmtree(folder / "truth", ignore_errors=True)
        tables = {path.stem: self._rows(path) for path in sorted(folder.glob("*.csv"))}
        self.people = [row["person_id"] for row in tables["individuals"]]
        self.shops = [r["enterprise_id"] for r in tables["enterprises"] if r["legal_form"] == "sole_proprietor"]
        self._in_cells(tables)
        self._in_dropped_columns(tables)
        for name, rows in tables.items():
            self._write(folder / f"{name}.csv", rows)
        self._in_broken_lines(folder / "credit_records.csv")
        self._in_broken_lines(folder / "individuals.csv")

    def secrets(self):
        return {*self.people, *self.shops, *self.put}

    def number(self, form="{}"):
        """A fresh number, put down as one that must not come out, in the form in which it goes in."""
        number = next(self.left)
        self.put += [number, wide(number)]
        return form.format(number)

    @staticmethod
    def _rows(path):
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @staticmethod
    def _write(path, rows):
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def _in_cells(self, tables):
        """In every column of every table, of a copy of its first row each: plain, in a text, full width, a small x."""
        forms = ("{}", "案号{}号", "{} 张", "x-{}")
        for rows in tables.values():
            for n, column in enumerate(rows[0]):
                rows.append(rows[0] | {column: self.number(forms[n % len(forms)])})
                rows.append(rows[0] | {column: wide(self.number())})
                rows.append(rows[0] | {column: self.number().lower()})
        tables["credit_records"] += [
            tables["credit_records"][0] | {"record_id": "R-by-raw-number", "subject_kind": kind, "subject_id": subject}
            for kind, subject in (("individual", self.people[0]), ("enterprise", self.shops[0]))
        ]

    def _in_dropped_columns(self, tables):
        for name in ("credit_records", "enterprises", "individuals"):
            for row in tables[name]:
                row |= {"备注": "见身份证", "法定代表人": "某某", "联系电话": "0312"}
            tables[name][0] |= {"备注": self.number("本人{}"), "法定代表人": self.number(), "联系电话": self.number()}

    def _in_broken_lines(self, path):
        width = path.read_text(encoding="utf-8").splitlines()[0].count(",")
        lines = [
            self.number(), self.number("{},") * (width + 3), self.number('"{}') + "," * width,
            self.number("\x00{}") + "," * width, self.number(",{}") * 2,
        ]  # fmt: skip
        data = path.read_bytes() + "\n".join(lines).encode() + b"\n"
        path.write_bytes(data + "高阳".encode("gb18030") + self.number("{}").encode() + b"," * width + b"\n")


def text_of(path):
    """A file as text, Parquet decoded."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def leaks(tmp_path_factory):
    return Leaks(tmp_path_factory.mktemp("leaks") / "records")


@pytest.fixture(scope="module")
def run(leaks, tmp_path_factory):
    """The run folder and what the command said."""
    out = tmp_path_factory.mktemp("leaks-run") / "out"
    code, said, progress = told("run", leaks.folder, "--as-of", ON, "--seed", "5", "--out", out)
    assert code == 0, progress
    return out, said + progress


def silent_about(secrets, text, where):
    found = [secret for secret in secrets if secret in text or secret.lower() in text]
    assert not found, f"{len(found)} identifiers in {where}"


def test_the_county_holds_numbers_wherever_people_put_them(leaks):
    raw = b"".join(path.read_bytes() for path in leaks.folder.glob("*.csv")).decode(errors="replace").upper()
    assert len(leaks.put) > 200
    assert all(number in raw or wide(number) in raw for number in leaks.put[::2])
    assert len(leaks.shops) > 10
    assert all(ric.get_birth_date(number) for number in leaks.put[::2])


def test_no_file_of_a_run_folder_holds_one(leaks, run):
    files = [path for path in run[0].rglob("*") if path.is_file()]
    assert {"rejected.csv", "manifest.json", "ledger.parquet", "report.html"} <= {path.name for path in files}
    for path in files:
        silent_about(leaks.secrets(), text_of(path), path.name)
        silent_about(leaks.secrets(), path.read_bytes().decode("utf-8", "replace"), path.name)
    reasons = set(pd.read_csv(run[0] / "rejected.csv")["reason"])
    assert len(reasons) >= 6


@pytest.mark.thorough
def test_no_command_says_one(leaks, run, tmp_path):
    out, said = run
    silent_about(leaks.secrets(), said, "run")
    subject = pd.read_parquet(out / "scores_enterprise.parquet")["subject"]
    shop = next(name for name in subject if name.startswith("S-"))
    person = pd.read_parquet(out / "scores_individual.parquet")["subject"].iloc[0]
    commands = [
        ["check", leaks.folder], ["check", leaks.folder, "--json", "--lang", "zh"],
        ["check", leaks.folder, "--rejected", tmp_path / "rejected.csv"], ["explain", shop, "--run", out],
        ["explain", person, "--run", out, "--json"], ["draw", out], ["draw", out, "--json"],
        ["draw", out, "--out", tmp_path / "draw.csv"], ["verify-draw", out / "draw.csv"],
        ["explain", leaks.people[0], "--run", out], ["explain", leaks.shops[0], "--run", out],
        ["explain", leaks.put[0], "--run", out], ["explain", wide(leaks.people[0]), "--run", out],
        ["check", leaks.people[0]], ["draw", out, "--department", leaks.people[0]],
        ["verify-draw", leaks.people[0]], ["policy", "show", leaks.people[0]], [leaks.people[0]],
        ["run", leaks.folder, "--as-of", leaks.people[0], "--out", tmp_path / "no"],
        ["run", leaks.folder, "--as-of", ON, "--out", tmp_path / "no", "--memory", leaks.people[0]],
        *asked_for_statements(leaks, out, shop, person, tmp_path),
    ]  # fmt: skip
    for command in commands:
        _, stdout, stderr = told(*command)
        silent_about(leaks.secrets(), stdout + stderr, " ".join(map(str, command))[:40])
    for name in ("rejected.csv", "draw.csv", "shop.html", "person.html"):
        silent_about(leaks.secrets(), text_of(tmp_path / name), name)
    log = out.with_name(f"{out.name}.statements") / "log.json"
    silent_about({*leaks.secrets(), shop, person}, log.read_text(encoding="utf-8"), "the log of statements")


def asked_for_statements(leaks, out, shop, person, place):
    """Commands about statements, two that issue one and some with a number in each place that takes a text."""
    who, why = ["--asked-by", "本人", "--office", "self"], ["--why", "查询"]
    number, run = leaks.people[0], ["--run", out]
    return [
        ["statement", shop, *run, *who, *why, "--use", "approval", "--lang", "both", "--out", place / "shop.html"],
        ["statement", person, *run, *who, *why, "--lang", "both", "--out", place / "person.html"],
        ["statement", person, *run, *who, "--why", number, "--out", place / "no.html"],
        ["statement", person, *run, *who, *why, "--use", number, "--out", place / "no.html"],
        ["statement", person, *run, "--asked-by", wide(number), "--office", number, *why, "--out", place / "no.html"],
        ["statement", number, *run, *who, *why, "--out", place / "no.html"],
        ["verify-statement", place / "shop.html", *run], ["verify-statement", number, *run],
        ["verify-statement", "--serial", number, "--code", number, *run], ["statements", out], ["statements", number],
    ]  # fmt: skip


def as_heading(folder, number):
    (folder / "departments.csv").write_text(f"department,inspectors,{number}\nfire,3,1\n", encoding="utf-8")


def without_heading(folder, number):
    (folder / "individuals.csv").write_text(f"{number},40,2023-06-30\n", encoding="utf-8")


def as_name_of_a_file(folder, number):
    (folder / f"信用记录-{number}.csv").write_text("record_id\n1\n", encoding="utf-8")


def as_name_of_no_table(folder, number):
    (folder / f"{number}.xlsx").write_bytes(b"")


def as_heading_in_gb(folder, number):
    (folder / "个人.csv").write_bytes(f"身份证号,{number}高阳\n{number},x\n".encode("gb18030"))


def as_sheet(folder, number):
    book = Workbook()
    for title in (number, number[::-1]):
        book.create_sheet(title).append(["person_id", number])
    book.save(folder / "individuals.xlsx")


def in_forbidden_column(folder, number):
    (folder / "households.csv").write_text(f"household_id,宗教{number}\n{number},{number}\n", encoding="utf-8")


def in_a_parquet_column(folder, number):
    pd.DataFrame({"department": ["fire"], number: [number]}).to_parquet(folder / "departments.parquet")


PLACES = (
    as_heading, without_heading, as_name_of_a_file, as_name_of_no_table, as_heading_in_gb, as_sheet,
    in_forbidden_column, in_a_parquet_column,
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_refused_file_is_told_without_it(place, county_folder, tmp_path):
    number = next(numbers())
    folder = tmp_path / "records"
    folder.mkdir()
    for name in ("enterprises.csv", "credit_records.csv", "synthetic.json", "demo.key"):
        shutil.copy(county_folder / name, folder / name)
    place(folder, number)
    for command in (["check", folder], ["run", folder, "--as-of", ON, "--out", tmp_path / "out"]):
        code, stdout, stderr = told(*command)
        assert code == 1
        silent_about([number, number[:17], number[::-1]], stdout + stderr, place.__name__)


@pytest.mark.parametrize("edit", [
    lambda items, number: items[0].update({number: 1}), lambda items, number: items[0].update(id=number),
    lambda items, number: items.append(items[0] | {"id": number}),
], ids=["key", "id", "twice"])  # fmt: skip
def test_an_error_of_a_policy_is_told_without_it(edit, altered_policy):
    number = next(numbers())
    folder = altered_policy(individual=lambda data: edit(data["items"], number))
    code, stdout, stderr = told("policy", "check", folder)
    assert code == 1
    silent_about([number], stdout + stderr, "policy check")


def identity_numbers(text):
    """What passes the check of an identity number, of whatever year of birth."""
    found = re.findall(r"(?<![0-9A-Za-z])[1-8]\d{5}(?:1[89]|20)\d{9}[\dXx](?![0-9A-Za-z])", text)
    return [number for number in found if number[-1].upper() == ric.calc_check_digit(number)]


def test_no_notebook_and_no_document_holds_one():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md"),
             *(ROOT / "data").rglob("*.json")]  # fmt: skip
    assert len(notebooks) >= 3
    assert len(pages) >= 4
    assert identity_numbers(f"no. {next(numbers())}, or so")
    for path in notebooks:
        outputs = [cell.get("outputs", []) for cell in nbformat.read(str(path), as_version=4).cells]
        assert identity_numbers(json.dumps(outputs, ensure_ascii=False)) == [], path.name
    for path in pages:
        assert identity_numbers(path.read_text(encoding="utf-8")) == [], path.name
