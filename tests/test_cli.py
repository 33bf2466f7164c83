"""The command line as a person or a program meets it: exit codes, one line for bad input, nothing said of persons."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from as_a_user import raw_identifiers, refused, told

import credit_score
from credit_score.policy import load_policy, make_amendment
from credit_score.policy.loader import BUNDLED

ROOT = Path(credit_score.__file__).parents[1]
COMMANDS = [
    [], ["demo"], ["run"], ["check"], ["explain"], ["policy"], ["policy", "show"], ["policy", "diff"],
    ["policy", "check"], ["draw"], ["verify-draw"], ["synth"], ["statement"], ["verify-statement"],
    ["statements"],
]  # fmt: skip
ON = "2023-06-30"


def in_a_process(*arguments, **options):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "credit_score.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, **options)


def copied(folder, tmp_path, name="copy"):
    return shutil.copytree(folder, tmp_path / name)


def rewrite(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# Help and usage ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command):
    code, out, err = told(*command, "--help")
    assert code == 0
    assert out.startswith("usage: credit-score")
    assert not err


def test_the_version_is_the_packages():
    assert told("--version") == (0, f"credit-score {credit_score.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["conquer"], ["run"], ["run", "x"], ["run", "x", "--as-of", ON], ["policy"], ["explain", "x"],
        ["run", "x", "--as-of", ON, "--out", "y", "--seed", "seven"], ["synth", "--out", "x", "--format", "xls"],
        ["check", "x", "--lang", "de"], ["run", "x", "--as-of", ON, "--out", "y", "--engine", "abacus"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_use_exits_with_2_and_shows_the_usage(arguments):
    code, out, err = told(*arguments)
    assert code == 2
    assert not out
    assert err.startswith("usage: credit-score")


def test_help_loads_no_library_that_it_does_not_need():
    code = (
        "import sys, credit_score.cli as c\n"
        "try: c.main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'ibis', 'duckdb', 'matplotlib', 'pydantic', 'pandera', 'yaml', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# From records to report ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ran(county_folder, tmp_path_factory):
    """A run by the command line, what it told, and its folder."""
    out = tmp_path_factory.mktemp("cli") / "out"
    return *told("run", county_folder, "--as-of", ON, "--seed", 7, "--out", out, "--json"), out


def test_run_makes_the_run_folder_that_run_county_saves(ran, run_folder):
    code, out, err, folder = ran
    assert code == 0
    manifests = [json.loads((f / "manifest.json").read_text(encoding="utf-8")) for f in (folder, run_folder)]
    assert json.loads(out) == manifests[0] == manifests[1]
    assert [line.split(" s  ")[1] for line in err.splitlines()][-3:] == ["writing tables", "drawing the report", "done"]


@pytest.mark.thorough
def test_check_counts_as_run_does(ran, county_folder):
    code, out, err = told("check", county_folder, "--json", "--quiet")
    assert (code, err) == (0, "")
    verdict = json.loads(out)
    rows = {row.pop("table"): row for row in verdict["rows"]}
    assert rows == json.loads(ran[1])["rows"]
    for table, counts in rows.items():
        assert sum(r["n"] for r in verdict["rejected"] if r["table"] == table) == counts["rejected"]


def test_check_tells_in_words_what_is_wrong_and_what_to_do(county_folder, tmp_path):
    code, out, err = told("check", county_folder, "--lang", "zh", "--quiet", "--rejected", tmp_path / "rejected.csv")
    assert code == 0
    assert "标识码不合规 — 核对长度" in out
    assert err == f"written: {tmp_path / 'rejected.csv'}\n"
    assert len(pd.read_csv(tmp_path / "rejected.csv")) > 20


@pytest.mark.thorough
def test_demo_goes_from_nothing_to_a_report(tmp_path, monkeypatch):
    monkeypatch.setattr("credit_score.commands.DEMO_SIZES", {"n_enterprises": 60, "n_individuals": 60, "seed": 3})
    code, out, err = told("demo", "--out", tmp_path / "demo", "--lang", "zh")
    assert code == 0
    assert out.splitlines()[0].startswith("演示")
    assert out.splitlines()[-1].endswith(str(tmp_path / "demo" / "report.html"))
    assert "making a synthetic county" in err
    assert (tmp_path / "demo" / "report.html").is_file()


def test_synth_makes_a_county_and_the_same_one_again(tmp_path):
    for name in ("one", "two"):
        code, out, err = told("synth", "--enterprises", 40, "--individuals", 30, "--out", tmp_path / name, "--quiet")
        assert (code, err) == (0, "")
        assert "nothing in it is real" in out
    names = [p.name for p in (tmp_path / "one").iterdir() if p.is_file()]
    assert len(names) > 7
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in names)


# Reading a run -------------------------------------------------------------------------------------------------------


def test_explain_tells_a_score_in_words_and_as_json(run_folder, county_run):
    subject = county_run.ledger["subject"][0]
    code, text, _ = told("explain", subject, "--run", run_folder, "--lang", "en")
    assert code == 0
    assert text.startswith("Statement of a score")
    data = json.loads(told("explain", subject, "--run", run_folder, "--json")[1])
    assert data["subject"] == subject
    assert len(data["records"]) == (county_run.ledger["subject"] == subject).sum()


def test_draw_lists_the_firms_of_a_department_with_the_status(run_folder, county_run, tmp_path):
    code, out, err = told("draw", run_folder, "--department", "fire", "--json")
    listed = json.loads(out)
    assert (code, err) == (0, "status: demonstration\n")
    assert [r["subject"] for r in listed] == county_run.draw.query("department == 'fire'")["subject"].tolist()
    assert {r["status"] for r in listed} == {"demonstration"}
    assert told("draw", run_folder, "--out", tmp_path / "list.csv")[0] == 0
    assert (tmp_path / "list.csv").read_bytes() == (run_folder / "draw.csv").read_bytes()


@pytest.mark.thorough
def test_a_list_that_was_issued_is_verified_against_its_run(run_folder, tmp_path):
    told("draw", run_folder, "--out", tmp_path / "list.csv")
    for arguments in ([run_folder, "--seed", 7], [tmp_path / "list.csv", "--run", run_folder]):
        code, out, err = told("verify-draw", *arguments)
        assert (code, err) == (0, "")
        assert out.startswith("verified: ")
        assert out.endswith("status: demonstration\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.iloc[1:], "rows are drawn by this seed but missing from the list"),
        (lambda t: t.assign(subject=["nobody", *t["subject"][1:]]), "stand in the list but are not drawn by this seed"),
        (lambda t: t.assign(status="in force"), "the list says in force, the run says 'demonstration'"),
        (lambda t: t.assign(visits=9), "have another visits than the draw gives"),
        (lambda t: t.drop(columns="key"), "column key is missing; give a list made by: credit-score draw --out"),
        (lambda t: t.iloc[:0], "are drawn by this seed but missing from the list"),
    ],
)
def test_a_list_that_was_tampered_with_is_refused(run_folder, tmp_path, change, message):
    change(pd.read_csv(run_folder / "draw.csv", dtype=str, keep_default_na=False)).to_csv(
        tmp_path / "l.csv", index=False
    )
    refused(message, "verify-draw", tmp_path / "l.csv", "--run", run_folder)


def test_policies_are_shown_compared_and_checked():
    code, out, _ = told("policy", "show", "gaoyang", "--as-of", "2026-04-01", "--json")
    shown = {(r["rule"], r["field"]): r for r in json.loads(out)}
    assert code == 0
    assert shown["tiers:tiers:A", "from_score"]["value"] == 1000
    code, out, _ = told("policy", "diff", f"gaoyang@{ON}", "gaoyang@2026-04-01", "--json")
    grades = ("minor", "general", "serious")
    items, classes = (
        (f"enterprise:items:compliance.penalty_{g}" for g in grades),
        (f"repair:classes:{g}" for g in grades),
    )
    assert {*items, *classes} <= {r["rule"] for r in json.loads(out)}
    assert told("policy", "diff", f"gaoyang@{ON}", f"gaoyang@{ON}") == (0, "no difference\n", "")
    assert told("policy", "diff", f"gaoyang@{ON}", f"gaoyang@{ON}", "--json") == (0, "[]\n", "")
    assert "numbers in force on 2026-04-01" in told("policy", "check", "gaoyang")[1]


@pytest.fixture
def amended_folder(tmp_path):
    """The bundled policy with an amendment of 2023-06-01, and the amendment's file."""
    folder = copied(BUNDLED / "gaoyang", tmp_path, "amended")
    text = make_amendment(
        load_policy(folder), date(2023, 6, 1), {("inspection", "cap"): 5},
        author={"name": "李四", "office": "信用办"}, written="2023-05-20T09:00:00+08:00", reason="过少 / too few",
        signature={"name": "王五", "office": "分管副县长", "signed_on": date(2023, 5, 31)},
    )  # fmt: skip
    (folder / "amendment-2023-06-01.yaml").write_text(text, encoding="utf-8")
    return folder, folder / "amendment-2023-06-01.yaml"


