"""The tables of the pilot at the door: what is taken, what is refused and why, and who is deleted from them."""

import shutil
from datetime import date

import pytest

import credit_score as cs
from credit_score.county import run_county
from credit_score.policy import load_policy
from credit_score.records.door.identity import is_person, pseudonym
from credit_score.records.keeping.due import due, to_forget
from credit_score.records.keeping.forget import Gone, Named, check_gone, forget_in_store
from credit_score.records.keeping.store import add_batch, every_version

GAOYANG = load_policy("gaoyang")
MAY, JUNE, JULY = date(2023, 5, 31), date(2023, 6, 30), date(2023, 7, 31)
OF_FIRMS = ("platform", "authorisations", "report_uses", "measures_taken", "joint_building")


def of_firm(firm, number=1):
    """A row of each table that names an enterprise."""
    model = GAOYANG.model
    return {
        "platform": {"enterprise_id": firm, "joined_on": "2023-02-01", "real_name_on": "2023-02-08"},
        "authorisations": {"authorisation_id": f"A{number}", "enterprise_id": firm, "bank_id": "B1",
                           "given_on": "2023-03-01", "withdrawn_on": ""},
        "report_uses": {"report_use_id": f"U{number}", "unit": "commerce", "report_use": model.pilot.report_uses[0].id,
                        "enterprise_id": firm, "used_on": "2023-04-03"},
        "measures_taken": {"measure_id": f"M{number}", "enterprise_id": firm, "measure": model.measures.measures[0].id,
                           "unit": "tax", "begun_on": "2023-03-01", "ended_on": "", "fed_back_on": "2023-03-20"},
        "joint_building": {"enterprise_id": firm, "applied_on": "2023-04-01"},
    }  # fmt: skip


def pilot_county(hand):
    """The small county with a row or two in every table of the pilot."""
    model = GAOYANG.model
    rows = {name: [] for name in OF_FIRMS}
    for n, firm in enumerate((hand.firm(1), hand.firm(2, "sole_proprietor"))):
        for name, row in of_firm(firm, n).items():
            rows[name].append(row)
    finance = {"finance_id": "F1", "bank_id": "B1", "town": "T1", "village": "V1", "reported_on": "2023-06-30"}
    return hand.county() | rows | {
        "banks": [{"bank_id": "B1", "name": "Bank 1", "joined_on": "2023-01-05"},
                  {"bank_id": "B2", "name": "Bank 2", "joined_on": ""}],
        "village_finance": [finance | {"borrowers": "12", "borrowers_in_arrears": "2", "loans": "90000.5",
                                       "bad_loans": "1000"}],
        "scene_uses": [{"use_id": "S1", "scene": model.scenes.scenes[0].id, "town": "T1", "month": "2023-04-01",
                        "uses": "30", "cost": "45.5"}],
        "activities": [{"activity_id": "C1", "activity": model.pilot.activities[0].id,
                        "place": model.pilot.places[0].id, "unit": "publicity", "held_on": "2023-03-15",
                        "participants": "120"}],
        "government_cases": [{"case_id": "G1", "body": "T1 town government", "case_kind": model.pilot.case_kinds[0].id,
                              "unit": "court", "found_on": "2023-02-01", "due_on": "2023-05-01", "closed_on": ""}],
        "posts": [{"post_id": "P1", "unit": "tax", "role": "联络员", "since": "2023-03-20", "until": ""}],
        "youth_households": [{"household_id": "House 0", "named_on": "2023-05-04", "ended_on": ""}],
    }  # fmt: skip


PILOT = (*OF_FIRMS, "banks", "village_finance", "scene_uses", "activities", "government_cases", "posts",
         "youth_households")  # fmt: skip


@pytest.fixture(scope="module")
def taken(hand, tmp_path_factory):
    return hand.read(hand.write(tmp_path_factory.mktemp("pilot") / "county", pilot_county(hand)))


