"""Credit households, villages and towns: a county worked by hand, what nothing can take away, what stays as it was."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import ibis
import pandas as pd
import pytest
from as_villages import FINANCE, ON, VILLAGES
from hypothesis import given, settings
from hypothesis import strategies as st

import credit_score as cs
from credit_score.pilot.three_credit import three_credit_tables
from credit_score.pilot.three_credit.counted import credit_households, villages_counted
from credit_score.pilot.three_credit.criteria import Criteria, needed
from credit_score.pilot.three_credit.towns import county_table, towns_table
from credit_score.pilot.three_credit.villages import village_tables
from credit_score.policy import load_policy

RULES = load_policy("gaoyang").at("2023-06-30")
CRITERIA = Criteria.of(RULES)


@pytest.fixture(scope="module")
def run(villages_run):
    return villages_run


@pytest.fixture(scope="module")
def villages(run):
    return run.pilot["villages"].set_index("village")


@pytest.fixture(scope="module")
def towns(run):
    return run.pilot["towns"].set_index("town")


def again(run, **tables):
    """The run of the same records with tables changed: expressions in the engine."""
    records = replace(run.records, tables=run.records.tables | tables)
    return cs.run_county(records, run.policy, as_of=ON, seed=7)


def status_of(run):
    return run.pilot["villages"].set_index("village")["assessed"]


# The county worked by hand: 7 villages in 3 towns; k = 10, 70 % of households, 85 % of borrowers, bad loans < 5 %.


def test_the_criteria_are_exact_fractions_of_the_policy():
    shares = Fraction(7, 10), Fraction(17, 20), Fraction(1, 20), Fraction(1, 2), Fraction(3, 5)
    assert Criteria(505_000, 1, 10, *shares) == CRITERIA


@pytest.mark.parametrize(("of", "count"), [(10, 7), (11, 8), (40, 28), (41, 29), (0, 0), (10**9, 7 * 10**8)])
def test_a_share_asks_for_the_smallest_count_that_reaches_it(of, count):
    assert needed(Fraction("0.7"), of) == count


def test_nothing_was_refused_at_the_door(run):
    assert run.rejected.empty


def test_each_village_has_the_status_that_its_numbers_give(villages):
    assert villages["assessed"].to_dict() == {
        "east-1": "credit",  # 28 of 40 is 70 %, 51 of 60 is 85 %, 49,999.99 of 1,000,000 is below 5 %
        "east-2": "not_yet", "east-3": "not_yet",
        "east-4": "within_town",  # 12 households: credit would tell that at most 3 are not
        "north-1": "not_assessed",  # enough households; no bank has reported
        "north-2": "credit", "south-1": "within_town",
    }  # fmt: skip


def test_which_criterion_is_met_is_told_of_villages_that_stand_alone(villages):
    met = villages[["households_met", "borrowers_met", "bad_loans_met"]].agg(list, axis=1)
    assert met["east-1"] == ["yes", "yes", "yes"]
    assert met["east-2"] == ["no", "no", "no"]  # 50,000 of 1,000,000 is 5 %, and not below
    assert met["north-1"] == ["yes", "", ""]
    assert met["east-4"] == ["", "", ""]


def test_what_lacks_is_told_as_a_count_or_as_fewer_or_more_than_the_least_count(villages):
    english = villages["lacks_en"]
    assert english["east-2"] == (  # 28 − 15; 85 − 70 with east-1 untold beside it; 5 %
        "13 more credit households; at least 10 more borrowers without arrears; bad loans are not below 5%"
    )
    assert english["east-3"].startswith("fewer than 10 more credit households; not assessed: needs the banks' sums")
    assert english["north-1"].startswith("not assessed: needs the banks' sums")
    assert english["east-1"] == english["north-2"] == ""
    assert villages["lacks_zh"]["east-2"] == "还差 13 户信用户；还差无欠款借款户至少 10 户；不良贷款率未低于 5%"
    assert villages["households_lacking"].dropna().to_dict() == {"east-2": 13, "north-1": 0, "north-2": 0}


def test_counts_are_told_only_where_they_and_what_is_left_are_no_small_ones(villages):
    told = villages["credit_households"].dropna().to_dict()
    assert told == {"east-2": 15, "north-1": 40, "north-2": 35}
    assert villages["borrowers_in_arrears"].isna().all()  # 9 of 60 and 5 of 80 are small, and 30 would give 9 away
    assert villages["bad_loans_share"].isna().all()
    assert villages["borrowers"].dropna().to_dict() == {"east-1": 60, "east-2": 100, "north-2": 80}


def test_of_each_bank_the_latest_report_up_to_the_day_counts(run, villages):
    counted = villages_counted(run.standing, CRITERIA).set_index("village").loc["north-2"]
    assert (counted["borrowers"], counted["borrowers_in_arrears"]) == (80, 5)
    assert (counted["loans"], counted["bad_loans"]) == (1_000_000_00, 2_000_00)
    assert pd.Timestamp(villages.loc["north-2", "reported_on"]).date() == date(2023, 4, 30)


def test_towns_and_the_county_count_villages_and_towns(run, towns):
    assert towns["assessed"].to_dict() == {"east": "not_yet", "north": "credit", "south": "none_alone"}
    assert towns["villages"].to_dict() == {"east": 3, "north": 2, "south": 0}
    assert towns["credit_villages"].to_dict() == {"east": 1, "north": 1, "south": 0}
    assert towns["villages_lacking"].to_dict() == {"east": 1, "north": 0, "south": 0}  # half of 3 is 2
    assert towns["lacks_en"].to_dict() == {
        "east": "credit villages: 1 more", "north": "",
        "south": "no village counted: all have few households or borrowers",
    }  # fmt: skip
    county = run.pilot["county_three_credit"].iloc[0]
    assert county[["towns", "credit_towns", "towns_lacking", "assessed"]].tolist() == [2, 1, 1, "not_yet"]
    assert county["lacks_zh"] == "还差 1 个信用镇"


def test_sums_of_towns_are_told_where_they_give_no_village_away(towns):
    assert towns["households"].to_dict() == {"east": 122, "north": 100, "south": 20}
    assert towns["credit_households"].dropna().to_dict() == {"east": 73, "north": 75}  # south is south-1 alone
    assert towns["borrowers_in_arrears"].dropna().to_dict() == {"east": 39}  # north is north-2 alone


def test_a_status_adds_benefits_and_no_other_village_or_town_has_less_than_none(villages, towns):
    assert set(villages.loc[villages["assessed"] == "credit", "benefits"]) == {
        "benefit.village_credit_line;benefit.village_rate"
    }
    assert set(villages.loc[villages["assessed"] != "credit", "benefits"]) == {""}
    assert towns["benefits"].to_dict() == {"east": "", "north": "benefit.town_subsidy", "south": ""}


@pytest.mark.parametrize(
    ("waiting", "share", "status", "lacks"),
    [
        (1, "0.5", "not_assessed", "credit villages: 1 more; 1 not assessed yet: needs the banks' sums"),
        (0, "0.5", "not_yet", "credit villages: 1 more"),
        (1, "0.25", "credit", ""),
    ],
)
def test_a_town_that_the_banks_sums_could_still_decide_is_not_assessed(waiting, share, status, lacks):
    states = ["credit", *["not_assessed"] * waiting, *["not_yet"] * (3 - waiting), "within_town"]
    own = pd.DataFrame({"town": "t", "assessed": states, "reported_on": [None] * 5})
    criteria = Criteria(505_000, 1, 10, *map(Fraction, ("0.7", "0.85", "0.05", share, "0.6")))
    sums = pd.DataFrame([{"town": "t"} | dict.fromkeys(("households", "credit_households"), pd.NA)])
    town = towns_table(own, sums, criteria).iloc[0]
    assert (town["assessed"], town["lacks_en"], town["villages"]) == (status, lacks, 4)


def test_without_households_the_county_says_that_it_needs_their_register(run):
    records = replace(run.records, tables=run.records.tables | {"households": run.records["households"].limit(0)})
    told = three_credit_tables(replace(run.standing, records=records))
    assert told["villages"].empty
    assert told["towns"].empty
    county = told["county_three_credit"].iloc[0]
    assert (county["assessed"], county["lacks_en"]) == (
        "no_register", "not measurable: needs the register of households",
    )  # fmt: skip


@pytest.mark.parametrize("section", ["three_credit", "publication"])
def test_a_policy_without_criteria_or_without_a_rule_for_small_counts_gives_no_tables(section):
    model = RULES.model.model_copy(update={section: None})
    assert Criteria.of(type(RULES)(model, RULES.on)) is None


# Nobody is named -----------------------------------------------------------------------------------------------


def test_no_table_of_the_three_and_no_column_names_a_person_or_a_household(run):
    people = run.records["individuals"].select("person_id", "household_id").execute()
    names = {*people["person_id"], *people["household_id"]}
    assert len(names) == 2 * sum(n for n, _ in VILLAGES.values())
    own = {"villages", "towns", "county_three_credit", "sector_view"}
    assert own <= set(run.pilot)
    for name, table in run.pilot.items():
        firms = (
            set() if name in own else {"enterprise_id", "subject"}
        )  # measures and finance are of firms, by their codes
        assert not ({"subject", "person_id", "household_id", "enterprise_id"} - firms) & set(table.columns), name
        cells = {str(cell) for column in table for cell in table[column]}
        assert not cells & names, name
        assert not [cell for cell in cells if cell.startswith(("H-", "P-", "S-"))], name


# A status changes nothing for anybody ----------------------------------------------------------------------------

SAME = ("scores", "ledger", "tiers", "schedule", "draw", "workload")


def what_persons_have(run):
    scores = run.scores.query("subject_kind == 'individual'").set_index("subject")["score_milli"]
    return {subject: [b.id for b in run.rules.benefits(score)] for subject, score in scores.items()}


@pytest.mark.parametrize(
    "worse",
    [
        pytest.param(False, marks=pytest.mark.thorough, id="no bank reports"),
        pytest.param(True, id="all are in arrears"),
    ],
)
def test_scores_ledger_benefits_tiers_and_draw_do_not_know_of_a_villages_arrears(run, worse):
    finance = run.records["village_finance"]
    other = again(run, village_finance=finance.mutate(borrowers_in_arrears="borrowers") if worse else finance.limit(0))
    assert status_of(run)["east-1"] == "credit"
    assert status_of(other)["east-1"] == ("not_yet" if worse else "not_assessed")
    assert other.pilot["towns"].set_index("town").loc["north", "assessed"] != "credit"
    for name in SAME:
        assert getattr(run, name).equals(getattr(other, name)), name
    assert what_persons_have(run) == what_persons_have(other)
    assert len(set(map(tuple, what_persons_have(run).values()))) > 1


# Only to add -----------------------------------------------------------------------------------------------------

SCORES = st.lists(st.one_of(st.none(), st.sampled_from([500_000, 504_999, 505_000, 530_000])), max_size=5)


class Made:
    """As much of a standing as the count of households reads: a household's members by score, None: not enrolled."""

    def __init__(self, households):
        people = [(f"p{h}-{i}", f"h{h}", s) for h, members in enumerate(households) for i, s in enumerate(members)]
        frame = pd.DataFrame(people, columns=["person_id", "household_id", "score_milli"], dtype="object")
        texts = {"person_id": "string", "household_id": "string"}
        scored = frame[frame["score_milli"].notna()].rename(columns={"person_id": "subject"})
        schema = {"subject": "string", "score_milli": "int64"}
        self.tables = {"scores_individual": ibis.memtable(scored[["subject", "score_milli"]], schema=schema)}
        self.records = {"individuals": ibis.memtable(frame[["person_id", "household_id"]], schema=texts)}


