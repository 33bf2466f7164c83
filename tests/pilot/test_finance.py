"""The platform's funnel by month, and what a bank may see: only firms that let it, and nobody's person."""

from dataclasses import replace

import ibis
import pytest
from as_firms import A_RATING, HONOUR, KEY, LISTED, event, firm, record, run_of

from credit_score.long_list import Tables
from credit_score.pilot.finance import bank_list, finance_tables
from credit_score.records.door.identity import pseudonym

ON = "2023-06-30"
SHOP = pseudonym("shop", "sole_proprietor", KEY.encode())
FIRMS = 24


def bank(name, joined=""):
    return {"bank_id": name, "name": f"Bank {name}", "joined_on": joined}


def joined(name, since, real_name=""):
    return {"enterprise_id": name, "joined_on": since, "real_name_on": real_name}


def grant(name, of, to, given, withdrawn=""):
    row = {"authorisation_id": name, "enterprise_id": of, "bank_id": to}
    return row | {"given_on": given, "withdrawn_on": withdrawn}


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """Twenty-four companies f0 … f23 and a shop; f20 … are registered in May 2023."""
    firms = [firm(f"f{i}", registered_on="2010-01-01" if i < 20 else "2023-05-10") for i in range(FIRMS)]
    return run_of(
        tmp_path_factory.mktemp("finance"), ON, enterprises=[*firms, firm("shop", "sole_proprietor", size="micro")],
        credit_records=[
            record("r1", "f0", LISTED), record("r2", "f0", HONOUR), record("r3", "f0", HONOUR),
            record("r4", "shop", HONOUR), record("r5", "f1", A_RATING),
        ],
        record_events=[event("e1", "r1", "disputed", "2023-06-01")],
        banks=[bank("001", "2023-04-15"), bank("002", "2023-07-01"), bank("003")],
        platform=[
            joined(f"f{i}", "2023-03-31" if i < 4 else "2023-05-31", "2023-06-10" if i < 3 else "") for i in range(12)
        ],
        authorisations=[
            grant("a1", "f0", "001", "2023-05-01"), grant("a2", "f1", "001", "2023-05-01", "2023-06-30"),
            grant("a3", "f2", "", "2023-05-01"), grant("a4", "f3", "003", "2023-06-30"),
            grant("a5", "shop", "001", "2023-06-01"), grant("a6", "f4", "001", "2023-07-01"),
            grant("a7", "f0", "001", "2023-06-02"), grant("a8", "f5", "001", "2023-04-01", "2023-07-01"),
        ],
    ).standing  # fmt: skip


@pytest.fixture(scope="module")
def tables(standing):
    return Tables(finance_tables(standing))


def test_the_funnel_counts_what_stood_at_the_end_of_each_month(tables):
    funnel = tables["finance_funnel"].set_index(["month", "step"])
    assert [tuple(funnel.loc[("2023-06", step), ["n", "of"]]) for step in ("platform", "real_name", "authorised")] == [
        (12, 25), (3, 25), (5, 25),
    ]  # fmt: skip
    assert [tuple(funnel.loc[(month, "platform"), ["n", "of"]]) for month in ("2023-03", "2023-04", "2023-05")] == [
        (4, 21), (4, 21), (12, 25),
    ]  # fmt: skip
    assert [funnel.loc[(month, "authorised"), "n"] for month in ("2023-03", "2023-04", "2023-05", "2023-06")] == [
        0,
        1,
        4,
        5,
    ]
    assert funnel.loc[("2023-06", "platform"), "share"] == pytest.approx(12 / 25)


def test_banks_that_have_joined_are_of_all_banks_listed(tables):
    funnel = tables["finance_funnel"].set_index(["month", "step"])
    assert [tuple(funnel.loc[(m, "banks_joined"), ["n", "of"]]) for m in ("2023-03", "2023-04", "2023-06")] == [
        (0, 3), (1, 3), (1, 3),
    ]  # fmt: skip