A_PERSON, NO_REGISTER = "a natural person", "an enterprise of no register"
IMPOSSIBLE = [
    *((table, {"enterprise_id": A_PERSON}, ("enterprise_id", "bad_identifier")) for table in OF_FIRMS),
    *((table, {"enterprise_id": NO_REGISTER}, ("enterprise_id", "unknown_subject")) for table in OF_FIRMS),
    ("platform", {"real_name_on": "2023-01-31"}, ("real_name_on", "impossible_date")),
    ("authorisations", {"bank_id": "B9"}, ("bank_id", "unknown_entry")),
    ("authorisations", {"withdrawn_on": "2023-02-28"}, ("withdrawn_on", "impossible_date")),
    ("village_finance", {"bank_id": "B9"}, ("bank_id", "unknown_entry")),
    ("village_finance", {"borrowers_in_arrears": "13"}, ("borrowers_in_arrears", "above_whole")),
    ("village_finance", {"bad_loans": "90000.6"}, ("bad_loans", "above_whole")),
    ("village_finance", {"borrowers": "-1"}, ("borrowers", "out_of_range")),
    ("scene_uses", {"month": "2023-04-02"}, ("month", "not_first_of_month")),
    ("scene_uses", {"month": "2023年13月"}, ("month", "impossible_date")),
    ("scene_uses", {"scene": "scene.of_nobody"}, ("scene", "unknown_code")),
    ("activities", {"activity": "party"}, ("activity", "unknown_code")),
    ("government_cases", {"due_on": "2023-01-31"}, ("due_on", "impossible_date")),
    ("government_cases", {"body": "张三13062819900101123X"}, ("body", "identity_number")),
    ("posts", {"role": "chief"}, ("role", "unknown_code")),
    ("measures_taken", {"measure": "measure.of_nobody"}, ("measure", "unknown_code")),
    ("report_uses", {"report_use": "hiring"}, ("report_use", "unknown_code")),
    ("youth_households", {"household_id": "House 77"}, ("household_id", "unknown_entry")),
    ("youth_households", {"ended_on": "2023-05-03"}, ("ended_on", "impossible_date")),
]  # fmt: skip


@pytest.fixture(scope="module")
def verdicts(hand, tmp_path_factory):
    """The rejected rows of a county with every impossible row beside the first of its table."""
    tables, named = pilot_county(hand), {A_PERSON: hand.person(0), NO_REGISTER: hand.firm(99)}
    for table, change, _ in IMPOSSIBLE:
        tables[table].append(tables[table][0] | {c: named.get(value, value) for c, value in change.items()})
    return hand.read(hand.write(tmp_path_factory.mktemp("impossible") / "county", tables)).rejected


def test_a_sound_row_of_every_table_is_taken_with_its_types(taken):
    assert taken.rejected.empty
    assert {name for name in PILOT if taken[name].count().execute()} == set(PILOT)
    (post,) = taken["posts"].execute().to_dict("records")
    assert post["role"] == "liaison"
    assert str(taken["scene_uses"].schema()["month"]) == "date"
    assert taken["village_finance"].execute()["loans"].tolist() == [90000.5]


def test_a_sole_proprietor_stands_under_a_pseudonym_in_every_table(taken, hand):
    shop, company = pseudonym(hand.firm(2, "sole_proprietor"), "sole_proprietor", hand.KEY.encode()), hand.firm(1)
    for name in OF_FIRMS:
        assert set(taken[name].execute()["enterprise_id"]) == {shop, company}, name
    assert is_person(shop)


def test_a_youth_household_has_the_pseudonym_of_its_household(taken):
    (named,) = taken["youth_households"].execute()["household_id"]
    assert named in set(taken["households"].execute()["household_id"])
    assert named.startswith("H-")


def test_with_plain_identifiers_a_known_person_is_no_enterprise_either(plain_county):
    firm = {"enterprise_id": "firm 1", "name": "", "legal_form": "company", "sector": "textiles", "size": "small",
            "town": "T1", "registered_on": "2015-01-01"}  # fmt: skip
    person = {"person_id": "person 1", "age": "40", "age_on": "2023-06-30", "town": "T1", "village": "V1"}
    record = {"record_id": "R1", "subject_kind": "enterprise", "subject_id": "firm 1", "item": "contract.fulfilled",
              "catalogue_kind": "合同履行信息", "unit": "court", "occurred_on": "2023-01-01",
              "reported_on": "2023-01-05"}  # fmt: skip
    rows = {name: [row] for name, row in of_firm("person 1").items() if name != "authorisations"}
    folder, policy = plain_county(enterprises=[firm], individuals=[person], credit_records=[record], **rows)
    found = cs.read_records(folder, policy=policy, key="a key for tests, of no use elsewhere")
    assert set(found.rejected["table"]) == set(rows)
    assert set(found.rejected["reason"]) == {"unknown_subject"}


