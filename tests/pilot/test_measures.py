"""Measures follow from counted records of enterprises, end with them, and reach nobody else."""

from dataclasses import replace
from datetime import date

import ibis
import pytest
from as_firms import A_RATING, HONOUR, KEY, LISTED, SERIOUS, event, firm, record, standings, taken

from credit_score.long_list import Tables
from credit_score.pilot.measures import matched_measures, measure_list
from credit_score.pilot.measures_taken import count_ends, measure_tables
from credit_score.policy import load_policy
from credit_score.records.door.identity import pseudonym

BY_LAW = ["measure.limit_honours", "measure.limit_land", "measure.limit_procurement", "measure.limit_tender"]
REWARDS = ["measure.fast_lane", "measure.praise", "measure.priority"]
FIRMS = (
    "f", "late", "repaired", "unknown", "withdrawn", "corrected", "disputed", "serious", "twice", "own", "form",
)  # fmt: skip
SHOP = pseudonym("shop", "sole_proprietor", KEY.encode())


@pytest.fixture(scope="module")
def on(tmp_path_factory):
    """A county with a firm for each case, as a function of the day; all but one are listed on 10 January 2023."""
    firms = [firm(name) for name in FIRMS] + [firm("coop", "cooperative"), firm("shop", "sole_proprietor")]
    rows = [record(f"of-{name}", name, LISTED) for name in FIRMS if name not in ("late", "serious", "own", "form")]
    rows += [
        record("of-late", "late", LISTED, "2023-06-01", "2023-06-20"), record("of-serious", "serious", SERIOUS),
        record("again", "twice", LISTED, "2021-01-10", "2021-01-12"), record("new", "corrected", HONOUR),
        record("of-person", "p1", HONOUR, subject_kind="individual"), record("of-own", "own", A_RATING),
        *(record(f"{item}-{name}", name, item) for name in ("coop", "shop", "form") for item in (LISTED, HONOUR)),
    ]  # fmt: skip
    events = [
        event("e1", "of-repaired", "repaired", "2023-05-01"),
        event("e2", "of-unknown", "repaired", "2023-05-01", "2023-05-09"),
        event("e3", "of-withdrawn", "withdrawn", "2023-05-01"),
        event("e4", "of-corrected", "corrected", "2023-05-01", replaced_by="new"),
        event("e5", "of-disputed", "disputed", "2023-05-01"),
    ]  # fmt: skip
    person = {"person_id": "p1", "age": 40, "age_on": "2023-06-30", "town": "t", "village": "v"}
    return standings(
        tmp_path_factory.mktemp("firms"), enterprises=[*firms, firm("unborn", registered_on="2023-07-01")],
        credit_records=[*rows, record("of-unborn", "unborn", LISTED)], record_events=events,
        individuals=[person | {"enrolled_on": "2022-01-01", "left_on": ""}],
        measures_taken=[taken("m1", "f", BY_LAW[0], "2023-02-01")],
    )  # fmt: skip


@pytest.fixture
def amended(altered_policy):
    """The policy with every measure changed."""

    def made(change):
        policy = altered_policy(
            measures=lambda data: [change(m) for m in data["measures"]],
            policy=lambda about: about.update(identifiers={"enterprise": "plain", "person": "plain"}),
        )
        return load_policy(policy)

    return made


def of(standing, name="f"):
    matched = matched_measures(standing).order_by("measure", "record_id").execute()
    return matched[matched["enterprise_id"] == name]


def names(standing, name="f"):
    return sorted(of(standing, name)["measure"])


def day_of(value):
    return date.fromisoformat(str(value)[:10])


def test_a_company_on_the_abnormal_list_has_the_four_measures_of_article_18(on):
    matched = of(on("2023-06-30"))
    assert list(matched["measure"]) == BY_LAW
    one = matched.iloc[0]
    assert (one["record_id"], one["item"], one["unit"], one["ends_by"]) == (
        "of-f",
        LISTED,
        "market_supervision",
        "record",
    )
    assert (one["basis"], one["rule"]) == ("law", "measures:measures:measure.limit_honours")
    assert day_of(one["starts_on"]) == date(2023, 1, 12)
    assert day_of(one["ends_on"]) == date(2026, 1, 10)  # the record counts 36 months
    assert not one["disputed"]


def test_a_measure_begins_when_its_record_is_known_not_when_it_happened(on):
    assert names(on("2023-06-19"), "late") == []
    assert {day_of(d) for d in of(on("2023-06-20"), "late")["starts_on"]} == {date(2023, 6, 20)}


def test_a_measure_ends_by_itself_when_its_record_counts_no_more(on):
    assert names(on("2026-01-09")) == BY_LAW
    assert names(on("2026-01-10")) == []


def test_a_repair_ends_the_measure_on_its_day_without_anybody_acting(on):
    assert names(on("2023-04-30"), "repaired") == BY_LAW
    assert names(on("2023-05-01"), "repaired") == []


def test_a_repair_that_is_not_known_yet_ends_nothing_and_ends_it_once_known(on):
    assert names(on("2023-05-08"), "unknown") == BY_LAW
    assert names(on("2023-05-09"), "unknown") == []
    assert names(on("2023-05-08", known="2023-05-09"), "unknown") == []


