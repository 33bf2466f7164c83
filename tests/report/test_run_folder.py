import errno
import json
import shutil
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pandas as pd
import pytest
from as_a_user import raw_identifiers

import credit_score as cs
from credit_score.errors import PolicyError, RunError
from credit_score.policy import amended, make_amendment
from credit_score.report import RunFolder, read_list, verified
from credit_score.report import run_folder as module
from credit_score.report.run_folder import with_words

FILES = {
    "scores_individual.parquet", "scores_enterprise.parquet", "ledger.parquet", "tiers.parquet", "frame.parquet",
    "schedule.csv", "draw.csv", "uncounted.csv", "workload.csv", "rejected.csv", "quality.csv", "coverage.csv",
    "report.html", "manifest.json", "cube.json", "register.parquet", "sector_tiers.parquet",
    "firms.parquet", "facts.parquet",
    "indicators.csv",
}  # fmt: skip


def files(folder):
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    assert found
    return found


def text(path):
    return pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else path.read_text(encoding="utf-8")


def copied(run_folder, tmp_path):
    return shutil.copytree(run_folder, tmp_path / "copy")


def test_a_run_folder_holds_its_files_and_the_policy_it_was_made_under(run_folder, county_run):
    policy = {f"policy/{p.name}": p.read_bytes() for p in county_run.policy.folder.glob("*.yaml")}
    found = files(run_folder)
    pilot = {f"pilot/{name}.csv" for name in county_run.pilot}
    assert set(found) == FILES | set(policy) | pilot
    assert {"pilot/indicators.csv", "pilot/indicator_trend.csv", "pilot/plan_tasks.csv"} <= pilot
    assert {"pilot/scenes.csv", "pilot/scene_months.csv", "pilot/scene_reach.csv"} <= pilot
    assert {name: found[name].read_bytes() for name in policy} == policy
    assert not list(run_folder.parent.glob(".*"))


def test_the_manifest_tells_what_went_in_and_what_came_out(run_folder, county_folder, county_run):
    manifest = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))
    told = {k: manifest[k] for k in ("status", "policy", "as_of", "seed", "synthetic", "signed")}
    assert told == {
        "status": "demonstration", "policy": "gaoyang", "as_of": "2023-06-30", "seed": 7,
        "synthetic": True, "signed": False,
    }  # fmt: skip
    assert manifest["version"] == cs.__version__
    for name, path in files(run_folder).items():
        if name != "manifest.json":
            assert manifest["outputs"][name] == sha256(path.read_bytes()).hexdigest()
    assert manifest["inputs"] == {p.name: sha256(p.read_bytes()).hexdigest() for p in county_folder.glob("*.csv")}


def test_every_row_that_went_in_is_accepted_or_stands_in_rejected(run_folder, county_folder):
    rows = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))["rows"]
    rejected = pd.read_csv(run_folder / "rejected.csv")["table"].value_counts()
    for table, n in rows.items():
        path = county_folder / f"{table}.csv"
        lines = path.read_bytes().count(b"\n") - 1 if path.exists() else 0
        assert n["read"] == n["accepted"] + n["rejected"] == lines
        assert n["rejected"] == rejected.get(table, 0)
    assert rejected.sum() > 20


@pytest.mark.thorough
def test_the_same_records_and_seed_give_the_same_bytes_wherever_they_lie(run_folder, county_folder, tmp_path):
    elsewhere = shutil.copytree(county_folder, tmp_path / "elsewhere" / "records")
    run = cs.run_county(cs.read_records(elsewhere), cs.load_policy("gaoyang"), as_of="2023-06-30", seed=7)
    again = files(run.save(tmp_path / "again"))
    first = files(run_folder)
    assert again.keys() == first.keys()
    assert [name for name in first if first[name].read_bytes() != again[name].read_bytes()] == []


SIGNED = "signature: {name: a, office: b, signed_on: 2023-06-01}"


