"""No path leads from a person's points to anything but a benefit.

The county is run again with other points of persons and with other records of persons, and every table but a few is the
same to the last cell. The few are listed with their reason: a new table fails here until somebody has thought about it.
Beside that, no rule of a policy and no module but those listed reads a person's score at all.
"""

import csv
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args, get_origin

import ibis
import pandas as pd
import pytest

import credit_score as cs
from credit_score.policy.dated import Dated, Points, Weight
from credit_score.policy.schema import PolicyModel

PACKAGE = Path(cs.__file__).parent
ON = "2023-06-30"
# Tables that may be other when persons have other points: what persons are told and given, and nothing else.
BY_POINTS = {
    "scores_individual": "the points themselves", "ledger_individual": "the points, record by record",
    "ledger": "holds the ledger of persons; its part of enterprises is compared by itself",
    "pilot/villages": "a credit village counts credit households, and its status only adds benefits",
    "pilot/towns": "a credit town counts credit villages, and its status only adds benefits",
    "pilot/county_three_credit": "counts credit towns", "pilot/youth_households": "credit households among them",
    "pilot/scenes": "who qualifies for a benefit", "pilot/scene_reach": "who qualifies, by town and age",
    "pilot/scene_evenness": "how even that reach is", "pilot/scene_months": "what benefits cost their providers",
    "pilot/benefit_counts": "who qualifies for a benefit",
    "pilot/published_members_with_benefit": "who qualifies for a benefit, protected",
    "pilot/published_cells_persons": "who qualifies for a benefit, protected",
    "pilot/published_members": "how many members there are, withheld together with who qualifies",
}  # fmt: skip
# And when persons have other records or other memberships: how well units report them, and how many members there are.
BY_RECORDS = BY_POINTS | {
    "uncounted": "records of persons that earn nothing; its part of enterprises is compared by itself",
    "quality": "whether units report in time, records of persons too",
    "coverage": "whether resources arrive, those of persons too",
    "pilot/indicators": "counts reports and disputes of records, those of persons too",
    "pilot/indicator_trend": "the same by month", "pilot/unit_items": "the same by unit",
    "pilot/league": "the same by unit",
    "pilot/published_decisions_of_persons": "decisions, protected", "pilot/published_cells_decided": "the same",
}  # fmt: skip
# The fields of a policy that hold points, and which of them a person's score is held against.
HELD_AGAINST_A_PERSONS_SCORE = {
    "individual.benefits.from_score", "scenes.scenes.eligibility.from_score", "three_credit.household.from_score",
}  # fmt: skip
MAKES_A_PERSONS_SCORE = {
    "individual.base", "individual.items.points", "individual.items.cap", "individual.dimensions.cap",
    "individual.dimensions.floor", "individual.dimensions.weight",
}  # fmt: skip
OF_ENTERPRISES = {
    "enterprise.base", "enterprise.items.points", "enterprise.items.cap", "enterprise.dimensions.cap",
    "enterprise.dimensions.floor", "enterprise.dimensions.weight", "tiers.tiers.from_score",
    "risk.evaluations.cutoffs.from_score",
}  # fmt: skip
# Modules that name the scores or the ledger of persons: those that make, keep and show them, and those of benefits.
READERS = {
    "county.py", "points/scores.py", "since.py", "report/run_folder.py", "report/page.py", "report/content.py",
    "pilot/standing.py", "pilot/three_credit/counted.py", "pilot/reach.py", "pilot/publication/cubes.py",
}  # fmt: skip


@pytest.fixture(scope="module")
def records(county_folder, tmp_path_factory):
    """The small county, with what firms do on the platform and units do with measures, where it has no such."""
    folder = shutil.copytree(county_folder, tmp_path_factory.mktemp("alike") / "records")
    with (folder / "enterprises.csv").open(encoding="utf-8", errors="replace", newline="") as stream:
        firms = [row["enterprise_id"] for row in csv.DictReader(stream)][:60]
    more = {
        "banks": [{"bank_id": "b1", "name": "Bank", "joined_on": "2023-02-01"}],
        "platform": [{"enterprise_id": f, "joined_on": "2023-03-01"} for f in firms],
        "authorisations": [
            {"authorisation_id": f"a{i}", "enterprise_id": f, "bank_id": "b1", "given_on": "2023-04-01"}
            for i, f in enumerate(firms)
        ],
        "measures_taken": [
            {"measure_id": f"m{i}", "enterprise_id": f, "measure": "measure.limit_tender", "unit": "housing",
             "begun_on": "2023-04-01"} for i, f in enumerate(firms)
        ],
    }  # fmt: skip
    for name, rows in more.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            pd.DataFrame(rows).to_csv(path, index=False)
    return cs.read_records(folder)


