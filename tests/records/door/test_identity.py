import os
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from credit_score.errors import RecordsError
from credit_score.records.door.identity import PUBLIC_KEY, SCHEMES, is_synthetic, judged, pseudonym, pseudonym_key

fault_of_person, fault_of_firm, fault_of_plain = SCHEMES["cn_ric"], SCHEMES["cn_uscc"], SCHEMES["plain"]


def test_a_pseudonym_is_the_keyed_hash_worked_out_apart():
    # printf 'person:A' | openssl dgst -sha256 -hmac 0123456789abcdef
    assert pseudonym("A", "person", b"0123456789abcdef") == "P-e23609736cad618155039899"


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_two_identifiers_have_the_same_pseudonym_only_if_they_are_the_same(one, other):
    key = b"0123456789abcdef"
    assert (pseudonym(one, "person", key) == pseudonym(other, "person", key)) == (one == other)


def test_a_pseudonym_changes_with_the_key_and_with_what_it_stands_for():
    stands_for = {pseudonym("A", kind, b"0" * 16) for kind in ("person", "sole_proprietor", "household", "inspector")}
    assert {p[:2] for p in stands_for} == {"P-", "S-", "H-", "I-"}
    assert len({p[2:] for p in stands_for}) == 4
    assert pseudonym("A", "person", b"1" * 16) not in stands_for


@given(st.integers(0, 59))
def test_a_well_formed_identity_number_has_no_fault_and_a_changed_digit_has_one(hand, n):
    number = hand.person(n)
    assert fault_of_person(number) == ""
    changed = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
    assert fault_of_person(changed) == "check digit"


@pytest.mark.parametrize(
    ("first", "fault"),
    [
        ("13062818000230001", "date"),
        ("13062818001301001", "date"),
        ("13062818000000001", "date"),
        ("00000018000101001", ""),
    ],
)
def test_an_impossible_birth_date_is_a_fault_and_an_unknown_place_is_none(first, fault):
    assert fault_of_person(first + ric.calc_check_digit(first + "0")) == fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [("1" * 17, "length"), ("1" * 19, "length"), ("", "length"), ("13062818000101 018", "signs"), ("１" * 18, "signs")],
)
def test_an_identity_number_of_another_length_or_other_signs_has_a_fault(number, fault):
    assert fault_of_person(number) == fault


@given(st.integers(0, 10**9 - 1), st.sampled_from(["company", "sole_proprietor", "cooperative"]))
def test_a_code_has_a_fault_exactly_if_python_stdnum_says_so(hand, n, legal_form):
    code = hand.firm(n, legal_form)
    assert fault_of_firm(code) == ""
    rng = random.Random(n)
    changed = list(code)
    changed[rng.randrange(18)] = rng.choice(string.ascii_uppercase + string.digits)
    assert (fault_of_firm("".join(changed)) == "") == uscc.is_valid("".join(changed))


def test_the_same_code_written_otherwise_is_a_fault_and_not_another_firm(hand):
    code = hand.firm(1)
    for written in (f"{code[:8]}-{code[8:]}", f"{code[:8]} {code[8:]}", code.replace("9", "９"), code + " "):
        assert fault_of_firm(written) in {"length", "signs"}


@pytest.mark.parametrize(("identifier", "fault"), [("a", ""), ("号" * 64, ""), ("a" * 65, "length")])
def test_a_plain_identifier_may_be_anything_short(identifier, fault):
    assert fault_of_plain(identifier) == fault


def test_each_identifier_is_judged_beside_its_pseudonym(hand):
    number, key = hand.person(1), b"0123456789abcdef"
    assert judged([number, "1"], "cn_ric", "person", key) == [
        (number, "", pseudonym(number, "person", key)),
        ("1", "length", pseudonym("1", "person", key)),
    ]


