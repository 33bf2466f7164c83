"""The notice on credit repair: what it says in both languages, what stays blank, and that no data in it is markup."""

import json
import re
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest

from credit_score.errors import PolicyError, RunError
from credit_score.policy import load_policy
from credit_score.records.door.identity import pseudonym
from credit_score.report.repair_notice import repair_notices, write_repair_notices

POLICY = load_policy("gaoyang")
ROW = {
    "record_id": "r1", "subject": "91130628MA0ABCDE1X", "unit": "market_supervision",
    "item": "compliance.penalty_general", "class_id": "general", "document_date": date(2026, 1, 10),
    "may_apply_from": date(2026, 4, 10), "ends_by_itself_on": date(2027, 1, 10),
}  # fmt: skip
DAY = "2026-04-01"
SIGNED = {"name": "Wang", "office": "Head of county", "signed_on": date(2026, 1, 1)}


@pytest.fixture(autouse=True)
def quick_font(monkeypatch):
    monkeypatch.setattr("credit_score.report.notice.font_face", lambda text: "/*font*/")


class Words(HTMLParser):
    """The words of a page, and the tags it is made of."""

    def __init__(self, page):
        super().__init__()
        self.text, self.tags, self.addresses = "", set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


def notice(lang="zh", *, day=DAY, policy=POLICY, synthetic=False, **differs):
    row = ROW | differs
    pages = repair_notices(pd.DataFrame([row]), policy.at(day), lang, synthetic=synthetic)
    assert list(pages) == [row["record_id"]]
    return pages[row["record_id"]]