@pytest.fixture(scope="module")
def policy():
    return cs.load_policy("gaoyang")


@pytest.fixture(scope="module")
def before(records, policy):
    return everything(run(records, policy))


@pytest.fixture(scope="module")
def after(records, policy):
    """Everything after a change of what persons have, each change run once."""
    known = {}

    def made(change):
        if change not in known:
            known[change] = everything(run(change(records, policy), policy))
        return known[change]

    return made


def run(records, policy):
    return cs.run_county(records, policy, as_of=ON, seed=7)


def everything(made):
    """Every table of a run, and whatever else it tells, by name."""
    tables = {name: table.execute() for name, table in made.tables.items()}
    plain = {
        "schedule": made.schedule, "workload": made.workload, "uncounted": made.uncounted, "quality": made.quality,
        "coverage": made.coverage, "tier_shares": made.tier_shares, "burden/sector": made.burden("sector"),
        "burden/size": made.burden("size"), "burden/tier": made.burden("tier"),
        "breaches": pd.DataFrame({"breach": [repr(b) for b in made.breaches]}),
        "county": pd.DataFrame({"share": [made.county_share], "cube": [json.dumps(made.county_cube.to_dict())]}),
    }  # fmt: skip
    both = {f"{name}/enterprises": of_firms(table) for name, table in (tables | plain).items()
            if "subject_kind" in table.columns}  # fmt: skip
    return tables | plain | both | {f"pilot/{name}": table for name, table in made.pilot.items()}


def of_firms(table):
    return table[table["subject_kind"] == "enterprise"].reset_index(drop=True)


def ordered(table):
    """A table with its rows in one order, as text, so that any two can be compared cell by cell."""
    text = table.astype(str)
    return text.sort_values(list(text.columns), ignore_index=True)


def differing(before, after):
    assert set(before) == set(after)
    return {name for name in before if not ordered(before[name]).equals(ordered(after[name]))}


def with_persons(records, **changed):
    return replace(records, tables=records.tables | changed)


def of_persons(records):
    table = records["credit_records"]
    return table.filter(table.subject_kind == "individual"), table.filter(table.subject_kind == "enterprise")


def many(records, policy, people):
    """Three records of every item for each of some people, beside the records there are."""
    items = [
        {"item": i.id, "catalogue_kind": i.catalogue_kind, "n": n}
        for i in policy.at(ON).individual.items
        for n in range(3)
    ]
    listed = ibis.memtable(items)
    each = people.select(subject_id="person_id").cross_join(listed)
    day = ibis.date(date(2023, 5, 10))
    made = each.mutate(
        record_id="made-" + each.subject_id + each["item"] + each.n.cast("string"),
        subject_kind=ibis.literal("individual"), unit=ibis.literal("publicity"), occurred_on=day, reported_on=day,
    )  # fmt: skip
    table = records["credit_records"]
    return table.union(made.select(table.columns))


def none_at_all(records, policy):
    return with_persons(records, credit_records=of_persons(records)[1])


def everybody_at_the_maximum(records, policy):
    return with_persons(records, credit_records=many(records, policy, records["individuals"]))


def one_person_at_the_maximum(records, policy):
    people = records["individuals"]
    one = (
        people.filter(people.enrolled_on <= ibis.date(2023, 1, 1), people.left_on.isnull())
        .order_by("person_id")
        .limit(1)
    )
    return with_persons(records, credit_records=many(records, policy, one))


def everybody_has_left(records, policy):
    people = records["individuals"]
    return with_persons(records, individuals=people.mutate(left_on=ibis.date(2023, 6, 29)))


def nobody_has_enrolled(records, policy):
    people = records["individuals"]
    return with_persons(records, individuals=people.mutate(enrolled_on=ibis.null("date"), left_on=ibis.null("date")))


def records_handed_round(records, policy):
    """Each record of a person to another person, by no order that says anything."""
    own, firms = of_persons(records)
    people = records["individuals"].select(subject_new="person_id")
    people = people.mutate(place=ibis.row_number().over(order_by=people.subject_new.hash()))
    n = int(people.count().execute())
    asked = own.mutate(place=own.record_id.hash().abs() % n)
    moved = asked.join(people, "place").mutate(subject_id=lambda t: t.subject_new).select(own.columns)
    return with_persons(records, credit_records=firms.union(moved))


