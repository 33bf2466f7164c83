"""From records to a run: what stands in it, for whom, and that persons are only ever rewarded."""

from dataclasses import replace
from datetime import date

import ibis
import pandas as pd
import pytest

import credit_score as cs
from credit_score.records.door.identity import pseudonym

KEY = "a key of the tests, no secret"
ON = "2023-06-30"
FIRM = {
    "enterprise_id": "firm-1", "legal_form": "company", "sector": "textiles", "size": "small", "town": "t",
    "registered_on": "2010-01-01",
}  # fmt: skip
PERSON = {
    "person_id": "",
    "age": 40,
    "age_on": "2023-06-30",
    "town": "t",
    "village": "v",
    "enrolled_on": "",
    "left_on": "",
}
RECORD = {
    "record_id": "", "subject_kind": "individual", "subject_id": "", "item": "honesty.honour_national",
    "catalogue_kind": "诚实守信相关荣誉信息", "unit": "publicity",
    "occurred_on": "2023-01-10", "reported_on": "2023-01-12",
}  # fmt: skip


def person(name, **facts):
    return PERSON | {"person_id": name} | facts


def record(number, subject, **facts):
    return RECORD | {"record_id": f"r{number}", "subject_id": subject} | facts


PEOPLE = {who: f"P8841-{who}" for who in ("points", "base", "expired", "never", "left")}


@pytest.fixture
def alike(plain_county):
    """A person with points, and four without: at the base, with expired records, never enrolled, and left."""
    folder, policy = plain_county(
        enterprises=[FIRM],
        individuals=[
            person(PEOPLE["points"], enrolled_on="2022-01-01"),
            person(PEOPLE["base"], enrolled_on="2022-01-01"),
            person(PEOPLE["expired"], enrolled_on="2022-01-01"),
            person(PEOPLE["never"]),
            person(PEOPLE["left"], enrolled_on="2022-01-01", left_on="2023-06-01"),
        ],
        credit_records=[
            record(1, PEOPLE["points"]), record(2, PEOPLE["never"]), record(3, PEOPLE["left"]),
            record(4, PEOPLE["expired"], occurred_on="2019-01-10", reported_on="2019-01-12"),
        ],
    )  # fmt: skip
    return cs.run_county(cs.read_records(folder, policy=policy, key=KEY), policy, as_of=ON, seed=1)


def stands_for(who):
    return pseudonym(PEOPLE[who], "person", KEY.encode())


