"""The scores of a county, once more, by a plain loop over the accepted records that shares no code with the rooms."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
import yaml
from dateutil.relativedelta import relativedelta

from credit_score.policy.loader import BUNDLED

ON = date(2023, 6, 30)


def at(dated, on=ON):
    """The entry of a dated value in force on a day."""
    begun = [day for day in dated or {} if day <= on]
    return dated[max(begun)]["value"] if begun else None


def milli(value):
    return int(Decimal(str(value)) * 1000)


def months(period):
    return int(period[1:-1]) * (12 if period.endswith("Y") else 1)


def plain_scores(section, records, subjects):
    """Subject → score in milli-points, by the text of the rules."""
    items = {i["id"]: i for i in section["items"]}
    totals = {s: defaultdict(int) for s in subjects}
    for r in records.itertuples():
        item = items.get(r.item)
        if r.subject_id not in totals or item is None or item["catalogue_kind"] != r.catalogue_kind:
            continue
        ends = r.occurred_on + relativedelta(months=months(at(item["expires_after"])))
        if max(r.occurred_on, r.reported_on) <= ON < ends:
            totals[r.subject_id][r.item] += milli(at(item["points"]))
    return {s: milli(at(section["base"])) + sum(of_dimensions(section, total)) for s, total in totals.items()}


def of_dimensions(section, total):
    for dimension in section["dimensions"]:
        found = 0
        for item in section["items"]:
            if item["dimension"] == dimension["id"]:
                cap, points = at(item.get("cap")), total[item["id"]]
                found += points if cap is None else max(-milli(cap), min(milli(cap), points))
        yield min(milli(at(dimension["cap"])), found)


def dated_rows(table):
    frame = table.execute()
    days = [c for c in frame.columns if c.endswith("_on")]
    return frame.assign(**{c: [d.date() if pd.notna(d) else None for d in pd.to_datetime(frame[c])] for c in days})


@pytest.mark.parametrize("kind", ["individual", "enterprise"])
def test_every_score_of_a_county_is_that_of_a_plain_loop_over_its_records(county_run, kind):
    records = dated_rows(county_run.records["credit_records"])
    if kind == "individual":
        people = dated_rows(county_run.records["individuals"])
        stays = zip(people["enrolled_on"], people["left_on"], strict=True)
        subjects = people["person_id"][[bool(e) and e <= ON and not (left and left <= ON) for e, left in stays]]
    else:
        subjects = dated_rows(county_run.records["enterprises"]).query("registered_on <= @ON")["enterprise_id"]
    section = yaml.safe_load((BUNDLED / "gaoyang" / f"{kind}.yaml").read_text(encoding="utf-8"))
    expected = plain_scores(section, records[records["subject_kind"] == kind], subjects)
    found = county_run.scores[county_run.scores["subject_kind"] == kind].set_index("subject")["score_milli"]
    assert len(set(expected.values())) > 5
    assert found.to_dict() == expected
