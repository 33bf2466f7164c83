"""The commands on reporting as a person or a program meets them: numbers worked by hand, and one line for bad input."""

import csv
import json
import shutil
from datetime import date

import pytest
from as_a_user import raw_identifiers, refused, told

import credit_score as cs
from credit_score.policy.loader import BUNDLED
from credit_score.records.keeping.store import add_batch

ON = "2023-06-30"
KEY = "a key of the tests, no secret"
SEVEN, TWENTY = "publicity.seven_days", "publicity.market_supervision"
COMMANDS = ("quality", "clocks", "coverage", "repair")
FIRM = {"legal_form": "company", "sector": "construction", "size": "small", "town": "t", "registered_on": "2010-01-01"}
PENALTY = {
    "subject_kind": "enterprise", "subject_id": "firm-1", "item": "compliance.penalty_general",
    "catalogue_kind": "行政管理信息", "unit": "ecology", "occurred_on": "2023-05-15", "reported_on": "2023-05-16",
}  # fmt: skip
HONOUR = PENALTY | {"item": "honour.county", "catalogue_kind": "诚实守信相关荣誉信息", "unit": "publicity"}
RATING = PENALTY | {"item": "tax.a_rating", "catalogue_kind": "信用评价结果信息", "unit": "tax"}
EVENT = {"unit": "", "replaced_by": ""}
# Seven working days from Monday 15 May 2023 end on the 24th, twenty on 12 June.
COUNTY = {
    "enterprises": [
        FIRM | {"enterprise_id": "firm-1"},
        FIRM | {"enterprise_id": "farm-1", "legal_form": "cooperative", "sector": "farm_products"},
    ],
    "credit_records": [
        PENALTY | {"record_id": "p1"}, PENALTY | {"record_id": "p2", "reported_on": "2023-06-05"},
        PENALTY | {"record_id": "p3", "reported_on": "2023-06-05", "unit": "market_supervision"},
        HONOUR | {"record_id": "h1", "occurred_on": "2023-01-10", "reported_on": "2023-01-12"},
    ],
    "信用记录-税务局": [RATING | {"record_id": "t1"}, RATING | {"record_id": "t2", "occurred_on": "2023-13-01"}],
    "record_events": [
        EVENT | {"event_id": "e1", "record_id": "p1", "event": "notice_served", "happened_on": "2023-05-16",
                 "known_on": "2023-05-20"},
        EVENT | {"event_id": "e2", "record_id": "p2", "event": "disputed", "happened_on": "2023-06-20",
                 "known_on": "2023-06-20"},
    ],
    "decisions": [
        {"record_id": r, "unit": "ecology", "item": "compliance.penalty_general", "decided_on": day}
        for r, day in (("p1", "2023-05-15"), ("p2", "2023-05-15"), ("m1", "2023-05-15"), ("w1", "2023-04-17"))
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("CREDIT_SCORE_KEY", KEY)


@pytest.fixture
def county(plain_county):
    """Folder and policy folder of the county above, or of one that differs in some tables."""

    def made(**tables):
        folder, policy = plain_county(**{name: rows for name, rows in (COUNTY | tables).items() if rows})
        return folder, policy.folder

    return made


@pytest.fixture(scope="module")
def read_once(tmp_path_factory):
    """The county above, and what reads it: once for all tests, since what the commands make of it is what they ask."""
    place = tmp_path_factory.mktemp("read_once")
    shutil.copytree(BUNDLED / "gaoyang", place / "policy")
    about = place / "policy" / "policy.yaml"
    text = about.read_text(encoding="utf-8")
    about.write_text(
        text.replace("{enterprise: cn_uscc, person: cn_ric}", "{enterprise: plain, person: plain}"), "utf-8"
    )
    (place / "county").mkdir()
    for name, rows in COUNTY.items():
        with (place / "county" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    records = cs.read_records(place / "county", policy=cs.load_policy(place / "policy"), key=KEY)
    return place / "county", place / "policy", lambda *_, **__: records


@pytest.fixture
def known(read_once, monkeypatch):
    """Folder and policy folder of the county that was read once."""
    folder, policy, reader = read_once
    monkeypatch.setattr("credit_score.records.read_records", reader)
    return folder, policy


@pytest.fixture
def said(known):
    """What a command says of the county, on stdout."""
    folder, policy = known

    def say(command, *more, on=ON):
        code, out, err = told(command, folder, "--policy", policy, "--as-of", on, "--quiet", *more)
        assert (code, [line for line in err.splitlines() if not line.startswith("written: ")]) == (0, [])
        return out

    return say


@pytest.fixture
def asked(said):
    """What a command tells of the county, as JSON."""

    def ask(command, *more, on=ON):
        data = said(command, "--json", *more, on=on)
        return json.loads(data, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

    return ask


def in_rows(rows, *by):
    return {tuple(row[b] for b in by): row for row in rows}


def listed(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_asks_for_a_day(command):
    code, out, err = told(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: credit-score {command}")
    assert told(command, "x")[0] == 2


# Quality -------------------------------------------------------------------------------------------------------------


def test_the_four_zeros_of_the_county_are_those_counted_by_hand(asked):
    data = asked("quality")
    found = in_rows(data["by_unit"], "unit", "measure", "clock")
    counts = {key: (row["n"], row["of"]) for key, row in found.items()}
    unmeasured = {("market_supervision", m, c): (None, None) for m in ("missing", "withheld") for c in (SEVEN, TWENTY)}
    unmeasured |= {(u, m, ""): (None, None) for u in ("publicity", "tax") for m in ("withheld", "late", "missing")}
    assert counts == unmeasured | {
        ("ecology", "withheld", SEVEN): (1, 4), ("ecology", "late", SEVEN): (1, 2),
        ("ecology", "missing", SEVEN): (1, 4), ("ecology", "wrong", ""): (0, 2),
        ("market_supervision", "late", SEVEN): (1, 1), ("market_supervision", "late", TWENTY): (0, 1),
        ("market_supervision", "wrong", ""): (0, 1), ("publicity", "wrong", ""): (0, 1), ("tax", "wrong", ""): (1, 2),
    }  # fmt: skip
    by_month = in_rows(data["by_month"], "unit", "month", "measure", "clock")
    assert by_month["ecology", "2023-05", "missing", SEVEN]["share"] == pytest.approx(1 / 3)
    assert by_month["ecology", "2023-04", "withheld", SEVEN]["share"] == 1
    assert in_rows(data["field_checks"], "check")[("decision_date",)]["n"] == 1
    assert "assumption" in data["reading"]


def test_the_offending_rows_are_written_with_what_they_offend(asked, tmp_path):
    asked("quality", "--rows", tmp_path / "rows.csv")
    rows = in_rows(listed(tmp_path / "rows.csv"), "record_id", "measure")
    assert {key: row["why"] for key, row in rows.items()} == {
        ("p2", "late"): "reported_late", ("p3", "late"): "reported_late", ("m1", "missing"): "others_reported",
        ("w1", "withheld"): "none_reported", ("", "wrong"): "impossible_date",
    }  # fmt: skip
    refused_row = rows["", "wrong"]
    assert (refused_row["unit"], refused_row["file"], refused_row["row"]) == ("tax", "信用记录-税务局.csv", "2")


@pytest.mark.thorough
def test_without_a_register_a_measure_has_no_number_and_says_what_it_needs(county):
    folder, policy = county(decisions=None)
    arguments = ("quality", folder, "--policy", policy, "--as-of", ON, "--quiet")
    rows = in_rows(json.loads(told(*arguments, "--json")[1])["by_unit"], "unit", "measure", "clock")
    missing = rows["ecology", "missing", SEVEN]
    assert (missing["n"], missing["of"], missing["share"], missing["needs"]) == (
        None, None, None, "register of decisions",
    )  # fmt: skip
    code, out, err = told(*arguments, "--lang", "zh")
    assert (code, err) == (0, "")
    assert "无法计算：需要决定登记册" in out
    assert "“双公示”7个工作日" in out
    assert "以下口径为假设" in out
    assert "Unit" not in out


def test_progress_goes_to_stderr(known):
    folder, policy = known
    err = told("quality", folder, "--policy", policy, "--as-of", ON)[2]
    assert [line.split(" s  ")[1] for line in err.splitlines()][-2:] == ["measuring", "done"]


# Clocks --------------------------------------------------------------------------------------------------------------


def test_a_dispute_that_is_open_has_its_days_left(asked, tmp_path):
    data = asked("clocks", "--rows", tmp_path / "rows.csv")
    counts = in_rows(data["counts"], "clock", "unit")
    dispute = counts["dispute.credit_reporting", "ecology"]
    assert (dispute["started"], dispute["in_time"], dispute["late"], dispute["open"]) == (1, 0, 0, 1)
    assert counts[SEVEN, "ecology"]["late"] == 1
    assert [(r["record_id"], r["due_on"], r["days_left"], r["late"]) for r in data["running"]] == [
        ("p2", "2023-07-10", 10, False)
    ]
    assert len(listed(tmp_path / "rows.csv")) == 5


def test_periods_of_other_places_stand_beside_when_they_are_asked_for(asked):
    """Three working days from 20 June 2023: the 21st, Sunday the 25th (made up for the festival), and the 26th."""
    running = in_rows(asked("clocks", "--compared")["running"], "clock")
    own = running[("dispute.shandong_own",)]
    assert (own["due_on"], own["days_left"], own["late"]) == ("2023-06-26", 0, True)


def test_clocks_are_told_in_words(said):
    out = said("clocks", "--lang", "zh")
    assert "异议20日（征信业管理条例）" in out
    assert "2023-07-10" in out


# Coverage ------------------------------------------------------------------------------------------------------------


def test_what_arrived_is_told_by_resource_and_unit(asked, tmp_path):
    data = asked("coverage", "--rows", tmp_path / "rows.csv")
    honour = in_rows(data["resources"], "resource", "unit")["honour", "publicity"]
    assert (honour["expected"], honour["arrived"], honour["share"], honour["missing"]) == (1, 0, 0, "2023-Q2")
    assert in_rows(data["by_unit"], "unit")[("publicity",)]["share"] == 0
    assert (data["since"], data["farm_entities"]["covered"], data["farm_entities"]["entities"]) == ("2022-01-01", 0, 1)
    assert len(listed(tmp_path / "rows.csv")) == len(data["resources"])
    later = asked("coverage", "--since", "2023-04-01")
    assert in_rows(later["resources"], "resource", "unit")["honour", "publicity"]["share"] == 0


@pytest.mark.parametrize(("lang", "words"), [
    ("en", ("Honours", "1 of 1 periods missing: 2023-Q2", "Named information", "0 of 1 new farm entities")),
    ("zh", ("荣誉", "1 期中缺 1 期：2023-Q2", "特定信用信息", "1 个新型农业主体中 0 个")),
])  # fmt: skip
def test_coverage_is_told_in_words(said, lang, words):
    out = said("coverage", "--lang", lang)
    assert [word for word in words if word not in out] == []


# Repair --------------------------------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize(("on", "state"), [
    ("2023-07-14", "not_yet"), ("2023-07-15", "soon"), ("2023-08-14", "soon"), ("2023-08-15", "may_apply_now"),
])  # fmt: skip
def test_repair_may_be_asked_for_three_months_after_the_decision_and_a_reminder_comes_a_month_before(asked, on, state):
    row = in_rows(asked("repair", on=on)["by_class"], "class_id", "unit")["general", "ecology"]
    assert (row["penalties"], row[state]) == (2, 2)


def test_what_is_missing_and_who_was_served_is_told_by_unit(asked):
    data = asked("repair", on="2023-08-15")
    row = in_rows(data["by_class"], "class_id", "unit")["general", "ecology"]
    assert (row["notice_not_served"], row["not_applied"], row["no_outcome"]) == (1, 2, 0)
    served = in_rows(data["served"], "unit")
    assert (served[("ecology",)]["served"], served[("ecology",)]["share"]) == (1, 0.5)
    assert served[("court",)]["share"] is None
    assert [(r["record_id"], r["remind_by"]) for r in data["reminders"]] == [
        ("p1", "2023-08-15"), ("p2", "2023-08-15"), ("p3", "2023-08-15"),
    ]  # fmt: skip


def test_a_notice_counts_as_served_once_it_was_known(asked):
    for known, n in (("2023-05-19", 0), ("2023-05-20", 1)):  # served on the 16th
        served = in_rows(asked("repair", "--as-known-on", known, on="2023-05-18")["served"], "unit")[("ecology",)]
        assert (served["penalties"], served["served"]) == (1, n)


def test_notices_are_written_for_the_penalties_that_were_not_served_one(asked, tmp_path):
    asked("repair", "--notices", tmp_path / "notices", "--rows", tmp_path / "rows.csv")
    names = sorted(p.name for p in (tmp_path / "notices").iterdir())
    assert [name[:3] for name in names] == ["not", "p2-", "p2-", "p3-", "p3-"]
    assert [row["record_id"] for row in listed(tmp_path / "rows.csv")] == ["p1", "p2", "p3"]
    asked("repair", "--notices", tmp_path / "notices", on="2023-05-14")  # its own folder is replaced
    assert [p.name for p in (tmp_path / "notices").iterdir() if p.suffix == ".html"] == []


def test_penalties_before_the_day_asked_for_are_neither_counted_nor_given_notices(asked, tmp_path):
    data = asked("repair", "--since", "2023-05-16", "--notices", tmp_path / "notices")
    assert (data["since"], asked("repair")["since"]) == ("2023-05-16", "2023-03-15")
    assert in_rows(data["served"], "unit")[("ecology",)]["penalties"] == 0
    assert in_rows(data["by_class"], "class_id", "unit")["general", "ecology"]["notice_not_served"] == 0
    assert [p.name for p in (tmp_path / "notices").iterdir()] == ["notices.json"]


def test_repair_is_told_in_words_with_whom_to_remind(said):
    short, whole = (said("repair", "--lang", "zh", *more, on="2023-08-15") for more in ([], ["--reminders"]))
    assert "一般失信" in short
    assert "50.0%" in short
    assert "firm-1" not in short
    assert "告知书未送达、尚未申请" in whole
    assert "firm-1" in whole


# A store -------------------------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_a_store_is_asked_as_it_was_known_on_a_day(county, tmp_path):
    folder, policy = county()
    store = tmp_path / "store"
    add_batch(store, folder, cs.load_policy(policy), received_on=date(2023, 6, 10), key=KEY)
    arguments = (store, "--policy", policy, "--as-of", ON, "--quiet", "--json")
    rows = in_rows(json.loads(told("quality", *arguments)[1])["by_unit"], "unit", "measure", "clock")
    assert rows["tax", "wrong", ""]["share"] == 0.5
    for command in COMMANDS:
        past = [store, "--policy", policy, "--as-of", "2023-06-09", "--quiet", "--json"]
        refused("nothing was received by 2023-06-09", command, *past, "--as-known-on", "2023-06-09")
        assert command != "repair" or told(command, *past, "--as-known-on", "2023-06-10")[0] == 0


def test_repair_is_not_asked_as_known_before_its_day(tmp_path):
    message = "what was known on 2023-06-29 cannot say what counted on 2023-06-30; ask for the same day or a later one"
    refused(message, "repair", tmp_path / "nowhere", "--as-of", ON, "--as-known-on", "2023-06-29")


# Bad input -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("command", "section"), [
    ("quality", "clocks"), ("clocks", "clocks"), ("coverage", "resources"), ("repair", "repair"),
])  # fmt: skip
def test_a_policy_without_the_section_is_told_before_anything_is_read(altered_policy, tmp_path, command, section):
    policy = altered_policy()
    for name in (section, "pilot", "statements"):  # what counts by clocks names them
        (policy / f"{name}.yaml").unlink()
    message = f"policy 'gaoyang' has no {section} section; add {section}.yaml to it"
    refused(message, command, tmp_path / "nowhere", "--policy", policy, "--as-of", ON)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_folder_and_what_is_no_day_are_told_in_one_line(tmp_path, command):
    refused("no such folder", command, tmp_path / "nowhere", "--as-of", ON)
    refused("'yesterday' is not a date", command, tmp_path / "nowhere", "--as-of", "yesterday")


@pytest.mark.parametrize("command", ["quality", "clocks", "coverage"])
def test_a_folder_of_files_cannot_be_asked_as_known_on_a_day(county, command):
    folder, policy = county()
    arguments = (command, folder, "--policy", policy, "--as-of", ON, "--as-known-on", ON)
    refused("a folder of files does not say when they arrived", *arguments)


@pytest.mark.thorough
def test_days_beyond_the_calendar_are_refused(county):
    late = PENALTY | {"record_id": "z", "occurred_on": "2026-12-30", "reported_on": "2027-02-01"}
    folder, policy = county(credit_records=[late], record_events=None, decisions=None)
    for command in ("quality", "clocks"):
        refused("working days cannot be counted", command, folder, "--policy", policy, "--as-of", "2027-06-30")


def test_a_range_that_is_none_is_told_in_one_line(known):
    folder, policy = known
    arguments = ("coverage", folder, "--policy", policy, "--as-of", ON)
    refused("is no range of months; begin on the first day of a month", *arguments, "--since", "2023-01-15")


def test_what_is_read_from_is_never_written_over_nor_what_is_not_ours(county, tmp_path):
    folder, policy = county()
    read = (folder, "--policy", policy, "--as-of", ON)
    for command in COMMANDS:
        refused("lies in what is read from", command, *read, "--rows", folder / "enterprises.csv")
    refused("lies in what is read from", "repair", *read, "--notices", folder)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "precious.txt").write_text("keep")
    refused("precious.txt, which is not of notices.json", "repair", *read, "--notices", tmp_path / "own")
    assert [p.name for p in (tmp_path / "own").iterdir()] == ["precious.txt"]


# Persons -------------------------------------------------------------------------------------------------------------


def test_no_command_says_or_writes_an_identifier_of_a_natural_person(county_folder, county_run, tmp_path, monkeypatch):
    monkeypatch.setattr("credit_score.records.read_records", lambda *_, **__: county_run.records)
    raw, said = raw_identifiers(county_folder), []
    for command in COMMANDS:
        more = ["--reminders"] if command == "repair" else []
        code, out, err = told(command, county_folder, "--as-of", ON, "--rows", tmp_path / f"{command}.csv", *more)
        said += [out, err, (tmp_path / f"{command}.csv").read_text(encoding="utf-8")]
        assert code == 0
    assert len(raw) > 600
    assert "S-" in said[-1]  # sole proprietors stand by their pseudonyms
    assert not [identifier for identifier in raw if any(identifier in text for text in said)]
