"""Tiers by credit and risk: by hand, in the order that a matrix keeps, and what comes from outside."""

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import RecordsError
from credit_score.policy import load_policy
from credit_score.tiers import assign_tiers, sector_tiers
from credit_score.tiers.given import LABEL_RANGES, PD_RANGE, check_figures, read_figures

RULES = load_policy("gaoyang").at("2023-06-30")
SERIOUS = "justice.serious_dishonesty"
LEDGER = {"subject": "string", "item": "string"}
REGISTER = {"subject": "string", "sector": "string", "industry": "string", "pd": "float64"}


def found(firms, counted=(), rules=RULES):
    """Firms as subject → (points, sector, industry, PD); counted records as (subject, item)."""
    scores = ibis.memtable({"subject": list(firms), "score_milli": [1000 * f[0] for f in firms.values()]})
    rows = [(subject, *firm[1:]) for subject, firm in firms.items()]
    register = ibis.memtable(pd.DataFrame(rows, columns=list(REGISTER)), schema=REGISTER)
    ledger = ibis.memtable(pd.DataFrame(list(counted), columns=list(LEDGER)), schema=LEDGER)
    table = sector_tiers(register, scores, ledger, rules)
    return None if table is None else table.execute().set_index("subject").sort_index()


def test_the_tier_is_the_cell_of_credit_tier_and_risk_level():
    """Cut-offs 1000, 950, 850; retail has level A, service B, production C, central kitchens D."""
    placed = found(
        {
            "a": (1003, "retail", "food_retail", None), "b": (992, "farm_products", "food_production", None),
            "c": (1000, "food_service", "food_service", None), "d": (850, "food_service", "central_kitchen", None),
            "e": (849, "retail", "food_retail", None),
        }
    )  # fmt: skip
    rows = placed[["credit_tier", "risk_level", "tier"]].apply(tuple, axis=1).to_dict()
    assert rows == {
        "a": ("A", "risk_A", "A"), "b": ("B", "risk_C", "C"), "c": ("A", "risk_B", "A"), "d": ("C", "risk_D", "D"),
        "e": ("D", "risk_A", "D"),
    }  # fmt: skip
    assert placed["tier_code"].to_dict() == {"a": 0, "b": 2, "c": 0, "d": 3, "e": 3}
    assert set(placed["risk_from"]) == {"industry"}
    assert set(placed["decided_by"]) == {"matrix"}
    assert set(placed["department"]) == {"market_supervision"}


def test_a_firm_that_is_not_of_the_evaluation_has_no_tier_of_the_department():
    assert found({"a": (900, "retail", None, 0.9), "b": (900, "textiles", "", 0.9)}).empty


def test_a_learned_pd_makes_the_level_worse_and_never_better():
    """Bounds .05, .15, .30, inclusive; service has level B."""
    pds = {"none": None, "a": 0.0, "b": 0.149, "c": 0.15, "d": 0.3, "e": 1.0}
    placed = found({name: (1000, "food_service", "food_service", value) for name, value in pds.items()})
    assert placed["risk_level"].to_dict() == {
        "none": "risk_B", "a": "risk_B", "b": "risk_B", "c": "risk_C", "d": "risk_D", "e": "risk_D",
    }  # fmt: skip
    assert placed["risk_from"].to_dict() == {
        "none": "industry", "a": "industry", "b": "industry", "c": "pd", "d": "pd", "e": "pd",
    }  # fmt: skip
    assert placed["tier"].to_dict() == {"none": "A", "a": "A", "b": "A", "c": "B", "d": "C", "e": "C"}


def test_an_industry_without_a_level_has_that_of_the_others(altered_policy):
    def any_food(section):
        section["evaluations"][0]["industries"] = ["food"]
        section["evaluations"][0]["inherent"] = section["evaluations"][0]["inherent"][1:]

    rules = load_policy(altered_policy(risk=any_food)).at("2023-06-30")
    placed = found(
        {"a": (1000, "retail", "food_truck", None), "b": (1000, "retail", "food_retail.9", None)}, rules=rules
    )
    assert placed["risk_from"].to_dict() == {"a": "otherwise", "b": "industry"}
    assert placed["risk_level"].to_dict() == {"a": "risk_B", "b": "risk_A"}


