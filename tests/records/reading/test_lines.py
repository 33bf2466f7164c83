import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credit_score.engine import open_engine
from credit_score.records.reading.lines import LONGEST, heading, is_plain, rows

LINES = st.lists(st.text(alphabet='ab,,,"\r\n\x00 é高', max_size=12), max_size=8)


def read(path, n_columns=2):
    broken = []
    return list(rows(path, n_columns, broken)), broken


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "lines.csv"

    def write(data):
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def test_every_line_is_a_row_or_told_apart_with_its_reason(written):
    path = written(b'h,i\na,b\n"a",b\n"a,b\na"",b\na\x00,b\n\na\r\n' + b"\xff,b\na,b,c\nlast,b")
    found, broken = read(path)
    assert found == [(1, ["a", "b"]), (2, ["a", "b"]), (4, ['a""', "b"]), (10, ["last", "b"])]
    reasons = {3: "malformed_row", 5: "malformed_row", 7: "malformed_row", 8: "wrong_encoding"}
    assert {b.row: b.reason for b in broken} == reasons | {9: "malformed_row"}


@pytest.mark.parametrize(
    ("line", "cells"),
    [("a,b,", ["a", "b"]), ('"a",b,', ["a", "b"]), ("a,b,,", None), ("a,b,c", None), ("a,", ["a", ""])],
)
def test_one_comma_too_many_at_the_end_is_passed_over_with_and_without_quotes(written, line, cells):
    assert [found for _, found in read(written(f"h,i\n{line}\n"))[0]] == ([cells] if cells else [])


@pytest.mark.parametrize("line", ["x,{}", '"x",{}', 'x,"{}"'])
def test_a_cell_may_be_long_with_and_without_quotes(written, line):
    assert read(written("h,i\n" + line.format("a" * 300_000)))[0] == [(1, ["x", "a" * 300_000])]


@given(st.binary(max_size=400))
@example(b'h,i\n"a\nb",c\n"')
def test_rows_and_broken_lines_are_all_lines_below_the_heading_that_are_not_empty(data):
    path = written_once(data)
    found, broken = read(path)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[1:]
    places = [n for n, line in enumerate(lines, start=1) if line]
    assert sorted([n for n, _ in found] + [b.row for b in broken]) == places


@given(LINES)
def test_a_plain_file_says_the_same_to_the_engine(lines):
    path = written_once("\n".join(["h,i", *lines, "z,z"]).encode())
    if not is_plain(path):
        return
    engine = open_engine()
    engine.raw_sql(
        f"CREATE TABLE t AS SELECT * FROM read_csv('{path}', header=true, auto_detect=false, delim=',', quote='', "
        "escape='', nullstr='', columns={'h': 'VARCHAR', 'i': 'VARCHAR'}, store_rejects=true)"
    )
    by_engine = [[cell or "" for cell in row] for row in engine.con.execute("SELECT * FROM t").fetchall()]
    assert by_engine == [cells for _, cells in read(path)[0]]


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"h,i\na,b\n", True), (b"h,i\r\na,b\r\n", True), (b"h,i\na,b", True), (b"h,i\r\na,b", True), (b"h,i", False),
        (b"h,i\na,b\r\n", False), (b"h,i\ra,b\r", False), (b'h,i\n"a",b\n', False), (b"h,i\n\na,b\n", False),
        (b"h,i\na\x00,b\n", False), (b"h,i\n\xff,b\n", False), (b"\nh,i\na,b\n", False),
    ],
)  # fmt: skip
def test_a_file_is_plain_when_nothing_in_it_needs_care(written, data, plain):
    assert is_plain(written(data)) is plain


def test_a_file_of_many_chunks_is_read_across_their_borders(written, monkeypatch):
    path = written("h,i\r\n" + "".join(f"{i},高阳{i}\r\n" for i in range(3_000)))
    for chunk in (7, 64, 4096):
        monkeypatch.setattr("credit_score.records.reading.lines.CHUNK", chunk)
        found, broken = read(path)
        assert [cells for _, cells in found] == [[str(i), f"高阳{i}"] for i in range(3_000)]
        assert not broken


def test_a_line_longer_than_the_longest_is_told_apart_and_the_next_is_read(written):
    path = written(b"h,i\na," + b"9" * (2 * LONGEST) + b"\nc,d\n")
    assert not is_plain(path)
    found, broken = read(path)
    assert found == [(2, ["c", "d"])]
    assert [(b.row, b.reason) for b in broken] == [(1, "malformed_row")]


def test_a_heading_has_no_byte_order_mark_and_may_be_all_there_is(written):
    assert heading(written("\ufeffh,i")) == b"h,i"
    assert heading(written(b"")) == b""


def written_once(data):
    """A file that Hypothesis may write again and again."""
    from pathlib import Path
    from tempfile import gettempdir

    path = Path(gettempdir()) / "credit-score-lines.csv"
    path.write_bytes(data)
    return path
