"""No benefit is a basic public service, makes one easier to get, or withholds: word by word, in both languages."""

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy
from credit_score.policy.benefits import refuse_basic_service, unjust
from credit_score.policy.dated import Refused
from credit_score.policy.named import Label

WORDS = [(kind.id, word) for kind in unjust() for word in kind.anywhere]
INNOCENT = [word for kind in unjust() for word in kind.innocent]


def test_the_four_services_that_no_benefit_may_touch_and_withholding_have_their_words_in_both_languages():
    assert {kind.id for kind in unjust()} == {
        "health", "schooling", "social_security", "housing", "rights", "withholding",
    }  # fmt: skip
    for kind in unjust():
        assert sum(word.isascii() for word in kind.anywhere) > 5
        assert sum(not word.isascii() for word in kind.anywhere) > 5
        assert " / " in kind.reference


@pytest.mark.parametrize(("kind", "word"), WORDS)
def test_every_word_is_found_within_a_longer_text_however_it_is_spelled(kind, word):
    written = f"My {word.title().replace(' ', '_')}-Card" if word.isascii() else f"信易{word[0]}　{word[1:]}（优先）"
    with pytest.raises(Refused, match=r"no benefit may be|withholds nothing from anybody"):
        refuse_basic_service(written)


@pytest.mark.parametrize("word", INNOCENT)
def test_what_only_holds_such_a_word_is_passed_over(word):
    refuse_basic_service(word)


@pytest.mark.parametrize(
    "text",
    [
        "住宿免押金", "民宿九折", "信用体检", "财务健康诊断服务", "降低门槛", "图书馆借阅免押金", "景区门票优惠",
        "停车先离场后付费", "贷款利率优惠", "补贴补助优先", "免交投标保证金", "农药化肥赊购", "公交九折",
        "Lodging without a deposit", "Financial health check-up", "Warehousing at a discount", "Larger credit line",
        "Better loan rate", "Priority for subsidies", "Plant nursery discount", "benefit.credit_line", "Banking",
        "自助餐九折", "景区优先入园", "农机维护工时费九折", "办公租赁九折", "商铺房租减免一成", "证书费减免",
        "额度翻倍", "购物不加价", "推迟还款", "Film screenings at a discount", "Frozen food at a discount",
    ],
)  # fmt: skip
def test_a_benefit_of_daily_life_is_none_of_them(text):
    refuse_basic_service(text)


@pytest.mark.parametrize(
    "text",
    [
        "先诊疗后付费", "医院绿色通道", "公租房优先", "子女入学优先", "低保加发", "信易医",
        "ｈｏｓｐｉｔａｌ fast lane", "Priority at the clinic", "School place first",
        "Higher pension", "PublicHousing queue", "住 房 补 贴", "新农合缴费减免", "心理咨询优先", "子女入园优先",
        "老年助餐", "人才公寓优先", "房租补贴", "公益岗位优先", "公共法律服务优先", "X-ray first", "Day-care places",
    ],
)  # fmt: skip
def test_a_basic_public_service_is_told_with_its_word_and_its_ground(text):
    with pytest.raises(Refused, match=r"basic public service.*2019-07-18"):
        refuse_basic_service(text)


@pytest.mark.parametrize(
    "text",
    [
        "低于505分不能借书", "押金加倍", "利率上调", "降低额度", "冻结账户", "加强检查", "丧失资格", "靠后办理",
        "Others may not borrow", "Double deposit below 505", "Last in the queue", "A higher fee", "Accounts frozen",
    ],
)  # fmt: skip
def test_what_takes_something_away_in_other_words_is_refused_as_well(text):
    with pytest.raises(Refused, match="withholds nothing from anybody"):
        refuse_basic_service(text)


def test_a_label_is_refused_at_its_language_below_the_place_that_is_given():
    with pytest.raises(Refused) as caught:
        refuse_basic_service(Label(zh="优惠", en="Hospital bed"), "villages", 3, "label")
    assert caught.value.place == ("villages", 3, "label", "en")


@pytest.mark.parametrize("word", ["就医优先", "子女入学", "社保补贴", "公租房", "取消补贴", "限制贷款"])
def test_benefits_of_points_pass_the_same_words(written, small, word):
    sections = small()
    sections["individual"]["benefits"][0] |= {"kind": "service", "label": {"zh": word, "en": "A service"}}
    with pytest.raises(PolicyError, match=r"individual\.yaml, line .*rule loan: benefits\.label\.zh: "):
        load_policy(written(sections))
