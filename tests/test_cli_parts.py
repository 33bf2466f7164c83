"""Commands on tables in parts: a county written by town and month is checked, taken in once, and run by town."""

import pytest

from credit_score.cli import main

DAY = "2023-06-30"


@pytest.fixture(scope="module")
def parted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parted") / "records"
    asked = ["synth", "--enterprises", "80", "--individuals", "60", "--format", "parquet", "--by", "town,month"]
    assert main([*asked, "--records", "4", "--quiet", "--out", str(folder)]) == 0
    return folder


@pytest.mark.thorough
def test_a_check_tells_the_parts_of_a_table_in_one_line(parted, capsys):
    assert main(["check", str(parted), "--quiet", "--lang", "zh"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "credit_records: credit_records" in line]
    n = len(list((parted / "credit_records").rglob("*.parquet")))
    assert n > 100
    assert len(lines) == 1
    assert lines[0].endswith(f"(Parquet, {n} 个部分)")


@pytest.mark.thorough
def test_a_store_takes_parts_in_once(parted, tmp_path, capsys):
    asked = ["intake", str(parted), "--store", str(tmp_path / "store"), "--received-on", DAY, "--quiet"]
    assert main(asked) == 0
    before = sorted((tmp_path / "store").iterdir())
    assert main(asked) == 0
    assert sorted((tmp_path / "store").iterdir()) == before
    capsys.readouterr()


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_run_by_town_is_verified_and_told_where_a_part_is_missing(parted, tmp_path, capsys):
    run = tmp_path / "run"
    assert main(["run", str(parted), "--as-of", DAY, "--by", "town", "--quiet", "--out", str(run)]) == 0
    assert main(["verify-draw", str(run)]) == 0
    part = min((run / "ledger.parquet").rglob("*.parquet"))
    part.unlink()
    capsys.readouterr()
    assert main(["verify-draw", str(run)]) == 1
    assert f"{part.relative_to(run).as_posix()} is missing; run again" in capsys.readouterr().err
