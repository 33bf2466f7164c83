from datetime import date
from itertools import takewhile

import pytest

from credit_score.errors import VerificationError
from credit_score.inspection.double_random import Announced, DrawRecord, Opening, drawing_seed, seal, sealed_seed
from credit_score.inspection.double_random.event import Event

ROOT, TASK = "ab" * 32, "2023 plan"
DAYS = [date(2023, 7, d) for d in range(1, 20)]
BODIES = [Opening("court", "4711", "n" * 16), Opening("press", "0815", "m" * 20)]


def frozen():
    return DrawRecord.freeze(TASK, ROOT, n=100, on=DAYS[0])


def sealed(record, openings=BODIES, on=DAYS[1]):
    for opening in openings:
        record = record.sealed(opening.body, seal(record.task, record.root, opening), on=on)
    return record


def opened(record, openings=BODIES, on=DAYS[2]):
    for opening in openings:
        record = record.opened(opening, on=on)
    return record


def drawn():
    return opened(sealed(frozen())).drawn("cd" * 32, n=7, on=DAYS[3])


def test_the_seed_is_of_all_values_the_task_and_the_list_in_no_order_of_their_own():
    seeds = {opened(sealed(frozen()), order).seed for order in (BODIES, BODIES[::-1])}
    assert len(seeds) == 1
    other_value = [Opening("court", "4712", "n" * 16), BODIES[1]]
    other_list = DrawRecord.freeze(TASK, "ef" * 32, n=100, on=DAYS[0])
    other_task = DrawRecord.freeze("2024 plan", ROOT, n=100, on=DAYS[0])
    seeds |= {
        opened(sealed(frozen(), other_value), other_value).seed, opened(sealed(other_list)).seed,
        opened(sealed(other_task)).seed,
    }  # fmt: skip
    assert len(seeds) == 4
    assert all(len(bytes.fromhex(s)) == 32 for s in seeds)


@pytest.mark.parametrize(("job", "told"), [
    (lambda: sealed(frozen(), BODIES[:1]).opened(BODIES[0], on=DAYS[2]), "1 sealed contributions"),
    (lambda: frozen().seed, "0 sealed contributions"),
    (lambda: sealed(frozen()).opened(Opening("court", "9", "n" * 16), on=DAYS[2]), "does not fit its seal"),
    (lambda: sealed(frozen()).opened(Opening("mayor", "9", "n" * 16), on=DAYS[2]), "mayor has sealed nothing"),
    (lambda: sealed(frozen()).sealed("court", "00" * 32, on=DAYS[1]), "court has sealed already"),
    (lambda: frozen().sealed("court", "00", on=DAYS[1]), "a seal of court that is no SHA-256"),
    (lambda: opened(sealed(frozen()), BODIES[:1]).sealed("mayor", "00" * 32, on=DAYS[2]), "after another has opened"),
    (lambda: opened(sealed(frozen()), BODIES[:1]).drawn("cd", n=1, on=DAYS[3]), "press did not open"),
    (lambda: seal(TASK, ROOT, Opening("court", "1", "short")), "a nonce of 5 signs"),
    (lambda: sealed_seed(TASK, ROOT, {"a": "", "b": ""}, [BODIES[0]] * 2), "court opened twice"),
    (lambda: frozen().visits_done(on=DAYS[3]), "nothing was drawn"),
    (lambda: drawn().published(on=DAYS[4]), "the visits are not done"),
    (lambda: sealed(frozen(), on=date(2023, 6, 1)), "sealed on 2023-06-01, after frozen on 2023-07-01"),
    (lambda: frozen().abandoned("x", on=DAYS[2]), "no seals to give up"),
    (lambda: sealed(frozen()).abandoned(" ", on=DAYS[2]), "no reason"),
])  # fmt: skip
def test_what_would_let_a_seed_be_chosen_or_foreseen_is_refused(job, told):
    with pytest.raises(VerificationError, match=told):
        job()


