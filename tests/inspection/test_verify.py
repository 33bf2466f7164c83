import pandas as pd
import pytest

from credit_score.errors import VerificationError
from credit_score.inspection import draw_visits, verify_draw
from credit_score.inspection.schedule import with_visits

CAP, SEED = 2, 7


@pytest.fixture
def published(framed, tmp_path):
    """Frame file, schedule and list, as a department would hand them to an auditor."""
    frame = framed([(d, f"f{i}", i % 2) for i in range(40) for d in ("a", "b", "c")])
    frame.execute().to_parquet(tmp_path / "frame.parquet")
    strata = pd.DataFrame([(d, code, "AB"[code], "", 20) for d in ("a", "b", "c") for code in (0, 1)],
                          columns=["department", "tier_code", "tier", "duty", "firms"])  # fmt: skip
    schedule = with_visits(strata.assign(ratio=0.33, floor=2, frequency=1), seed=SEED)
    listed = draw_visits(frame, schedule, cap=CAP, seed=SEED).execute()
    listed = listed.sort_values(["department", "tier_code", "place"], ignore_index=True)
    return tmp_path / "frame.parquet", schedule, listed


def check(published, *, listed=None, schedule=None, frame=None, cap=CAP, seed=SEED):
    held = published[0] if frame is None else frame
    schedule, listed = (published[1] if schedule is None else schedule), (published[2] if listed is None else listed)
    return verify_draw(held, schedule, listed, cap=cap, seed=seed)


def set_at(frame, row, column, value):
    changed = frame.copy()
    changed[column] = changed[column].astype(object) if isinstance(value, str) else changed[column]
    changed.loc[row, column] = value
    return changed


def test_a_list_that_is_what_it_claims_is_agreed_with_in_whatever_order(published):
    listed = published[2]
    assert check(published) == len(listed) > 30
    assert check(published, listed=listed.sample(frac=1, random_state=0, ignore_index=True)) == len(listed)


def test_a_row_that_was_added_is_named_by_its_place_in_the_list(published):
    listed = published[2]
    undrawn = next(f"f{i}" for i in range(0, 40, 2) if f"f{i}" not in set(listed.query("department == 'a'")["subject"]))
    added = pd.concat([listed[:4], listed[:1].assign(subject=undrawn), listed[4:]], ignore_index=True)
    with pytest.raises(VerificationError, match="1 rows stand in the list but are not drawn by this seed: a row 5;"):
        check(published, listed=added)


def test_a_row_that_was_removed_is_named_by_its_stratum_and_place(published):
    gone = published[2].iloc[3]
    told = f"1 rows are drawn by this seed but missing from the list: a tier {gone.tier} place {gone.place};"
    with pytest.raises(VerificationError, match=told):
        check(published, listed=published[2].drop(index=3))


def test_a_firm_that_was_exchanged_for_another_is_named(published):
    listed = published[2]
    undrawn = next(f"f{i}" for i in range(0, 40, 2) if f"f{i}" not in set(listed.query("department == 'a'")["subject"]))
    with pytest.raises(VerificationError, match="not drawn by this seed: a row 1;"):
        check(published, listed=set_at(listed, 0, "subject", undrawn))


def test_two_firms_that_changed_places_are_named(published):
    listed = published[2]
    swapped = set_at(set_at(listed, 0, "place", 2), 1, "place", 1)
    with pytest.raises(VerificationError, match="2 rows have another place than the draw gives: a row 1, a row 2;"):
        check(published, listed=swapped)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("key", "0" * 64),
        ("tier", "D"),
        ("tier_code", 3),
        ("duty", "minimum.food"),
        ("visits", 2),
        ("draw_probability", 0.5),
    ],
)
def test_whatever_was_altered_in_a_row_is_named(published, column, value):
    with pytest.raises(VerificationError, match=f"1 rows have another {column} than the draw gives: a row 3;"):
        check(published, listed=set_at(published[2], 2, column, value))


def test_a_row_that_stands_twice_is_named(published):
    twice = pd.concat([published[2], published[2][:1]], ignore_index=True)
    with pytest.raises(VerificationError, match=f"1 rows stand twice in the list: a row {len(twice)};"):
        check(published, listed=twice)


def test_an_empty_list_is_refused_where_firms_were_drawn(published):
    with pytest.raises(VerificationError, match=r"rows are drawn by this seed but missing.*and \d+ more"):
        check(published, listed=published[2][:0])


def test_an_empty_list_agrees_where_nothing_was_to_be_drawn(published):
    nothing = with_visits(published[1].assign(ratio=0.0, floor=0), seed=SEED)
    assert check(published, schedule=nothing, listed=published[2][:0]) == 0


def test_another_seed_does_not_give_the_list(published):
    refused = 0
    for seed in range(100, 110):
        with pytest.raises(VerificationError) as told:
            check(published, seed=seed)
        refused += "seed" in str(told.value)
    assert refused == 10


@pytest.mark.parametrize("column", ["drawn", "ratio", "floor"])
def test_an_altered_quota_is_named(published, column):
    schedule = set_at(published[1], 0, column, {"drawn": 20, "ratio": 1.0, "floor": 20}[column])
    with pytest.raises(VerificationError, match=r"schedule, department a, tier A: .* firms are to be drawn from 20"):
        check(published, schedule=schedule)


def test_another_frequency_shows_in_the_visits(published):
    with pytest.raises(VerificationError, match=r"have another visits than|drawn by this seed"):
        check(published, schedule=set_at(published[1], 5, "frequency", 2))


def test_a_frame_that_holds_other_firms_than_the_schedule_says_is_refused(published, tmp_path):
    smaller = tmp_path / "smaller.parquet"
    frame = pd.read_parquet(published[0])
    frame[1:].to_parquet(smaller)
    with pytest.raises(
        VerificationError, match="department a, tier code 0: the frame holds 19 firms and the schedule says 20"
    ):
        check(published, frame=smaller)
    frame[frame["department"] != "c"].to_parquet(smaller)
    with pytest.raises(VerificationError, match="the frame holds 0 firms and the schedule says 20"):
        check(published, frame=smaller)


def test_a_firm_exchanged_in_the_frame_itself_is_found(published, tmp_path):
    other = tmp_path / "other.parquet"
    drawn = published[2]["subject"][0]
    pd.read_parquet(published[0]).replace({"subject": {drawn: "a friend"}}).to_parquet(other)
    with pytest.raises(VerificationError, match="not drawn by this seed: a row 1"):
        check(published, frame=other)


def test_a_message_names_no_firm(published):
    with pytest.raises(VerificationError) as told:
        check(published, listed=set_at(published[2], 0, "subject", "91130628SECRETCODE"))
    assert "SECRET" not in str(told.value)
    assert "\n" not in str(told.value)
