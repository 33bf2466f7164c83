import re
import shutil
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError, impersonal
from credit_score.policy import amended, compare, load_policy, make_amendment, with_head
from credit_score.policy.loader import BUNDLED
from credit_score.policy.plain_yaml import WithoutAliases
from credit_score.policy.ruleset import numbers
from credit_score.policy.signature import is_same_name

SINCE, LATER = date(2023, 7, 1), date(2023, 10, 1)
AUTHOR = {"name": "李四", "office": "信用办"}
SIGNED = {"name": "王五", "office": "分管副县长", "signed_on": date(2026, 11, 29)}
WRITTEN = "2026-11-29T15:00:00+08:00"
CUT, RATIO = ("tiers", "tiers", "A", "from_score"), ("inspection", "schedule", "A", "ratio")
OWN = ("inspection", "departments", "ecology", "ratio", "D")
CHANGES = {CUT: 990, RATIO: 0.02, OWN: 0.6}
BASE = load_policy("gaoyang")


def text_of(policy=BASE, since=SINCE, changes=CHANGES, **told):
    told = {"author": AUTHOR, "written": WRITTEN, "reason": "A 级过多 / too many in A", "signature": SIGNED} | told
    return make_amendment(policy, since, changes, **told)


def entry(value=1, since=SINCE, **ground):
    return {since: {"value": value, "basis": "decision", "reference": "a test"} | ground}


def by_hand(changes, policy=BASE, **head):
    """YAML of an amendment whose changes are written as they are."""
    own = {"since": SINCE, "author": AUTHOR, "written": WRITTEN, "reason": "a test", "amends": policy.fingerprint}
    data = {"amendment": own | {"signature": SIGNED} | head} | changes
    return yaml.dump(data, Dumper=WithoutAliases, allow_unicode=True, sort_keys=False)