def of_credit(households, members=1):
    criteria = Criteria(505_000, members, 10, *map(Fraction, ("0.7", "0.85", "0.05", "0.5", "0.6")))
    return set(credit_households(Made(households), criteria).execute()["household_id"])


def test_a_member_not_enrolled_one_at_the_base_and_no_member_at_all_are_alike():
    assert of_credit([[505_000], [505_000, None], [505_000, 500_000], [505_000, 504_999], [None], [500_000], []]) == {
        "h0", "h1", "h2", "h3",
    }  # fmt: skip
    assert of_credit([[505_000, 530_000], [505_000, None], [505_000, 500_000, 530_000]], members=2) == {"h0", "h2"}


@settings(max_examples=15)
@given(st.lists(SCORES, min_size=1, max_size=6), st.integers(1, 2), st.data())
def test_a_member_more_or_points_more_never_take_a_households_credit_away(households, members, data):
    before = of_credit(households, members)
    more = [list(own) for own in households]
    own = data.draw(st.sampled_from(more))
    if own and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(own) - 1))
        own[place] = (own[place] or 500_000) + data.draw(st.integers(0, 50_000))
    else:
        own.append(data.draw(st.sampled_from([None, 500_000, 505_000])))
    assert before <= of_credit(more, members)


VILLAGE = st.tuples(st.integers(30, 120), st.floats(0, 1), st.sampled_from([None, (60, 5), (80, 12), (80, 20)]))