def test_a_step_without_its_file_is_not_known_and_never_zero(tmp_path):
    alone = run_of(
        tmp_path, ON, enterprises=[firm("f")], credit_records=[record("r", "f", HONOUR)], banks=[bank("001")]
    )
    told = Tables(finance_tables(alone.standing))["finance_funnel"].set_index(["month", "step"])
    assert told.loc[("2023-06", "platform"), ["n", "share"]].isna().all()
    assert told.loc[("2023-06", "banks_joined"), "n"] == 0


@pytest.mark.thorough
def test_without_any_of_the_files_there_are_no_tables(tmp_path):
    alone = run_of(tmp_path, ON, enterprises=[firm("f")], credit_records=[record("r", "f", HONOUR)])
    assert finance_tables(alone.standing) == {}


def test_groups_leave_out_counts_that_are_too_small(tables):
    groups = tables["finance_groups"].set_index(["by", "group"])
    assert groups.loc[("legal_form", "sole_proprietor"), "firms"] == 1
    assert groups.loc[("legal_form", "sole_proprietor"), ["platform", "real_name", "authorised"]].isna().all()
    assert (
        groups.loc[("legal_form", "company"), ["platform", "real_name", "authorised"]].isna().all()
    )  # the whole tells


def test_a_bank_sees_only_firms_that_let_it_on_the_day(tables):
    own = bank_list(tables["authorised"], "001")
    assert list(own["enterprise_id"]) == sorted(["f0", "f5", SHOP])
    assert list(bank_list(tables["authorised"], "003")["enterprise_id"]) == ["f3"]
    assert bank_list(tables["authorised"], "002").empty
    assert own.set_index("enterprise_id").loc["f0", "authorisation_id"] == "a7"  # the latest


def test_an_authorisation_in_general_opens_no_banks_list(tables):
    assert "f2" not in set(tables["authorised"]["enterprise_id"])


def test_a_list_tells_kinds_of_records_and_no_score_tier_points_or_number_of_them(tables):
    own = bank_list(tables["authorised"], "001").set_index("enterprise_id")
    assert own.loc["f0", "items"] == f"{LISTED};{HONOUR}"
    assert own.loc["f0", "disputed_items"] == LISTED
    told = set(tables["authorised"].columns)
    assert not [c for c in told if any(word in c for word in ("score", "tier", "point", "milli", "count"))]
    assert len(told) == 10


def test_of_a_sole_proprietor_the_bank_is_told_the_pseudonym_and_the_authorisation_alone(tables):
    own = bank_list(tables["authorised"], "001").set_index("enterprise_id").loc[SHOP]
    assert own["authorisation_id"] == "a5"
    assert own["legal_form"] == "sole_proprietor"
    assert own.drop(["bank_id", "authorisation_id", "given_on", "legal_form"]).isna().all()


def test_banks_are_told_with_how_many_firms_each_may_see(tables):
    banks = tables["finance_banks"].set_index("bank_id")
    assert dict(banks["firms"]) == {"001": 3, "002": 0, "003": 1}
    assert dict(banks["joined"]) == {"001": True, "002": False, "003": False}


def test_a_persons_row_forged_into_the_platform_or_the_authorisations_is_nobodys(standing, tables):
    person = f"P-{'0' * 24}"
    forged = {}
    for name, key in (
        ("platform", "enterprise_id"),
        ("authorisations", "authorisation_id"),
        ("enterprises", "enterprise_id"),
    ):
        table = standing.records[name]
        forged[name] = table.union(table.mutate(**{key: "forged-" + table[key], "enterprise_id": ibis.literal(person)}))
    spoilt = replace(standing, records=replace(standing.records, tables=standing.records.tables | forged))
    for name, table in Tables(finance_tables(spoilt)).items():
        assert table.equals(tables[name]), name


def test_cells_hold_every_firm_once_and_none_by_name(tables):
    cells = tables["finance_cells"]
    assert cells["firms"].sum() == FIRMS + 1
    assert list(cells.columns) == ["score_milli", "tier", "size", "sole", "items", "firms"]
    assert cells.loc[cells["sole"], "firms"].sum() == 1
