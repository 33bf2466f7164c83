from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.inspection.double_random import merkle


def by_definition(leaves):
    """RFC 6962, 2.1: split at the greatest power of two below the number of leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@given(st.integers(0, 70))
def test_the_root_is_that_of_the_definition(n):
    leaves = [merkle.leaf(str(i)) for i in range(n)]
    assert merkle.root(leaves) == by_definition(leaves)


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proved_and_no_other_in_its_place(n, data):
    leaves = [merkle.leaf(str(i)) for i in range(n)]
    place = data.draw(st.integers(0, n - 1))
    beside = merkle.path(leaves, place)
    assert merkle.root_by(leaves[place], place, n, beside) == merkle.root(leaves)
    assert merkle.root_by(merkle.leaf("other"), place, n, beside) != merkle.root(leaves)
    assert len(beside) <= n.bit_length()
    for wrong in {0, n - 1, n // 2} - {place}:
        assert merkle.root_by(leaves[place], wrong, n, beside) != merkle.root(leaves)


@pytest.mark.parametrize(("place", "n", "beside"), [(3, 3, []), (-1, 3, []), (0, 3, []), (0, 1, [b"x"])])
def test_a_path_that_does_not_fit_leads_nowhere(place, n, beside):
    assert merkle.root_by(merkle.leaf("a"), place, n, beside) is None


def test_a_node_passes_for_no_leaf():
    two = [merkle.leaf("a"), merkle.leaf("b")]
    assert merkle.leaf("a") != sha256(b"\x01a").digest()
    assert merkle.root(two) != merkle.leaf((two[0] + two[1]).hex())
