from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.policy.source import Source


@pytest.fixture
def source(tmp_path):
    def read(text, encoding="utf-8"):
        path = tmp_path / "rules.yaml"
        path.write_bytes(text.encode(encoding))
        return Source(path)

    return read


def test_every_key_and_list_item_knows_its_line(source):
    read = source("base: 1\n\nitems:\n  - id: a\n    points:\n      2023-03-15: {value: 5}\n")
    assert [read.line(at) for at in [("base",), ("items",), ("items", 0), ("items", 0, "points")]] == [1, 3, 4, 5]
    assert read.line(("items", 0, "points", "2023-03-15", "value")) == 6


def test_a_path_that_stands_nowhere_has_the_line_of_its_nearest_ancestor(source):
    assert source("a: 1\nb:\n  c: 2\n").line(("b", "missing", 7)) == 2


@pytest.mark.parametrize(
    ("text", "key", "line", "first"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", 3, 1),
        ("a: {b: 1,\n  b: 2}\n", "b", 2, 1),
        ("- {x: 1}\n- y: 1\n  z: 2\n  y: 3\n", "y", 4, 2),
        ("2023-03-15: 1\n'2023-03-15': 2\n", "2023-03-15", 2, 1),
    ],
    ids=["top", "flow", "in a list", "a day quoted"],
)
def test_a_duplicate_key_is_refused_with_its_line_and_the_first_one(source, text, key, line, first):
    with pytest.raises(PolicyError) as caught:
        source(text)
    assert f"rules.yaml, line {line}: key {key!r} stands twice (first on line {first})" in str(caught.value)


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f"]), min_size=1, max_size=6))
def test_keys_are_refused_exactly_if_one_repeats(tmp_path_factory, keys):
    path = tmp_path_factory.mktemp("yaml") / "rules.yaml"
    path.write_text("".join(f"{key}: 1\n" for key in keys), encoding="utf-8")
    if len(set(keys)) == len(keys):
        assert list(Source(path).data) == keys
    else:
        with pytest.raises(PolicyError, match="stands twice"):
            Source(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("# only words\n", "the file is empty"),
        ("a: [1, 2\n", "line 2: not readable as YAML"),
        ("a: 1\n---\nb: 2\n", "line 2: not readable as YAML"),
        ("a: 1\nb: !!python/object:os.system x\n", "line 2: not readable as YAML"),
        ("a: 1\n2023-02-30: 2\n", "line 2: not readable as YAML in UTF-8: day is out of range for month"),
        ("a: 1\nb: 2023-02-30\n", "line 2: not readable as YAML in UTF-8: day is out of range for month"),
        ("a: 1\n[b]: 2\n", "line 2: a key is a list or a mapping"),
        ("a: &one [1]\nb: *one\n", "line 1: an alias (*) points here"),
        ("a: &self [*self]\n", "an alias (*) points here"),
        ("[" * 5000 + "]" * 5000, "not readable as YAML"),
    ],
)
def test_what_is_no_rule_book_is_refused_in_one_line(source, text, told):
    with pytest.raises(PolicyError) as caught:
        source(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_in_another_encoding_is_refused(source):
    with pytest.raises(PolicyError, match=r"rules\.yaml: not readable as YAML in UTF-8"):
        source("a: 高阳县\n", encoding="gb18030")


def test_a_byte_order_mark_is_no_part_of_the_first_key(source):
    assert source("a: 1\n", encoding="utf-8-sig").data == {"a": 1}


@pytest.mark.parametrize("number", ["010", "-010", "1:30", "0x1F", "0b11", "1_000", "1_0.5", "1:30.5", "+00"])
def test_a_number_that_yaml_reads_as_another_is_refused_with_its_line(source, number):
    for text in (f"a: 1\nb: {number}\n", f"a: 1\n{number}: 1\n", f"-\n- {number}\n"):
        with pytest.raises(PolicyError, match=r"rules\.yaml, line 2: '.*' is not plainly a number; write"):
            source(text)


def test_plain_numbers_and_texts_in_quotes_are_read(source):
    text = "[0, -1, +7, 130628, 0.5, 1.e+3, .inf, '010', 1:3x, 2023-03-15]"
    expected = [0, -1, 7, 130628, 0.5, 1000.0, float("inf"), "010", "1:3x", date(2023, 3, 15)]
    assert source(text).data == expected