def test_a_value_sealed_for_another_task_opens_no_seal_of_this_one():
    record = frozen()
    for opening in BODIES:
        record = record.sealed(opening.body, seal("2022 plan", ROOT, opening), on=DAYS[1])
    with pytest.raises(
        VerificationError,
        match="does not fit its seal for task '2023 plan' and this list",
    ):
        record.opened(BODIES[0], on=DAYS[2])


LOTTERY = Announced("welfare lottery 3D, issue 2023180", DAYS[5])


def test_a_public_value_serves_if_it_was_announced_before_its_day():
    record = frozen().announce(LOTTERY, on=DAYS[1]).came_out("4 7 1", on=DAYS[5])
    assert record.drawn("cd" * 32, n=1, on=DAYS[5]).n_draws == 1
    other = frozen().announce(LOTTERY, on=DAYS[1]).came_out("4 7 2", on=DAYS[5])
    assert other.seed != record.seed


@pytest.mark.parametrize(("job", "told"), [
    (lambda: frozen().announce(Announced("lottery", DAYS[1]), on=DAYS[1]), "this one could be known already"),
    (lambda: frozen().came_out("4 7 1", on=DAYS[5]), "no public value was announced"),
    (lambda: frozen().announce(LOTTERY, on=DAYS[1]).came_out("4 7 1", on=DAYS[4]), "wait for its day"),
    (lambda: frozen().announce(LOTTERY, on=DAYS[1]).announce(Announced("b", DAYS[6]), on=DAYS[2]), "was announced"),
    (lambda: frozen().announce(LOTTERY, on=DAYS[1]).came_out("1", on=DAYS[5]).came_out("2", on=DAYS[5]), "came out"),
    (lambda: sealed(frozen()).announce(LOTTERY, on=DAYS[2]), "this round has seals"),
    (lambda: sealed(frozen().announce(LOTTERY, on=DAYS[1])), "waits for a public value"),
    (lambda: frozen().announce(LOTTERY, on=DAYS[1]).seed, "has not come out"),
])  # fmt: skip
def test_no_keeper_picks_among_public_values(job, told):
    with pytest.raises(VerificationError, match=told):
        job()


def test_firms_are_drawn_by_what_only_the_key_gives():
    seed = opened(sealed(frozen())).seed
    assert drawing_seed(bytes(32), seed) != drawing_seed(b"k" * 32, seed) != seed


def test_a_second_draw_needs_new_values_and_a_reason_and_is_shown():
    record = drawn()
    with pytest.raises(VerificationError, match="0 sealed contributions"):
        _ = record.seed
    again = [Opening("court", "1", "x" * 16), Opening("press", "2", "y" * 16)]
    ready = opened(sealed(record, again, DAYS[5]), again, DAYS[6])
    with pytest.raises(VerificationError, match="give the reason of another draw"):
        ready.drawn("ef" * 32, n=7, on=DAYS[7])
    second = ready.drawn("ef" * 32, n=7, on=DAYS[7], reason="the list held firms that had closed")
    assert second.n_draws == 2
    first_seed, second_seed = (e.data["seed"] for e in second.events if e.event == "drawn")
    assert first_seed != second_seed


def test_where_a_body_does_not_open_all_begin_again_and_the_record_keeps_it():
    record = opened(sealed(frozen()), BODIES[:1]).abandoned("the press did not open", on=DAYS[4])
    assert record.seals == {}
    with pytest.raises(VerificationError, match="the seal of court stands in the record already; seal a new value"):
        sealed(record, on=DAYS[5])
    anew = [Opening(o.body, o.value + "1", o.nonce) for o in BODIES]
    ready = opened(sealed(record, anew, on=DAYS[5]), anew, on=DAYS[6])
    assert ready.drawn("cd" * 32, n=1, on=DAYS[7]).n_draws == 1
    assert "abandoned" in [e.event for e in ready.events]


