from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.records.keeping.linked import digest, entry_hash, first_fault, last_hash, linked

START = digest("where it begins")


def chain(*texts):
    entries = []
    for text in texts:
        entries.append(linked(entries, {"text": text}, start=START))
    return entries


def test_a_hash_is_of_the_entry_without_it_in_one_way_of_writing():
    told = '{"previous": "p", "text": "一"}'
    assert entry_hash({"text": "一", "previous": "p", "hash": "h"}) == sha256(told.encode()).hexdigest()


def test_entries_follow_on_one_another_from_the_start():
    first, second = chain("a", "b")
    assert first["previous"] == last_hash([], start=START) == START
    assert second["previous"] == first["hash"] == last_hash([first], start=START)
    assert first_fault([], start=START) is None
    assert first_fault([first, second], start=digest("elsewhere")) == 1


@given(st.lists(st.text(max_size=3), min_size=1, max_size=5), st.data())
def test_the_first_entry_that_was_changed_moved_or_taken_out_is_named(texts, data):
    entries = chain(*texts)
    assert first_fault(entries, start=START) is None
    at = data.draw(st.integers(0, len(texts) - 1))
    changed = [*entries[:at], entries[at] | {"text": entries[at]["text"] + "!"}, *entries[at + 1 :]]
    assert first_fault(changed, start=START) == at + 1
    resealed = [*entries[:at], changed[at] | {"hash": entry_hash(changed[at])}, *entries[at + 1 :]]
    assert first_fault(resealed, start=START) == (at + 2 if at + 1 < len(texts) else None)
    without = [*entries[:at], *entries[at + 1 :]]
    assert first_fault(without, start=START) == (at + 1 if at + 1 < len(texts) else None)


@pytest.mark.parametrize("entry", [{}, {"hash": "h"}, {"previous": START}])
def test_an_entry_without_its_links_is_a_fault(entry):
    assert first_fault([entry], start=START) == 1
