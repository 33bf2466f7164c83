"""What nobody can do to the record of a draw for use, nor to the files beside it, without being found."""

import json
import shutil

import pytest
from as_a_user import refused, told
from as_keepers import COURT, PRESS, TASK, opened, sealed, swap


def test_a_step_writes_only_onto_the_record_that_it_read(lot):
    from datetime import date

    from credit_score.errors import RunError
    from credit_score.report.lot import Lot

    one, other = Lot.open(lot), Lot.open(lot)
    kept = one.kept(one.record.visits_done(on=date(2023, 12, 1)))
    with pytest.raises(RunError, match="another step was recorded meanwhile; run this one again"):
        other.kept(other.record.sealed("court", "ab" * 32, on=date(2023, 12, 1)))
    assert Lot.open(lot).record == kept.record


def test_a_step_that_finds_another_at_work_says_so(lot, run_folder, tmp_path):
    from credit_score.files import alone

    with alone(lot):
        refused("another process is writing to it; wait, and run again", "lot", "done", lot, "--on", "2023-12-01")
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    with alone(tmp_path / "new"):
        freeze = (
            "lot",
            "freeze",
            run_folder,
            "--task",
            TASK,
            "--out",
            tmp_path / "new",
            "--on",
            "2023-07-01",
            "--quiet",
        )
        refused("another process is writing to it", *freeze)


@pytest.mark.parametrize("name", ["list.key", "draw-1.csv", "record.jsonl", "new.csv"])
def test_a_list_is_not_published_into_the_lot(lot, name):
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    before = {p.name: p.read_bytes() for p in lot.iterdir()}
    refused("lies in what is read from", "lot", "publish", lot, "--on", "2023-12-02", "--out", lot / name)
    assert {p.name: p.read_bytes() for p in lot.iterdir()} == before


@pytest.mark.thorough
def test_events_cut_from_the_end_of_the_record_are_found(lot, run_folder):
    """By files that the record does not name, before another draw is written over them; by a published hash, always."""
    record = lot / "record.jsonl"
    whole = record.read_text(encoding="utf-8")
    said = told("lot", "show", lot)[1]
    published = json.loads(whole.splitlines()[-1])["hash"]
    assert published in said
    verify = ("lot", "verify", lot, "--run", run_folder, "--last-hash")
    assert "the published hash is that of event 6 of 6 in the record" in told(*verify, published)[1]
    assert "event 6 of 6" in told(*verify, published.upper())[1]
    refused("is no hash; give all of its 64 signs", *verify, published[:16])
    drawn = (lot / "draw-1.csv").read_bytes()
    record.write_text("".join(whole.splitlines(keepends=True)[:1]), encoding="utf-8")
    refused("none of 1 events has the hash", *verify, published)
    contributions = [(*c[:3], "new", *c[4:]) for c in (COURT, PRESS)]
    sealed(lot, *contributions, on="2023-07-08")
    opened(lot, *contributions, on="2023-07-08")
    draw = ("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-09", "--quiet")
    refused("-1.csv stands there already and is another than this step gives; events were cut", *draw)
    assert (lot / "draw-1.csv").read_bytes() == drawn
    record.write_text(whole, encoding="utf-8")
    shutil.copy(lot / "draw-1.csv", lot / "draw-2.csv")
    refused("the record does not name draw-2.csv, which stand there", *verify[:-1])


def test_a_draw_that_was_stopped_before_it_was_recorded_is_completed_by_the_same_step(lot, run_folder):
    record = lot / "record.jsonl"
    whole = record.read_text(encoding="utf-8")
    record.write_text("".join(whole.splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert told("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-03", "--quiet")[0] == 0
    assert record.read_text(encoding="utf-8") == whole


@pytest.mark.parametrize("text", ["\ud800", "a\nb", "\x1b[2J"])
def test_a_text_that_cannot_be_recorded_leaves_nothing_behind(lot, run_folder, tmp_path, text):
    freeze = ("lot", "freeze", run_folder, "--task", text, "--out", tmp_path / "y", "--on", "2023-07-01", "--quiet")
    refused("give text in UTF-8 without control signs", *freeze)
    assert not (tmp_path / "y").exists()
    contributions = [(*c[:3], "new", *c[4:]) for c in (COURT, PRESS)]
    sealed(lot, *contributions, on="2023-07-08")
    opened(lot, *contributions, on="2023-07-08")
    before = {p.name: p.read_bytes() for p in lot.iterdir()}
    draw = ("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-09", "--quiet", "--reason", text)
    refused("give text in UTF-8 without control signs", *draw)
    seal = ("lot", "sealing", "--task", TASK, "--list-hash", "ab" * 32, "--body", "court", "--nonce", "n" * 16)
    refused("give text in UTF-8 without control signs", *seal, "--value", text)
    assert {p.name: p.read_bytes() for p in lot.iterdir()} == before


def test_a_seed_that_was_known_and_given_up_is_told_by_verify(lot, run_folder):
    for i, day in enumerate(("2023-07-04", "2023-07-05")):
        contributions = [(*c[:3], f"new{i}", *c[4:]) for c in (COURT, PRESS)]
        sealed(lot, *contributions, on=day)
        opened(lot, *contributions, on=day)
        assert told("lot", "abandon", lot, "--reason", "not liked", "--on", day)[0] == 0
    verify = ("lot", "verify", lot, "--run", run_folder)
    assert "policy give; a seed was known and given up 2 times" in told(*verify)[1]
    assert "种子已知后放弃 2 次" in told(*verify, "--lang", "zh")[1]


def test_what_the_record_says_of_lists_is_held_to_the_lists(lot, run_folder):
    """Numbers in the record that are changed with the whole chain of hashes after them."""
    from credit_score.inspection.double_random import DrawRecord

    path = lot / "record.jsonl"
    whole = DrawRecord.read(path)
    for place, change, message in (
        (0, {"n": 5}, "for the rows of the frozen list"), (0, {"status": "in force"}, "for the status"),
        (-1, {"n": 3}, "for the rows of draw 1"), (-1, {"result": "0" * 64}, "for the hash of the result of draw 1"),
    ):  # fmt: skip
        again = DrawRecord()
        for event in whole.events:
            data = event.data | change if event is whole.events[place] else event.data
            again = again.added(event.event, event.on, data)
        path.write_text(again.text(), encoding="utf-8")
        refused(message, "lot", "verify", lot, "--run", run_folder)


@pytest.mark.parametrize(("change", "message"), [
    (lambda lot: swap(lot / "record.jsonl", "0815", "0816"), "event 5: the value of press does not fit its seal"),
    (lambda lot: swap(lot / "record.jsonl", '"n": ', '"n": 1'), "event 1: event 'frozen' is not the one"),
    (lambda lot: (lot / "list.key").write_text("00" * 32), "list and key give the hash"),
    (lambda lot: (lot / "list.key").unlink(), "list.key is missing or no key"),
    (lambda lot: (lot / "draw-1.csv").unlink(), "draw-1.csv is missing"),
])  # fmt: skip
def test_what_was_changed_is_found_and_named(lot, run_folder, change, message):
    change(lot)
    refused(message, "lot", "verify", lot, "--run", run_folder)
