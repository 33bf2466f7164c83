"""Statements as rules: what the bundled policy lets whom issue, and what the schema refuses."""

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy, rule_table

POLICY = load_policy("gaoyang")
RULES = POLICY.at("2023-06-30")
OWN = POLICY.model.statements


@pytest.fixture
def with_statements(small, dated):
    """The small policy with one use, one section and one desk, changed: sections to write."""

    def made(pilot=("procurement",), section=None, use=None, **change):
        sections = small()
        word = {"label": {"zh": "甲", "en": "A"}}
        told = {"id": "fines", **word, "items": ["fine"]} | (section or {})
        named = {"id": "procurement", **word, "sections": dated(["fines"])} | (use or {})
        sections["statements"] = {
            "id": "statements", **word, "desks": dated(["council"]), "valid_for": dated(30),
            "run_within": dated(30), "sections": [told], "uses": [named],
        } | change  # fmt: skip
        one = [{"id": "one", **word}]
        uses = [{"id": name, **word} for name in pilot]
        sections["pilot"] = {"activities": one, "places": one, "case_kinds": one, "report_uses": uses}
        return sections

    return made


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_the_five_uses_of_the_plan_each_have_their_sections():
    assert [u.id for u in OWN.uses] == [u.id for u in POLICY.model.pilot.report_uses]
    assert len(OWN.uses) == 5
    known = {s.id for s in OWN.sections}
    for use in OWN.uses:
        shown = RULES.figure(use.sections).value
        assert {"licences", "penalties", "lists", "judgments"} <= set(shown) <= known


def test_what_no_source_gives_is_an_assumption_and_what_persons_may_ask_for_is_law_or_plan():
    table = rule_table(RULES)
    own = table[table["rule"].str.startswith("statements")]
    rights = own["rule"].str.startswith("statements:rights:right") & (
        own["rule"] != "statements:rights:right.after_repair"
    )
    assert set(own.loc[rights, "basis"]) == {"law", "plan"}
    assert set(own.loc[own["field"] != "in_force", "basis"]) == {"assumption"}


def test_no_section_tells_visits_or_points():
    told = {item for s in OWN.sections for item in (*s.items, *(o.id for o in s.others))}
    assert not any(item.startswith("inspection") for item in told)
    assert {i.id for i in POLICY.model.enterprise.items} - told == {"inspection.problem_found", "inspection.clean"}


def test_a_small_policy_with_statements_is_one(written, with_statements):
    assert load_policy(written(with_statements())).model.statements.uses[0].id == "procurement"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"desks": ["crown"]}, "unknown unit 'crown'; known are council"),
        ({"section": {"items": ["honour"]}}, "unknown item of enterprises 'honour'; known are fine"),
        ({"section": {"items": []}}, "section 'fines' names neither items nor others"),
        ({"section": {"items": [], "others": ["fine"], "shown": "P1Y"}}, "item 'fine' stands in the catalogue"),
        ({"section": {"items": [], "others": ["licence"]}}, "has others, which no rule ends; give shown_for"),
        ({"use": {"id": "bidding"}}, "unknown use of reports 'bidding'; known are procurement"),
        ({"use": {"sections": ["points"]}}, "unknown section 'points'; known are fines"),
        ({"pilot": ["procurement", "bidding"]}, "the plan's use 'bidding' has no sections here"),
        ({"valid_for": 0}, "a limit is 1 to 3660 days"),
        ({"run_within": 0}, "a limit is 1 to 3660 days"),
        ({"tiers": ["A"]}, "tiers: unknown key"),
        ({"section": {"from_score": 1}}, "from_score: unknown key"),
    ],
)  # fmt: skip
def test_what_statements_cannot_say_is_refused(written, with_statements, dated, change, told):
    change = dict(change)
    section, use = dict(change.pop("section", {})), dict(change.pop("use", {}))
    if "others" in section:
        section["others"] = [{"id": o, "label": {"zh": "甲", "en": "A"}} for o in section["others"]]
    if "shown" in section:
        section["shown_for"] = dated(section.pop("shown"))
    if "sections" in use:
        use["sections"] = dated(use["sections"])
    for name in ("desks", "valid_for", "run_within"):
        if name in change:
            change[name] = dated(change[name])
    text = refusal(written(with_statements(section=section, use=use, **change)))
    assert told in text
    assert ".yaml" in text


def test_a_record_is_told_in_one_section(written, with_statements):
    sections = with_statements()
    sections["statements"]["sections"].append(sections["statements"]["sections"][0] | {"id": "more"})
    assert "item 'fine' stands in section 'fines' already" in refusal(written(sections))


def test_without_the_plan_whose_uses_it_names_it_is_refused_by_the_section_that_is_missing(written, with_statements):
    sections = with_statements()
    del sections["pilot"]
    assert "which stand in the section pilot; add pilot.yaml" in refusal(written(sections))