def refusal(act, *given, **told):
    with pytest.raises(PolicyError) as caught:
        act(*given, **told)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled policy."""
    return shutil.copytree(BUNDLED / "gaoyang", tmp_path / "policy")


def put(folder, text, name="amendment-2023-07-01.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def line_of(text, sought):
    return next(i for i, line in enumerate(text.splitlines(), start=1) if sought in line)


def test_an_amendment_adds_a_date_and_changes_nothing_before_it(folder):
    policy = load_policy(put(folder, text_of()))
    assert compare(BASE.at("2023-06-30"), policy.at("2023-06-30")).empty
    rules = policy.at(SINCE)
    assert [tier.cutoff for tier in rules.tiers] == [990_000, 950_000, 850_000, None]
    figure = rules.figure(rules.model.inspection.schedule["A"].ratio)
    assert (figure.value, figure.since, figure.basis) == (0.02, SINCE, "decision")
    ecology = next(d for d in rules.model.inspection.departments if d.id == "ecology")
    assert rules.value(ecology.ratio["D"]) == 0.6
    assert SINCE in policy.days()


def test_the_comparison_of_before_and_after_has_a_row_a_number_and_no_word_of_the_head():
    table = compare(BASE.at(SINCE), amended(BASE, text_of()).at(SINCE))
    assert list(zip(table["rule"], table["field"], table["change"], table["value_after"], strict=True)) == [
        ("inspection:departments:ecology:ratio", "D", "added", 0.6),
        ("inspection:schedule:A", "ratio", "value", 0.02),
        ("tiers:tiers:A", "from_score", "value", 990.0),
    ]


def test_the_text_is_read_by_people():
    text = text_of()
    assert "author: {name: 李四, office: 信用办}" in text
    assert "signature: {name: 王五, office: 分管副县长, signed_on: 2026-11-29}" in text
    reference = "'校准会议决定：A 级过多 / decided in the calibration session: too many in A'"
    assert f"    from_score: {{2023-07-01: {{value: 990, basis: decision, reference: {reference}}}}}" in text


def test_a_reason_in_one_language_stands_in_both_halves_of_the_reference():
    text = text_of(reason="the load\nis / was too high")
    assert "校准会议决定：the load is/was too high / decided in the calibration session: the load is/was too" in text


def test_base_files_and_amendment_are_kept_byte_for_byte(folder, tmp_path):
    policy = load_policy(put(folder, text_of()))
    policy.save(tmp_path / "copy")
    held = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix == ".yaml"}
    assert {p.name: p.read_bytes() for p in (tmp_path / "copy").iterdir()} == held
    assert load_policy(tmp_path / "copy").fingerprint == policy.fingerprint


def test_a_draft_can_be_asked_but_not_kept_as_a_policy(folder, tmp_path):
    draft = amended(BASE, text_of(signature=None))
    assert draft.at(SINCE).tiers[0].cutoff == 990_000
    told = refusal(draft.save, tmp_path / "copy")
    assert "policy 'gaoyang': the amendment of 2023-07-01 is a draft" in told
    assert not (tmp_path / "copy").exists()
    told = refusal(load_policy, put(folder, text_of(signature=None)))
    assert told.startswith(f"{folder}/amendment-2023-07-01.yaml: the amendment is not signed, and a draft is no policy")


def test_a_fingerprint_is_of_names_and_bytes(folder):
    assert load_policy(folder).fingerprint == BASE.fingerprint
    with (folder / "tiers.yaml").open("a") as file:
        file.write("# a word more\n")
    assert load_policy(folder).fingerprint != BASE.fingerprint
    assert amended(BASE, text_of()).fingerprint != BASE.fingerprint


def test_the_signature_of_the_last_amendment_in_force_is_the_policys(written, small):
    sections = small()
    sections["policy"]["signature"] = SIGNED | {"signed_on": date(2023, 3, 15)}
    changes = {("inspection", "cap"): 5}
    base = load_policy(written(sections))
    early = SIGNED | {"signed_on": date(2023, 6, 1)}
    one = amended(base, text_of(base, changes=changes, signature=early, written="2023-05-01T09:00:00+08:00"))
    two = amended(one, text_of(one, LATER, changes, signature=None))
    days = ("2023-06-30", "2023-07-01", "2023-09-30", "2023-10-01")
    assert [two.at(day).signed for day in days] == [True, True, True, False]
    late = amended(one, text_of(one, LATER, changes))
    assert [late.at(day).signed for day in ("2023-09-30", "2026-11-28", "2026-11-29")] == [True, False, True]


def test_amendments_follow_one_another(folder):
    one = load_policy(put(folder, text_of()))
    two = text_of(one, LATER, {CUT: 980, OWN: None})
    policy = load_policy(put(folder, two, "amendment-2023-10-01.yaml"))
    cuts = [policy.at(day).tiers[0].cutoff for day in ("2023-06-30", "2023-09-30", "2023-10-01")]
    assert cuts == [1_000_000, 990_000, 980_000]
    ecology = next(d for d in policy.model.inspection.departments if d.id == "ecology")
    assert [ecology.ratio["D"].at(day) is None for day in (SINCE, LATER)] == [False, True]


def test_an_amendment_of_a_day_that_is_not_later_is_refused():
    one = amended(BASE, text_of(since=LATER))
    told = refusal(amended, one, text_of(one, SINCE))
    assert "amendment, line 2: since 2023-07-01 is not later than 2023-10-01 of amendment-2023-10-01.yaml" in told
    earlier = text_of(one, date(2023, 11, 1), written="2026-11-29T06:59:59+00:00")
    assert "written 2026-11-29 06:59:59+00:00 is not later than 2026-11-29 15:00:00+08:00 of" in refusal(
        amended, one, earlier
    )


def test_an_amendment_put_before_one_that_was_made_without_it_is_refused(folder):
    load_policy(put(folder, text_of(since=LATER), "amendment-2023-10-01.yaml"))
    told = refusal(load_policy, put(folder, text_of()))
    assert told.startswith(f"{folder}/amendment-2023-10-01.yaml, line 6: amends {BASE.fingerprint[:12]}…, but the")
    assert "out of order" in told


def test_a_base_that_was_edited_since_is_refused(folder):
    with (put(folder, text_of()) / "tiers.yaml").open("a") as file:
        file.write("# a word more\n")
    told = refusal(load_policy, folder)
    assert f"{folder}/amendment-2023-07-01.yaml, line 6: amends {BASE.fingerprint[:12]}…" in told
    assert "a file of it was edited" in told


def test_a_file_is_named_by_its_day(folder):
    told = refusal(load_policy, put(folder, text_of(), "amendment-2023-07-02.yaml"))
    assert told.endswith("amendment-2023-07-02.yaml: the file is of 2023-07-01; name it amendment-2023-07-01.yaml")
    (folder / "amendment-2023-07-02.yaml").rename(folder / "amendment.yaml")
    assert "unknown section file amendment.yaml" in refusal(load_policy, folder)


def tiers(**change):
    return {"tiers": {"tiers": [{"id": "A"} | change]}}


@pytest.mark.parametrize(
    ("changes", "sought", "told"),
    [
        (tiers(from_score=entry(since=LATER)), "2023-10-01", "2023-10-01 is not the day of this amendment, 2023-07-01"),
        (tiers(from_score={"now": 1} | entry(990)), "now", "now is not the day of this amendment"),
        ({"tiers": {"tiers": [{"id": "E", "from_score": entry(990)}]}}, "id: E", "no 'E' is there"),
        ({"tiers": {"tiers": [{"from_score": entry(990)}]}}, "- from_score", "an entry without an id"),
        ({"inspection": {"departments": [{"id": "new", "ratio": {"D": entry()}}]}}, "id: new", "no 'new' is there"),
        (tiers(label={"zh": "甲级"}), "zh", "tiers.tiers.label.zh: is no value by date"),
        ({"inspection": {"departments": [{"id": "ecology", "sectors": ["retail"]}]}}, "- retail", "without an id"),
        ({"tiers": {"subjects": "enterprise"}}, "subjects", "tiers.subjects: is no value by date"),
        ({"tiers": {"tiers": entry()}}, "tiers:\n", "is no value by date"),
        ({"tiers": {"tiers": []}}, "amendment", "changes nothing"),
        ({"tears": {"tiers": entry()}}, "tears", "tears: unknown key"),
        (tiers(from_scores=entry(990)), "from_scores", "from_scores: unknown key"),
        ({"inspection": {"schedule": {"E": {key: entry() for key in ("ratio", "frequency", "floor")}}}}, "E:",
         "unknown tier 'E'"),
        ({"inspection": {"schedule": {"A": {"ratio": entry(5)}}}}, "value: 5", "5 is outside [0, 1] share"),
        (tiers(from_score=entry(basis="rumour")), "rumour", "not 'rumour'"),
        (tiers(from_score=entry(940)), "  tiers:\n", "2023-07-01: cut-offs 940, 950, 850 do not descend"),
        ({"inspection": {"departments": [{"id": "health", "frequency": {"D": entry(9)}}]}}, "2023-07-01:\n",
         "9 visits a year to a drawn firm, but the annual cap is 4"),
    ],
)  # fmt: skip
def test_what_is_more_than_a_date_is_refused_where_it_stands(folder, changes, sought, told):
    text = by_hand(changes)
    message = refusal(load_policy, put(folder, text))
    assert told in message
    lines = [i for i, line in enumerate(text.splitlines(keepends=True), start=1) if sought in line]
    assert re.match(
        rf"{re.escape(str(folder))}/amendment-2023-07-01.yaml, line ({'|'.join(map(str, lines))})\b", message
    )


def test_a_date_that_is_there_already_is_refused(folder):
    one = load_policy(put(folder, text_of()))
    first = by_hand({"inspection": {"cap": entry(5, date(2023, 3, 15))}}, since=date(2023, 3, 15))
    told = refusal(amended, BASE, first)
    assert "inspection.cap.2023-03-15: 2023-03-15 is there already; an amendment adds a date and never edits" in told
    assert f"amendment, line {line_of(first, '    2023-03-15:')}" in told
    assert one.at(SINCE).value(one.model.inspection.cap) == 4


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (
            {"signature": SIGNED | {"name": "李 四"}},
            "signature.name: '李 四' wrote the amendment; another person signs it",
        ),
        (
            {"signature": SIGNED | {"signed_on": date(2026, 11, 28)}},
            "signed on 2026-11-28, before it was written on 2026",
        ),
        ({"author": {"name": " ", "office": "信用办"}}, "amendment.author.name: String should have at least 1"),
        ({"reason": ""}, "amendment.reason: String should have at least 1"),
        ({"reason": "关于 130628188003151234"}, "amendment.reason: holds an identity number; leave it out"),
        ({"written": "2026-11-29"}, "amendment.written: '2026-11-29' is not a moment; write it as 2026-11-29T15"),
        ({"written": 7}, "'7' is not a moment"),
        ({"amends": "0"}, "amendment.amends: String should match"),
        ({"since": "July"}, "'July' is not a day"),
        ({"until": SINCE}, "amendment.until: unknown key"),
    ],
)
def test_a_head_that_says_too_little_or_too_much_is_refused(head, told):
    message = refusal(amended, BASE, by_hand(tiers(from_score=entry(990)), **head))
    assert told in message
    assert message.startswith("amendment, line ")


@pytest.mark.parametrize("text", ["tiers: {}\n", "- a\n", "hello\n"])
def test_a_file_without_a_head_is_refused(text):
    assert "amendment, line 1: 'amendment' is missing; say since when, who and why" in refusal(amended, BASE, text)


def test_text_that_is_no_utf_8_is_refused():
    assert "not readable as YAML in UTF-8" in refusal(amended, BASE, "a: \ud800")
    assert "amendment, line 5: not readable as YAML in UTF-8" in refusal(text_of, reason="\ud800")


def test_a_decision_stands_in_an_amendment_alone(edited):
    folder = edited("tiers.yaml", "value: 950, basis: assumption", "value: 950, basis: decision")
    told = refusal(load_policy, folder)
    assert told.startswith(f"{folder}/tiers.yaml, line ")
    assert "tiers.from_score.2023-03-15.basis: 'decision' is for amendments" in told


def test_a_refusal_of_what_two_files_say_names_the_amendment_that_came_last(folder):
    one = load_policy(put(folder, text_of(changes={RATIO: 0.02})))
    text = text_of(one, LATER, {("inspection", "cap"): 1})
    told = refusal(load_policy, put(folder, text, "amendment-2023-10-01.yaml"))
    assert "2 visits a year to a drawn firm, but the annual cap is 1" in told
    assert told.startswith(f"{folder}/amendment-2023-10-01.yaml, line {line_of(text, 'inspection:')}")


def test_a_head_is_changed_and_the_rest_stays():
    draft = text_of(signature=None)
    assert with_head(draft, signature=SIGNED) == text_of()
    named = yaml.safe_load(with_head(draft, name="方案一"))
    assert named.pop("amendment") == yaml.safe_load(draft)["amendment"] | {"name": "方案一"}
    assert named == {k: v for k, v in yaml.safe_load(draft).items() if k != "amendment"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("李四", "李　四", True), ("Li Si", "LI  SI", True), ("Ｌｉ", "li", True), ("李\u200b四", "李四", True),
        ("古丽·买买提", "古丽买买提", True), ("李四", "李三", False), ("Li Si", "Li Shi", False),
    ],
)  # fmt: skip
def test_names_are_one_whatever_their_width_case_and_blanks(one, other, same):
    assert is_same_name(one, other) is same


PLACES = [CUT, RATIO, OWN, ("inspection", "cap"), ("inspection", "county_minimum"), ("enterprise", "base"),
          ("inspection", "statutory_minimums", "minimum.food", "every")]  # fmt: skip


@pytest.mark.thorough
@given(st.sets(st.sampled_from(PLACES), min_size=1), st.text(min_size=1).filter(lambda t: impersonal(t).strip() == t))
def test_what_is_asked_for_is_what_changes_whatever_the_reason(places, reason):
    values = dict.fromkeys(PLACES, 0.02) | {CUT: 990.5, PLACES[3]: 7, PLACES[5]: 1000, PLACES[6]: "P12M"}
    given_ = {place: values[place] for place in places}
    policy = amended(BASE, text_of(changes=given_, reason=reason))
    assert policy.model.amendments[SINCE].reason == reason
    found = {tuple(f"{n.rule}:{n.field}".split(":")): n.dated.root[SINCE] for n in numbers(policy.model)
             if SINCE in n.dated.root}  # fmt: skip
    assert {place: found[place].value for place in found} == given_
    assert {e.basis for e in found.values()} == {"decision"}
