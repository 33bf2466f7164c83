"""Rules of repair: what the schema refuses, and the days that they give."""

from datetime import date

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy
from credit_score.policy.repair import basis_for

LATER = date(2024, 1, 1)


def clause(name, dated, **more):
    return {"id": name, "label": {"zh": name, "en": name}, "in_force": dated(True)} | more


@pytest.fixture
def repaired(small, dated):
    """The small policy with rules of repair: one class of one item, public from 3 to 12 months."""
    grade = {
        "id": "general", "label": {"zh": "一般", "en": "General"}, "items": ["fine"],
        "published": dated("public"), "minimum": dated("P3M"), "maximum": dated("P12M"),
    }  # fmt: skip
    sections = small()
    sections["repair"] = {
        "id": "repair", "label": {"zh": "修复", "en": "Repair"}, "clock": dated("document_date"),
        "remind_before": dated("P1M"), "classes": [grade], "offices": [clause("desk", dated)],
        "conditions": [clause("mended", dated)], "rights": [clause("dispute", dated)],
    }  # fmt: skip
    return sections


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_a_policy_needs_no_rules_of_repair(written, small, repaired):
    assert load_policy(written(small(), "without")).model.repair is None
    assert load_policy(written(repaired, "with")).model.repair.of_item("fine").id == "general"


def test_a_minimum_above_the_maximum_is_refused_with_its_day(written, repaired, dated):
    repaired["repair"]["classes"][0]["maximum"] |= dated("P2M", day=LATER)
    text = refusal(written(repaired))
    assert "repair.yaml, line" in text
    assert (
        "rule general: classes.minimum.2023-03-15: 2024-01-01: a minimum of 3 months is above the maximum of 2" in text
    )


def test_a_minimum_may_equal_the_maximum(written, repaired, dated):
    repaired["repair"]["classes"][0]["minimum"] = dated("P12M")
    grade = load_policy(written(repaired)).model.repair.classes[0]
    assert grade.may_apply(date(2023, 4, 1), LATER) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda g, r: g.update(items=["theft"]), "classes.items: unknown item of enterprises 'theft'; known are fine"),
        (
            lambda g, r: g.update(items=["honour"]),
            "item 'honour' is one of persons, whose points are never below 0; nothing is to be repaired",
        ),
        (
            lambda g, r: r["classes"].append(g | {"id": "grave"}),
            "rule grave: classes.items: item 'fine' is in class 'general' already; an item is in one class",
        ),
        (lambda g, r: r["classes"].append(dict(g)), "id 'general' stands twice"),
        (lambda g, r: r["conditions"][0].update(classes=["gross"]), "unknown class 'gross'; known are general"),
        (lambda g, r: r["offices"][0].update(units=["moon"]), "unknown unit 'moon'; known are council"),
        (lambda g, r: g["published"][date(2023, 3, 15)].update(value="yes"), "'yes' is not 'public' or 'not_public'"),
        (
            lambda g, r: r["clock"][date(2023, 3, 15)].update(value="publication"),
            "'publication' is not a clock that records can tell; write 'document_date'",
        ),
        (lambda g, r: r["clock"].update({LATER: None}), "2024-01-01: class 'general' is in force without a clock"),
        (lambda g, r: g["published"].update({LATER: None}), "2024-01-01: published and maximum do not both hold"),
        (
            lambda g, r: [g[name].update({LATER: None}) for name in ("published", "maximum")],
            "2024-01-01: a minimum without a maximum in force; repeal it too",
        ),
        (lambda g, r: r.update(offices=[]), "at least 1 item"),
        (lambda g, r: r.update(fee=3), "unknown key"),
    ],
)
def test_what_cannot_hold_is_refused_in_its_file(written, repaired, change, told):
    change(repaired["repair"]["classes"][0], repaired["repair"])
    text = refusal(written(repaired))
    assert told in text
    assert "repair.yaml, line" in text


def test_a_repealed_class_ends_nothing_any_more(written, repaired):
    grade = repaired["repair"]["classes"][0]
    for name in ("published", "minimum", "maximum"):
        grade[name][LATER] = None
    held = load_policy(written(repaired)).model.repair.classes[0]
    assert held.ends(date(2022, 12, 31)) == date(2023, 12, 31)
    assert held.ends(date(2023, 1, 1)) is None
    assert held.may_apply(date(2023, 10, 1), LATER) is None
    assert held.ground(LATER).value == 12


