"""Who may ask for repair, when publicity ends, and whether a notice was served: days worked by hand."""

from datetime import date, timedelta

import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit_score.errors import PolicyError, RecordsError
from credit_score.points.ledger import ledger
from credit_score.policy import load_policy
from credit_score.records.duties.repair import COLUMNS, publicity_end, reminders, repair_table, served_share

POLICY = load_policy("gaoyang")
EVENT = {"event_id": "string", "record_id": "string", "event": "string", "happened_on": "date", "known_on": "date",
         "unit": "string", "replaced_by": "string"}  # fmt: skip


def penalties(*rows, unit="ecology"):
    """Records as (id, gravity, document date); each known two days later."""
    told = [
        {"record_id": name, "subject_kind": "enterprise", "subject_id": f"firm of {name}",
         "item": f"compliance.penalty_{grade}", "catalogue_kind": "行政管理信息", "unit": unit, "occurred_on": day,
         "reported_on": day + timedelta(2)}
        for name, grade, day in rows
    ]  # fmt: skip
    return ibis.memtable(pd.DataFrame(told))


def events(*rows):
    """Events as (record, event, day it happened[, day it was known]); ``corrected to b`` names the replacement."""
    told = [
        {"event_id": f"e{i}", "record_id": name, "event": event.split(" to ")[0], "happened_on": days[0],
         "known_on": days[-1], "unit": "ecology", "replaced_by": event.partition(" to ")[2] or None}
        for i, (name, event, *days) in enumerate(rows)
    ]  # fmt: skip
    return ibis.memtable(pd.DataFrame(told, columns=list(EVENT)), schema=EVENT)


def asked(day, records, happened=None, **options):
    """The table of a day, by record id, with days as text."""
    told = repair_table(records, events() if happened is None else happened, POLICY.at(day), **options).execute()
    for column in ("document_date", "may_apply_from", "ends_by_itself_on", "done_on"):
        told[column] = [None if pd.isna(d) else str(d)[:10] for d in told[column]]
    return told.set_index("record_id").sort_index()


@pytest.mark.parametrize(
    ("grade", "document", "may", "ends"),
    [
        # Order 58 as assumed: 3 months (serious 12) to 36; what Order 36 has ended by 2026-04-01 ends on that day.
        ("minor", date(2025, 5, 10), "2025-08-10", "2026-04-01"),
        ("general", date(2025, 1, 15), "2025-04-15", "2026-04-01"),
        ("general", date(2025, 5, 31), "2025-08-31", "2026-05-31"),
        ("serious", date(2024, 7, 30), "2025-07-30", "2027-07-30"),
        ("serious", date(2024, 2, 29), "2025-02-28", "2027-02-28"),
        # Before Order 58 there are no rules; they reach a record on their first day, from its document's date on.
        ("minor", date(2023, 3, 15), "2023-06-15", "2026-03-15"),
        ("serious", date(2023, 3, 15), "2024-03-15", "2026-03-15"),
    ],
)
def test_by_the_rules_of_june_2025_the_days_of_a_penalty_are(grade, document, may, ends):
    row = asked("2025-06-30", penalties(("r", grade, document))).loc["r"]
    assert (row["may_apply_from"], row["ends_by_itself_on"]) == (may, ends)
    assert row["document_date"] == str(document)
    assert row["published"]
    assert (row["basis"], row["rule"]) == ("assumption", f"repair:classes:{grade}")
    assert ("Order 36" in row["reference"]) == (ends >= "2026-04-01")


@pytest.mark.parametrize(
    ("grade", "document", "may", "ends", "public"),
    [
        ("minor", date(2026, 1, 10), "2026-04-01", "2026-04-10", False),
        ("minor", date(2026, 4, 20), "2026-04-20", "2026-07-20", False),
        ("general", date(2026, 1, 31), "2026-04-30", "2027-01-31", True),
        ("general", date(2025, 4, 2), "2025-07-02", "2026-04-02", False),
        ("general", date(2026, 4, 2), "2026-07-02", "2027-04-02", True),
        ("serious", date(2025, 5, 10), "2026-05-10", "2028-05-10", True),
    ],
)
def test_by_the_rules_of_april_2026_the_days_of_a_penalty_are(grade, document, may, ends, public):
    row = asked("2026-04-25", penalties(("r", grade, document))).loc["r"]
    assert (row["may_apply_from"], row["ends_by_itself_on"]) == (may, ends)
    assert bool(row["published"]) is public
    assert row["basis"] == ("law" if document >= date(2026, 4, 1) else "assumption")
    assert "Order 36" in row["reference"]