CHANGES = (
    none_at_all, everybody_at_the_maximum, one_person_at_the_maximum, everybody_has_left, nobody_has_enrolled,
    records_handed_round,
)  # fmt: skip


def each(changes, quick):
    """Changes as parameters; those that are not quick are left to the thorough tests."""
    return [pytest.param(c, id=c.__name__, marks=[] if c in quick else pytest.mark.thorough) for c in changes]


@pytest.mark.parametrize("change", each(CHANGES, (everybody_at_the_maximum,)))
def test_other_records_of_persons_change_nothing_of_enterprises(before, after, change):
    changed = differing(before, after(change))
    assert changed <= set(BY_RECORDS)
    assert "scores_individual" in changed


@pytest.fixture
def with_points(altered_policy):
    """The policy with every number of points of persons but their base multiplied."""

    def made(times):
        def change(data):
            for rule in (*data["items"], *data["dimensions"]):
                for field in ("points", "cap"):
                    for figure in rule.get(field, {}).values():
                        figure["value"] = round(figure["value"] * times, 3)

        return cs.load_policy(altered_policy(individual=change))

    return made


@pytest.mark.parametrize("times", [pytest.param(0, marks=pytest.mark.thorough), 4])
def test_other_points_of_persons_change_nothing_but_what_persons_are_told_and_given(
    records, before, with_points, times
):
    changed = differing(before, everything(run(records, with_points(times))))
    assert changed <= set(BY_POINTS)
    assert {"scores_individual", "ledger_individual"} <= changed


def held(scores, policy):
    """Person → score, and the benefits that are open at it."""
    rules = policy.at(ON)
    return {row["subject"]: (row["score_milli"], {b.id for b in rules.benefits(row["score_milli"])})
            for row in scores.to_dict("records")}  # fmt: skip


@pytest.mark.parametrize("change", each((everybody_at_the_maximum, one_person_at_the_maximum), CHANGES[:2]))
def test_more_records_bring_no_person_fewer_points_or_benefits(policy, before, after, change):
    was, now = (held(tables["scores_individual"], policy) for tables in (before, after(change)))
    assert set(was) == set(now)
    assert all(now[one][0] >= score and now[one][1] >= benefits for one, (score, benefits) in was.items())
    assert any(now[one][1] > benefits for one, (_, benefits) in was.items())


def test_without_any_record_everybody_stands_at_the_base(policy, after):
    scores = after(none_at_all)["scores_individual"]
    assert set(scores["score_milli"]) == {policy.at(ON).individual.base}


@pytest.mark.thorough
def test_a_shops_measure_moves_no_points_of_anybody(records, policy, before):
    """Without any record and any measure of enterprises the points of persons are the same: its owner's among them."""
    own, firms = of_persons(records)
    taken = records["measures_taken"]
    bare = with_persons(records, credit_records=own.union(firms.limit(0)), measures_taken=taken.limit(0))
    made = run(bare, policy)
    assert not len(made.pilot["measures_matched"])
    assert len(before["pilot/measures_matched"])
    for name in ("scores_individual", "ledger_individual"):
        assert ordered(made.tables[name].execute()).equals(ordered(before[name]))


def points_of(model, path=""):
    """Paths of the fields below a model that hold points, or what points are multiplied with."""
    for name, field in model.model_fields.items():
        for kind in classes(field.annotation):
            if issubclass(kind, Points | Weight):
                yield f"{path}{name}"
            elif hasattr(kind, "model_fields") and not issubclass(kind, Dated):
                yield from points_of(kind, f"{path}{name}.")


def classes(annotation):
    """The classes that an annotation is made of."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        yield annotation
    for argument in get_args(annotation):
        yield from classes(argument)


def test_only_benefits_scenes_and_the_household_criterion_are_held_against_a_persons_score():
    found = set(points_of(PolicyModel))
    assert found <= HELD_AGAINST_A_PERSONS_SCORE | MAKES_A_PERSONS_SCORE | OF_ENTERPRISES
    assert {"individual.benefits.from_score", "tiers.tiers.from_score"} <= found


def test_measures_finance_and_inspection_have_no_field_for_points_of_anybody():
    for section in ("measures", "inspection", "repair", "resources", "clocks"):
        kinds = list(classes(PolicyModel.model_fields[section].annotation))
        assert kinds
        assert not [path for kind in kinds if hasattr(kind, "model_fields") for path in points_of(kind)]


def test_only_the_modules_listed_name_the_scores_of_persons():
    named = {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("scores_individual", "ledger_individual"))
    }  # fmt: skip
    assert "county.py" in named
    assert named <= READERS
