"""The command on measures as a person or a program meets it."""

import json
import re
import shutil
from datetime import date

import pytest
from as_a_user import refused, saved_quickly, told
from as_firms import HONOUR, KEY, LISTED, event, firm, plain_policy, record, taken, written

import credit_score as cs
from credit_score.records import read_records
from credit_score.records.door.identity import pseudonym
from credit_score.records.keeping.forget import Gone
from credit_score.report.forget_run import forget_in_run
from credit_score.report.run_folder import RunFolder

LIMIT = "measure.limit_procurement"
SHOP = pseudonym("shop", "sole_proprietor", KEY.encode())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A saved run: a firm on the list, one whose measure is to be lifted, and a shop with an honour."""
    place = tmp_path_factory.mktemp("measures")
    policy = plain_policy(place)
    folder = written(
        place, policy, enterprises=[firm("f"), firm("mended"), firm("shop", "sole_proprietor")],
        credit_records=[record("r1", "f", LISTED), record("r2", "mended", LISTED), record("r3", "shop", HONOUR)],
        record_events=[event("e1", "r2", "repaired", "2023-06-01"), event("e2", "r1", "disputed", "2023-06-20")],
        measures_taken=[
            taken("m1", "f", LIMIT, "2023-02-01", "", "2023-02-08"), taken("m2", "mended", LIMIT, "2023-02-01"),
        ],
    )  # fmt: skip
    records = read_records(folder, policy=policy, key=KEY)
    return saved_quickly(cs.run_county(records, policy, as_of="2023-06-30", seed=1), place / "out")


def test_it_tells_what_stands_what_is_open_and_what_is_to_be_lifted(run):
    code, out, err = told("measures", run)
    assert (code, err) == (0, "")
    assert "Draft: nobody has signed" in out
    assert "without legal basis at hand: not taken" in out
    line = next(row for row in out.splitlines() if "mended" in row)
    assert re.search(r"Administrative approval +2023-02-01 +repaired +2023-06-01 +29$", line)
    assert re.search(r"2023-02 +Administrative approval +discipline +2 +1 +50.0% +7.00 +1 +0 +29", out)


def test_it_speaks_chinese(run):
    code, out, _ = told("measures", run, "--lang", "zh")
    assert code == 0
    for words in ("手边无法律依据：不采取", "须立即解除", "已修复", "行政审批局", "惩戒"):
        assert words in out


def test_a_program_reads_the_tables(run):
    code, out, _ = told("measures", run, "--json")
    data = json.loads(out)
    assert code == 0
    assert data["status"] == "draft"
    assert len(data["measure_list"]) == 9
    assert {row["enterprise_id"][:2] for row in data["measures_matched"]} == {"f", "S-"}
    assert [row["state"] for row in data["measures_taken"]] == ["to_lift", "running"]


def test_a_unit_sees_what_it_may_take_and_what_it_took(run):
    _, out, _ = told("measures", run, "--json", "--unit", "natural_resources")
    data = json.loads(out)
    assert {row["measure"] for row in data["measure_list"]} == {"measure.limit_land", "measure.fast_lane"}
    assert {row["measure"] for row in data["measures_matched"]} == {"measure.limit_land", "measure.fast_lane"}
    assert data["measures_taken"] == []


def test_notices_are_written_whole_in_both_languages(run, tmp_path):
    out = tmp_path / "notices"
    code, _, err = told("measures", run, "--notices", out, "--unit", "administrative_approval", "--quiet")
    assert code == 0
    mark = json.loads((out / "measure_notices.json").read_text(encoding="utf-8"))
    assert f"f {LIMIT}" in mark["notices"]
    assert len(list(out.glob("*.zh.html"))) == len(list(out.glob("*.en.html"))) == len(mark["notices"]) == 4
    assert f"written: {out} (4 notices)" in err


def test_a_sole_proprietor_who_is_deleted_leaves_the_tables_and_the_others_stay(run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "run")
    forget_in_run(RunFolder.open(folder), Gone.of([SHOP], []), date(2023, 7, 1))
    before, after = (json.loads(told("measures", place, "--json")[1]) for place in (run, folder))
    assert SHOP not in json.dumps(after)
    stay = [row for row in before["measures_matched"] if row["enterprise_id"] != SHOP]
    assert len(stay) < len(before["measures_matched"])
    assert after["measures_matched"] == stay
    assert after["measures_taken"] == before["measures_taken"]


def test_bad_input_is_told_in_one_line(run, tmp_path):
    refused("unknown unit 'moon'; known: administrative_approval", "measures", run, "--unit", "moon")
    refused("no such run folder", "measures", tmp_path / "none")
    refused("lies in what is read from", "measures", run, "--notices", run / "notices")


@pytest.mark.thorough
def test_a_run_without_measures_is_refused_with_what_is_missing(tmp_path):
    policy = plain_policy(tmp_path)
    (policy.folder / "measures.yaml").unlink()
    policy = cs.load_policy(policy.folder)
    folder = written(tmp_path, policy, enterprises=[firm("f")], credit_records=[record("r1", "f", LISTED)])
    run = cs.run_county(read_records(folder, policy=policy, key=KEY), policy, as_of="2023-06-30", seed=1)
    refused("has no measures section; add measures.yaml to it", "measures", saved_quickly(run, tmp_path / "out"))