def test_what_has_ended_does_not_come_back_by_a_longer_maximum(written, repaired, dated):
    repaired["repair"]["classes"][0]["maximum"] |= dated("P36M", day=LATER)
    grade = load_policy(written(repaired)).model.repair.classes[0]
    assert grade.ends(date(2022, 12, 31)) == date(2023, 12, 31)
    assert grade.ends(date(2023, 1, 1)) == date(2026, 1, 1)
    assert grade.earlier(date(2023, 12, 31)) == ()
    assert grade.earlier(LATER) == ((date(2023, 12, 31), 12),)


def test_a_clause_applies_to_its_classes_and_units_from_its_day(written, repaired, dated):
    repaired["repair"]["rights"] += [clause("own", dated, classes=["general"], units=["council"])]
    everybody, own = load_policy(written(repaired)).model.repair.rights
    assert everybody.holds(LATER, "general", "council")
    assert everybody.holds(LATER, "other", "another")
    assert own.holds(LATER, "general", "council")
    assert not own.holds(LATER, "general", "another")
    assert not own.holds(LATER, "other", "council")
    assert not own.holds(date(2023, 3, 14), "general", "council")


@pytest.mark.parametrize(
    ("day", "grade", "public", "least", "most", "basis"),
    [
        ("2023-05-01", "minor", "public", 3, 36, "assumption"),
        ("2026-03-31", "general", "public", 3, 36, "assumption"),
        ("2026-03-31", "serious", "public", 12, 36, "assumption"),
        ("2026-04-01", "minor", "not_public", None, 3, "law"),
        ("2026-04-01", "general", "public", 3, 12, "law"),
        ("2026-04-01", "serious", "public", 12, 36, "law"),
    ],
)
def test_the_bundled_periods_of_both_orders_are(day, grade, public, least, most, basis):
    rules = load_policy("gaoyang").at(day)
    held = next(c for c in rules.model.repair.classes if c.id == grade)
    values = [rules.value(dated) for dated in (held.published, held.minimum, held.maximum)]
    assert values == [public, least, most]
    assert rules.figure(held.maximum).basis == basis


def test_the_bundled_rules_of_order_58_say_that_they_are_assumed_and_begin_with_it():
    rules = load_policy("gaoyang").at("2023-04-30")
    assert all(c.maximum.at(rules.on) is None for c in rules.model.repair.classes)
    for grade in rules.model.repair.classes:
        figure = grade.maximum.at(date(2023, 5, 1))
        assert (figure.basis, figure.value) == ("assumption", 36)
        assert "assumption" in figure.reference


def test_the_bundled_market_supervision_has_conditions_and_an_office_of_its_own():
    repair, day = load_policy("gaoyang").model.repair, date(2026, 4, 1)
    own = {c.id for c in repair.conditions if c.holds(day, "general", "market_supervision")}
    others = {c.id for c in repair.conditions if c.holds(day, "general", "ecology")}
    assert others == {"condition.corrected", "condition.measures"}
    assert own == {
        "condition.publicity_term", "condition.performed", "condition.harm_removed", "condition.no_repeat",
        "condition.on_no_list", "condition.no_heavy_penalty",
    }  # fmt: skip
    office = [next(o.id for o in repair.offices if o.holds(day, "general", u)) for u in ("market_supervision", "tax")]
    assert office == ["office.market_supervision", "office.deciding_unit"]


def test_the_bundled_conditions_of_market_supervision_are_law_and_those_of_every_other_unit_are_borrowed():
    model, day = load_policy("gaoyang").model, date(2026, 4, 1)
    found = {
        unit.id: {c.in_force.at(day).basis for c in model.repair.conditions if c.holds(day, "general", unit.id)}
        for unit in model.policy.units
        if not unit.id.startswith("leading_")  # the leading group decides no penalty
    }
    assert found.pop("market_supervision") == {"law"}
    assert set(map(frozenset, found.values())) == {frozenset({"published"})}


def test_the_bundled_rules_say_that_their_reach_back_is_assumed():
    for grade in load_policy("gaoyang").model.repair.classes:
        figure = grade.maximum.at(date(2026, 4, 1))
        assert "属假设" in figure.reference
        assert "our reading, an assumption" in figure.reference
        assert basis_for(figure, date(2026, 3, 31)) == "assumption"
        assert basis_for(figure, date(2026, 4, 1)) == "law"


def test_the_duty_to_serve_a_notice_begins_on_the_day_of_the_plan_and_without_one_no_day_bounds_it(written, repaired):
    repair = load_policy("gaoyang").model.repair
    assert repair.notices_since == date(2023, 3, 15)
    assert repair.notices.at(date(2023, 3, 15)).basis == "plan"
    assert load_policy(written(repaired)).model.repair.notices_since == date.min
