"""Scenes: what the bundled catalogue says; what withholds, excludes or is a basic service cannot be written."""

from datetime import date
from typing import get_args

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy, rule_table
from credit_score.policy.scenes import BenefitKind, SceneField

POLICY = load_policy("gaoyang")
SCENES = POLICY.model.scenes


@pytest.fixture
def with_scene(small, dated):
    """The small policy with one scene, changed: sections to write. ``...`` takes a key away."""

    def made(**change):
        sections = small()
        item = dict(sections["enterprise"]["items"][0], id="merit", points=dated(10))
        sections["enterprise"]["items"] += [item]
        scene = {
            "id": "books", "label": {"zh": "信易阅", "en": "Books"}, "provider": "council", "field": "library",
            "kind": "no_deposit", "benefit": {"zh": "借书免押金", "en": "Books without a deposit"},
            "eligibility": {"subjects": "individual", "from_score": dated(505)}, "in_force": dated(True),
            "cost": dated(2), "take_up": dated(0.1),
        } | change  # fmt: skip
        sections["scenes"] = {"scenes": [{name: value for name, value in scene.items() if value is not ...}]}
        return sections

    return made


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    text = str(caught.value)
    assert "\n" not in text
    assert "scenes.yaml, line " in text
    return text


def in_both(word):
    """A label that holds a word, in the language it is in."""
    return {"zh": "优惠", "en": word} if word.isascii() else {"zh": f"{word}优惠", "en": "Benefit"}


def test_twelve_scenes_of_the_bundled_catalogue_are_open_on_the_demonstration_day_and_sixteen_by_the_end_of_october():
    counted = {day: sum(bool(s.in_force.at(day)) for s in SCENES.scenes) for day in map(date.fromisoformat, DAYS)}
    assert list(counted.values()) == [0, 12, 16]


DAYS = ("2023-03-15", "2023-06-30", "2023-10-31")


def test_the_bundled_catalogue_says_of_every_number_that_it_is_an_example():
    table = rule_table(POLICY.at("2023-10-31"))
    own = table[table["rule"].str.startswith("scenes:")]
    assert len(own) > 60
    assert set(own["basis"]) == {"assumption"}
    assert own["reference"].str.contains(r"^示例.* / example", regex=True).all()


def test_the_kinds_are_those_of_tasks_12_and_2_and_no_field_of_life_is_a_basic_service():
    assert set(get_args(BenefitKind)) == {
        "fee_cut", "discount", "no_deposit", "lower_threshold", "green_lane", "convenience",
        "credit_line", "rate", "subsidy",
    }  # fmt: skip
    assert not {"health", "education", "school", "social_security", "housing", "employment"} & set(get_args(SceneField))
    assert {s.kind for s in SCENES.scenes} <= set(get_args(BenefitKind))


def test_persons_qualify_above_the_base_and_enterprises_by_merits_alone():
    base = POLICY.at("2023-06-30").individual.base
    merits = {i.id for i in POLICY.at("2023-06-30").enterprise.items if i.points > 0}
    for scene in SCENES.scenes:
        who = scene.eligibility
        assert (who.from_score is None) == (who.subjects == "enterprise")
        assert not who.from_score or who.from_score.at(date(2023, 6, 30)).value > base
        assert set(who.items) <= merits


def test_a_policy_without_scenes_is_one(written, small):
    assert load_policy(written(small())).model.scenes is None


def test_a_scene_without_cost_and_one_for_enterprises_are_scenes(written, with_scene):
    firms = {"subjects": "enterprise", "items": ["merit"]}
    model = load_policy(written(with_scene(cost=..., eligibility=firms))).model
    assert model.scenes.scenes[0].cost is None


@pytest.mark.parametrize(
    "key", ["none_of", "except", "below", "upto_score", "until_score", "tier", "tiers", "age_under"]
)
def test_eligibility_names_nobody_it_leaves_out(written, with_scene, dated, key):
    who = {"subjects": "individual", "from_score": dated(505), key: dated(510)}
    text = refusal(written(with_scene(eligibility=who)))
    assert f"eligibility.{key}: {key!r} is refused: eligibility says who may have the benefit" in text
    assert "never who may not" in text
    assert "rule books" in text


@pytest.mark.parametrize("key", ["withholds", "penalty", "suspend_for", "otherwise", "tier", "blacklist", "ends_below"])
def test_a_scene_has_no_key_for_what_it_withholds(written, with_scene, key):
    text = refusal(written(with_scene(**{key: 1})))
    assert f"{key}: {key!r} is refused: a scene gives a benefit and withholds nothing" in text


@pytest.mark.parametrize("kind", ["restriction", "fee_rise", "suspension", "exclusion", "higher_rate", "service", ""])
def test_a_kind_that_is_no_benefit_is_refused(written, with_scene, kind):
    text = refusal(written(with_scene(kind=kind)))
    assert f"{kind!r} is no kind of benefit: a scene gives a benefit and withholds nothing" in text


@pytest.mark.parametrize("field", ["health", "school", "social_security", "housing", "employment"])
def test_a_field_of_life_that_is_a_basic_public_service_is_refused(written, with_scene, field):
    assert f"not {field!r}" in refusal(written(with_scene(field=field)))


