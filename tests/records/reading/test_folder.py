"""Which files are which tables: by name, several a table, and never one that vanishes silently."""

import pytest

from credit_score.errors import RecordsError
from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.reading.folder import files

KNOWN = contracts(load_policy("gaoyang").model)
NEEDED = ("enterprises.csv", "credit_records.csv")


@pytest.fixture
def folder(tmp_path):
    """A folder of empty files, the needed ones and more."""

    def made(*names, needed=NEEDED):
        for name in (*needed, *names):
            (tmp_path / name).touch()
        return tmp_path

    return made


def found(folder, **more):
    return {table: list(paths) for table, paths in files(folder, KNOWN, **more).items()}


def refused(folder):
    with pytest.raises(RecordsError) as told:
        files(folder, KNOWN)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_files_are_found_in_the_order_of_their_names_whatever_was_written_first(folder):
    made = folder("信用记录-税务局.xlsx", "credit_records-2.CSV", "户.parquet", "检查结果（6月）.csv")
    assert found(made) == {
        "credit_records": ["credit_records-2.CSV", "credit_records.csv", "信用记录-税务局.xlsx"],
        "enterprises": ["enterprises.csv"], "households": ["户.parquet"], "inspections": ["检查结果（6月）.csv"],
    }  # fmt: skip


def test_what_excel_and_systems_leave_beside_a_file_and_what_means_no_table_is_passed_over(folder):
    made = folder("~$enterprises.xlsx", "~$信用记录.xlsx", ".DS_Store", ".enterprises.csv.swp", "README.md",
    "说明.docx",
                  "synthetic.json", "demo.key")  # fmt: skip
    (made / "truth").mkdir()
    assert found(made) == {"credit_records": ["credit_records.csv"], "enterprises": ["enterprises.csv"]}


@pytest.mark.parametrize("name", ["notes.csv", "名单.xlsx", "records.parquet", "企业家.csv"])
def test_a_file_that_could_be_records_and_is_no_table_is_refused_with_the_names_of_tables(folder, name):
    told = refused(folder(name))
    assert f"{name!r} is no table; tables are enterprises/企业, individuals/个人" in told


@pytest.mark.parametrize("name", ["inspections.xls", "检查记录.et", "同意书.docx", "credit_records.csv.gz", "个人.pdf"])
def test_a_table_in_a_kind_of_file_that_is_not_read_is_refused(folder, name):
    assert f"{name!r} is not a CSV, Excel (.xlsx) or Parquet file; export it as one" in refused(folder(name))


def test_a_folder_that_is_named_as_a_file_is_none(folder):
    made = folder()
    (made / "consents.csv").mkdir()
    assert "'consents.csv' is not a CSV" in refused(made)


@pytest.mark.parametrize("twin", ["enterprises.xlsx", "Enterprises.parquet", "ENTERPRISES.csv"])
def test_one_name_with_two_endings_is_refused(folder, twin):
    assert "table 'enterprises' stands in two files named" in refused(folder(twin))


def test_a_missing_table_is_told_in_both_languages_unless_a_store_holds_it(folder):
    made = folder(needed=NEEDED[:1])
    assert "no file for table 'credit_records'" in refused(made)
    assert "add credit_records or 信用记录, as CSV" in refused(made)
    assert found(made, held={"credit_records": None}) == {"enterprises": ["enterprises.csv"]}


@pytest.mark.parametrize(
    "name",
    ["信用记录-13062818000101001X.csv", "13062818000101001x.xlsx", "信用记录-１３０６２８１８０００１０１００１６.csv"],
)
def test_an_identity_number_in_the_name_of_a_file_is_refused_and_not_repeated(folder, name):
    told = refused(folder(name))
    assert "the name of a file holds an identity number" in told
    assert "rename the file" in told
    assert name.split("-")[-1][:15] not in told


@pytest.mark.parametrize("number", ["130628-18000101-0016", "130628 1800 0101 0016"])
def test_an_identity_number_with_its_digits_spread_is_known_in_the_name_of_a_file(folder, number):
    assert "the name of a file holds an identity number" in refused(folder(f"信用记录-{number}.csv"))


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[31m", "\u2028", "\u202e", "\x85"])
def test_a_control_sign_in_the_name_of_a_file_is_refused_in_one_line_without_it(folder, sign):
    told = refused(folder(f"信用记录-a{sign}b.csv"))
    assert "the name of a file holds a line end or a control sign; rename the file" in told
    assert sign not in told


def test_a_long_number_in_the_name_of_a_file_that_is_no_table_is_not_repeated(folder):
    assert "13812345678" not in refused(folder("张三13812345678.csv"))