def test_overriding_conditions_of_county_and_department_only_worsen(altered_policy):
    def own(section):
        since = next(iter(section["evaluations"][0]["otherwise"]))
        ground = {"basis": "assumption", "reference": "a test"}
        label = {"zh": "否决", "en": "override"}
        section["evaluations"][0]["overrides"] = [
            {"id": "own", "item": "compliance.penalty_minor", "label": label, "tier": {since: {"value": "C"} | ground}}
        ]

    rules = load_policy(altered_policy(risk=own)).at("2023-06-30")
    firm = ("food_service", "food_service", None)
    minor = "compliance.penalty_minor"
    placed = found(
        {"a": (1000, *firm), "b": (1000, *firm), "c": (800, *firm), "d": (1000, *firm)},
        [("a", minor), ("b", minor), ("b", SERIOUS), ("c", minor), ("d", "honour.county")], rules,
    )  # fmt: skip
    assert placed["tier"].to_dict() == {"a": "C", "b": "D", "c": "D", "d": "A"}
    assert placed["decided_by"].to_dict() == {
        "a": "own", "b": "override.serious_dishonesty", "c": "matrix", "d": "matrix",
    }  # fmt: skip


def test_several_departments_evaluate_a_firm_each_by_its_own_rules(altered_policy):
    def two(section):
        food = section["evaluations"][0]
        health = food | {"id": "hygiene", "department": "health", "industries": [], "sectors": ["food_service"]}
        cut = {"basis": "assumption", "reference": "a test"}
        since = next(iter(food["otherwise"]))
        health["cutoffs"] = {
            t: {"from_score": {since: {"value": v} | cut}} for t, v in zip("ABC", (1010, 1005, 1000), strict=True)
        }
        section["evaluations"].append(health)

    rules = load_policy(altered_policy(risk=two)).at("2023-06-30")
    placed = found({"a": (1000, "food_service", "food_service", None)}, rules=rules).set_index("department")
    assert placed["credit_tier"].to_dict() == {"market_supervision": "A", "health": "C"}
    assert placed["tier"].to_dict() == {"market_supervision": "A", "health": "C"}


def test_without_an_evaluation_in_force_there_is_none(altered_policy):
    def ended(section):
        section["evaluations"][0]["otherwise"]["2023-06-01"] = None

    policy = load_policy(altered_policy(risk=ended))
    firm = {"a": (1000, "food_service", "food_service", None)}
    assert len(found(firm, rules=policy.at("2023-05-31"))) == 1
    assert found(firm, rules=policy.at("2023-06-01")) is None


INDUSTRIES = st.sampled_from(["food_retail", "food_service", "food_production", "central_kitchen"])
PDS = st.none() | st.floats(0, 1)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(700, 1100), INDUSTRIES, PDS, st.booleans()), min_size=2, max_size=30))
def test_a_worse_score_a_higher_pd_and_a_record_never_improve_a_tier(firms):
    """Each firm beside itself with 40 points less, with a PD of .5 at least, and with a serious record."""
    listed, counted = {}, []
    for i, (points, industry, pd_, serious) in enumerate(firms):
        worse = {
            "x": (points, pd_),
            "score": (points - 40, pd_),
            "pd": (points, max(pd_ or 0, 0.5)),
            "record": (points, pd_),
        }
        listed |= {f"{i}|{how}": (p, "food_service", industry, d) for how, (p, d) in worse.items()}
        counted += [(f"{i}|{how}", SERIOUS) for how in worse if serious or how == "record"]
    codes = found(listed, counted)["tier_code"]
    for i in range(len(firms)):
        assert all(codes[f"{i}|{how}"] >= codes[f"{i}|x"] for how in ("score", "pd", "record"))
    # In the bundled matrix risk never lifts a tier above that of credit alone.
    scores = ibis.memtable({"subject": list(listed), "score_milli": [1000 * f[0] for f in listed.values()]})
    ledger = ibis.memtable(pd.DataFrame(counted, columns=list(LEDGER)), schema=LEDGER)
    county = assign_tiers(scores, ledger, RULES).execute().set_index("subject")["tier_code"]
    assert (codes >= county[codes.index]).all()