def test_an_amendment_whose_minimum_is_past_too_leaves_the_day_of_asking_where_it_was():
    record = penalties(("r", "general", date(2025, 12, 10)))
    for day in ("2026-02-01", "2026-03-31", "2026-04-15"):
        assert asked(day, record).loc["r", "may_apply_from"] == "2026-03-10"


def test_one_minor_penalty_across_the_change_of_rules():
    """Of 2026-01-10: three months before asking by Order 58; at once by Order 36, whose maximum is 2026-04-10."""
    record = penalties(("r", "minor", date(2026, 1, 10)))
    states = {
        "2026-02-28": ("not_yet", "2026-04-01"),
        "2026-03-01": ("soon", "2026-04-01"),
        "2026-03-31": ("soon", "2026-04-01"),
        "2026-04-01": ("may_apply_now", "2026-04-01"),
        "2026-04-09": ("may_apply_now", "2026-04-01"),
        "2026-04-10": ("ended", "2026-04-01"),
        "2030-01-01": ("ended", "2026-04-01"),
    }
    found = {day: asked(day, record).loc["r"] for day in states}
    assert {day: (row["state"], row["may_apply_from"]) for day, row in found.items()} == states
    assert [found[day]["done_on"] for day in ("2026-04-09", "2026-04-10")] == [None, "2026-04-10"]
    assert found["2026-04-10"]["missing"] == ""


def test_the_states_follow_the_last_word_that_was_known_by_the_day():
    record = penalties(("r", "general", date(2025, 1, 15)))
    told = events(
        ("r", "notice_served", date(2025, 1, 15), date(2025, 1, 20)),
        ("r", "repair_applied", date(2025, 4, 20)),
        ("r", "repair_refused", date(2025, 5, 6), date(2025, 5, 8)),
        ("r", "repair_applied", date(2025, 6, 1)),
        ("r", "repaired", date(2025, 6, 10), date(2025, 6, 12)),
    )
    days = {
        "2025-01-19": ("not_yet", "notice_not_served"), "2025-01-20": ("not_yet", ""), "2025-03-15": ("soon", ""),
        "2025-04-15": ("may_apply_now", "not_applied"), "2025-04-20": ("applied", "no_outcome"),
        "2025-05-07": ("applied", "no_outcome"), "2025-05-08": ("refused", "not_applied"),
        "2025-06-11": ("applied", "no_outcome"), "2025-06-12": ("repaired", ""), "2027-01-01": ("repaired", ""),
    }  # fmt: skip
    found = {day: asked(day, record, told).loc["r"] for day in days}
    assert {day: (row["state"], row["missing"]) for day, row in found.items()} == days
    assert found["2027-01-01"]["done_on"] == "2025-06-10"
    later = asked("2025-06-11", record, told, known_on=date(2025, 6, 12)).loc["r"]
    assert (later["state"], later["done_on"]) == ("repaired", "2025-06-10")


def test_what_is_said_on_one_day_is_ordered_by_when_it_was_known():
    record, day = penalties(("r", "general", date(2025, 1, 15))), date(2025, 5, 1)
    told = events(("r", "repair_refused", day, date(2025, 5, 3)), ("r", "repair_applied", day, date(2025, 5, 2)))
    assert asked("2025-05-02", record, told).loc["r", "state"] == "applied"
    assert asked("2025-05-03", record, told).loc["r", "state"] == "refused"


def test_a_repair_after_publicity_has_ended_changes_nothing():
    record = penalties(("r", "minor", date(2026, 1, 10)))
    for day, state, done in (("2026-04-09", "repaired", "2026-04-09"), ("2026-04-10", "ended", "2026-04-10")):
        row = asked("2026-05-01", record, events(("r", "repaired", date.fromisoformat(day)))).loc["r"]
        assert (row["state"], row["done_on"]) == (state, done)


def test_what_is_repaired_or_has_ended_is_published_no_more():
    record = penalties(("r", "general", date(2025, 1, 15)))
    told = events(("r", "repaired", date(2025, 5, 1)))
    assert asked("2025-04-30", record, told).loc["r", "published"]
    assert not asked("2025-05-01", record, told).loc["r", "published"]
    assert not asked("2026-04-01", record).loc["r", "published"]