@pytest.mark.parametrize(("name", "left"), [("withdrawn", []), ("corrected", REWARDS)])
def test_a_record_that_is_taken_back_is_a_ground_on_no_day_once_that_is_known(on, name, left):
    assert names(on("2023-04-30"), name) == sorted([*BY_LAW, *left])
    assert names(on("2023-04-30", known="2023-05-01"), name) == left


def test_a_dispute_is_marked_and_the_record_counts_on(on):
    matched = of(on("2023-05-02"), "disputed")
    assert list(matched["measure"]) == BY_LAW
    assert matched["disputed"].all()


def test_a_measure_is_no_longer_than_its_longest_time(on, amended):
    ground = {"value": "P6M", "basis": "published", "reference": "made for a test"}
    policy = amended(lambda measure: measure.update(longest={date(2014, 10, 1): ground}))
    matched = of(on("2023-07-11", policy=policy))
    assert set(matched["ends_by"]) == {"longest"}
    assert {day_of(d) for d in matched["ends_on"]} == {date(2023, 7, 12)}
    assert names(on("2023-07-12", policy=policy)) == []


def test_a_repeal_ends_a_measure_on_its_day_and_is_told_before(on, amended):
    policy = amended(lambda measure: measure["in_force"].update({date(2023, 9, 1): None}))
    matched = of(on("2023-08-31", policy=policy))
    assert set(zip(matched["ends_by"], map(day_of, matched["ends_on"]), strict=True)) == {("repeal", date(2023, 9, 1))}
    assert names(on("2023-09-01", policy=policy)) == []


def test_an_amendment_of_the_words_alone_starts_no_measure_anew(on, amended):
    def word(measure):
        first = next(iter(measure["in_force"].values()))
        measure["in_force"][date(2023, 5, 1)] = first | {"reference": "another 令"}

    matched = of(on("2023-06-30", policy=amended(word)))
    assert {day_of(d) for d in matched["starts_on"]} == {date(2023, 1, 12)}
    assert set(matched["reference"]) == {"another 令"}


def test_discipline_without_a_legal_basis_at_hand_is_listed_and_matched_with_nobody(on):
    standing = on("2023-06-30")
    assert names(standing, "serious") == []
    told = measure_list(standing.rules).set_index("measure")
    held = told["may_be_taken"].astype(bool)
    assert list(told.index[~held]) == ["measure.serious_list", "measure.unperformed_judgment"]
    assert told.loc["measure.serious_list", "basis"] == "assumption"


def test_article_18_reaches_companies_alone_and_praise_names_no_sole_proprietor(on):
    standing = on("2023-06-30")
    assert names(standing, "form") == sorted([*BY_LAW, *REWARDS])
    assert names(standing, "coop") == REWARDS
    assert names(standing, SHOP) == ["measure.fast_lane", "measure.priority"]


def test_two_records_are_two_grounds_of_one_measure(on):
    matched = of(on("2023-06-30"), "twice")
    assert len(matched) == 2 * len(BY_LAW)
    assert set(matched["record_id"]) == {"of-twice", "again"}


def test_a_firm_that_is_not_registered_yet_has_no_measure(on):
    assert names(on("2023-06-30"), "unborn") == []
    assert names(on("2023-07-01"), "unborn") == BY_LAW


def test_records_of_persons_lead_to_no_measure(on):
    matched = matched_measures(on("2023-06-30")).execute()
    assert names(on("2023-06-30"), "own") == ["measure.fast_lane", "measure.priority"]
    assert "of-person" not in set(matched["record_id"])
    assert not matched["enterprise_id"].str.startswith("P-").any()


@pytest.mark.parametrize("letter", ["P", "S"])
def test_rows_forged_about_persons_in_every_table_match_nobody(on, letter):
    """As if intake had let them through: a person in the register, in the records, in the ledger, among measures."""
    standing, owner, forged = on("2023-06-30"), f"{letter}-{'0' * 24}", {}
    keys = {"credit_records": ("subject_id", "record_id"), "measures_taken": ("enterprise_id", "measure_id")}
    if letter == "P":  # a shop is in the register by its own pseudonym; a pseudonym that is not in it is nobody's
        keys["enterprises"] = ("enterprise_id", "enterprise_id")
    for name, (column, key) in keys.items():
        table = standing.records[name]
        forged[name] = table.union(table.mutate(**{key: "forged-" + table[key], column: ibis.literal(owner)}))
    ledger = standing.tables["ledger_enterprise"]
    counted = ledger.union(ledger.mutate(subject=ibis.literal(owner)))
    records = replace(standing.records, tables=standing.records.tables | forged)
    told = Tables(measure_tables(replace(standing, records=records, tables={"ledger_enterprise": counted})))
    plain = Tables(measure_tables(standing))
    for name in ("measures_matched", "measures_taken"):
        assert told[name].equals(plain[name])
        assert owner not in told[name].astype(str).to_numpy()
    assert list(plain["measure_statistics"]["refused"]) == [0]
    assert list(told["measure_statistics"]["refused"]) == [1]


def test_the_end_of_a_record_is_told_alike_by_the_ledger_and_by_its_rules(county_run):
    ledger = county_run.tables["ledger_enterprise"].execute()
    pairs = ledger.groupby(["item", "occurred_on"])["expires_on"].first().reset_index()
    assert len(pairs) > 100
    model = county_run.policy.model
    for row in pairs.to_dict("records"):
        assert count_ends(model, row["item"], day_of(row["occurred_on"])) == day_of(row["expires_on"])