def in_files(folder, text):
    """Names of the files in which a text stands, tables read as tables."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        held = pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
        if text in held:
            found.append(path.name)
    return found


def test_a_person_at_the_base_one_not_enrolled_and_one_who_left_have_the_same_benefits(alike):
    scores = alike.scores.set_index("subject")["score_milli"]
    base = alike.rules.individual.base
    assert scores[stands_for("points")] == base + 30_000
    assert alike.rules.benefits(base + 30_000) != ()
    for who in ("base", "expired", "never", "left"):
        assert alike.rules.benefits(scores.get(stands_for(who))) == ()


def test_nothing_in_a_run_folder_sets_persons_without_points_apart(alike, tmp_path):
    """Who is not enrolled or left stands nowhere; who is at the base has a score, which is the base, and no more."""
    out = alike.save(tmp_path / "out")
    assert in_files(out, "scores_individual.parquet") == ["manifest.json"]  # the search finds what is there
    assert in_files(out, stands_for("never")) == in_files(out, stands_for("left")) == []
    for who in ("base", "expired"):
        assert in_files(out, stands_for(who)) == ["scores_individual.parquet"]
        row = pd.read_parquet(out / "scores_individual.parquet").set_index("subject").loc[stands_for(who)]
        assert row.pop("score_milli") == row.pop("score_undisputed_milli") == alike.rules.individual.base
        assert row.pop("status") == "draft"
        assert row.eq(0).all()
    assert in_files(out, stands_for("points")) == ["facts.parquet", "ledger.parquet", "scores_individual.parquet"]
    assert in_files(out, "P8841") == []


def test_persons_have_no_tier_no_ratio_and_no_place_in_frame_or_draw(county_run):
    persons = set(county_run.scores.query("subject_kind == 'individual'")["subject"])
    assert len(persons) > 100
    assert all(p.startswith("P-") for p in persons)
    for name in ("tiers", "frame", "draw"):
        table = county_run.tables[name].execute()
        assert not persons & set(table["subject"])
        assert not table["subject"].str.startswith("P-").any()
    columns = set(county_run.tables["scores_individual"].columns)
    assert not [c for c in columns if "tier" in c or "ratio" in c or "rank" in c]
    assert len(county_run.tables["tiers"].execute()) == len(county_run.scores) - len(persons)


def test_no_person_stands_below_the_base_whatever_the_records_say(county_run):
    scores = county_run.scores.query("subject_kind == 'individual'")["score_milli"]
    assert scores.min() == county_run.rules.individual.base
    assert county_run.ledger.query("subject_kind == 'individual'")["points_milli"].min() >= 0


def test_every_row_of_the_ledger_has_a_reference_and_counts_on_the_day(county_run):
    ledger = county_run.ledger
    assert len(ledger) > 100
    assert ledger["reference"].str.len().min() > 0
    assert not ledger["record_id"].duplicated().any()
    days = ledger[["occurred_on", "reported_on", "expires_on"]].apply(pd.to_datetime)
    assert (days[["occurred_on", "reported_on"]].max(axis=1) <= pd.Timestamp(ON)).all()
    assert (days["expires_on"] > pd.Timestamp(ON)).all()


def test_an_override_makes_a_tier_worse_and_never_better(county_run):
    tiers = county_run.tiers
    cutoffs = [t.cutoff for t in county_run.rules.tiers if t.cutoff is not None]
    by_score = [sum(score < cutoff for cutoff in cutoffs) for score in tiers["score_milli"]]
    forced = tiers["decided_by"] != "cut-off"
    assert (tiers["tier_code"] >= by_score).all()
    assert ((tiers["tier_code"] > by_score) == forced).all()
    assert tiers["tier"].tolist() == [county_run.rules.tiers[c].id for c in tiers["tier_code"]]


def test_what_was_not_yet_known_on_the_day_changes_nothing(county_run):
    day, records = date(2023, 4, 1), county_run.records
    credit, visits = records["credit_records"], records["inspections"]
    known = {
        "credit_records": credit.filter(credit.occurred_on <= ibis.date(day), credit.reported_on <= ibis.date(day)),
        "inspections": visits.filter(visits.inspected_on <= ibis.date(day)),
    }
    assert all(known[name].count().execute() < records[name].count().execute() for name in known)
    runs = [
        cs.run_county(held, county_run.policy, as_of=day, seed=7)
        for held in (records, replace(records, tables=records.tables | known))
    ]
    assert runs[0].scores.equals(runs[1].scores)
    assert runs[0].draw.equals(runs[1].draw)


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_run_and_another_seed_another_draw_of_the_same_tiers(county_run):
    same, other = (cs.run_county(county_run.records, county_run.policy, as_of=ON, seed=seed) for seed in (7, 8))
    for name in ("scores", "tiers", "schedule", "draw", "workload"):
        assert getattr(same, name).equals(getattr(county_run, name))
    assert other.tiers.equals(county_run.tiers)
    assert set(other.draw["key"]).isdisjoint(county_run.draw["key"])


def test_the_draw_says_on_every_row_that_it_is_not_for_use(county_run):
    assert set(county_run.draw["status"]) == {"demonstration"}


def test_a_run_is_a_draft_until_someone_has_signed_the_policy(county_run, altered_policy):
    def signed(about):
        about["signature"] = {"name": "a person", "office": "an office", "signed_on": date(2023, 6, 1)}

    policy = cs.load_policy(altered_policy(policy=signed))
    real = replace(county_run.records, synthetic=False)
    status = {
        "unsigned": replace(county_run, records=real).status,
        "before the signature": replace(county_run, records=real, rules=policy.at("2023-05-31")).status,
        "signed": replace(county_run, records=real, rules=policy.at("2023-06-01")).status,
        "synthetic": replace(county_run, rules=policy.at("2023-06-01")).status,
    }
    assert status == {
        "unsigned": "draft", "before the signature": "draft", "signed": "in force", "synthetic": "demonstration",
    }  # fmt: skip


def test_workload_counts_the_visits_of_the_draw(county_run):
    drawn = county_run.draw.groupby("department")["visits"].sum()
    load = county_run.workload.set_index("department")["visits"]
    assert drawn.to_dict() == load.to_dict()
    assert county_run.county_share == county_run.draw["subject"].nunique() / county_run.tier_shares["firms"].sum()
    assert county_run.schedule["visits_drawn"].sum() == load.sum()
    assert (county_run.schedule["visits_drawn"] <= county_run.schedule["visits"]).all()


def test_records_read_under_another_policy_are_refused(county_run, altered_policy):
    other = cs.load_policy(altered_policy(policy=lambda about: about.update(name="elsewhere")))
    with pytest.raises(cs.RecordsError, match="read under policy 'gaoyang', not 'elsewhere'"):
        cs.run_county(county_run.records, other, as_of=ON)


def test_a_day_before_the_first_rule_is_refused(county_run):
    with pytest.raises(cs.PolicyError, match="not in force on 2023-03-14"):
        cs.run_county(county_run.records, county_run.policy, as_of="2023-03-14")


def test_a_day_on_which_no_enterprise_is_registered_is_refused(plain_county):
    folder, policy = plain_county(
        enterprises=[FIRM | {"registered_on": "2024-01-01"}],
        credit_records=[record(1, "firm-1", subject_kind="enterprise", item="honour.county")],
    )
    records = cs.read_records(folder, policy=policy, key=KEY)
    with pytest.raises(cs.RecordsError, match="no enterprise is registered by 2023-06-30; ask for a later day"):
        cs.run_county(records, policy, as_of=ON)
    assert len(cs.run_county(records, policy, as_of="2024-01-01").tiers) == 1


def test_a_policy_without_points_for_persons_scores_no_person(plain_county):
    folder, policy = plain_county(
        enterprises=[FIRM], individuals=[person("p", enrolled_on="2022-01-01")], credit_records=[record(1, "p")]
    )
    for section in ("individual", "scenes"):
        (policy.folder / f"{section}.yaml").unlink()
    policy = cs.load_policy(policy.folder)
    run = cs.run_county(cs.read_records(folder, policy=policy, key=KEY), policy, as_of=ON)
    assert run.scores["subject_kind"].tolist() == ["enterprise"]
    assert run.ledger.empty