@pytest.mark.parametrize("table", dict.fromkeys(case[0] for case in IMPOSSIBLE))
def test_a_row_that_cannot_be_so_is_refused_with_its_reason(verdicts, table):
    """A natural person in the place of an enterprise is among them, in every table that names one."""
    told = verdicts[verdicts["table"] == table].sort_values("row")
    assert [*zip(told["column"], told["reason"], strict=True)] == [c[2] for c in IMPOSSIBLE if c[0] == table]


def test_no_other_row_is_refused(verdicts):
    assert len(verdicts) == len(IMPOSSIBLE)


def test_a_month_is_read_as_people_write_it(hand, tmp_path):
    written = ["2023-04", "2023年4月", "2023/4", "202304", "2023-04-01", "2023年4月1日"]
    tables = pilot_county(hand)
    use = tables["scene_uses"][0]
    tables = hand.few() | {"scene_uses": [use | {"use_id": f"S{n}", "month": m} for n, m in enumerate(written)]}
    found = hand.read(hand.write(tmp_path / "county", tables))["scene_uses"].execute()
    assert found["month"].astype(str).tolist() == ["2023-04-01"] * len(written)


def test_a_part_may_be_its_whole(hand, tmp_path):
    tables = pilot_county(hand)
    whole = tables["village_finance"][0] | {"borrowers_in_arrears": "12", "bad_loans": "90000.5"}
    few = hand.few() | {"banks": tables["banks"], "village_finance": [whole]}
    assert hand.read(hand.write(tmp_path / "county", few)).rejected.empty


@pytest.mark.thorough
def test_under_a_policy_without_the_sections_rows_that_need_their_codes_are_refused_and_the_county_still_runs(
    hand, tmp_path, altered_policy
):
    folder = altered_policy()
    for section in ("pilot", "statements", "scenes", "measures"):
        (folder / f"{section}.yaml").unlink()
    policy = load_policy(folder)
    departments = [d.id for d in policy.model.inspection.departments]
    staff = [{"department": d, "inspectors": "3", "days_per_inspector": "90"} for d in departments]
    tables = pilot_county(hand) | {"departments": staff}
    records = hand.read(hand.write(tmp_path / "county", tables), policy=policy)
    told = hand.rejected_by(records, "table", "reason")
    needing = {"scene_uses", "activities", "government_cases", "report_uses", "measures_taken"}
    assert told == {(name, "no_codes") for name in needing}
    assert run_county(records, policy, as_of="2023-06-30").records is records


@pytest.fixture(scope="module")
def first_batch(hand, tmp_path_factory):
    place = tmp_path_factory.mktemp("first")
    county = hand.write(place / "one", pilot_county(hand))
    add_batch(place / "store", county, GAOYANG, received_on=MAY, key=hand.KEY)
    return place / "store"


@pytest.fixture
def store(first_batch, tmp_path):
    return shutil.copytree(first_batch, tmp_path / "store")


def later(hand, store, tables, on=JUNE):
    """A batch more."""
    return add_batch(store, hand.write(store.parent / f"batch {on}", tables), GAOYANG, received_on=on, key=hand.KEY)