@pytest.mark.parametrize("score", [500, 499.999, 0])
def test_a_score_that_is_not_above_the_base_is_refused(written, with_scene, dated, score):
    who = {"subjects": "individual", "from_score": dated(score)}
    text = refusal(written(with_scene(eligibility=who)))
    assert f"starts at {score:g}, not above the base of 500" in text
    assert "eligibility.from_score" in text


def test_a_base_that_later_rises_to_a_scenes_score_is_refused(written, with_scene, dated):
    sections = with_scene()
    sections["individual"]["base"] |= dated(505, day=date(2024, 1, 1))
    sections["individual"]["benefits"] = []
    assert "2024-01-01: starts at 505, not above the base of 505" in refusal(written(sections))


def test_a_score_of_enterprises_is_refused_since_a_tier_could_be_inferred(written, with_scene, dated):
    who = {"subjects": "enterprise", "from_score": dated(1000), "items": ["merit"]}
    assert "would let one infer a tier" in refusal(written(with_scene(eligibility=who)))


def test_records_of_persons_are_refused(written, with_scene, dated):
    who = {"subjects": "individual", "from_score": dated(505), "items": ["honour"]}
    assert "persons are met by their points alone" in refusal(written(with_scene(eligibility=who)))


@pytest.mark.parametrize(("subjects", "needed"), [("individual", "from_score"), ("enterprise", "items")])
def test_eligibility_that_says_nothing_is_refused(written, with_scene, subjects, needed):
    text = refusal(written(with_scene(eligibility={"subjects": subjects})))
    assert f"nothing tells who may have the benefit; give {needed}" in text


@pytest.mark.parametrize(
    ("items", "told"),
    [(["fine"], "item 'fine' is no merit"), (["none"], "unknown item 'none'; known are merit")],
)
def test_a_benefit_of_enterprises_rests_on_merits_that_there_are(written, with_scene, items, told):
    assert told in refusal(written(with_scene(eligibility={"subjects": "enterprise", "items": items})))


def test_a_scene_for_persons_needs_points_for_persons(written, with_scene):
    sections = with_scene()
    del sections["individual"]
    assert "the policy has no points for persons" in refusal(written(sections))


def test_a_provider_is_a_unit_or_named_among_the_providers(written, with_scene):
    assert "unknown provider 'guild'; known are council" in refusal(written(with_scene(provider="guild")))
    sections = with_scene(provider="guild")
    sections["scenes"]["providers"] = [{"id": "guild", "label": {"zh": "商会", "en": "Guild"}}]
    assert load_policy(written(sections, "other")).model.scenes.providers[0].id == "guild"


def test_a_provider_that_is_a_unit_already_is_refused(written, with_scene):
    sections = with_scene()
    sections["scenes"]["providers"] = [{"id": "council", "label": {"zh": "县", "en": "Council"}}]
    assert "'council' is a unit of the policy already" in refusal(written(sections))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("cost", -1, "-1 is no amount in yuan from 0"),
        ("cost", "2 yuan", "'2 yuan' is no amount in yuan"),
        ("price", 2e9, "is no amount in yuan"),
        ("take_up", 1.1, "1.1 is outside [0, 1] share"),
        ("in_force", False, "False is not true; to end it write null"),
    ],
)
def test_a_number_out_of_its_range_is_refused(written, with_scene, dated, field, value, told):
    assert told in refusal(written(with_scene(**{field: dated(value)})))


def test_an_id_that_stands_twice_is_refused(written, with_scene):
    sections = with_scene()
    sections["scenes"]["scenes"] *= 2
    assert "id 'books' stands twice" in refusal(written(sections))


@pytest.mark.parametrize(
    "word", ["就医", "入学", "社保", "公租房", "hospital", "school places", "pensions", "Housing_Aid"]
)
@pytest.mark.parametrize("place", ["label", "benefit"])
def test_a_basic_public_service_is_no_scene(written, with_scene, word, place):
    text = refusal(written(with_scene(**{place: in_both(word)})))
    assert "no benefit may be a basic public service or make one easier to get" in text
    assert f"{place}.{'en' if word.isascii() else 'zh'}: " in text
    assert "2019-07-18" in text


@pytest.mark.parametrize("name", ["scene.hospital", "fast_school", "HousingFirst", "信易医"])
def test_an_id_that_names_a_basic_public_service_is_refused(written, with_scene, name):
    assert "no benefit may be a basic public service" in refusal(written(with_scene(id=name)))


@pytest.mark.parametrize("word", ["限制", "取消", "不予", "扣减", "deny", "suspended", "restrictions", "blacklist"])
@pytest.mark.parametrize("place", ["label", "benefit"])
def test_a_word_that_withholds_is_refused(written, with_scene, word, place):
    text = refusal(written(with_scene(**{place: in_both(word)})))
    assert "a benefit gives, and withholds nothing from anybody" in text


def test_a_hospital_is_no_provider(written, with_scene):
    sections = with_scene(provider="house")
    sections["scenes"]["providers"] = [{"id": "house", "label": {"zh": "县医院", "en": "House"}}]
    assert "no benefit may be a basic public service" in refusal(written(sections))