def test_an_amended_policy_is_shown_compared_and_checked_with_its_amendment(amended_folder):
    folder, _ = amended_folder
    shown = json.loads(told("policy", "show", folder, "--as-of", ON, "--json")[1])
    cap = next(row for row in shown if (row["rule"], row["field"]) == ("inspection", "cap"))
    assert (cap["value"], cap["basis"], cap["since"]) == (5, "decision", "2023-06-01")
    rows = json.loads(told("policy", "diff", f"gaoyang@{ON}", f"{folder}@{ON}", "--json")[1])
    assert [(r["rule"], r["field"], r["value_before"], r["value_after"]) for r in rows] == [("inspection", "cap", 4, 5)]
    told_of = (told("policy", "check", name)[1] for name in ("gaoyang", folder))
    before, after = (int(re.search(r"(\d+) of them assumptions", text)[1]) for text in told_of)
    assert after == before - 1  # a decision now


def test_an_amendment_that_edits_is_told_with_file_and_line(amended_folder):
    folder, file = amended_folder
    rewrite(file, "  cap:", "  schedule: {A: {ratio: 0.5}}\n  cap:")
    message = f"{file}, line 9: inspection.schedule.A.ratio: is no value by date; an amendment adds dates"
    refused(message, "policy", "check", folder)