def test_a_later_row_of_a_register_is_a_new_version_and_a_use_of_a_report_is_none(hand, store):
    tables = pilot_county(hand)
    sums, use = tables["village_finance"][0], tables["report_uses"][0]
    batch = {
        "platform": [{"enterprise_id": hand.firm(1), "joined_on": "2023-02-01", "real_name_on": "2023-06-01"}],
        "village_finance": [sums | {"borrowers_in_arrears": "3"}],
        "report_uses": [use | {"used_on": "2023-05-01"}],
    }
    read = later(hand, store, batch)
    assert hand.rejected_by(read, "table", "reason") == {("report_uses", "key_conflict")}
    now = cs.read_records(store)
    assert now["village_finance"].execute()["borrowers_in_arrears"].tolist() == [3]
    held = now["platform"].execute().set_index("enterprise_id")["real_name_on"]
    assert str(held[hand.firm(1)])[:10] == "2023-06-01"
    assert every_version(now, "village_finance").count().execute() == 2


def test_a_batch_may_refer_to_a_bank_and_a_household_that_the_store_holds(hand, store):
    row = of_firm(hand.firm(3, "cooperative"), 7)["authorisations"]
    youth = {"household_id": "House 1", "named_on": "2023-06-01", "ended_on": ""}
    read = later(hand, store, {"authorisations": [row], "youth_households": [youth]})
    assert read.rejected.empty
    assert cs.read_records(store)["youth_households"].count().execute() == 2


def test_a_deleted_sole_proprietor_is_in_no_table_of_the_pilot_and_does_not_come_back(hand, store):
    code = hand.firm(2, "sole_proprietor")
    shop = pseudonym(code, "sole_proprietor", hand.KEY.encode())
    found = forget_in_store(store, Gone.of([shop]), JUNE)
    rewritten = {name.split("/")[1].removesuffix(".parquet") for name in found}
    assert set(OF_FIRMS) <= rewritten
    check_gone(store, Named(frozenset([shop])))
    left = cs.read_records(store)
    assert all(left[name].execute()["enterprise_id"].tolist() == [hand.firm(1)] for name in OF_FIRMS)
    register = [hand.a_firm(2, "sole_proprietor")]
    read = later(hand, store, {"enterprises": register} | {n: [r] for n, r in of_firm(code, 50).items()}, JULY)
    assert hand.rejected_by(read, "table", "reason") == {
        (name, "deleted_subject") for name in ("enterprises", *OF_FIRMS)
    }


@pytest.mark.thorough
def test_rows_of_a_sole_proprietor_who_came_back_are_taken_from_after_the_deletion_on(hand, store):
    code = hand.firm(2, "sole_proprietor")
    forget_in_store(store, Gone.of([pseudonym(code, "sole_proprietor", hand.KEY.encode())]), JUNE)
    rows = of_firm(code, 60)
    days = {"platform": {"joined_on": "2023-07-03", "real_name_on": ""}, "authorisations": {"given_on": "2023-07-03"},
            "report_uses": {"used_on": "2023-07-03"}, "measures_taken": {"begun_on": "2023-07-03", "fed_back_on": ""},
            "joint_building": {"applied_on": "2023-07-03"}}  # fmt: skip
    again = {name: [row | days[name]] for name, row in rows.items()}
    register = [hand.a_firm(2, "sole_proprietor") | {"registered_on": "2023-07-02"}]
    read = later(hand, store, {"enterprises": register} | again, JULY)
    assert read.rejected.empty


def test_a_youth_household_is_due_and_goes_with_its_last_member(hand, store):
    house = cs.read_records(store)["youth_households"].execute()["household_id"][0]
    later(hand, store, {"individuals": [hand.a_person(0) | {"left_on": "2023-06-01"}]})
    asked = to_forget(due(cs.read_records(store), GAOYANG, JULY))
    assert asked == Gone.of([pseudonym(hand.person(0), "person", hand.KEY.encode())])
    forget_in_store(store, asked, JULY)
    left = cs.read_records(store)
    assert left["youth_households"].count().execute() == 0
    assert house not in set(left["households"].execute()["household_id"])
    check_gone(store, Named(asked.subjects | {house}))


def test_a_refused_day_of_a_household_is_not_shown(hand, tmp_path):
    house = {"household_id": "House 0", "named_on": "2023-02-30", "ended_on": ""}
    tables = hand.county() | {"youth_households": [house]}
    found = hand.read(hand.write(tmp_path / "county", tables))
    assert found.rejected["value"].tolist() == ["10 characters, digits and other signs"]