def counted(villages):
    """The counted villages of drawn numbers: households, share of credit among them, borrowers and those in arrears."""
    rows = [
        {"town": f"t{i % 2}", "village": f"v{i}", "households": n, "credit_households": round(share * n),
         "borrowers": banks and banks[0], "borrowers_in_arrears": banks and banks[1], "loans": banks and 10**8,
         "bad_loans": banks and 10**6, "reported_on": banks and date(2023, 5, 31)}
        for i, (n, share, banks) in enumerate(villages)
    ]  # fmt: skip
    frame = pd.DataFrame(rows).sort_values(["town", "village"], ignore_index=True)
    whole = ("households", "credit_households", "borrowers", "borrowers_in_arrears", "loans", "bad_loans")
    return frame.astype(dict.fromkeys(whole, "Int64"))


ORDER = {"not_yet": 0, "not_assessed": 1, "credit": 2, "within_town": -1, "none_alone": -1}


def statuses(frame):
    villages, sums = village_tables(frame, CRITERIA)
    towns = towns_table(villages, sums, CRITERIA)
    county = county_table(towns, CRITERIA)
    return [ORDER[s] for table in (villages, towns, county) for s in table["assessed"]]


@settings(max_examples=40)
@given(st.lists(VILLAGE, min_size=1, max_size=6), st.data())
def test_a_credit_household_more_never_takes_a_villages_a_towns_or_the_countys_status_away(drawn, data):
    before = counted(drawn)
    after = before.copy()
    place = data.draw(st.integers(0, len(before) - 1))
    room = int(before.loc[place, "households"] - before.loc[place, "credit_households"])
    after.loc[place, "credit_households"] += data.draw(st.integers(0, room))
    assert all(b <= a for b, a in zip(statuses(before), statuses(after), strict=True))