def test_a_notice_served_counts_for_the_record_that_replaced_its_own():
    day = date(2025, 1, 15)
    records = penalties(*((name, "general", day) for name in ("a", "b", "c", "x", "y")))
    told = events(
        ("a", "notice_served", day), ("a", "corrected to b", date(2025, 2, 1), date(2025, 2, 3)),
        ("b", "corrected to c", date(2025, 3, 1)), ("x", "corrected to y", date(2025, 3, 1)),
        ("y", "corrected to x", date(2025, 3, 1), date(2025, 9, 1)),
    )  # fmt: skip

    def missing(on, **options):
        return asked(on, records, told, **options)["missing"].to_dict()

    none, notice = "", "notice_not_served"
    assert missing("2025-02-02") == {"a": none, "b": notice, "c": notice, "x": notice, "y": notice}
    assert missing("2025-02-03") == {"b": none, "c": notice, "x": notice, "y": notice}
    assert missing("2025-03-01") == {"c": none, "y": notice}
    assert missing("2025-02-20", known_on=date(2025, 3, 1)) == {"c": none, "y": notice}
    assert missing("2025-09-01") == {"c": "not_applied"}  # a circle takes both back
    share = served_share(records, told, POLICY.at("2025-03-01")).execute().set_index("unit").loc["ecology"]
    assert share.tolist() == [2, 1, 0.5]


def test_no_notice_is_owed_for_a_penalty_before_the_duty_or_before_the_day_asked_for():
    records = penalties(*((str(day), "general", day) for day in (date(2023, 3, 14), date(2023, 3, 15))))
    rules = POLICY.at("2023-05-10")

    def owed(**options):
        table = asked("2023-05-10", records, **options)
        share = served_share(records, events(), rules, **options).execute().set_index("unit")
        return list(table.index[table["missing"].str.contains("notice")]), share.loc["ecology", "penalties"]

    assert owed() == (["2023-03-15"], 1)
    assert owed(since=date(2023, 3, 1)) == (["2023-03-14", "2023-03-15"], 2)
    assert owed(since=date(2023, 4, 1)) == ([], 0)


def test_what_was_known_before_a_day_cannot_say_what_counted_on_it():
    for call in (repair_table, served_share):
        with pytest.raises(RecordsError, match="what was known on 2025-01-01 cannot say what counted on 2025-06-30"):
            call(penalties(("r", "minor", date(2025, 1, 1))), events(), POLICY.at("2025-06-30"),
                 known_on=date(2025, 1, 1))  # fmt: skip


def test_withdrawn_and_corrected_records_and_those_of_no_class_are_not_in_the_table():
    day = date(2025, 1, 15)
    records = penalties(*((name, "general", day) for name in ("kept", "withdrawn", "corrected", "upheld")))
    other = penalties(("other", "x", day)).mutate(item=ibis.literal("compliance.abnormal_list"))
    person = penalties(("person", "general", day)).mutate(subject_kind=ibis.literal("individual"))
    told = events(*((name, name, date(2025, 2, 1), date(2025, 2, 5)) for name in ("withdrawn", "corrected", "upheld")))
    every = ibis.union(records, other, person)
    assert list(asked("2025-02-04", every, told).index) == ["corrected", "kept", "upheld", "withdrawn"]
    assert list(asked("2025-02-05", every, told).index) == ["kept", "upheld"]
    assert asked("2025-01-16", every, told).empty
    assert list(asked("2025-01-15", records, known_on=date(2025, 1, 17)).index)


def test_conditions_that_a_person_must_check_are_listed_as_such():
    day = date(2025, 1, 15)
    common = "condition.corrected, condition.measures"
    assert asked("2025-06-30", penalties(("r", "general", day))).loc["r", "to_check"] == common
    own = asked("2025-06-30", penalties(("r", "general", day), unit="market_supervision")).loc["r", "to_check"]
    assert own.startswith("condition.publicity_term, condition.performed, condition.harm_removed, condition.no_repeat")


def test_without_records_the_table_is_empty_with_its_columns():
    records = penalties(("r", "general", date(2025, 1, 15))).limit(0)
    table = repair_table(records, events(), POLICY.at("2025-06-30"))
    assert table.columns == COLUMNS
    assert table.execute().empty
    assert reminders(table, POLICY.at("2025-06-30")).execute().empty