@pytest.mark.parametrize(
    ("signature", "synthetic", "status", "told"),
    [
        ("", False, "draft", "草案"),
        pytest.param(SIGNED, False, "in force", "已签署生效", marks=pytest.mark.thorough),
        pytest.param(SIGNED, True, "demonstration", "演示", marks=pytest.mark.thorough),
    ],
)
@pytest.mark.usefixtures("quick_page")
def test_the_status_stands_in_every_list_and_on_the_page(small_run, tmp_path, signature, synthetic, status, told):
    def sign(folder):
        path = folder / "policy.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("signature: null", signature), encoding="utf-8")

    out = small_run(sign, synthetic=synthetic).save(tmp_path / "out")
    for name in ("draw.csv", "schedule.csv", "workload.csv"):
        assert set(pd.read_csv(out / name)["status"]) == {status}
    assert f'<p class="status" role="note"><span lang="zh">{told}' in (out / "report.html").read_text(encoding="utf-8")
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["status"] == status


@pytest.fixture
def amended_run(small_run, tmp_path):
    """A saved run of a day on which an amendment of its policy holds."""

    def amend(folder):
        text = make_amendment(
            cs.load_policy(folder), date(2023, 6, 1), {("tiers", "tiers", "A", "from_score"): 990.5},
            author={"name": "李四", "office": "信用办"}, written="2023-05-20T09:00:00+08:00", reason="过多",
            signature={"name": "王五", "office": "分管副县长", "signed_on": date(2023, 5, 31)},
        )  # fmt: skip
        (folder / "amendment-2023-06-01.yaml").write_text(text, encoding="utf-8")

    return small_run(amend, synthetic=False)


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_run_under_an_amended_policy_is_read_back_under_it(amended_run, tmp_path):
    opened = RunFolder.open(amended_run.save(tmp_path / "out"))
    assert opened.policy().fingerprint == amended_run.policy.fingerprint
    assert opened.rules().tiers[0].cutoff == 990_500
    assert (opened.manifest["signed"], opened.manifest["status"]) == (True, "in force")
    assert verified(opened, opened.table("draw.csv")) == len(amended_run.draw)


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_run_under_a_draft_is_not_saved(small_run, tmp_path):
    run = small_run()
    text = make_amendment(
        run.policy, date(2023, 6, 1), {("inspection", "cap"): 5},
        author={"name": "李四", "office": "信用办"}, written="2023-05-20T09:00:00+08:00", reason="过多",
    )  # fmt: skip
    with pytest.raises(PolicyError, match="the amendment of 2023-06-01 is a draft"):
        replace(run, policy=amended(run.policy, text)).save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_an_amendment_that_the_run_did_not_have_is_refused(amended_run, tmp_path):
    out = amended_run.save(tmp_path / "out")
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    del told["outputs"]["policy/amendment-2023-06-01.yaml"]
    (out / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(RunError, match=r"policy/amendment-2023-06-01\.yaml is not of the run; take it out"):
        RunFolder.open(out).policy()


def test_no_identifier_of_a_natural_person_stands_in_a_run_folder(run_folder, county_folder):
    raw = raw_identifiers(county_folder)
    assert len(raw) > 600
    for path in files(run_folder).values():
        held = text(path)
        assert not [identifier for identifier in raw if identifier in held]


def test_a_disk_that_fills_up_leaves_the_older_run_and_nothing_else(county_run, run_folder, tmp_path, monkeypatch):
    out = copied(run_folder, tmp_path)
    before = {name: path.read_bytes() for name, path in files(out).items()}

    def full(run):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "report_page", full)
    with pytest.raises(
        RunError, match=r"could not write: No space left on device.*what stood there before is unchanged"
    ):
        county_run.save(out)
    assert {name: path.read_bytes() for name, path in files(out).items()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["copy"]


@pytest.mark.parametrize("broken", ["report_page", "fingerprints", "with_words", "_save_tables"])
def test_whatever_fails_midway_leaves_nothing_behind(county_run, tmp_path, monkeypatch, broken):
    def fails(*_):
        raise RuntimeError("struck by lightning")

    monkeypatch.setattr(module, broken, fails)
    monkeypatch.setattr(module, "report_page", lambda run: "") if broken != "report_page" else None
    with pytest.raises(RuntimeError, match="lightning"):
        county_run.save(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_an_older_run_is_replaced_whole(small_run, run_folder, tmp_path):
    out = copied(run_folder, tmp_path)
    small_run().save(out)
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["rows"]["enterprises"]["read"] == 1


def test_a_folder_that_is_not_a_run_is_never_replaced(county_run, tmp_path):
    (tmp_path / "precious.txt").write_text("keep")
    with pytest.raises(
        RunError, match=r"holds precious\.txt, which is not of manifest\.json, so it is not ours to replace"
    ):
        county_run.save(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["precious.txt"]


def test_tables_are_read_back_as_they_were(run_folder, county_run):
    opened = RunFolder.open(run_folder)
    assert opened.table("draw.csv").equals(county_run.draw)
    assert opened.table("tiers.parquet").equals(county_run.tiers.assign(status="demonstration"))
    assert opened.rules().on == county_run.rules.on
    assert opened.policy().name == "gaoyang"
    one = county_run.draw["subject"][0]
    assert opened.table("tiers.parquet", subject=one)["subject"].tolist() == [one]


def test_codes_of_digits_stay_text_and_numbers_stay_exact(tmp_path):
    path = tmp_path / "draw.csv"
    path.write_text("department,subject,tier,duty,draw_probability\n001,0042,01,,0.1234567890123456789\n")
    row = read_list(path).iloc[0]
    assert row.tolist() == ["001", "0042", "01", "", 0.1234567890123456789]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b'a,b\n"open,1\n1,2,3\n'])
def test_a_list_that_is_no_csv_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(RunError, match="not readable as CSV in UTF-8") as told:
        read_list(tmp_path / "list.csv")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["draw.csv", "ledger.parquet"])