def test_the_list_opens_only_when_the_visits_are_done():
    record = drawn()
    assert not record.is_published
    assert record.visits_done(on=DAYS[8]).published(on=DAYS[9]).is_published


def test_seals_that_were_opened_once_serve_no_other_list():
    other = DrawRecord.freeze(TASK, "ef" * 32, n=100, on=DAYS[0])
    for opening in BODIES:
        other = other.sealed(opening.body, seal(TASK, ROOT, opening), on=DAYS[1])
    with pytest.raises(VerificationError, match="does not fit its seal for task '2023 plan' and this list"):
        other.opened(BODIES[0], on=DAYS[2])


@pytest.mark.parametrize(("job", "told"), [
    (lambda r: sealed(r, [Opening("court", "1", "z" * 16)], DAYS[9]), "the visits of this list are done; freeze"),
    (lambda r: r.announce(Announced("lottery", DAYS[12]), on=DAYS[9]), "the visits of this list are done"),
    (lambda r: r.drawn("cd" * 32, n=1, on=DAYS[9], reason="again"), "the visits of this list are done"),
    (lambda r: r.diary(diary_of(inspectors="aa", visits="bb"), on=DAYS[9]), "the visits of this list are done"),
    (lambda r: r.visits_done(on=DAYS[9]), "the visits are done already"),
    (lambda r: r.published(on=DAYS[9]).published(on=DAYS[9]), "the list is published already"),
])  # fmt: skip
def test_a_list_whose_visits_are_done_has_served(job, told):
    with pytest.raises(VerificationError, match=told):
        job(drawn().visits_done(on=DAYS[8]))


def test_visits_are_done_of_the_draw_they_were_made_for():
    again = [Opening("court", "1", "x" * 16), Opening("press", "2", "y" * 16)]
    second = opened(sealed(drawn(), again, DAYS[5]), again, DAYS[6]).drawn("ef" * 32, n=7, on=DAYS[7], reason="closed")
    assert not second.are_visits_done
    assert (second.n_draws, second.drawn_on) == (2, DAYS[7])
    assert second.visits_done(on=DAYS[8]).are_visits_done


def diary_of(**files):
    return {"begins": "2023-07-10", "ends": "2023-12-31", "n": 7, "files": {n: f * 32 for n, f in files.items()}}


def staffed(**staff):
    about = {"staff": {name: two * 32 for name, two in staff.items()}}
    return opened(sealed(DrawRecord.freeze(TASK, ROOT, n=100, on=DAYS[0], about=about)))


def test_a_diary_needs_a_reason_where_another_stands_or_the_staff_is_not_that_of_the_freeze():
    made = diary_of(inspectors="aa", visits="bb")
    first = drawn().diary(made, on=DAYS[4])
    assert [told["draw"] for told in first.diaries] == [1]
    with pytest.raises(VerificationError, match="this draw has a diary; give the reason"):
        first.diary(made, on=DAYS[5])
    assert len(first.diary(made, on=DAYS[5], reason="an inspector left").diaries) == 2
    record = staffed(inspectors="aa", recusals="cc").drawn("cd" * 32, n=7, on=DAYS[3])
    with pytest.raises(VerificationError, match="other recusals than were frozen; give the reason"):
        record.diary(made, on=DAYS[4])
    same = diary_of(inspectors="aa", visits="bb", recusals="cc")
    assert len(record.diary(same, on=DAYS[4]).diaries) == 1


def test_recusals_that_were_not_frozen_with_the_inspectors_need_a_reason_and_each_diary_tells_its_own():
    record = staffed(inspectors="aa").drawn("cd" * 32, n=7, on=DAYS[3])
    same = record.diary(diary_of(inspectors="aa", visits="bb"), on=DAYS[4])
    more = diary_of(inspectors="aa", visits="bb", recusals="cc")
    with pytest.raises(VerificationError, match="other recusals than were frozen; give the reason"):
        record.diary(more, on=DAYS[4])
    again = same.diary(more, on=DAYS[4], reason="a complaint")
    again = again.diary(diary_of(inspectors="ee", visits="bb"), on=DAYS[4], reason="all left")
    assert [told["staff"] for told in again.diaries] == ["frozen", "recused", "after"]
    assert [told["staff"] for told in drawn().diary(more, on=DAYS[4]).diaries] == ["after"]


