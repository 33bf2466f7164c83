"""The four zeros of a folder, and their sums by unit."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.policy import load_policy
from credit_score.records.duties.four_zeros import four_zeros, four_zeros_rows, zeros_by_unit

RULES = load_policy("gaoyang").at("2023-06-30")
COLUMNS = ["unit", "month", "measure", "clock", "n", "of", "needs"]
SEVEN = "publicity.seven_days"


def quality(*rows):
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"n": "Int64", "of": "Int64"})
    return table.assign(share=(table["n"] / table["of"]).astype("Float64"))


def numbers(table):
    rows = zeros_by_unit(table).itertuples(index=False)
    return {(r.unit, r.measure, r.clock): (None if pd.isna(r.n) else (r.n, r.of, r.share)) for r in rows}


def test_months_are_summed_and_rejected_rows_are_told_of_all_that_was_sent():
    found = numbers(quality(
        ("tax", "2023-05", "late", SEVEN, 1, 4, ""), ("tax", "2023-06", "late", SEVEN, 1, 1, ""),
        ("tax", "2023-05", "wrong", "", 1, 4, ""), ("tax", "2023-06", "wrong", "", 0, 1, ""),
        ("tax", "unknown", "wrong", "", 3, 8, ""), ("court", "2023-06", "wrong", "", 1, 2, ""),
    ))  # fmt: skip
    assert found == {
        ("tax", "late", SEVEN): (2, 5, 0.4), ("tax", "wrong", ""): (4, 8, 0.5), ("court", "wrong", ""): (1, 2, 0.5),
    }  # fmt: skip


def test_what_cannot_be_measured_is_null_in_the_sum_and_never_zero():
    table = quality(*(("tax", f"2023-0{m}", "missing", SEVEN, None, None, "register of decisions") for m in (5, 6)))
    assert numbers(table) == {("tax", "missing", SEVEN): None}
    assert zeros_by_unit(table)["needs"].tolist() == ["register of decisions"]


def test_months_that_can_be_measured_are_summed_and_those_that_cannot_do_not_hide_them():
    may, june = (
        ("2023-05", "missing", SEVEN, 1, 2, ""),
        ("2023-06", "missing", SEVEN, None, None, "register of decisions"),
    )
    table = quality(("tax", *may), ("tax", *june))
    assert numbers(table) == {("tax", "missing", SEVEN): (1, 2, 0.5)}
    assert zeros_by_unit(table)["needs"].tolist() == [""]


def test_the_measures_come_in_the_order_in_which_the_plan_names_them():
    table = quality(*(("tax", "2023-05", m, "", 0, 1, "") for m in ("wrong", "missing", "late", "withheld")))
    assert zeros_by_unit(table)["measure"].tolist() == ["withheld", "late", "missing", "wrong"]


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_a_sum_holds_what_its_months_hold(counted):
    rows = [(unit, f"m{i}", "late", SEVEN, n, n + more, "") for i, (unit, n, more) in enumerate(counted)]
    table, summed = quality(*rows), zeros_by_unit(quality(*rows))
    assert summed["n"].sum() == table["n"].sum()
    assert summed["of"].sum() == table["of"].sum()
    assert (summed["n"] <= summed["of"]).all()


def test_a_row_that_was_rejected_is_of_the_unit_that_its_file_names(hand, tmp_path):
    folder = hand.write(tmp_path / "county", hand.few())
    bad = hand.record(9, "enterprise", hand.firm(1), unit="no such unit", occurred_on="2023-05-04")
    hand.write(folder, {"信用记录-税务局": [bad]})
    records = hand.read(folder)
    wrong = zeros_by_unit(four_zeros(records, RULES)).query("measure == 'wrong'").set_index("unit")
    assert wrong.loc["tax", ["n", "of"]].tolist() == [1, 1]
    assert wrong.loc["court", ["n", "of"]].tolist() == [0, 3]
    assert four_zeros_rows(records, RULES)[["unit", "file", "why"]].to_numpy().tolist() == [
        ["tax", "信用记录-税务局.csv", "unknown_code"]
    ]


@pytest.mark.thorough
@pytest.mark.parametrize(("written", "unit"), [("fire", "fire"), ("税务局", "tax"), ("nobody", "unknown")])
def test_a_row_that_was_rejected_is_of_the_unit_that_its_own_cell_names(hand, tmp_path, written, unit):
    folder = hand.write(tmp_path / "county", hand.few())
    bad = hand.record(9, "enterprise", hand.firm(1), unit=written, occurred_on="2023-02-30")
    hand.write(folder, {"信用记录-9": [bad]})
    records = hand.read(folder)
    assert records.rejected["unit"].tolist() == ["" if unit == "unknown" else unit]
    assert four_zeros_rows(records, RULES)["unit"].tolist() == [unit]


def test_a_policy_without_clocks_is_refused(clean, altered_policy):
    policy = altered_policy()
    for section in ("clocks", "pilot", "statements"):  # indicators name clocks, statements the uses of the pilot
        (policy / f"{section}.yaml").unlink()
    with pytest.raises(PolicyError, match=r"policy 'gaoyang' has no clocks section; add clocks\.yaml to it"):
        four_zeros(clean, load_policy(policy).at("2023-06-30"))
