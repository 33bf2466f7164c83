"""No identifier of a natural person outlives the reading: not in a table, a rejected row, or the engine."""

import pytest

from credit_score.records.door.identity import pseudonym

PERSONAL = r"\d{17}[\dXx]"


def everything_in(engine):
    """Every table and view of the engine, as one text."""
    names = engine.con.execute(
        "SELECT database_name, schema_name, table_name FROM duckdb_tables() UNION ALL "
        "SELECT database_name, schema_name, view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    assert names
    quoted = ['"' + '"."'.join(parts) + '"' for parts in names]
    return "\n".join(str(engine.con.execute(f"SELECT * FROM {name}").fetchall()) for name in quoted)


@pytest.fixture(scope="module")
def natural(hand):
    """Raw identifiers of natural persons in the small county, and the sole proprietor's name."""
    return [*(hand.person(n) for n in range(4)), hand.firm(2, "sole_proprietor"), "Name 2", "House 1", "Badge 1"]


def test_persons_are_their_pseudonyms_in_every_table(hand, clean):
    key = hand.KEY.encode()
    expected = {pseudonym(hand.person(n), "person", key) for n in range(4)}
    assert set(clean["individuals"].execute()["person_id"]) == expected
    records = clean["credit_records"].execute()
    mine = records.loc[records["record_id"] == "R4", "subject_id"].item()
    assert mine == pseudonym(hand.person(0), "person", key)


def test_a_sole_proprietor_is_treated_as_the_person_it_is_and_its_name_dropped(hand, clean):
    firms = clean["enterprises"].execute().set_index("legal_form")
    code, key = hand.firm(2, "sole_proprietor"), hand.KEY.encode()
    assert firms.loc["sole_proprietor", "enterprise_id"] == pseudonym(code, "sole_proprietor", key)
    assert firms["name"].isna().to_dict() == {"company": False, "sole_proprietor": True, "cooperative": False}
    assert firms.loc["company", "enterprise_id"] == hand.firm(1)
    visits = clean["inspections"].execute().set_index("inspection_id")
    assert visits.loc["V2", "enterprise_id"] == firms.loc["sole_proprietor", "enterprise_id"]
    assert visits.loc["V1", "enterprise_id"] == hand.firm(1)


def test_a_sole_proprietor_by_its_code_is_one_whatever_its_form_says(hand, tmp_path):
    tables = hand.county()
    tables["enterprises"][1]["legal_form"] = "company"
    firms = hand.read(hand.write(tmp_path / "forms", tables))["enterprises"].execute()
    own = firms[firms["enterprise_id"].str.startswith("S-")]
    assert own["legal_form"].tolist() == ["sole_proprietor"]
    assert own["name"].isna().all()


def test_households_and_inspectors_are_the_same_pseudonym_wherever_they_stand(clean):
    homes = set(clean["households"].execute()["household_id"])
    assert set(clean["individuals"].execute()["household_id"]) == homes
    assert all(h.startswith("H-") for h in homes)
    assert set(clean["inspections"].execute()["inspector_id"]) == set(clean["inspectors"].execute()["inspector_id"])


def test_nothing_of_a_natural_person_is_left_in_the_engine(clean, natural):
    text = everything_in(clean.engine)
    assert [raw for raw in natural if raw in text] == []
    assert "P-" in text


def test_another_key_gives_other_pseudonyms_and_the_same_records(hand, clean, tmp_path):
    other = hand.read(hand.write(tmp_path / "other", hand.county()), key="another key of the same tests")
    assert other.counts.equals(clean.counts)
    assert not set(other["individuals"].execute()["person_id"]) & set(clean["individuals"].execute()["person_id"])


def test_no_identifier_of_a_dirty_county_is_left_anywhere(county_folder, dirty):
    people = (county_folder / "individuals.csv").read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    firms = (county_folder / "enterprises.csv").read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    raw = {line.split(",")[0] for line in people} | {f.split(",")[0] for f in firms if ",sole_proprietor," in f}
    raw = {identifier for identifier in raw if len(identifier) >= 15}
    assert len(raw) > 400
    assert len(dirty.rejected) > 0
    for text in (everything_in(dirty.engine), dirty.rejected.to_csv()):
        assert [identifier for identifier in raw if identifier in text] == []
    assert not dirty.rejected.astype(str).apply(lambda c: c.str.contains(PERSONAL)).to_numpy().any()


def test_one_identifier_written_in_two_ways_is_one_subject(hand, tmp_path):
    # Numbers that end in X may come with a small x; the register and the records may differ in it.
    number = next(n for n in range(4, 200) if hand.person(n).endswith("X"))
    tables = hand.county()
    tables["individuals"] = [hand.a_person(number), hand.a_person(number) | {"person_id": hand.person(number).lower()}]
    tables["credit_records"].append(hand.record(9, "individual", hand.person(number).lower()))
    tables["credit_records"].append(hand.record(10, "enterprise", hand.firm(1).lower()))
    del tables["credit_records"][3:5]
    records = hand.read(hand.write(tmp_path / "twice", tables))
    assert hand.rejected_by(records, "table", "row", "reason") == {("individuals", 2, "duplicate")}
    assert records.counts.set_index("table").loc["credit_records"].tolist() == [5, 5, 0]
    assert records["credit_records"].execute()["record_id"].is_unique


def test_the_same_text_as_a_person_and_as_a_firm_is_judged_as_each(hand, tmp_path):
    tables = hand.county()
    tables["credit_records"] = [
        hand.record(1, "enterprise", hand.firm(1)),
        hand.record(2, "enterprise", hand.firm(9)), hand.record(3, "individual", hand.firm(9)),
        hand.record(4, "individual", hand.person(9)), hand.record(5, "enterprise", hand.person(9)),
        hand.record(6, "individual", hand.firm(1)), hand.record(7, "enterprise", hand.person(1)),
    ]  # fmt: skip
    records = hand.read(hand.write(tmp_path / "kinds", tables))
    assert hand.rejected_by(records, "row", "reason") == {
        (2, "unknown_subject"), (3, "bad_identifier"), (4, "unknown_subject"), (5, "bad_identifier"),
        (6, "bad_identifier"), (7, "bad_identifier"),
    }  # fmt: skip


def test_records_of_a_subject_that_was_itself_rejected_are_orphans(hand, tmp_path):
    tables = hand.county()
    tables["enterprises"][0]["sector"] = "mining"
    records = hand.read(hand.write(tmp_path / "orphans", tables))
    assert hand.rejected_by(records, "table", "row", "column", "reason") == {
        ("enterprises", 1, "sector", "unknown_code"),
        ("credit_records", 1, "subject_id", "unknown_subject"),
        ("inspections", 1, "enterprise_id", "unknown_subject"),
    }