def test_a_file_that_was_changed_after_the_run_is_refused(run_folder, tmp_path, name):
    folder = copied(run_folder, tmp_path)
    with (folder / name).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(RunError, match=f"{name} is not the file the run wrote"):
        RunFolder.open(folder).table(name)
    (folder / name).unlink()
    with pytest.raises(RunError, match=f"{name} is missing"):
        RunFolder.open(folder).table(name)


def test_a_policy_that_was_changed_after_the_run_is_refused(run_folder, tmp_path):
    folder = copied(run_folder, tmp_path)
    path = folder / "policy" / "tiers.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 1000", "value: 990"), encoding="utf-8")
    with pytest.raises(RunError, match=r"policy/tiers\.yaml is not the file the run wrote"):
        RunFolder.open(folder).rules()


@pytest.mark.parametrize("manifest", ["", "{", "[]", "{}", '{"outputs": []}', "null", "\udcff"])
def test_a_manifest_that_is_none_is_refused(run_folder, tmp_path, manifest):
    folder = copied(run_folder, tmp_path)
    (folder / "manifest.json").write_text(manifest, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(RunError, match=r"manifest\.json: the manifest is not readable; run again"):
        RunFolder.open(folder)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="no such run folder"):
        RunFolder.open(tmp_path / "nowhere")
    with pytest.raises(RunError, match=r"holds no manifest\.json"):
        RunFolder.open(tmp_path)


def test_a_refused_row_tells_its_reason_and_remedy_in_both_languages():
    rejected = pd.DataFrame({"value": ["=1+1", ""], "reason": ["not_a_number"] * 2})
    told = with_words(rejected)
    assert told["value"].tolist() == ["=1+1", ""]  # made harmless when it is written
    assert told["reason_en"].unique().tolist() == ["Not a number"]
    assert told["remedy_zh"].unique().tolist() == ["改为数字"]


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_county_without_a_rejected_row_has_an_empty_list_with_its_columns(small_run, tmp_path):
    out = small_run().save(tmp_path / "out")
    listed = pd.read_csv(out / "rejected.csv")
    assert listed.empty
    assert {"table", "file", "row", "column", "value", "reason", "reason_zh", "remedy_en"} <= set(listed.columns)