# Figures from outside ---------------------------------------------------------------------------------------------

FIRMS = pd.Series(["f1", "f2", "S-00ff"])


def test_figures_are_checked_and_come_back_as_numbers():
    table = pd.DataFrame({"subject": [" f2", "S-00ff"], "pd": ["0.25", "1"], "more": ["x", "y"]})
    told = check_figures(table, PD_RANGE, FIRMS, where="pd.csv")
    assert told.to_dict("list") == {"subject": ["f2", "S-00ff"], "pd": [0.25, 1.0]}
    labels = check_figures(table.assign(bad=[0, 1]), LABEL_RANGES, FIRMS, where="x", optional=("draw_probability",))
    assert labels.columns.tolist() == ["subject", "bad"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"firm": ["f1"], "pd": [0.1]}, "pd.csv: column subject is missing; give the columns subject, pd"),
        ({"subject": ["f1"], "p": [0.1]}, "column pd is missing"),
        ({"subject": ["f1", "f9"], "pd": [0.1, 0.1]}, "row 2 (2 characters, digits and letters) is no enterprise"),
        ({"subject": ["P-77", "f1"], "pd": [0.1, 0.1]}, "letters and other signs) is a natural person"),
        ({"subject": ["f1", "f2", "f1"], "pd": [0.1] * 3}, "row 3 (2 characters, digits and letters) stands twice"),
        ({"subject": ["f1"], "pd": ["1.01"]}, "pd 1.01 in row 1 is outside [0, 1]"),
        ({"subject": ["f1"], "pd": ["nan"]}, "pd 'nan' in row 1 is outside [0, 1]"),
        ({"subject": ["f1"], "pd": [""]}, "pd '' in row 1 is outside [0, 1]"),
        ({"subject": ["f1"], "pd": ["high"]}, "pd 'high' in row 1 is outside [0, 1]"),
    ],
)  # fmt: skip
def test_figures_that_cannot_be_are_refused_in_one_line(rows, said):
    with pytest.raises(RecordsError) as caught:
        check_figures(pd.DataFrame(rows), PD_RANGE, FIRMS, where="pd.csv")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "value"), [("bad", 0.5), ("bad", 2), ("draw_probability", 0), ("draw_probability", 1.5)]
)
def test_a_label_is_0_or_1_and_a_chance_above_0(column, value):
    table = pd.DataFrame({"subject": ["f1"], "bad": [1], "draw_probability": [0.5]}).assign(**{column: value})
    with pytest.raises(RecordsError, match=f"{column} {value} in row 1 is outside"):
        check_figures(table, LABEL_RANGES, FIRMS, where="labels.csv")


@pytest.mark.parametrize(("text", "told"), [
    ("subject,pd\nf1,0,45\n", r"2 headings, and another number of cells in row 1 \(3\); write decimals with a point"),
    ("subject,pd\nf1,0.4\nf2\n", r"cells in row 2 \(1\)"),
    ("subject,pd,pd\nf1,0.4,0.5\n", "heading pd stands twice"),
])  # fmt: skip
def test_what_a_reader_of_figures_would_drop_is_refused(tmp_path, text, told):
    path = tmp_path / "pd.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordsError, match=told):
        read_figures(path)


def test_a_file_of_figures_is_read_as_text_or_refused(tmp_path):
    path = tmp_path / "pd.csv"
    path.write_text("\ufeffsubject, pd\n0012,0.5\n", encoding="utf-8")
    assert read_figures(path).to_dict("list") == {"subject": ["0012"], "pd": ["0.5"]}
    with pytest.raises(RecordsError, match=r"none\.csv: no such file"):
        read_figures(tmp_path / "none.csv")
    path.write_bytes("subject,pd\n高阳,0.5\n".encode("gb18030"))
    with pytest.raises(RecordsError, match="not readable as CSV in UTF-8"):
        read_figures(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(RecordsError, match="not readable as CSV in UTF-8"):
        read_figures(path)
