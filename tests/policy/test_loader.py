import shutil
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from credit_score.errors import PolicyError
from credit_score.policy import as_date, bundled, load_policy
from credit_score.policy.loader import BUNDLED


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    text = str(caught.value)
    assert "\n" not in text
    return text.replace(str(folder), "POLICY")


def first_changed_line(path):
    """The first line in which a file differs from the bundled one, and there is one."""
    texts = (p.read_text(encoding="utf-8").splitlines() for p in (path, BUNDLED / "gaoyang" / path.name))
    return next(i for i, (now, before) in enumerate(zip(*texts, strict=False), start=1) if now != before)


def test_a_policy_is_found_by_its_bundled_name_or_by_its_folder(edited):
    assert "gaoyang" in bundled()
    assert load_policy("gaoyang").name == "gaoyang"
    assert load_policy(edited("policy.yaml", "name: gaoyang", "name: elsewhere")).name == "elsewhere"


def test_a_name_that_is_neither_is_refused_with_the_names_there_are():
    with pytest.raises(PolicyError, match=r"no policy 'gaoyan'; give a folder, or a bundled name: .*gaoyang"):
        load_policy("gaoyan")


@pytest.mark.parametrize("section", ["policy", "catalogue", "enterprise", "tiers", "inspection"])
def test_a_policy_without_a_needed_section_is_refused(written, small, section):
    sections = small()
    del sections[section]
    assert refusal(written(sections)) == f"POLICY: {section}.yaml is missing; a policy has this section"


def test_a_policy_needs_no_points_for_persons(written, small):
    sections = small()
    del sections["individual"]
    rules = load_policy(written(sections)).at("2023-03-15")
    assert rules.individual is None
    assert rules.benefits(10**9) == ()


def test_a_file_that_is_no_section_is_refused_lest_its_rules_be_passed_over(written, small):
    folder = written(small())
    shutil.copy(folder / "tiers.yaml", folder / "teirs.yaml")
    assert "unknown section file teirs.yaml; sections are policy" in refusal(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "individual.yaml",
            "    cap: {2023-03-15: {value: 100,",
            "    cpa: {2023-03-15: {value: 100,",
            "dimensions.cpa: unknown key",
        ),
        (
            "individual.yaml",
            "    dimension: service",
            "    dimension: charity",
            "items.dimension: unknown dimension 'charity'; known are c",
        ),
        ("enterprise.yaml", "value: -120, ", "", "items.points.2023-03-15: 'value' is missing"),
        (
            "enterprise.yaml",
            "value: -120, basis: assumption, ",
            "value: -120, ",
            "items.points.2023-03-15: 'basis' is missing",
        ),
        ("enterprise.yaml", "value: -120, basis: assumption", "value: -120, basis: rumour", "not 'rumour'"),
        (
            "enterprise.yaml",
            "value: -120, basis",
            "value: -120, unit: percent, basis",
            "unknown unit 'percent'; this number is in 'points'",
        ),
        (
            "enterprise.yaml",
            "2023-03-15: {value: -120,",
            "2023-3-15: {value: -120,",
            "'2023-3-15' is not a day; write it as 2023-06-30",
        ),
        ("enterprise.yaml", "2023-03-15: {value: -120,", "2023-03-15 00:00:00: {value: -120,", "is not a day"),
        ("enterprise.yaml", "2023-03-15: {value: -120,", "20230315: {value: -120,", "'20230315' is not a day"),
        ("inspection.yaml", "value: 0.05", "value: 5", "schedule.B.ratio.2023-03-15.value: 5 is outside [0, 1] share"),
        (
            "inspection.yaml",
            "sectors: [construction]",
            "sectors: [building]",
            "departments.sectors: unknown sector 'building'; known are",
        ),
        (
            "inspection.yaml",
            "department: market_supervision",
            "department: market",
            "unknown department 'market'; known are",
        ),
        (
            "enterprise.yaml",
            "catalogue_kind: 司法裁判及执行信息",
            "catalogue_kind: 闲话",
            "unknown catalogue kind '闲话'; known are",
        ),
        (
            "enterprise.yaml",
            "{value: D,",
            "{value: E,",
            "overrides.tier.2023-03-15.value: unknown tier 'E'; known are A, B, C, D",
        ),
        ("inspection.yaml", "  D:\n    ratio", "  E:\n    ratio", "schedule.E: unknown tier 'E'; known are A, B, C, D"),
        ("tiers.yaml", "value: 950", "value: 1000", "cut-offs 1000, 1000, 850 do not descend"),
        (
            "tiers.yaml",
            "subjects: enterprise",
            "subjects: individual",
            "subjects: Input should be 'enterprise', not 'individual'",
        ),
    ],
)
def test_a_refusal_names_the_file_and_the_line_that_was_changed(edited, file, old, new, told):
    folder = edited(file, old, new)
    text = refusal(folder)
    assert told in text
    assert f"POLICY/{file}, line {first_changed_line(folder / file)}" in text