TOLD = {
    "zh": (
        "信用修复告知书", "91130628MA0ABCDE1X", "r1", "一般行政处罚", "市场监管局", "2026-01-10", "草案",
        "一般失信：一般予以公示", "自 2026-04-10 起", "自 2027-01-10 起停止公示", "作出行政处罚决定的市场监督管理部门",
        "第十四条", "公示已达到规定时限要求", "另依第十三条", "处罚决定书文号（由送达单位手填）",
        "实施方案任务6", "受送达人（签名）", "送达日期",
    ),
    "en": (
        "Notice on credit repair", "91130628MA0ABCDE1X", "r1", "General penalty", "Market supervision", "2026-01-10",
        "General dishonesty: normally made public", "from 2026-04-10", "public no more from 2027-01-10",
        "the market-supervision department that decided the penalty", "Art 14", "follows Art 13 instead",
        "publicity has lasted as long as is prescribed",
        "plan, task 6", "Received by (signature)", "Date of service", "Reading copy", "Draft",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_notice_tells_what_when_where_and_on_what_terms(lang):
    page = notice(lang)
    words = Words(page).text
    assert [text for text in TOLD[lang] if text not in words] == []
    assert f'<html lang="{lang}">' in page


def test_each_language_keeps_to_itself():
    assert not re.search(r"[一-鿿]", Words(notice("en")).text)
    for english in ("no source", "Measures", "plan, task", "law"):
        assert english not in Words(notice("zh")).text


def test_every_number_and_clause_carries_its_ground():
    page = notice("en")
    grounds = re.findall(r'<span class="ground"> \((law|plan|published|assumption)[:,] [^<]+\)</span>', page)
    assert len(grounds) == page.count('class="ground"') == 3 + 1 + 6 + 5
    assert {"law", "plan", "assumption"} == set(grounds)
    assert "published" in re.findall(r'<span class="ground"> \((\w+):', notice("en", unit="tax"))


def test_a_notice_of_the_time_before_order_36_says_that_its_periods_are_assumed():
    page = notice("en", day="2023-06-30", document_date=date(2023, 6, 1), may_apply_from=date(2023, 9, 1),
                  ends_by_itself_on=date(2026, 6, 1))  # fmt: skip
    words = Words(page).text
    assert "from 2023-09-01 (assumption: NDRC Order 58" in words
    assert "at the latest (assumption: Measures for credit repair (NDRC Order 36" in words
    assert "those with a first day after 2023-06-30 included" in words


LATER = {"document_date": date(2026, 4, 10), "may_apply_from": date(2026, 7, 10),
         "ends_by_itself_on": date(2027, 4, 10)}  # fmt: skip


@pytest.mark.parametrize(("day", "differs", "assumed", "reaching_back"), [
    ("2026-04-20", LATER, False, False),
    ("2026-04-01", {}, True, True),
    ("2025-04-20", {"document_date": date(2024, 2, 1), "may_apply_from": date(2024, 5, 1),
                    "ends_by_itself_on": date(2026, 3, 1)}, True, False),
])  # fmt: skip
def test_a_day_that_rests_on_an_assumption_is_told_on_the_face_of_the_notice(day, differs, assumed, reaching_back):
    words = Words(notice("en", day=day, **differs)).text
    assert ("a day of this notice rests on an assumption" in words) is assumed
    assert ("that they reach earlier decisions is this policy's reading" in words) is reaching_back


def test_the_end_of_what_is_normally_not_public_is_told_with_an_if():
    minor = {"item": "compliance.penalty_minor", "class_id": "minor", "ends_by_itself_on": date(2026, 4, 10)}
    assert "如已公示，自 2026-04-10 起停止公示" in Words(notice("zh", **minor)).text
    assert "if it was made public, public no more from 2026-04-10" in Words(notice("en", **minor)).text
    assert "如已公示" not in notice("zh")


def test_the_unit_and_the_class_choose_office_conditions_and_ground():
    words = Words(notice("en", unit="ecology", item="compliance.penalty_minor", class_id="minor",
                         may_apply_from=date(2026, 4, 1), ends_by_itself_on=date(2026, 4, 10))).text  # fmt: skip
    assert "the regulator that decided the penalty" in words
    assert "Order 45" not in words
    assert "Minor dishonesty: normally not made public" in words
    assert "from 2026-04-01 (assumption: Measures for credit repair" in words


def test_where_there_is_nothing_to_ask_for_and_no_end_it_says_so():
    words = Words(notice("en", may_apply_from=pd.NaT, ends_by_itself_on=None)).text
    assert "publicity ends by itself before; there is nothing to ask for" in words
    assert "the rules give no longest publicity" in words
    assert "NaT" not in words


def test_before_the_class_is_in_force_the_notice_says_that_there_is_no_rule():
    assert "General dishonesty: no rule on the day" in Words(notice("en", day="2023-04-01")).text


def test_every_notice_has_blanks_and_a_sole_proprietor_stands_by_pseudonym():
    name = pseudonym("92130628MA0ABCDE1X", "sole_proprietor", b"a key of the tests")
    page = notice("zh", subject=name)
    assert name in Words(page).text
    assert "个体工商户，以假名代替" in Words(page).text
    assert "个体工商户" not in Words(notice("zh")).text
    for each in (page, notice("zh")):
        assert "当事人名称（由送达单位手填）" in Words(each).text
        assert each.count('<td class="blank"></td>') == 6


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_whatever_stands_in_the_data_is_text(lang):
    evil = "<script>alert(1)</script><img src=http://x.example/ onerror='x'>\"&"
    page = notice(lang, record_id=evil, subject=evil)
    plain, words = Words(notice(lang)), Words(page)
    assert words.tags == plain.tags
    assert words.addresses == ["data:,"]
    assert words.text.count("alert(1)") == 3


def test_labels_of_the_policy_are_text_too(altered_policy):
    def mark(units):
        units["units"][0]["label"] = {"zh": "<b>局</b>", "en": "<b>bureau</b>"}

    page = notice("en", policy=load_policy(altered_policy(policy=mark)))
    assert "<b>" not in page
    assert "&lt;b&gt;bureau" in page


def test_a_notice_is_a_draft_until_signed_and_a_demonstration_on_synthetic_records(altered_policy):
    signed = load_policy(altered_policy(policy=lambda s: s.update(signature=SIGNED)))
    assert "this notice is not to be served" in notice("en")
    assert "all data is synthetic" in notice("en", synthetic=True)
    assert 'class="status"' not in notice("en", policy=signed)


def test_a_folder_holds_each_notice_in_both_languages_and_is_replaced_whole(tmp_path):
    strange = "../文号 〔2026〕1 <号>"
    rows, out = pd.DataFrame([ROW, ROW | {"record_id": strange}]), tmp_path / "notices"
    write_repair_notices(rows, POLICY.at(DAY), out)
    mark = json.loads((out / "notices.json").read_text(encoding="utf-8"))
    names = sorted(p.name for p in out.iterdir())
    assert sorted(mark["notices"]) == sorted(["r1", strange])
    assert sorted(mark["outputs"]) == [n for n in names if n != "notices.json"]
    assert all(re.fullmatch(r"[\w-]+\.(zh|en)\.html", n, re.ASCII) for n in mark["outputs"])
    assert [len(files) for files in mark["notices"].values()] == [2, 2]
    write_repair_notices(rows[:1], POLICY.at(DAY), out)
    assert len(list(out.iterdir())) == 3
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match=r"mine\.txt, which is not of notices\.json"):
        write_repair_notices(rows, POLICY.at(DAY), out)


def test_records_that_differ_in_signs_only_have_files_of_their_own(tmp_path):
    rows = pd.DataFrame([ROW | {"record_id": name} for name in ("a/b", "a:b", "a b", "A/b")])
    out = write_repair_notices(rows, POLICY.at(DAY), tmp_path / "notices")
    assert len(list(out.glob("*.html"))) == 8


def test_without_rules_of_repair_there_is_no_notice(altered_policy):
    folder = altered_policy()
    (folder / "repair.yaml").unlink()
    with pytest.raises(PolicyError, match="no rules of repair; add its section"):
        notice(policy=load_policy(folder))
    assert repair_notices(pd.DataFrame([ROW])[:0], POLICY.at(DAY), "zh") == {}
