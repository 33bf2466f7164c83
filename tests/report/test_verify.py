import json
import shutil

import pandas as pd
import pytest

import credit_score as cs
from credit_score.errors import CreditScoreError, RunError, VerificationError
from credit_score.files import fingerprint
from credit_score.report import RunFolder, read_list, verified


@pytest.fixture
def copy(run_folder, tmp_path):
    return shutil.copytree(run_folder, tmp_path / "copy")


def check(folder, listed=None, **options):
    opened = RunFolder.open(folder)
    return verified(opened, opened.table("draw.csv") if listed is None else listed, **options)


def forge(folder, name, change=lambda text: text, **manifest):
    """Change a text file of a run and set its fingerprint right, as a forger with some knowledge would."""
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    told = json.loads((folder / "manifest.json").read_text("utf-8")) | manifest
    told["outputs"][name] = fingerprint(path)
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")


def forge_table(folder, name, change):
    path = folder / name
    change(pd.read_parquet(path)).to_parquet(path)
    forge(folder, "draw.csv")
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    told["outputs"][name] = fingerprint(path)
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")


def test_a_run_is_what_its_records_policy_and_seed_give(run_folder, county_run):
    assert check(run_folder) == len(county_run.draw)
    assert check(run_folder, seed=county_run.seed) == len(county_run.draw)


@pytest.mark.thorough
def test_a_list_of_one_department_is_verified_as_such_and_not_as_the_whole(run_folder, county_run):
    fire = county_run.draw.query("department == 'fire'").reset_index(drop=True)
    assert check(run_folder, fire, department="fire") == len(fire)
    with pytest.raises(VerificationError, match=r"holds department fire alone; .*add --department fire"):
        check(run_folder, fire)
    with pytest.raises(VerificationError, match="are drawn by this seed but missing"):
        check(run_folder, fire[1:].reset_index(drop=True), department="fire")
    with pytest.raises(VerificationError, match="stand in the list but are not drawn"):
        check(run_folder, county_run.draw, department="fire")
    with pytest.raises(RunError, match="no department 'fier' in the run; there are agriculture, ecology"):
        check(run_folder, fire, department="fier")


def test_a_department_left_out_of_the_whole_list_is_missed(run_folder, county_run):
    with pytest.raises(VerificationError, match="are drawn by this seed but missing"):
        check(run_folder, county_run.draw.query("department != 'fire'").reset_index(drop=True))


def test_a_status_that_records_and_policy_do_not_give_is_refused(copy):
    forge(copy, "draw.csv", lambda text: text.replace(",demonstration", ",in force"), status="in force")
    with pytest.raises(VerificationError, match="says 'in force', but records and policy make it 'demonstration'"):
        check(copy)
    forge(copy, "draw.csv", synthetic=False)
    with pytest.raises(VerificationError, match="says 'in force', but records and policy make it 'draft'"):
        check(copy)


def test_a_cap_that_is_not_the_policys_is_refused(copy):
    forge(copy, "draw.csv", cap=9)
    with pytest.raises(VerificationError, match="the manifest says a cap of 9, the policy 4"):
        check(copy)


def test_a_firm_moved_to_another_tier_is_refused_though_every_file_was_made_to_fit(copy):
    def moved(frame):
        worst = frame.index[frame["tier_code"] == frame["tier_code"].max()][0]
        subject = frame.loc[worst, "subject"]
        frame.loc[frame["subject"] == subject, ["tier_code", "tier"]] = [0, "A"]
        return frame

    forge_table(copy, "frame.parquet", moved)
    with pytest.raises(VerificationError, match=r"frame\.parquet: 1?\d firms have another tier than their score"):
        check(copy)
    forge_table(copy, "tiers.parquet", moved)
    with pytest.raises(VerificationError, match=r"tiers\.parquet: 1 firms have another tier than their score"):
        check(copy)


@pytest.mark.parametrize("column", ["ratio", "floor", "days_per_visit", "frequency"])
def test_a_number_of_the_schedule_that_is_not_the_policys_is_refused(copy, column):
    schedule = read_list(copy / "schedule.csv")
    schedule[column] = schedule[column].astype(float) + (schedule.index == 0)
    schedule.to_csv(copy / "schedule.csv", index=False)
    forge(copy, "schedule.csv")
    with pytest.raises(
        VerificationError, match=rf"schedule, department .*: {column} is .*, but policy, frame and seed"
    ):
        check(copy)


def test_a_policy_changed_after_the_run_is_refused(copy):
    path = copy / "policy" / "inspection.yaml"
    path.write_text(path.read_text("utf-8").replace("value: 0.01", "value: 0.02"), "utf-8")
    with pytest.raises(RunError, match=r"policy/inspection\.yaml is not the file the run wrote"):
        check(copy)


@pytest.mark.parametrize("change", [{"cap": "x"}, {"status": {}}, {"seed": None}, {"outputs": []}, {"synthetic": 3}])
def test_a_manifest_of_another_form_is_told_in_one_line(copy, change):
    told = json.loads((copy / "manifest.json").read_text("utf-8")) | change
    (copy / "manifest.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(RunError, match="the manifest is not readable; run again"):
        RunFolder.open(copy)


def test_an_identity_number_in_a_list_is_not_repeated(run_folder, county_run):
    number = "110101185003073719"
    for column in ("department", "status"):
        with pytest.raises(CreditScoreError) as told:
            check(run_folder, county_run.draw.assign(**{column: number}))
        assert number not in str(told.value)


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_run_in_which_one_department_draws_is_verified_without_naming_it(county_folder, altered_policy, tmp_path):
    def one(section):
        section["departments"] = section["departments"][:1]

    policy = cs.load_policy(altered_policy(inspection=one))
    run = cs.run_county(cs.read_records(county_folder, policy=policy), policy, as_of="2023-06-30", seed=3)
    out = run.save(tmp_path / "out")
    assert check(out) == check(out, department="market_supervision") == len(run.draw)


def test_a_firm_taken_out_of_the_frame_or_put_in_twice_is_refused(copy):
    whole = pd.read_parquet(copy / "frame.parquet")
    forge_table(copy, "frame.parquet", lambda frame: frame[frame["subject"] != frame["subject"][0]])
    with pytest.raises(
        VerificationError, match=r"0 firms stand twice in the frame of department \w+ and 1 are missing"
    ):
        check(copy)
    forge_table(copy, "frame.parquet", lambda _: pd.concat([whole, whole[:1]]))
    with pytest.raises(VerificationError, match="1 firms stand twice in the frame"):
        check(copy)


def test_a_score_that_is_not_the_sum_of_its_ledger_is_refused(copy):
    forge_table(copy, "scores_enterprise.parquet", lambda t: t.assign(score_milli=[999_999, *t["score_milli"][1:]]))
    with pytest.raises(VerificationError, match="1 firms have another score than the ledger gives"):
        check(copy)


@pytest.mark.parametrize("column", ["points_milli", "item", "reference"])
def test_a_record_that_earns_what_no_rule_gives_is_refused(copy, column):
    def forged(ledger):
        firms = ledger.index[ledger["subject_kind"] == "enterprise"]
        ledger.loc[firms[0], column] += 1 if column == "points_milli" else "?"
        return ledger

    forge_table(copy, "ledger.parquet", forged)
    with pytest.raises(VerificationError, match="1 records have another item, or other points, than the policy gives"):
        check(copy)
