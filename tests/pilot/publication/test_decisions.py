"""双公示: which decisions are public on a day, worked by hand."""

from datetime import date
from types import SimpleNamespace

import ibis
import pyarrow as pa
import pytest

from credit_score.pilot.publication.decisions import decided_items, public_decisions
from credit_score.policy import load_policy

POLICY = load_policy("gaoyang")
FIRM, OTHER, SOLE = "91999999WCTDMLM02A", "93999999P2NAXLQ691", "S-0123456789abcdef01234567"
RECORD = ("record_id", "item", "subject_id", "occurred_on", "reported_on")
EVENT = ("record_id", "event", "happened_on", "known_on", "replaced_by")
ADMINISTRATION = "行政管理信息"


class Tables(dict):
    @property
    def tables(self):
        return self


def frame(rows, names, **more):
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    columns |= {name: [value] * len(rows) for name, value in more.items()}
    days = {"occurred_on", "reported_on", "happened_on", "known_on"}
    kinds = {name: pa.date32() if name in days else pa.string() for name in columns}
    return ibis.memtable(pa.table({name: pa.array(values, kinds[name]) for name, values in columns.items()}))


def standing(records, events=(), on=date(2023, 6, 30)):
    events = [(*e, None)[:5] for e in events]
    tables = Tables(
        credit_records=frame(records, RECORD, subject_kind="enterprise", unit="ecology", catalogue_kind=ADMINISTRATION),
        record_events=frame(events, EVENT).mutate(event_id=ibis.row_number().cast("string")),
        enterprises=ibis.memtable({"enterprise_id": [FIRM, OTHER, SOLE], "name": ["甲公司", "乙合作社", None]},
                                  schema={"enterprise_id": "string", "name": "string"}),
    )  # fmt: skip
    return SimpleNamespace(records=tables, rules=POLICY.at(on), on=on, known=on)


def decided(record, item, subject=FIRM, on=date(2023, 5, 4)):
    return (record, item, subject, on, date(on.year, on.month, on.day + 5))


def listed(*args, persons=False, **kw):
    return list(public_decisions(standing(*args, **kw), persons=persons).execute()["record_id"])


def test_licences_and_penalties_of_firms_are_listed_the_last_first_with_name_and_end_of_publicity():
    records = [
        decided("R1", "licence.granted", OTHER, date(2023, 5, 1)),
        decided("R2", "compliance.penalty_serious", FIRM, date(2023, 5, 20)),
        decided("R3", "tax.a_rating"),
    ]
    found = public_decisions(standing(records), persons=False).execute()
    rows = found[["record_id", "kind", "name", "disputed"]].to_numpy().tolist()
    assert rows == [["R2", "penalty", "甲公司", "no"], ["R1", "licence", "乙合作社", "no"]]
    # Three years from the date of the document, and no end for a licence.
    assert str(found["published_until"].iloc[0])[:10] == "2026-05-20"
    assert found["published_until"].isna().tolist() == [False, True]


def test_sole_proprietors_are_in_no_list_and_are_counted_apart():
    records = [decided("R1", "licence.granted"), decided("R2", "compliance.penalty_minor", SOLE)]
    assert listed(records) == ["R1"]
    assert listed(records, persons=True) == ["R2"]


@pytest.mark.parametrize("event", ["withdrawn", "corrected", "repaired"])
def test_a_record_that_is_taken_back_or_repaired_is_public_no_more(event):
    day = date(2023, 6, 1)
    records = [decided("R1", "compliance.penalty_general"), decided("R2", "compliance.penalty_general")]
    assert listed(records, [("R1", event, day, day)]) == ["R2"]


def test_a_licence_that_is_withdrawn_is_public_no_more():
    day = date(2023, 6, 1)
    assert listed([decided("R1", "licence.granted")], [("R1", "withdrawn", day, day)]) == []


def test_a_record_under_dispute_stays_and_says_so():
    day = date(2023, 6, 1)
    found = public_decisions(
        standing([decided("R1", "licence.granted")], [("R1", "disputed", day, day)]), persons=False
    ).execute()
    assert found["disputed"].tolist() == ["yes"]


def test_publicity_ends_by_itself_and_a_class_that_is_not_published_is_not_there():
    records = [decided("R1", "compliance.penalty_minor"), decided("R2", "compliance.penalty_serious")]
    assert listed(records, on=date(2026, 3, 31)) == ["R1", "R2"]
    assert listed(records, on=date(2026, 4, 1)) == ["R2"]  # minor ones are published no more from this day
    assert listed(records, on=date(2026, 5, 3)) == ["R2"]
    assert listed(records, on=date(2026, 5, 4)) == []


def test_what_is_reported_after_the_day_is_not_there_yet():
    assert listed([decided("R1", "licence.granted", on=date(2023, 6, 25))], on=date(2023, 6, 29)) == []


def test_items_are_the_licences_of_the_policy_and_the_penalties_of_its_rules_of_repair():
    assert list(decided_items(POLICY.at("2023-06-30"))) == [
        "licence.granted", "compliance.penalty_minor", "compliance.penalty_general", "compliance.penalty_serious",
    ]  # fmt: skip
