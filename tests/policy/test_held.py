"""The floor: every word in every spelling is caught, and nothing that a county rightly names is."""

import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from credit_score.errors import PolicyError, RecordsError
from credit_score.policy import load_policy
from credit_score.policy.held import STATUSES, check_headings, forbidden_in, kinds, verdict_on
from credit_score.policy.spelling import plain
from credit_score.records.contracts import contracts

WORDS = [(k, w, True) for k in kinds() for w in k.anywhere] + [(k, w, False) for k in kinds() for w in k.whole]
FORBIDDEN_ZH = [w for k in kinds() if k.status == "forbidden" for w in k.anywhere if not w.isascii()]
INNOCENT = [phrase for k in kinds() for phrase in k.innocent]
CJK = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=6)
RESOURCES = (
    "水", "气", "仓储物流", "社保", "合同履约", "职称和职业资格", "荣誉", "新型农业主体信用信息", "行政许可",
    "行政处罚", "行政强制", "行政奖励", "行政确认", "行政裁决", "行政监督检查", "乡镇、村居层面信用信息",
)  # fmt: skip
LEGITIMATE = (
    "诚信教育", "街道教育办", "民族宗教事务局", "疾病预防控制中心", "职业病危害项目申报", "转基因生物加工许可",
    "支教派遣", "故障诊断", "残疾人就业保障金", "good_faith", "incoming", "general", "fault.diagnostics_off",
    "agenda", "input_fingerprint", "property", "纳税信用A级", "卫生健康局", "信用体检报告",
)  # fmt: skip


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spellings(word):
    yield from (word, word.upper(), word.title(), wide(word), wide(word.upper()), f" {word} ", f"{word}（情况）")
    yield from (word.replace(" ", "_"), word.replace(" ", "-"), word.replace(" ", ""))
    if not word.isascii():
        yield from (" ".join(word), "_".join(word))


def shown(names):
    return [h and h.id for h in (verdict_on(n, personal=True) for n in names)]


@pytest.mark.parametrize(("kind", "word", "within"), WORDS, ids=[f"{k.id}-{w}" for k, w, _ in WORDS])
def test_every_word_is_caught_in_every_spelling(kind, word, within):
    strict = STATUSES.index(kind.status)
    names = [
        *spellings(word),
        *(
            [f"个人{word}情况", f"person.{word}", f"{word[0]}（{word[1:]}）" if not word.isascii() else word]
            if within
            else []
        ),
    ]
    for name in names:
        held = verdict_on(name, personal=True)
        assert held is not None, name
        assert STATUSES.index(held.status) <= strict, name


@pytest.mark.parametrize("kind", kinds(), ids=lambda k: k.id)
def test_every_kind_says_what_it_is_and_why_in_both_languages(kind):
    assert set(kind.label) == {"zh", "en"}
    assert kind.reference.count(" / ") == 1
    assert (set(kind.why) == {"zh", "en"}) == (kind.status == "dropped")
    assert kind.basis in ("law", "assumption")
    assert kind.anywhere or kind.whole
    assert all(w == plain(w) for w in (*kind.anywhere, *kind.whole, *kind.innocent))
    assert all(len(w) > 1 for w in kind.anywhere)


def test_the_kinds_of_article_14_are_all_there():
    of = {s: {k.id for k in kinds() if k.status == s and k.basis == "law"} for s in STATUSES}
    assert of["forbidden"] == {"religion", "genes", "fingerprints", "blood_type", "disease", "medical_history"}
    assert of["conditional"] == {"income", "deposits", "securities", "insurance", "property", "tax_amount"}


@pytest.mark.parametrize("phrase", INNOCENT)
def test_what_is_passed_over_is_neither_forbidden_nor_conditional(phrase):
    held = verdict_on(phrase, personal=True)
    assert held is None or held.status in ("dropped", "audit")


@given(CJK, st.sampled_from(FORBIDDEN_ZH), CJK)
def test_a_forbidden_word_is_caught_whatever_stands_around_it(before, word, after):
    name = before + word + after
    assume(not any(phrase in name for phrase in INNOCENT))
    assert verdict_on(name, personal=True).status == "forbidden"


@pytest.mark.parametrize("name", [*RESOURCES, *LEGITIMATE])
def test_what_a_county_rightly_names_is_not_forbidden(name):
    for personal in (True, False):
        held = verdict_on(name, personal=personal)
        assert held is None or held.status != "forbidden"
    held = verdict_on(name, personal=False)
    assert held is None or held.status != "conditional"