def test_json_is_strict_json_even_where_a_number_is_missing(altered_policy):
    folder = altered_policy(inspection=lambda s: s.pop("county_minimum"))
    code, out, _ = told("policy", "diff", f"gaoyang@{ON}", f"{folder}@{ON}", "--json")
    rows = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert code == 0
    removed = next(r for r in rows if r["change"] == "removed")
    assert (removed["value_before"], removed["value_after"]) == (0.03, None)


# Bad input -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def records(county_folder, tmp_path):
    return copied(county_folder, tmp_path, "records")


def run_refused(message, records, tmp_path, *more, as_of=ON):
    line = refused(message, "run", records, "--as-of", as_of, "--out", tmp_path / "out", "--quiet", *more)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))
    return line


def test_a_missing_folder_is_told_in_one_line(tmp_path):
    run_refused("no such folder; give a folder of CSV, Excel (.xlsx) or Parquet files", tmp_path / "nowhere", tmp_path)
    refused("no such folder", "check", tmp_path / "nowhere")


def test_an_empty_file_is_told_in_one_line(records, tmp_path):
    (records / "credit_records.csv").write_bytes(b"")
    run_refused("credit_records.csv: the file is empty", records, tmp_path)


def test_a_heading_without_a_row_is_told_in_one_line(records, tmp_path):
    heading = (records / "enterprises.csv").read_text(encoding="utf-8", errors="replace").splitlines()[0]
    (records / "enterprises.csv").write_text(heading + "\n", encoding="utf-8")
    run_refused("enterprises.csv: the file holds a heading and no row", records, tmp_path)


