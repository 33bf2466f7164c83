import json
from hashlib import sha256

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import RunError, VerificationError
from credit_score.inspection.double_random import (
    FrozenList,
    check_proof,
    checked_list,
    frozen_list,
    merkle,
    result_list,
)

KEY, OTHER = bytes(range(32)), bytes(32)


def frame(n=20, tier=1):
    rows = [(d, f"91{i:04d}", tier if i == 3 else i % 4, "") for i in range(n) for d in ("fire", "health")]
    return pd.DataFrame(rows, columns=["department", "subject", "tier_code", "duty"])


@given(st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(seed):
    assert frozen_list(frame().sample(frac=1, random_state=seed), KEY).root == frozen_list(frame(), KEY).root


def test_a_firm_checks_its_own_place_and_the_proof_names_no_tier():
    listed = frozen_list(frame(), KEY)
    proof = json.loads(json.dumps(listed.proof("fire", "910003")))
    check_proof(proof, listed.root)
    assert set(proof) == {"department", "subject", "nonce", "told", "leaf", "n", "beside"}
    assert "tier" not in json.dumps(proof)


def test_nobody_can_tell_a_tier_by_trying_them_all():
    """With all that a firm, or its neighbour, is given, no guess of the tier gives the commitment to it."""
    listed = frozen_list(frame(), KEY)
    proof = listed.proof("fire", "910003")
    known = [str(value) for value in proof.values()] + proof["beside"] + ["", listed.root]
    guesses = {sha256(f"{nonce}|{tier}|".encode()).hexdigest() for nonce in known for tier in range(4)}
    assert proof["told"] not in guesses
    assert frozen_list(frame(), OTHER).root != listed.root


@pytest.mark.parametrize("change", [
    {"subject": "919999"}, {"department": "health"}, {"leaf": 5}, {"n": 41}, {"beside": []}, {"told": "0" * 64},
    {"nonce": "0" * 64},
])  # fmt: skip
def test_a_proof_that_was_changed_does_not_lead_to_the_published_hash(change):
    listed = frozen_list(frame(), KEY)
    with pytest.raises(VerificationError, match="does not lead to the published hash"):
        check_proof(listed.proof("fire", "910003") | change, listed.root)


@pytest.mark.parametrize("proof", [{}, {"department": "fire"}, {"beside": ["zz"]}])
def test_what_is_no_proof_is_refused(proof):
    with pytest.raises(VerificationError, match="this is no proof"):
        check_proof(proof, "0" * 64)


def test_changing_one_firm_changes_its_leaf_alone():
    one, other = frozen_list(frame(tier=0), KEY), frozen_list(frame(tier=3), KEY)
    changed = [row[:2] for row, leaf, again in zip(one.rows, one.leaves, other.leaves, strict=True) if leaf != again]
    assert changed == [("fire", "910003"), ("health", "910003")]


@pytest.mark.parametrize("change", [
    lambda f: f.assign(tier_code=f["tier_code"].where(f["subject"] != "910003", 2)),
    lambda f: f.iloc[1:], lambda f: pd.concat([f, pd.DataFrame([("fire", "919999", 0, "")], columns=f.columns)]),
])  # fmt: skip
def test_an_auditor_with_list_and_key_sees_any_change(change):
    root = frozen_list(frame(), KEY).root
    checked_list(frame(), KEY, root)
    with pytest.raises(VerificationError, match="changed after the freeze"):
        checked_list(change(frame()), KEY, root)
    with pytest.raises(VerificationError, match="changed after the freeze"):
        checked_list(frame(), OTHER, root)


def test_whether_a_firm_was_drawn_is_committed_to_without_being_shown():
    listed = frozen_list(frame(), KEY)
    drawn = [("fire", "910003"), ("health", "910007")]
    results = result_list(drawn, listed, KEY)
    without = result_list(drawn[:1], listed, KEY)
    differ = [row[:2] for row, a, b in zip(listed.rows, results.leaves, without.leaves, strict=True) if a != b]
    assert differ == [("health", "910007")]
    for firm, told in (("910003", "drawn"), ("910004", "not drawn")):
        proof = results.proof("fire", firm)
        assert proof["told"] == told
        check_proof(proof, results.root)
        other = {"drawn": "not drawn", "not drawn": "drawn"}[told]
        with pytest.raises(VerificationError, match="does not lead to the published hash"):
            check_proof(proof | {"told": other}, results.root)


def test_a_proof_tells_drawn_or_not_drawn_and_nothing_between():
    """Made of a tree of its own, so that the hashes lead to its root."""
    for row in (("fire", "91", "ab" * 32, "drawn, or not"), ("fire|91", "x", "ab" * 32, "drawn")):
        odd = FrozenList((row,), (merkle.leaf("|".join(row)),))
        with pytest.raises(VerificationError, match="this is no proof of a place in a list"):
            check_proof(odd.proof(*row[:2]), odd.root)


def test_two_firms_are_never_written_alike_in_a_leaf():
    for column in ("department", "subject"):
        odd = frame().assign(**{column: [f"a|{i}" for i in range(len(frame()))]})
        with pytest.raises(RunError, match=r"40 departments or codes of firms with the sign \|"):
            frozen_list(odd, KEY)


def test_a_list_that_cannot_be_is_refused():
    with pytest.raises(RunError, match="a list key of 3 bytes"):
        frozen_list(frame(), b"abc")
    with pytest.raises(RunError, match="1 firms stand twice"):
        frozen_list(pd.concat([frame(), frame().iloc[:1]]), KEY)
    with pytest.raises(RunError, match="does not hold this firm"):
        frozen_list(frame(), KEY).proof("fire", "nobody")