def test_a_key_is_taken_from_the_call_then_the_environment_then_a_file_only_its_owner_reads(tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_bytes(b"key of the file, long enough\n")
    file.chmod(0o600)
    monkeypatch.setenv("CREDIT_SCORE_KEY_FILE", str(file))
    assert pseudonym_key(tmp_path) == b"key of the file, long enough"
    monkeypatch.setenv("CREDIT_SCORE_KEY", "key of the environment")
    assert pseudonym_key(tmp_path) == b"key of the environment"
    assert pseudonym_key(tmp_path, "key of the call, long enough") == b"key of the call, long enough"


def test_a_key_of_random_bytes_is_taken_as_it_is(tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_bytes(bytes(range(128, 160)))
    file.chmod(0o600)
    monkeypatch.setenv("CREDIT_SCORE_KEY_FILE", str(file))
    assert pseudonym_key(tmp_path) == bytes(range(128, 160))


@pytest.mark.skipif(os.name != "posix", reason="file permissions are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_file_that_others_can_read_is_refused(tmp_path, monkeypatch, mode):
    file = tmp_path / "key"
    file.write_text("key of the file, long enough", encoding="utf-8")
    file.chmod(mode)
    monkeypatch.setenv("CREDIT_SCORE_KEY_FILE", str(file))
    with pytest.raises(RecordsError, match=r"key: others can read the key file; run: chmod 600 on it"):
        pseudonym_key(tmp_path)


def test_a_key_file_that_is_not_there_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDIT_SCORE_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(RecordsError, match="the key file is missing; mend CREDIT_SCORE_KEY_FILE"):
        pseudonym_key(tmp_path)


@pytest.mark.parametrize("key", [None, "", b""])
def test_without_a_key_nothing_is_read(tmp_path, key):
    with pytest.raises(RecordsError, match="no key for pseudonyms; set CREDIT_SCORE_KEY"):
        pseudonym_key(tmp_path, key)


def test_a_short_key_is_refused_with_its_length_and_not_with_itself(tmp_path):
    with pytest.raises(RecordsError, match="the key has 15 bytes; use at least 16 random bytes") as caught:
        pseudonym_key(tmp_path, "s" * 15)
    assert "sss" not in str(caught.value)


def test_the_demo_key_is_taken_for_a_synthetic_folder_without_another(hand, tmp_path, monkeypatch):
    hand.mark_synthetic(tmp_path)
    assert pseudonym_key(tmp_path) == b"the demo key, which is public"
    monkeypatch.setenv("CREDIT_SCORE_KEY", "key of the environment")
    assert pseudonym_key(tmp_path) == b"key of the environment"


def test_the_public_key_is_refused_for_a_folder_that_is_not_marked_synthetic(hand, tmp_path, monkeypatch):
    monkeypatch.setenv("CREDIT_SCORE_KEY", f"{PUBLIC_KEY}\n")
    for key in (None, PUBLIC_KEY, PUBLIC_KEY.encode()):
        with pytest.raises(RecordsError, match="the demo key is public, and the records are not synthetic; set CREDIT"):
            pseudonym_key(tmp_path, key)
    hand.mark_synthetic(tmp_path)
    assert pseudonym_key(tmp_path, PUBLIC_KEY) == PUBLIC_KEY.encode()


@pytest.mark.parametrize("mark", [False, None, "no", "false", "true", 1, [True]])
def test_the_demo_key_is_never_taken_for_a_folder_that_is_not_marked_synthetic(hand, tmp_path, mark):
    hand.mark_synthetic(tmp_path, mark)
    assert not is_synthetic(tmp_path)
    with pytest.raises(RecordsError, match="no key for pseudonyms"):
        pseudonym_key(tmp_path)


def test_a_demo_key_without_a_mark_is_not_taken(tmp_path):
    (tmp_path / "demo.key").write_text("the demo key, which is public", encoding="utf-8")
    with pytest.raises(RecordsError, match="no key for pseudonyms"):
        pseudonym_key(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "3", '"yes"', "\udcff"])
def test_a_mark_that_is_not_readable_is_refused(tmp_path, text):
    (tmp_path / "synthetic.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(RecordsError, match=r"synthetic\.json: synthetic\.json is not readable; remove or mend it"):
        is_synthetic(tmp_path)


def test_a_resident_number_that_passes_as_a_firms_code_is_refused_as_one(hand):
    both = [number for number in map(hand.person, range(600)) if uscc.is_valid(number)]
    assert both
    for number in both:
        assert judged([number], "cn_uscc", "sole_proprietor", b"k" * 16)[0][1] == "identity number"
        assert judged([number], "cn_ric", "person", b"k" * 16)[0][1] == ""
