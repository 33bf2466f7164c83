"""Every row ends in accepted or in rejected, whatever was done to the file."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit_score.county import run_county
from credit_score.engine import open_engine, parts_of
from credit_score.errors import RecordsError
from credit_score.files import fingerprint
from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.door.refused import REJECTED

CONTRACTS = contracts(load_policy("gaoyang").model)
FEW = ("enterprises", "individuals", "credit_records", "inspections")
TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "x", "0", "-1", "nan", "true", "2023-02-30", "2023-06-30", "1850-01-01", "R1", "V1", '"', "a,b"]
    ),
    # A line break in a cell makes two rows of one: tests/records/reading/test_lines.py.
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12),
    st.integers(0, 10**19).map(str),
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(FEW), st.integers(0, 9), st.integers(0, 8), TEXTS), min_size=8, max_size=40
)


def spoilt(hand, changes):
    """The small county, made larger, with cells overwritten; returns it and the rows touched, the first being 1."""
    tables = {name: hand.county()[name] for name in FEW}
    tables["enterprises"] += [hand.a_firm(n, "company") for n in range(10, 15)]
    tables["individuals"] += [hand.a_person(n, household_id="House 1") for n in range(10, 15)]
    tables["credit_records"] += [hand.record(n, "enterprise", hand.firm(n)) for n in range(10, 15)]
    touched = set()
    for name, row, column, text in changes:
        position, columns = row % len(tables[name]), CONTRACTS[name].columns
        tables[name][position][columns[column % len(columns)]] = text
        touched.add((name, position + 1))
    return tables, touched


def test_a_clean_folder_is_accepted_whole(hand, clean):
    read = clean.counts.set_index("table")["read"]
    assert read[read > 0].to_dict() == {name: len(rows) for name, rows in hand.county().items()}
    assert clean.counts["accepted"].equals(clean.counts["read"].rename("accepted"))
    assert clean.rejected.empty
    assert clean.rejected.columns.tolist() == REJECTED


def test_what_is_accepted_has_the_contracts_columns_and_types(clean):
    for name, contract in CONTRACTS.items():
        assert clean[name].columns == tuple(contract.columns)
        assert [str(t) for t in clean[name].schema().types] == [str(c.dtype) for c in contract.schema.columns.values()]


# What an example costs is its tables, not its rows: three large ones overwrite more cells than six small ones.
@pytest.mark.thorough
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(CHANGES)
def test_whatever_is_overwritten_each_row_is_accepted_or_rejected(hand, tmp_path_factory, changes):
    tables, touched = spoilt(hand, changes)
    # A sound row stays in the tables that a folder cannot do without.
    tables["enterprises"].append(hand.a_firm(9, "company"))
    tables["credit_records"].append(hand.record(9, "enterprise", hand.firm(9)))
    folder = hand.write(tmp_path_factory.mktemp("spoilt") / "county", tables)
    people = [hand.person(n) for n in range(4)]
    records = hand.read(folder)
    counts = records.counts.set_index("table").loc[list(FEW)]
    assert counts["read"].tolist() == [len(tables[name]) for name in FEW]
    assert (counts["accepted"] + counts["rejected"]).tolist() == counts["read"].tolist()
    for name, row, reason in hand.rejected_by(records, "table", "row", "reason"):
        assert (name, row) in touched or reason in {"unknown_subject", "duplicate"}
    for name in FEW:
        accepted = records[name].execute()
        assert accepted[CONTRACTS[name].key].is_unique
        for column in CONTRACTS[name].identifiers:
            assert not accepted[column].isin(people).any()
    assert not records.rejected["value"].isin(people).any()


def test_parquet_with_types_of_its_own_gives_the_same_records(hand, clean, tmp_path):
    folder = tmp_path / "typed"
    folder.mkdir()
    for name, rows in hand.county().items():
        frame = pd.DataFrame(rows).replace("", None)
        for column in frame.columns:
            if column.endswith("_on"):
                frame[column] = pd.to_datetime(frame[column])
            elif column in {"age", "inspectors"}:
                frame[column] = frame[column].astype("int64")
            elif column in {"draw_probability", "days", "days_per_inspector"}:
                frame[column] = frame[column].astype(float)
            elif column == "violation_found":
                frame[column] = frame[column] == "true"
        frame.to_parquet(folder / f"{name}.parquet")
    records = hand.read(folder)
    assert records.counts.equals(clean.counts)
    for name in CONTRACTS:
        assert hand.as_text(records, name) == hand.as_text(clean, name)


def test_of_rows_with_one_key_the_first_is_accepted_and_the_others_are_duplicates(hand, tmp_path):
    tables = hand.county()
    for name in ("enterprises", "individuals", "households", "credit_records", "inspections"):
        tables[name] += [tables[name][0] | {"town": "T2"} if "town" in tables[name][0] else tables[name][0]] * 2
    records = hand.read(hand.write(tmp_path / "twice", tables))
    assert set(records.rejected["reason"]) == {"duplicate"}
    assert len(records.rejected) == 10
    assert set(records["enterprises"].execute()["town"]) == {"T1"}


@pytest.mark.thorough
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_keys_that_repeat_are_found_in_parts_as_in_one(hand, tmp_path, monkeypatch, groups):
    tables = hand.county()
    tables["credit_records"] += [*tables["credit_records"][:3], tables["credit_records"][0]]
    folder = hand.write(tmp_path / "parts", tables)
    whole = hand.read(folder)
    monkeypatch.setattr("credit_score.engine.embedded.GROUPS", groups)
    assert parts_of(whole.engine, 9) == {1: 16, 2: 8, 3: 4}[groups]
    parts = hand.read(folder)
    assert hand.rejected_by(parts, "row", "reason") == {(row, "duplicate") for row in (6, 7, 8, 9)}
    assert parts.counts.equals(whole.counts)
    assert hand.as_text(parts, "credit_records") == hand.as_text(whole, "credit_records")


@pytest.mark.parametrize(("keys", "parts"), [(0, 1), (1, 1), (1 << 25, 1), ((1 << 25) + 1, 2), (200_000_000, 8)])
def test_no_part_of_keys_is_larger_than_fits(keys, parts):
    assert parts_of(open_engine(), keys) == parts


def test_a_faulty_row_does_not_make_a_sound_one_of_the_same_key_a_duplicate(hand, tmp_path):
    people = hand.county()["individuals"]
    tables = hand.few() | {"individuals": [people[0] | {"age": "12"}, *people]}
    records = hand.read(hand.write(tmp_path / "after", tables))
    assert hand.rejected_by(records, "row", "reason") == {(1, "minor")}


def test_rejected_values_that_identify_are_masked_and_others_shown(hand, tmp_path):
    tables = hand.county()
    tables["enterprises"][1] |= {"sector": "mining"}
    tables["individuals"][1] |= {"person_id": hand.person(1)[:17] + "?"}
    tables["individuals"][2] |= {"enrolled_on": hand.person(2)}
    tables["credit_records"][0] |= {"unit": "call 031266123456"}
    tables["credit_records"][2] |= {"unit": "bank"}
    tables["inspections"][0] |= {"inspection_id": ""}
    records = hand.read(hand.write(tmp_path / "masked", tables))
    told = {(t, r): v for t, r, v in records.rejected[["table", "row", "value"]].itertuples(index=False)}
    assert told == {
        ("enterprises", 2): "mining",
        ("individuals", 2): "18 characters, digits and other signs",
        ("individuals", 3): "18 characters, digits",
        ("credit_records", 1): "17 characters, digits and letters and other signs",
        ("credit_records", 2): "18 characters, digits and letters",
        ("credit_records", 3): "bank",
        ("credit_records", 5): "18 characters, digits",
        ("inspections", 1): "empty",
        ("inspections", 2): "18 characters, digits and letters",
    }


def test_a_folder_in_which_every_row_is_rejected_is_read_with_the_reasons_and_not_scored(hand, tmp_path):
    tables = hand.few()
    for row in tables["enterprises"]:
        row["size"] = "huge"
    records = hand.read(hand.write(tmp_path / "bad", tables))
    assert set(records.rejected.query("table == 'enterprises'")["reason"]) == {"unknown_code"}
    with pytest.raises(RecordsError, match="all 3 rows of 'enterprises' are rejected; see why with: credit-score chec"):
        run_county(records, load_policy("gaoyang"), as_of="2023-06-30")


def test_of_rows_that_share_a_key_the_one_reported_first_stays_whatever_the_order(hand, tmp_path):
    tables = hand.few()
    later = tables["credit_records"][0] | {"occurred_on": "2023-03-01", "reported_on": "2023-03-02"}
    kept = []
    for i, rows in enumerate(([later, *tables["credit_records"]], [*tables["credit_records"], later])):
        records = hand.read(hand.write(tmp_path / str(i), tables | {"credit_records": rows}))
        held = records["credit_records"].execute().sort_values("record_id", ignore_index=True)
        kept.append(held)
        assert records.rejected["reason"].tolist() == ["duplicate"]
    assert kept[0].equals(kept[1])
    assert str(kept[0]["reported_on"].min())[:10] < "2023-03-02"


def test_an_identity_number_in_a_column_that_is_not_for_it_is_refused_and_not_shown(hand, tmp_path):
    """A row for each column and each way in which the number may stand there."""
    tables, number = hand.few(), hand.county()["individuals"][0]["person_id"]
    expected = set()
    for column in ("record_id", "item", "town", "name", "industry"):
        table = "credit_records" if column in tables["credit_records"][0] else "enterprises"
        for form in ("{}", "case {}-7", "档案{}"):
            n = 10 + len(expected)
            row = hand.record(n, "enterprise", hand.firm(1)) if table == "credit_records" else hand.a_firm(n, "company")
            tables[table].append(row | {column: form.format(number)})
            expected.add((table, len(tables[table]), column, "identity_number"))
    records = hand.read(hand.write(tmp_path / "leak", tables))
    assert len(expected) == 15
    assert hand.rejected_by(records, "table", "row", "column", "reason") == expected
    assert number not in records.rejected.to_csv()


def test_what_could_name_a_person_is_shown_by_length_and_kind(hand, tmp_path):
    tables, texts = hand.few(), ["张三丰个体户", "电话5551234", "13812345678", "王"]
    tables["enterprises"] += [hand.a_firm(10 + i, "company", size=text) for i, text in enumerate(texts)]
    shown = hand.read(hand.write(tmp_path / "name", tables)).rejected["value"].tolist()
    assert len(shown) == len(texts)
    assert all("characters" in value for value in shown)
    assert not [text for text in texts if text in "".join(shown)]


@pytest.fixture(scope="module")
def few_read(hand, tmp_path_factory):
    """The needed tables alone, read."""
    return hand.read(hand.write(tmp_path_factory.mktemp("hand") / "few", hand.few()))


def test_a_folder_without_a_single_bad_row_has_no_rejected_rows_and_can_be_saved(few_read):
    from credit_score.report.run_folder import with_words

    assert with_words(few_read.rejected).empty


def test_a_table_that_is_not_there_is_empty_and_has_its_columns(few_read):
    assert few_read["individuals"].execute().empty
    assert few_read["individuals"].columns == tuple(CONTRACTS["individuals"].columns)
    assert few_read.counts.set_index("table").loc["individuals"].tolist() == [0, 0, 0]


def test_files_are_known_by_the_hash_of_their_bytes(clean):
    assert clean.fingerprints == {p.name: fingerprint(p) for p in clean.folder.glob("*.csv")}
    assert len(clean.fingerprints) == 7


def test_other_files_may_lie_in_the_folder(hand, tmp_path):
    folder = hand.write(tmp_path / "few", hand.few())
    (folder / "README.md").write_text("about", encoding="utf-8")
    hand.mark_synthetic(folder)
    records = hand.read(folder, key=None)
    assert records.synthetic
    assert records.policy_name == "gaoyang"


def test_without_a_key_a_folder_of_real_records_is_not_read(hand, tmp_path):
    folder = hand.write(tmp_path / "real", hand.county())
    (folder / "demo.key").write_text("the demo key, which is public", encoding="utf-8")
    with pytest.raises(RecordsError, match="no key for pseudonyms; set CREDIT_SCORE_KEY"):
        hand.read(folder, key=None)


def test_a_generated_county_counts_what_its_files_hold(county_folder, dirty):
    for row in dirty.files.itertuples():
        lines = (county_folder / row.file).read_bytes().splitlines()
        assert row.read == len(lines) - 1 == row.accepted + row.rejected, row.file
    assert sorted(dirty.files["file"]) == sorted(p.name for p in county_folder.glob("*.csv"))
    assert dirty.counts["rejected"].sum() == len(dirty.rejected) > 0
    assert not dirty.rejected.duplicated(["table", "row"]).any()


def test_a_policy_with_plain_identifiers_takes_them_as_they_stand(hand, tmp_path, altered_policy):
    def plain(about):
        about["identifiers"] = {"enterprise": "plain", "person": "plain"}

    tables = {n: hand.county()[n][:1] for n in ("enterprises", "individuals", "credit_records")}
    tables["enterprises"] = [tables["enterprises"][0] | {"enterprise_id": e} for e in ("shop-1", "Shop-1", "店铺")]
    tables["individuals"][0]["person_id"] = "anna"
    reported = [("enterprise", "Shop-1"), ("enterprise", "SHOP-1"), ("individual", "anna")]
    tables["credit_records"] = [hand.record(n, *subject) for n, subject in enumerate(reported)]
    records = hand.read(hand.write(tmp_path / "plain", tables), policy=load_policy(altered_policy(policy=plain)))
    assert set(records["enterprises"].execute()["enterprise_id"]) == {"shop-1", "Shop-1", "店铺"}
    assert hand.rejected_by(records, "row", "reason") == {(2, "unknown_subject")}
    assert records["individuals"].execute()["person_id"].str.startswith("P-").all()