@pytest.mark.parametrize(("change", "told"), [
    ({"begins": "2023-07-04"}, "visits begin on 2023-07-04, before the day the diary is made, 2023-07-05"),
    ({"ends": "2023-07-09"}, "visits from 2023-07-10 to 2023-07-09"),
    ({"ends": "2024-07-10"}, "visits from 2023-07-10 to 2024-07-10; give a last day .* within a year"),
])  # fmt: skip
def test_a_diary_is_of_days_to_come_and_of_a_year_at_most(change, told):
    with pytest.raises(VerificationError, match=told):
        drawn().diary(diary_of(inspectors="aa", visits="bb") | change, on=DAYS[4])


def test_a_seal_is_opened_once_and_the_round_goes_on():
    record = opened(sealed(frozen()), BODIES[:1])
    with pytest.raises(VerificationError, match="court has opened already"):
        record.opened(BODIES[0], on=DAYS[2])
    assert record.opened(BODIES[1], on=DAYS[2]).drawn("cd" * 32, n=7, on=DAYS[3]).n_draws == 1


def test_a_seed_that_was_known_and_given_up_is_counted_and_a_body_that_did_not_open_is_not():
    anew = [[Opening(o.body, o.value + str(i), o.nonce) for o in BODIES] for i in range(3)]
    held_up = opened(sealed(frozen(), anew[0]), anew[0][:1]).abandoned("no answer", on=DAYS[3])
    assert held_up.n_given_up == 0
    known = opened(sealed(held_up, anew[1], DAYS[4]), anew[1], DAYS[4]).abandoned("not liked", on=DAYS[4])
    assert known.n_given_up == 1
    public = known.announce(Announced("lottery", DAYS[6]), on=DAYS[5])
    assert public.abandoned("too long", on=DAYS[6]).n_given_up == 1
    assert public.came_out("4 7 1", on=DAYS[6]).abandoned("not liked", on=DAYS[7]).n_given_up == 2


@pytest.mark.parametrize("text", ["\ud800", "two\nlines", "\x1b[2J", "\x00", "a\u2028b", 5])
def test_a_text_that_cannot_be_written_or_read_aloud_is_refused_before_it_is_recorded(text):
    for job in (
        lambda: DrawRecord.freeze(text, ROOT, n=100, on=DAYS[0]),
        lambda: frozen().sealed(text, "ab" * 32, on=DAYS[1]),
        lambda: sealed(frozen()).added("abandoned", DAYS[2], {"reason": text}),
        lambda: seal(TASK, ROOT, Opening("court", text, "n" * 16)),
    ):
        with pytest.raises(VerificationError, match="give text in UTF-8 without control signs"):
            job()