def test_an_unknown_column_is_told_with_file_and_line(records, tmp_path):
    path = records / "departments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("inspectors", "hobbies", 1), encoding="utf-8")
    line = run_refused("unknown column 'hobbies'", records, tmp_path)
    assert "departments.csv, line 1" in line


@pytest.mark.parametrize(("day", "message"), [
    ("2023-03-14", "not in force on 2023-03-14; its base, cut-offs and schedule start on 2023-03-15"),
    ("yesterday", "'yesterday' is not a date; write it as 2023-06-30"),
    ("2023-02-30", "'2023-02-30' is not a date"),
    ("", "'' is not a date"),
])  # fmt: skip
def test_a_day_without_rules_and_what_is_no_day_are_told_in_one_line(records, tmp_path, day, message):
    run_refused(message, records, tmp_path, as_of=day)
    refused(message, "policy", "show", "gaoyang", "--as-of", day)
    refused(message, "policy", "diff", f"gaoyang@{day}", f"gaoyang@{ON}")


def test_a_duplicate_key_in_a_policy_is_told_with_file_and_line(records, tmp_path, altered_policy):
    folder = altered_policy()
    rewrite(folder / "tiers.yaml", "subjects: enterprise\n", "subjects: enterprise\nsubjects: enterprise\n")
    for line in (
        refused("key 'subjects' stands twice", "policy", "check", folder),
        run_refused("key 'subjects' stands twice", records, tmp_path, "--policy", folder),
    ):
        assert "tiers.yaml, line 4" in line


def test_an_unknown_unit_in_a_policy_is_told_with_the_rule(altered_policy):
    folder = altered_policy()
    rewrite(folder / "enterprise.yaml", "value: P12M", "value: P12W")
    line = refused("'P12W' is not a period with a known unit; write months or years", "policy", "check", folder)
    assert "enterprise.yaml, line" in line
    assert "rule compliance.penalty_minor" in line


def test_an_unknown_policy_is_told_with_the_names_there_are(records, tmp_path):
    run_refused(
        "no policy 'atlantis'; give a folder, or a bundled name: gaoyang", records, tmp_path, "--policy", "atlantis"
    )


def test_a_policy_without_a_day_to_compare_is_told_in_one_line():
    refused("'gaoyang' names no day; write it as gaoyang@2023-06-30", "policy", "diff", "gaoyang", f"gaoyang@{ON}")


def test_an_unknown_subject_is_told_without_being_repeated(run_folder):
    line = refused(
        "no score for this subject (18 characters, digits)", "explain", "110101190001011237", "--run", run_folder
    )
    assert "110101190001011237" not in line


def test_what_is_no_run_folder_is_told_in_one_line(tmp_path):
    for command in (["explain", "x", "--run"], ["draw"]):
        refused("holds no manifest.json", *command, tmp_path)
        refused("no such run folder", *command, tmp_path / "nowhere")
    refused("no such list", "verify-draw", tmp_path)


@pytest.mark.parametrize("name", ["draw.csv", "schedule.csv", "frame.parquet", "ledger.parquet", "policy/tiers.yaml"])
def test_a_run_folder_that_was_tampered_with_is_told_in_one_line(run_folder, county_run, tmp_path, name):
    folder = copied(run_folder, tmp_path)
    with (folder / name).open("ab") as stream:
        stream.write(b"\n")
    message = f"{name} is not the file the run wrote"
    if name in ("ledger.parquet", "policy/tiers.yaml"):
        refused(message, "explain", county_run.ledger["subject"][0], "--run", folder)
    else:
        refused(message, "draw", folder)