def test_a_refusal_names_the_innermost_rule_and_the_day(edited):
    text = refusal(edited("enterprise.yaml", "value: -120,", "value: many,"))
    assert ", rule compliance.penalty_serious: items.points.2023-03-15.value: 'many' is not a number" in text


def test_one_refusal_is_told_and_the_others_are_counted(edited):
    text = refusal(edited("tiers.yaml", "tiers:", "teirs:"))
    assert "teirs: unknown key (and 1 more refusals)" in text


def test_a_duplicate_key_is_refused_with_file_and_line(edited, line_of):
    folder = edited("tiers.yaml", "subjects: enterprise\n", "subjects: enterprise\nsubjects: enterprise\n")
    first = line_of(folder / "tiers.yaml", "subjects:")
    told = f"POLICY/tiers.yaml, line {first + 1}: key 'subjects' stands twice (first on line {first})"
    assert refusal(folder).startswith(told)


@pytest.mark.parametrize("text", ["- a\n", "hello\n", "[]\n", "3\n"])
@pytest.mark.parametrize("section", ["policy", "tiers", "catalogue"])
def test_a_section_of_another_shape_is_refused_in_one_line(written, small, section, text):
    folder = written(small())
    (folder / f"{section}.yaml").write_text(text, encoding="utf-8")
    assert f"POLICY/{section}.yaml, line 1" in refusal(folder)


def test_days_are_those_on_which_a_number_starts_or_ends_once_the_policy_holds():
    days = load_policy("gaoyang").days()
    assert days[0] == date(2023, 3, 15)
    assert date(2026, 4, 1) in days
    assert days == sorted(set(days))


def test_a_policy_that_never_holds_as_a_whole_says_so(written, small, dated):
    sections = small()
    sections["individual"]["base"] = dated(500, day=date(2020, 1, 1)) | {date(2021, 1, 1): None}
    with pytest.raises(PolicyError, match="policy 'harbour' is in force on no day"):
        load_policy(written(sections)).days()


@pytest.mark.parametrize(
    "day", [date(2023, 6, 30), "2023-06-30", datetime(2023, 6, 30, 23, 59, tzinfo=UTC), pd.Timestamp("2023-06-30")]
)
def test_a_day_may_be_a_date_a_text_or_a_time(day):
    assert type(as_date(day)) is date
    assert load_policy("gaoyang").at(day).on == date(2023, 6, 30)


@pytest.mark.parametrize("day", ["30.06.2023", "", "2023-02-30", None, 20230630, pd.NaT])
def test_what_is_no_day_is_refused(day):
    with pytest.raises(PolicyError, match="is not a date; write it as 2023-06-30"):
        as_date(day)


def test_a_day_before_the_first_rule_is_refused_with_the_first_day():
    told = "policy 'gaoyang' is not in force on 2023-03-14; its base, cut-offs and schedule start on 2023-03-15"
    with pytest.raises(PolicyError, match=told):
        load_policy("gaoyang").at("2023-03-14")
    assert load_policy("gaoyang").at("2023-03-15").enterprise.base == 1_000_000


def test_a_day_after_a_repeal_is_refused_without_naming_a_start(written, small):
    sections = small()
    sections["enterprise"]["base"][date(2025, 1, 1)] = None
    policy = load_policy(written(sections))
    assert policy.at("2024-12-31").enterprise.base == 1_000_000
    with pytest.raises(
        PolicyError, match="not in force on 2025-01-01; its base, cut-offs and schedule do not all hold on it"
    ):
        policy.at("2025-01-01")


def test_the_bundled_folder_is_where_bundled_policies_are():
    assert (BUNDLED / "gaoyang" / "policy.yaml").is_file()


def test_files_read_before_are_not_read_again_and_a_changed_one_is(tmp_path):
    first, second = (load_policy(shutil.copytree(BUNDLED / "gaoyang", tmp_path / name)) for name in ("one", "two"))
    assert second.model is first.model
    assert (first.folder.name, second.folder.name) == ("one", "two")
    path = tmp_path / "two" / "policy.yaml"
    path.write_text(path.read_text("utf-8") + "# a remark\n", "utf-8")
    third = load_policy(path.parent)
    assert third.model is not first.model
    assert third.fingerprint != second.fingerprint
    path.write_text(path.read_text("utf-8") + "nonsense: 1\n", "utf-8")
    for _ in range(2):
        with pytest.raises(PolicyError, match="nonsense"):
            load_policy(path.parent)
    path.unlink()
    with pytest.raises(PolicyError):
        load_policy(path.parent)