def test_no_column_of_the_contract_is_refused():
    columns = {(t == "individuals", c) for t, k in contracts(load_policy("gaoyang").model).items() for c in k.columns}
    assert len(columns) > 20
    for personal, name in columns:
        held = verdict_on(name, personal=personal)
        assert held is None or held.status in ("dropped", "audit"), name


def test_nothing_the_bundled_policy_names_is_refused():
    model = load_policy("gaoyang").model
    named = [*model.policy.sectors, *model.policy.units, *model.catalogue, *model.enterprise.items, *model.tiers.tiers]
    names = {text for n in named for text in (n.id, n.label.zh, n.label.en)}
    assert len(names) > 100
    assert [n for n in names if (h := verdict_on(n, personal=False)) and h.status in ("forbidden", "conditional")] == []


def test_real_estate_of_a_firm_and_social_insurance_are_no_data_of_persons():
    assert verdict_on("不动产", personal=False) is None
    assert verdict_on("不动产", personal=True).status == "conditional"
    assert shown(["社保", "社保缴纳情况", "参保单位", "social_insurance"]) == [None] * 4
    assert shown(["残疾类别", "残疾人就业"]) == ["health", None]


def test_the_strictest_treatment_wins():
    assert verdict_on("备注（宗教信仰）", personal=True).status == "forbidden"
    assert verdict_on("收入备注", personal=True).status == "conditional"


def test_a_heading_is_sorted_by_what_becomes_of_it():
    found = check_headings(["备注", "性别", "收入（元）", "颜色"], personal=True, where="f", consented={"income"})
    assert (found.dropped, found.audit, found.consented, found.unknown) == (
        ("备注",),
        ("性别",),
        ("收入（元）",),
        ("颜色",),
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("宗教信仰", "f.csv, line 1: column '宗教信仰' names religion .*第十四条第一款 .*; remove the column and send"),
        ("Blood_Type", "column 'Blood_Type' names blood type .*Art 14 .*; remove the column"),
        (
            "年收入",
            "column '年收入' names income .*only with a consent in writing: .*第十四条第二款.*or file the consents",
        ),
        ("病史130628199001011234", r"column 20 characters, digits and letters names medical history"),
    ],
)
def test_a_heading_that_may_not_be_held_is_refused_with_the_article_and_the_remedy(name, told):
    with pytest.raises(RecordsError, match=told) as caught:
        check_headings(["备注", name], personal=True, where="f.csv, line 1")
    assert "\n" not in str(caught.value)
    assert "1990" not in str(caught.value)


@pytest.mark.parametrize(
    ("section", "old", "new"),
    [
        ("individual.yaml", "zh: 志愿服务荣誉", "zh: 宗教活动"),
        ("individual.yaml", "en: Honour for volunteering", "en: Blood type"),
        ("individual.yaml", "id: service.volunteer_honour", "id: service.income"),
        ("individual.yaml", "zh: 公益", "zh: 存款"),
        ("enterprise.yaml", "zh: 合同违约", "zh: 员工病史"),
        ("enterprise.yaml", "en: Contract breached", "en: Disease of staff"),
        ("catalogue.yaml", "zh: 登记注册基本信息", "zh: 基因信息"),
    ],
)
def test_no_policy_can_lift_the_floor(edited, line_of, section, old, new):
    folder = edited(section, old, new)
    with pytest.raises(PolicyError, match=r"Art 14 .*no policy can allow it") as caught:
        load_policy(folder)
    assert f"{section}, line {line_of(folder / section, new)}" in str(caught.value)


def test_a_policy_may_count_what_a_firm_owns(edited):
    assert load_policy(edited("enterprise.yaml", "zh: 合同违约", "zh: 不动产抵押违约"))


def judged_in_the_engine(names, *, personal):
    import ibis
    import pyarrow as pa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        con = ibis.duckdb.connect()
        table = con.create_table("t", pa.table({"n": range(len(names)), "x": names}))
        found = table.mutate(y=forbidden_in(table.x, personal=personal)).order_by("n")
        return found.to_pyarrow()["y"].to_pylist()


@pytest.mark.parametrize("personal", [True, False])
def test_the_engine_and_python_agree(personal):
    names = [s for _, w, _ in WORDS for s in spellings(w)] + [*INNOCENT, *RESOURCES, *LEGITIMATE]
    names += [
        "x【血-型】",
        "bloodType",
        "HIVStatus",
        "ＲＥＬＩＧＩＯＮ２",
        "⾎型",
        "宗\u200b教",
        "诚信教育（宗教）",
        "a\nb",
        "",
    ]
    held = [verdict_on(n, personal=personal) for n in names]
    assert judged_in_the_engine(names, personal=personal) == [bool(h and h.status == "forbidden") for h in held]