def test_an_unknown_department_is_told_with_those_there_are(run_folder):
    refused(
        "no list for department 'magic'; there are agriculture, ecology", "draw", run_folder, "--department", "magic"
    )


def test_another_seed_is_told_in_one_line(run_folder):
    refused("", "verify-draw", run_folder, "--seed", 8)


def test_an_output_folder_that_is_not_ours_is_refused_before_any_work_and_left_alone(tmp_path):
    (tmp_path / "precious.txt").write_text("keep")
    for command in (["demo"], ["run", tmp_path / "nowhere", "--as-of", ON]):
        refused(
            "precious.txt, which is not of manifest.json, so it is not ours to replace", *command, "--out", tmp_path
        )
    assert [p.name for p in tmp_path.iterdir()] == ["precious.txt"]


def test_a_place_that_cannot_be_written_is_told_in_one_line(run_folder, tmp_path):
    (tmp_path / "file").write_text("")
    refused("is a file, not a folder", "demo", "--out", tmp_path / "file")
    refused("nowhere/list.csv: could not write", "draw", run_folder, "--out", tmp_path / "nowhere" / "list.csv")


@pytest.mark.parametrize("memory", ["lots", "12", "-1GB"])
def test_a_size_of_memory_that_is_none_is_told_in_one_line(records, tmp_path, memory):
    run_refused(f"memory '{memory}' is not a size; write it as 2GB or 500MB", records, tmp_path, f"--memory={memory}")


def test_too_little_memory_is_told_in_one_line(records, tmp_path):
    run_refused("give it more memory (--memory) or disk", records, tmp_path, "--memory", "1MB")


@pytest.mark.parametrize("n", ["-1", "1000000000000"])
def test_a_county_of_an_impossible_size_is_told_in_one_line(tmp_path, n):
    refused("enterprises asked for", "synth", f"--enterprises={n}", "--out", tmp_path / "county")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 200 kB, where root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("no small disk: only root can mount one")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.thorough
def test_a_disk_that_fills_up_is_told_in_one_line_and_holds_nothing_half_written(small_disk, county_folder, run_folder):
    message = "could not write: No space left on device"
    refused(message, "run", county_folder, "--as-of", ON, "--out", small_disk / "out", "--quiet")
    refused(message, "synth", "--out", small_disk / "county", "--quiet")
    refused(message, "draw", run_folder, "--out", write_until_full(small_disk) / "list.csv")
    assert [p.name for p in small_disk.iterdir()] == ["ballast"]


def write_until_full(disk):
    with (disk / "ballast").open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(b"0" * 4096)
    return disk


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_an_output_that_takes_no_more_is_told_in_one_line():
    with Path("/dev/full").open("w") as full:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-m", "credit_score.cli", "policy", "check", "gaoyang"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["credit-score: No space left on device; check the path and its permissions"]


