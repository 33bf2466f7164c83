import errno
import json
import os
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score import files
from credit_score.engine import open_engine, saved
from credit_score.errors import RunError
from credit_score.files import check_free, fingerprint, undated, whole_file, whole_folder

MARK = "manifest.json"


def put(out, text="new", name="data.txt"):
    """Write a folder of the kind whose mark is ``manifest.json``."""
    with whole_folder(out, replaces=MARK) as folder:
        (folder / MARK).write_text(json.dumps({"tool": "credit_score", "outputs": {name: ""}}), encoding="utf-8")
        (folder / name).write_text(text, encoding="utf-8")


def standing(place):
    """Every path below a folder, hidden ones too."""
    return sorted(str(path.relative_to(place)) for path in place.rglob("*"))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KiB, where the tests may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no small disk can be mounted here; the same failure is tried with a write that raises")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_folder_appears_when_the_block_ends_and_not_before(tmp_path):
    out = tmp_path / "a" / "run"
    with whole_folder(out, replaces=MARK) as folder:
        (folder / "data.txt").write_text("new", encoding="utf-8")
        assert not out.exists()
    assert standing(out) == ["data.txt"]
    assert standing(tmp_path) == ["a", "a/run", "a/run/data.txt"]


@pytest.mark.parametrize("stop", [ValueError("wrong"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_a_block_that_stops_leaves_nothing(tmp_path, stop):
    with pytest.raises(type(stop)), whole_folder(tmp_path / "run", replaces=MARK) as folder:  # noqa: PT012
        (folder / "data.txt").write_text("half", encoding="utf-8")
        raise stop
    assert standing(tmp_path) == []


def test_a_block_that_stops_leaves_an_older_folder_as_it_was(tmp_path):
    put(tmp_path / "run", "old")
    with pytest.raises(ValueError, match="wrong"), whole_folder(tmp_path / "run", replaces=MARK) as folder:  # noqa: PT012
        (folder / "data.txt").write_text("half", encoding="utf-8")
        raise ValueError("wrong")
    assert standing(tmp_path) == ["run", "run/data.txt", f"run/{MARK}"]
    assert (tmp_path / "run" / "data.txt").read_text(encoding="utf-8") == "old"


def test_a_full_disk_is_told_in_one_line_and_what_stood_there_stays(tmp_path, monkeypatch):
    put(tmp_path / "run", "old")
    before = standing(tmp_path)

    def full(path, *_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(RunError) as caught:
        put(tmp_path / "run")
    assert str(caught.value) == (
        f"{tmp_path}/run: could not write: No space left on device ({MARK}); free space or choose another folder "
        "and run again; what stood there before is unchanged"
    )
    assert standing(tmp_path) == before


def test_on_a_disk_that_is_really_full_the_older_folder_stays(small_disk):
    put(small_disk / "run", "old")
    with pytest.raises(RunError, match="could not write: No space left on device"):
        put(small_disk / "run", "x" * 100_000)
    assert standing(small_disk) == ["run", "run/data.txt", f"run/{MARK}"]
    assert (small_disk / "run" / "data.txt").read_text(encoding="utf-8") == "old"
    put(small_disk / "run", "x" * 1000)
    assert len((small_disk / "run" / "data.txt").read_text(encoding="utf-8")) == 1000


def test_a_table_that_the_disk_has_no_room_for_is_told_alike(small_disk):
    engine = open_engine()
    table = engine.create_table("wide", pa.table({"n": [str(n * 7919) for n in range(100_000)]}))
    with pytest.raises(RunError, match="could not write"), whole_folder(small_disk / "run", replaces=MARK) as folder:
        saved(engine, table, folder / "wide.parquet")
    assert standing(small_disk) == []


@pytest.fixture
def two_renames(monkeypatch):
    """As on a system where two names cannot change places in one step."""
    monkeypatch.setattr(files, "_exchanged", lambda one, other: False)


def test_where_two_names_can_change_places_there_is_no_moment_without_a_folder(tmp_path, monkeypatch):
    put(tmp_path / "one", "old")
    put(tmp_path / "other", "new")
    if not files._exchanged(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this system or disk cannot let two names change places")
    assert (tmp_path / "one" / "data.txt").read_text(encoding="utf-8") == "new"
    assert (tmp_path / "other" / "data.txt").read_text(encoding="utf-8") == "old"

    def refuse(path, target):
        raise AssertionError("an older folder was moved away")

    monkeypatch.setattr(Path, "rename", refuse)
    put(tmp_path / "one", "newer")
    assert (tmp_path / "one" / "data.txt").read_text(encoding="utf-8") == "newer"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "other"]


WRITER = """
import json, sys
from pathlib import Path
from zipfile import ZipFile
from credit_score.files import whole_folder
for i in range(100_000):
    with whole_folder(sys.argv[1], replaces="manifest.json") as folder:
        for name in ("a.txt", "b.txt"):
            (folder / name).write_text(str(i))
        (folder / "manifest.json").write_text(
            json.dumps({"tool": "credit_score", "n": i, "outputs": {"a.txt": "", "b.txt": ""}})
        )
    if not i:
        print("begun", flush=True)
"""


def test_a_folder_that_is_replaced_again_and_again_is_there_at_every_moment(tmp_path):
    put(tmp_path / "one", "old")
    put(tmp_path / "other", "new")
    if not files._exchanged(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this system or disk cannot let two names change places")
    out = tmp_path / "place" / "run"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(out)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"begun\n"
        until, absent = time.monotonic() + 1, 0
        while time.monotonic() < until:
            absent += not out.exists()
        writer.kill()
    n = str(json.loads((out / MARK).read_text(encoding="utf-8"))["n"])
    assert absent == 0
    assert standing(out) == ["a.txt", "b.txt", MARK]
    assert [(out / name).read_text(encoding="utf-8") for name in ("a.txt", "b.txt")] == [n, n]


def test_names_that_cannot_change_places_stay_as_they_are(tmp_path):
    put(tmp_path / "one", "old")
    assert not files._exchanged(tmp_path / "one", tmp_path / "absent")
    assert standing(tmp_path) == ["one", "one/data.txt", f"one/{MARK}"]


@pytest.mark.usefixtures("two_renames")
def test_with_two_renames_an_older_folder_is_replaced_whole_as_well(tmp_path):
    put(tmp_path / "run", "old", name="gone.txt")
    put(tmp_path / "run", "new")
    assert standing(tmp_path) == ["run", "run/data.txt", f"run/{MARK}"]


@pytest.mark.usefixtures("two_renames")
def test_a_failing_last_rename_puts_the_older_folder_back(tmp_path, monkeypatch):
    put(tmp_path / "run", "old")
    rename = Path.rename

    def refuse(path, target):
        if "partial" in path.name:
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(RunError, match="could not write: Input/output error"):
        put(tmp_path / "run")
    assert (tmp_path / "run" / "data.txt").read_text(encoding="utf-8") == "old"
    assert standing(tmp_path) == ["run", "run/data.txt", f"run/{MARK}"]


def test_an_older_folder_of_the_same_kind_is_replaced_whole(tmp_path):
    put(tmp_path / "run", "old", name="gone.txt")
    put(tmp_path / "run", "new")
    assert standing(tmp_path) == ["run", "run/data.txt", f"run/{MARK}"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "run").mkdir()
    put(tmp_path / "run")
    assert (tmp_path / "run" / MARK).exists()


@given(st.sets(st.sampled_from(["a.txt", ".hidden", "Manifest.json", "manifest.json.bak"]), min_size=1))
def test_a_foreign_folder_is_never_replaced(tmp_path_factory, names):
    place = tmp_path_factory.mktemp("foreign")
    (place / "theirs").mkdir()
    for name in names:
        (place / "theirs" / name).write_text("theirs", encoding="utf-8")
    before = standing(place)
    with pytest.raises(RunError, match=r"which is not of manifest\.json, so it is not ours to replace; choose another"):
        put(place / "theirs")
    assert standing(place) == before


@pytest.mark.parametrize(
    "mark", ["{}", "[]", "[" * 100_000, "not JSON", '{"name": "my web app"}', '{"tool": "credit_score", "outputs": {}}']
)
def test_a_folder_with_a_mark_of_that_name_and_a_file_of_its_own_is_never_replaced(tmp_path, mark):
    put(tmp_path / "run", "old")
    (tmp_path / "run" / MARK).write_text(mark, encoding="utf-8")
    with pytest.raises(RunError, match=r"holds data\.txt|holds data\.txt, manifest\.json"):
        put(tmp_path / "run", "new")
    assert (tmp_path / "run" / "data.txt").read_text(encoding="utf-8") == "old"


def test_a_file_that_was_put_into_one_of_our_folders_keeps_it_from_being_replaced(tmp_path):
    put(tmp_path / "run", "old")
    (tmp_path / "run" / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(RunError, match=r"holds thesis\.txt"):
        put(tmp_path / "run", "new")


@pytest.mark.parametrize(("target", "source"), [("run", "run"), ("run", "run/records"), ("records/run", "records")])
def test_a_target_that_holds_or_lies_in_what_is_read_from_is_refused(tmp_path, target, source):
    with pytest.raises(RunError, match="lies in what is read from"):
        check_free(tmp_path / target, replaces=MARK, inputs=[tmp_path / source])


def test_what_a_killed_writer_left_beside_the_target_goes_after_a_day(tmp_path):
    for name, age in ((".run.partial-old", 2 * 86_400), (".run.partial-new", 60)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    put(tmp_path / "run")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".run.partial-new", "run"]


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    (tmp_path / "list.csv").write_text("old", encoding="utf-8")
    with pytest.raises(RunError, match="could not write"), whole_file(tmp_path / "list.csv") as partial:  # noqa: PT012
        partial.write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == ["old"]
    with whole_file(tmp_path / "list.csv") as partial:
        partial.write_text("new", encoding="utf-8")
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == ["new"]


def test_a_file_is_never_replaced_by_a_folder(tmp_path):
    (tmp_path / "run").write_text("a file", encoding="utf-8")
    with pytest.raises(RunError, match="run: is a file, not a folder"):
        put(tmp_path / "run")
    assert (tmp_path / "run").read_text(encoding="utf-8") == "a file"


def test_a_link_stays_a_link_and_the_folder_it_leads_to_is_replaced(tmp_path):
    put(tmp_path / "real", "old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    put(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "data.txt").read_text(encoding="utf-8") == "new"
    assert len(list(tmp_path.iterdir())) == 2


def test_two_writers_of_one_folder_do_not_touch_each_others_work(tmp_path):
    with whole_folder(tmp_path / "run", replaces=MARK) as one:
        (one / MARK).write_text("one", encoding="utf-8")
        put(tmp_path / "run", "two")
        assert (one / MARK).read_text(encoding="utf-8") == "one"
    assert (tmp_path / "run" / MARK).read_text(encoding="utf-8") == "one"
    assert standing(tmp_path) == ["run", f"run/{MARK}"]


def test_a_path_below_a_file_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match="could not write: Not a directory"):
        put(tmp_path / "file" / "run")


@pytest.mark.parametrize("n", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_fingerprint_is_the_sha_256_of_all_bytes(tmp_path, n):
    data = bytes(range(256)) * (n // 256) + b"x" * (n % 256)
    (tmp_path / "file").write_bytes(data)
    assert fingerprint(tmp_path / "file") == sha256(data).hexdigest()


def test_a_part_of_an_archive_tells_no_time(tmp_path):
    with ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.writestr(undated("part.xml"), "text" * 100)
    part = ZipFile(tmp_path / "one.zip").infolist()[0]
    assert part.date_time == (1980, 1, 1, 0, 0, 0)
    assert part.compress_size < part.file_size