@pytest.mark.thorough
def test_a_record_more_takes_no_villages_credit_away(run):
    credit, people = run.records["credit_records"], run.records["individuals"]
    without = people.anti_join(credit, people.person_id == credit.subject_id)
    one = without.cross_join(credit.limit(1).drop("subject_id", "record_id"))
    more = one.mutate(subject_id=one.person_id, record_id=one.person_id)
    other = again(run, credit_records=credit.union(more.select(credit.columns)))
    assert len(other.ledger) == len(people.execute()) > len(run.ledger)
    before, after = (status_of(r).map(ORDER) for r in (run, other))
    assert (before <= after).all()
    assert after["east-3"] > before["east-3"]


@pytest.mark.thorough
def test_members_without_points_take_nothing_from_their_household_whether_they_stay_left_or_never_came(run):
    people = run.records["individuals"]
    beside = {"base": {}, "left": {"left_on": ibis.date("2023-02-01")}, "never": {"enrolled_on": ibis.null("date")}}
    more = [people.mutate(person_id=people.person_id + kind, **facts) for kind, facts in beside.items()]
    other = again(run, individuals=ibis.union(people, *more))
    assert len(other.scores) > len(run.scores)
    for name in ("villages", "towns", "county_three_credit"):
        assert other.pilot[name].equals(run.pilot[name]), name


def test_the_finance_of_the_county_has_a_report_replaced_and_one_to_come():
    assert len(FINANCE) == 6
    assert len({(bank, village) for bank, _, village, *_ in FINANCE}) == 4