def test_a_record_that_was_cut_at_its_end_is_found_against_a_hash_that_was_published(whole):
    record = DrawRecord.read(whole)
    published = record.events[-1].hash
    assert record.place(published) == len(record.events)
    whole.write_text("".join(whole.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    with pytest.raises(
        VerificationError, match=r"none of 6 events has the hash .*; check the hash; else events were cut"
    ):
        DrawRecord.read(whole).place(published)


@pytest.fixture
def whole(tmp_path):
    path = tmp_path / "record.jsonl"
    path.write_text(drawn().visits_done(on=DAYS[8]).text(), encoding="utf-8")
    return path


def test_a_record_is_read_as_it_was_written(whole):
    assert DrawRecord.read(whole).text() == whole.read_text(encoding="utf-8")


@pytest.mark.parametrize(("change", "told"), [
    (lambda lines: [*lines[:3], lines[3].replace("4711", "4712"), *lines[4:]], "event 4: the value of court"),
    (lambda lines: [lines[0].replace('"n": 100', '"n": 99'), *lines[1:]], "event 1: event 'frozen' is not the one"),
    (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "event 2: event 'sealed' is not the one"),
    (lambda lines: lines[1:], "event 1: event 'sealed' cannot stand here"),
    (lambda lines: [*lines[:2], *lines[3:]], "event 3: 1 sealed contributions"),
    (lambda lines: [*lines, lines[0]], "event 8: event 'frozen' cannot stand here"),
    (lambda lines: [*lines, "nonsense"], "event 8: this is no event"),
    (lambda lines: [lines[0].replace('"task"', '"tusk"'), *lines[1:]], "event 1: event 'frozen' is not whole"),
    (lambda lines: [*lines[:5], lines[5].replace('"seed": "', '"seed": "0'), *lines[6:]], "event 6: event 'drawn'"),
    (lambda lines: [lines[0].replace('{', '{"more": 1, ', 1), *lines[1:]], "event 1: event 'frozen' is not the one"),
    (lambda lines: [*lines, "[" * 100_000], "event 8: this is no event"),
    (lambda lines: [*lines, "\udcff"], "event 8: this is no event"),
    (lambda lines: [lines[0] + "\r", *lines[1:]], "event 1: event 'frozen' is not the one"),
    (lambda lines: [lines[0].replace('"n": 100', '"n": 5, "n": 100'), *lines[1:]], "event 1: event 'frozen' is not"),
    (lambda lines: [lines[0].replace("2023-07-01", "20230701"), *lines[1:]], "event 1: event 'frozen' is not the one"),
    (lambda _: [], "an empty record"),
])  # fmt: skip
def test_what_was_changed_in_a_record_is_named(whole, change, told):
    lines = whole.read_text(encoding="utf-8").splitlines()
    whole.write_bytes("".join(line + "\n" for line in change(lines)).encode("utf-8", "surrogateescape"))
    with pytest.raises(VerificationError, match=told):
        DrawRecord.read(whole)


def forged(event, data):
    """A record of events that are chained by right hashes, the last one of data that nobody checked."""
    whole = drawn().diary(diary_of(inspectors="aa", visits="bb"), on=DAYS[4])
    before = [*takewhile(lambda e: e.event != event, whole.events)]
    return "".join(e.line() + "\n" for e in (*before, Event(event, DAYS[4], data, before[-1].hash if before else "")))


GOOD = {e.event: e.data for e in drawn().diary(diary_of(inspectors="aa", visits="bb"), on=DAYS[4]).events}


@pytest.mark.parametrize(("event", "data"), [
    *[(event, odd) for event in GOOD for odd in ({}, [], "abc", None)],
    *[(event, data | {name: odd}) for event, data in GOOD.items() for name in data for odd in (None, 3.5, [1])],
    ("frozen", GOOD["frozen"] | {"staff": "x"}), ("frozen", GOOD["frozen"] | {"staff": {"visits": "ab" * 32}}),
    ("frozen", GOOD["frozen"] | {"n": True}), ("frozen", GOOD["frozen"] | {"more": 1}),
    ("drawn", GOOD["drawn"] | {"files": {"list": "ab" * 32}}), ("drawn", GOOD["drawn"] | {"n": -1}),
    ("diary", GOOD["diary"] | {"files": {"inspectors": "ab" * 32}}),
    ("diary", GOOD["diary"] | {"files": GOOD["diary"]["files"] | {"../../x": "ab" * 32}}),
    ("diary", GOOD["diary"] | {"begins": "20230710"}),
])  # fmt: skip
def test_a_forged_event_is_told_as_a_record_that_was_changed(tmp_path, event, data):
    path = tmp_path / "record.jsonl"
    path.write_text(forged(event, data), encoding="utf-8")
    with pytest.raises(VerificationError, match=rf"event '{event}'.*the record was changed; look for a copy"):
        DrawRecord.read(path)
