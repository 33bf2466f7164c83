"""Age band and gender for audits: right, apart from everything a score is made of, and written nowhere."""

import pandas as pd
import pytest

from credit_score.policy import load_policy
from credit_score.records.door.identity import pseudonym

AGES = {18: "18-29", 29: "18-29", 30: "30-44", 44: "30-44", 45: "45-59", 59: "45-59", 60: "60+", 150: "60+"}


@pytest.fixture(scope="module")
def records(hand, tmp_path_factory):
    """Persons of every age, and two that are rejected."""
    tables = hand.county()
    tables["individuals"] = [hand.a_person(n, age=str(age)) for n, age in enumerate(AGES)]
    tables["individuals"] += [hand.a_person(50, age="17"), hand.a_person(0)]
    return hand.read(hand.write(tmp_path_factory.mktemp("audit") / "county", tables))


def test_age_band_and_gender_are_those_of_each_accepted_person(hand, records):
    key = hand.KEY.encode()
    expected = [
        # The seventeenth sign, the last before the check digit: odd is a man's, even a woman's.
        (pseudonym(number, "person", key), band, "male" if int(number[-2]) % 2 else "female")
        for number, band in ((hand.person(n), band) for n, band in enumerate(AGES.values()))
    ]
    found = records.audit.execute()
    assert list(found.itertuples(index=False, name=None)) == sorted(expected)
    assert {"male", "female"} == set(found["gender"])


def test_it_lives_in_an_engine_of_its_own_and_can_be_joined_to_no_record_and_no_score(records):
    assert records.audit.get_backend() is not records.engine
    assert "audit" not in records.engine.list_tables()
    assert not set(records.audit.get_backend().list_tables()) - {"audit"}
    for table, column in (("individuals", "person_id"), ("credit_records", "subject_id")):
        joined = records[table].join(records.audit, records[table][column] == records.audit.subject)
        with pytest.raises(Exception, match=r"Multiple backends found|multiple backends"):
            joined.execute()
        with pytest.raises(Exception, match="audit"):
            records.engine.execute(joined)


def test_no_table_of_records_has_a_column_of_it(records):
    for table in records.tables.values():
        assert not {"gender", "age_band", "sex"} & set(table.columns)


def test_with_plain_identifiers_gender_is_not_known(hand, tmp_path, altered_policy):
    plain = {"enterprise": "plain", "person": "plain"}
    policy = load_policy(altered_policy(policy=lambda about: about.update(identifiers=plain)))
    tables = hand.few() | {"individuals": [hand.a_person(n, person_id=f"person {n}", age="33") for n in range(3)]}
    found = hand.read(hand.write(tmp_path / "plain", tables), policy=policy)
    audit = found.audit.execute()
    assert len(audit) == 3
    assert audit["gender"].isna().all()
    assert set(audit["age_band"]) == {"30-44"}
    assert found.warnings.empty


def test_it_is_in_no_file_of_a_run_folder_and_a_run_leaves_it_as_it_was(county_run, run_folder):
    audit = county_run.records.audit.execute()
    assert len(audit) > 300
    assert not any({"gender", "age_band"} & set(table.columns) for table in county_run.tables.values())
    files = [path for path in run_folder.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        text = pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
        # Published tables count members by the policy's own bands, which rules and report name.
        bands = (
            () if path.name.startswith("published_") or path.suffix in (".yaml", ".html") else ("age_band", "年龄段")
        )
        assert [word for word in (*bands, "gender", "性别") if word in text] == [], path.name
