from datetime import date

import pytest

from credit_score.policy import compare, load_policy, rule_table

DAY = "2023-06-30"


@pytest.fixture
def changed(written, small):
    """What ``compare`` finds between the small policy and the same with a change to its sections."""

    def difference(change):
        sections = small()
        change(sections)
        before = load_policy(written(small(), "before")).at(DAY)
        after = load_policy(written(sections, "after")).at(DAY)
        return compare(before, after), compare(after, before)

    return difference


def only(table):
    assert len(table) == 1, table
    return table.iloc[0]


def test_between_two_days_of_the_bundled_policy_the_new_publicity_periods_show():
    policy = load_policy("gaoyang")
    table = compare(policy.at("2026-03-31"), policy.at("2026-04-01"))
    items = table[table["rule"].str.startswith("enterprise:items:")]
    assert dict(zip(items["rule"].str.rpartition(":")[2], items["change"], strict=True)) == {
        "compliance.penalty_general": "value",
        "compliance.penalty_minor": "value",
        "compliance.penalty_serious": "ground",
    }
    minor = table[table["rule"] == "enterprise:items:compliance.penalty_minor"].iloc[0]
    assert (minor["field"], minor["value_before"], minor["value_after"]) == ("expires_after", 12, 3)
    assert (minor["basis_before"], minor["basis_after"]) == ("assumption", "law")
    repair = table[table["rule"].str.startswith("repair:classes:") & (table["change"] != "ground")]
    assert {(r.rule[15:], r.field, r.change) for r in repair.itertuples()} == {
        ("minor", "published", "value"), ("minor", "minimum", "removed"), ("minor", "maximum", "value"),
        ("general", "maximum", "value"),
    }  # fmt: skip
    assert set(table["rule"].str.partition(":")[0]) == {"enterprise", "repair"}


@pytest.mark.parametrize("day", ["2023-03-15", "2026-04-01"])
def test_a_rule_set_does_not_differ_from_itself(day):
    rules = load_policy("gaoyang").at(day)
    assert compare(rules, rules).empty


def test_a_changed_value_is_shown_as_people_write_it(changed, dated):
    there, back = changed(lambda s: s["enterprise"]["items"][0].update(points=dated(-12.5)))
    row = only(there)
    assert (row["change"], row["rule"], row["field"]) == ("value", "enterprise:items:fine", "points")
    assert (row["value_before"], row["value_after"], row["unit_after"]) == (-10, -12.5, "points")
    assert only(back)["value_after"] == -10


@pytest.mark.parametrize("ground", [{"basis": "law"}, {"reference": "another paper"}])
def test_the_same_value_on_another_ground_is_a_difference(changed, dated, ground):
    there, _ = changed(lambda s: s["inspection"].update(cap=dated(4, **ground)))
    row = only(there)
    assert (row["change"], row["rule"], row["field"]) == ("ground", "inspection", "cap")


def test_the_same_value_and_ground_restated_on_a_later_day_is_no_difference(changed, dated):
    there, _ = changed(lambda s: s["inspection"]["cap"].update(dated(4, day=date(2023, 4, 1))))
    assert there.empty


def test_a_number_that_is_new_is_added_and_seen_from_the_other_side_removed(changed, dated):
    there, back = changed(lambda s: s["enterprise"]["items"][0].update(cap=dated(30)))
    assert (only(there)["change"], only(there)["field"], only(there)["value_after"]) == ("added", "cap", 30)
    assert (only(back)["change"], only(back)["value_before"]) == ("removed", 30)


@pytest.mark.parametrize(
    ("change", "rule", "field"),
    [
        (lambda s: s["individual"]["benefits"][0].update(kind="rate"), "individual:benefits:loan", "kind"),
        (lambda s: s["inspection"]["departments"][0].update(sectors=["shops"]), "inspection:departments:council",
         "sectors"),
        (lambda s: s["policy"].update(calendar="cn"), "policy", "calendar"),
        (lambda s: s["policy"]["identifiers"].update(person="cn_ric"), "policy:identifiers", "person"),
    ],
)  # fmt: skip
def test_a_term_that_is_no_number_is_a_difference_too(changed, change, rule, field):
    there, back = changed(change)
    assert (only(there)["rule"], only(there)["field"], only(there)["change"]) == (rule, field, "value")
    assert only(there)["value_before"] == only(back)["value_after"] != only(there)["value_after"]


def test_a_tier_that_changes_its_place_is_a_difference(changed):
    def turned(sections):
        a, b, c = sections["tiers"]["tiers"]
        a["from_score"], b["from_score"] = b["from_score"], a["from_score"]
        sections["tiers"]["tiers"] = [b, a, c]

    there, _ = changed(turned)
    order = there[there["field"] == "order"].iloc[0]
    assert (order["value_before"], order["value_after"]) == ("A B C", "B A C")


def test_two_policies_with_nothing_in_common_share_no_row(written, small):
    harbour, gaoyang = load_policy(written(small())).at(DAY), load_policy("gaoyang").at(DAY)
    table = compare(harbour, gaoyang)
    pairs = set(map(tuple, table[["rule", "field"]].to_numpy()))
    assert len(pairs) == len(table)
    assert set(table["change"]) == {"added", "removed", "value", "ground"}
    assert ("individual:items:honour", "points") in set(
        map(tuple, table.loc[table["change"] == "removed", ["rule", "field"]].to_numpy())
    )


def test_the_rule_table_has_a_row_a_number_and_no_number_twice(written, small):
    table = rule_table(load_policy(written(small())).at(DAY))
    assert not table.duplicated(["rule", "field"]).any()
    # Kind of record 1; enterprise: base, cap, points, expiry; 2 cut-offs; inspection: days, 3 × 3, cap;
    # persons: base, least age, cap, points, expiry, benefit.
    assert len(table) == 1 + 4 + 2 + (1 + 9 + 1) + 6
    row = table[(table["rule"] == "tiers:tiers:A") & (table["field"] == "from_score")].iloc[0]
    assert (row["value"], row["unit"], row["since"], row["until"]) == (900, "points", date(2023, 3, 15), None)
    assert (row["label_zh"], row["label_en"]) == ("A", "A")