@pytest.mark.skipif(os.name != "posix", reason="a pipe of a POSIX shell")
def test_a_reader_that_stops_reading_is_no_failure():
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = f"set -o pipefail; {sys.executable} -m credit_score.cli policy check gaoyang | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stop_by_hand_is_told_in_one_line(monkeypatch):
    def stopped(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("credit_score.commands.policy_check", stopped)
    refused("stopped; nothing was left half-written", "policy", "check", "gaoyang")


def test_bad_input_leaves_no_trace_of_the_program_in_a_process_of_its_own(tmp_path):
    done = in_a_process("run", tmp_path / "nowhere", "--as-of", ON, "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


# Persons -------------------------------------------------------------------------------------------------------------


def test_no_command_says_an_identifier_of_a_natural_person(ran, county_folder, run_folder, county_run):
    raw = raw_identifiers(county_folder)
    said = ["".join(ran[1:3])]
    commands = [
        ["check", county_folder], ["draw", run_folder], ["draw", run_folder, "--json"], ["verify-draw", run_folder],
        ["explain", county_run.scores["subject"][0], "--run", run_folder],
        ["explain", min(raw), "--run", run_folder],
    ]  # fmt: skip
    said += ["".join(told(*command)[1:]) for command in commands]
    assert len(raw) > 600
    assert all(said)
    assert not [identifier for identifier in raw if any(identifier in text for text in said)]


@pytest.mark.parametrize("out", ["records", "records/run", "."])
def test_what_is_read_from_is_never_written_over(records, tmp_path, out, monkeypatch):
    before = sorted(p.read_bytes() for p in records.rglob("*") if p.is_file())
    monkeypatch.chdir(tmp_path)
    run = ("run", "records", "--as-of", ON, "--quiet", "--out", out)
    refused("is the folder you are in" if out == "." else "lies in what is read from", *run)
    refused("lies in what is read from", "check", "records", "--quiet", "--rejected", "records/enterprises.csv")
    assert sorted(p.read_bytes() for p in records.rglob("*") if p.is_file()) == before


def test_a_list_is_not_written_into_its_run(run_folder, tmp_path):
    refused("lies in what is read from", "draw", run_folder, "--out", run_folder / "draw.csv")


@pytest.mark.thorough
def test_a_county_without_dirt_runs_to_its_end(tmp_path):
    assert (
        told("synth", "--enterprises", 60, "--individuals", 60, "--no-dirt", "--out", tmp_path / "r", "--quiet")[0] == 0
    )
    code, _, err = told("run", tmp_path / "r", "--as-of", ON, "--out", tmp_path / "out", "--quiet")
    assert (code, err) == (0, "")
    assert len((tmp_path / "out" / "rejected.csv").read_text("utf-8").splitlines()) == 1
    assert told("check", tmp_path / "r", "--quiet", "--rejected", tmp_path / "none.csv")[0] == 0


@pytest.mark.parametrize("day", ["9999-12-31", "1066-10-14", "20230630", "2023-W26-5", "yesterday"])
def test_a_day_out_of_reach_or_written_otherwise_is_told_in_one_line(records, tmp_path, day):
    run_refused("is outside the years 1900 to 2199" if day[:2] in "9910" else "is not a date", records, tmp_path,
                as_of=day)  # fmt: skip


@pytest.mark.thorough
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_run_that_is_stopped_from_outside_leaves_nothing(tmp_path, name):
    places = {"TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "credit_score.cli", "demo", "--out", str(tmp_path / "out")]
    heard = partial(signal.signal, getattr(signal, name), signal.SIG_DFL)  # who began the tests may be deaf to it
    given = {"env": os.environ | places, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, preexec_fn=heard, **given) as running:  # noqa: PLW1509 - no thread runs here
        for line in running.stderr:
            if "writing tables" in line:
                running.send_signal(getattr(signal, name))
                break
        rest = running.stderr.read()
    assert running.returncode == 1
    assert "credit-score: stopped; nothing was left half-written" in rest
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tmp"]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_fault_of_the_program_is_told_in_one_line_without_a_value(monkeypatch):
    def fault(_):
        raise KeyError("110101185003073719")

    monkeypatch.setattr("credit_score.commands.demo", fault)
    line = refused("a fault of the program itself (KeyError)", "demo")
    assert "1101" not in line


@pytest.mark.thorough
def test_chinese_is_written_on_a_terminal_that_says_it_knows_ascii_only(run_folder):
    places = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subject = pd.read_parquet(run_folder / "scores_enterprise.parquet")["subject"][0]
    command = [sys.executable, "-m", "credit_score.cli", "explain", subject, "--run", str(run_folder)]
    done = subprocess.run(command, env=os.environ | places, capture_output=True, check=False)
    assert done.returncode == 0
    assert "信用分说明" in done.stdout.decode("utf-8")


def test_a_long_number_among_the_arguments_is_not_repeated():
    code, _, err = told("explain", "P-1", "110101185003073719", "--run", "r")
    assert (code, "1101" in err, "(a long number)" in err) == (2, False, True)