def test_reminders_name_the_subject_the_unit_and_the_day_first_first():
    records = penalties(
        ("a", "general", date(2025, 4, 10)), ("b", "general", date(2025, 1, 5)), ("c", "general", date(2025, 6, 1)),
        ("d", "serious", date(2024, 7, 30)),
    )  # fmt: skip
    rules = POLICY.at("2025-06-30")
    told = reminders(repair_table(records, events(("b", "notice_served", date(2025, 1, 5))), rules), rules).execute()
    assert [(str(r.remind_by)[:10], r.record_id, r.missing) for r in told.itertuples()] == [
        ("2025-06-30", "b", "not_applied"), ("2025-07-10", "a", "notice_not_served"),
        ("2025-07-30", "d", "notice_not_served"),
    ]  # fmt: skip
    assert set(told["unit"]) == {"ecology"}
    assert told["subject"].tolist() == ["firm of b", "firm of a", "firm of d"]


def test_the_share_served_is_counted_by_unit_and_null_where_there_is_no_penalty():
    day = date(2025, 1, 15)
    records = ibis.union(
        penalties(("a", "general", day), ("b", "minor", day), ("c", "minor", date(2024, 1, 1)), ("w", "minor", day)),
        penalties(("f", "serious", day), unit="fire"),
    )
    told = events(
        ("a", "notice_served", day), ("a", "notice_served", date(2025, 1, 16)),
        ("b", "notice_served", day, date(2025, 3, 1)),
        ("w", "withdrawn", date(2025, 1, 20)),
    )  # fmt: skip

    def counted(on, **options):
        found = served_share(records, told, POLICY.at(on), **options).execute().set_index("unit")
        assert len(found) == len(POLICY.model.policy.units)
        assert found["share"].isna().sum() == len(found) - 2
        assert found.loc["tax", ["penalties", "served"]].tolist() == [0, 0]
        return {unit: tuple(found.loc[unit]) for unit in ("ecology", "fire")}

    assert counted("2025-02-01") == {"ecology": (3, 1, 1 / 3), "fire": (1, 0, 0)}
    assert counted("2025-02-01", known_on=date(2025, 3, 1))["ecology"] == (3, 2, 2 / 3)
    assert counted("2025-03-01", since=date(2025, 1, 1)) == {"ecology": (2, 2, 1), "fire": (1, 0, 0)}


def test_a_policy_without_rules_of_repair_says_so(altered_policy):
    folder = altered_policy()
    (folder / "repair.yaml").unlink()
    rules = load_policy(folder).at("2025-06-30")
    for call in (repair_table, served_share):
        with pytest.raises(PolicyError, match=r"policy 'gaoyang' has no rules of repair; add its section repair\.yaml"):
            call(penalties(("r", "minor", date(2025, 1, 1))), events(), rules)
    with pytest.raises(PolicyError, match="has no rules of repair"):
        publicity_end("compliance.penalty_minor", date(2025, 1, 1), rules)


def test_publicity_ends_on_the_same_day_whatever_day_one_asks_and_never_for_other_items():
    document = date(2026, 1, 10)
    ends = {publicity_end("compliance.penalty_minor", document, POLICY.at(d)) for d in POLICY.days()}
    assert ends == {date(2026, 4, 10)}
    assert publicity_end("compliance.abnormal_list", document, POLICY.at("2026-04-01")) is None


documents = st.tuples(
    st.sampled_from(["minor", "general", "serious"]), st.dates(date(2022, 1, 1), date(2027, 12, 31)),
    st.none() | st.integers(0, 1500),
)  # fmt: skip


@pytest.mark.thorough
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(documents, min_size=1, max_size=30),
    st.lists(st.dates(date(2023, 3, 15), date(2030, 12, 31)), min_size=2, max_size=3),
)
def test_what_is_repaired_or_has_ended_stays_so_and_scores_no_more(penalised, days):
    records = penalties(*((f"r{i}", grade, day) for i, (grade, day, _) in enumerate(penalised)))
    told = events(
        *((f"r{i}", "repaired", day + timedelta(n)) for i, (_, day, n) in enumerate(penalised) if n is not None)
    )
    firms, done = records.select(subject=records.subject_id).distinct(), {}
    for day in sorted(days):
        rules = POLICY.at(day)
        table = asked(day, records, told)
        final = table[table["state"].isin(["repaired", "ended"])]
        assert done.items() <= final["done_on"].to_dict().items()
        done = final["done_on"].to_dict()
        assert all(when <= str(day) for when in final["done_on"])
        assert all(end > str(day) for end in table.drop(final.index)["ends_by_itself_on"])
        counted = set(ledger(records, firms, rules.enterprise, day).execute()["record_id"])
        assert not counted & set(table.index[table["state"] == "ended"])
