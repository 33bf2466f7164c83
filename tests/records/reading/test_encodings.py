"""UTF-8 or GB 18030 is decided once for a file, by the lines that tell; every line is then accounted for."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from credit_score.errors import RecordsError
from credit_score.records.reading.lines import GB_18030, UTF_8, encoding, is_plain, rows

# Signs of two bytes and of four in GB 18030; 昞 and 獆 among them whose second byte is that of a backslash or a bar.
CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
SIGNS = st.one_of(CHINESE, st.sampled_from("ab1 联通縗€é\U00020087\U0001f600㐀\ue5e5ĀＡ，。"))
CELLS = st.text(SIGNS, max_size=6)
TABLES = st.lists(st.tuples(CELLS, CELLS).filter(any), min_size=1, max_size=6)
SLASHED = [c for c in map(chr, range(0x4E00, 0x9FA6)) if c.encode("gbk")[1:] in (b"\\", b"|")]


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "lines.csv"
        path.write_bytes(data)
        return path

    return write


def read(path, coding=None, n_columns=2):
    broken = []
    found = [cells for _, cells in rows(path, n_columns, broken, coding or encoding(path))]
    return found, [(b.row, b.reason) for b in broken]


def gb(text):
    return text.encode(GB_18030)


@given(TABLES)
@example([("联通", "一通")] * 3)
@example([("高", "\U00020087")])
def test_rows_written_in_gb_18030_read_back_the_same(table):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gb.csv"
        path.write_bytes(gb("编号,名称\n" + "".join(f"{a},{b}\n" for a, b in table)))
        # A line that is good UTF-8 of Chinese signs too may be one of another file, and is then told apart.
        both = [line for line in path.read_bytes().splitlines() if not line.isascii() and _is_utf_8(line)]
        if any(len(line.decode()) * 2 != len(line.decode().encode()) for line in both if _three(line)):
            return
        assert read(path) == ([list(row) for row in table], [])


def _is_utf_8(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _three(line):
    return any(ord(sign) > 0x7FF for sign in line.decode())


@given(TABLES)
def test_rows_written_in_utf_8_with_or_without_a_mark_read_back_the_same(table):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "utf8.csv"
        for mark in ("", "\ufeff"):
            path.write_bytes((mark + "编号,名称\n" + "".join(f"{a},{b}\n" for a, b in table)).encode())
            assert encoding(path) == UTF_8
            assert read(path) == ([list(row) for row in table], [])


@pytest.mark.parametrize(
    ("data", "coding"),
    [
        (b"h,i\na,b\n", UTF_8), ("编号,i\n高,b\n".encode(), UTF_8), (gb("编号,i\n高,b\n"), GB_18030),
        (gb("编号,i\n通,b\n一,c\n通,d\n"), GB_18030), (gb("h,i\n联通,b\n"), GB_18030),
        (gb("h,i\n通,b\n"), UTF_8), ("h,i\né,b\n".encode(), UTF_8),
        (gb("编号,i\n") + "高阳,b\n高阳,c\n".encode(), UTF_8), ("编号,i\n".encode() + gb("高,b\n阳,c\n"), GB_18030),
        ("编号,i\n".encode() + gb("高,b\n"), UTF_8), (gb("h,i\n\U00020087,b\n"), GB_18030), (b"h,i\n\xff,b\n", UTF_8),
        (b"\xef\xbb\xbf" + gb("h,i\n高,b\n阳,c\n"), GB_18030),
    ],
)  # fmt: skip
def test_the_encoding_is_that_of_most_lines_that_tell(written, data, coding):
    assert encoding(written(data)) == coding


def test_bytes_of_a_backslash_or_a_bar_inside_a_sign_are_part_of_the_sign(written):
    assert len(SLASHED) > 100
    table = [[sign, f"{sign}b"] for sign in SLASHED]
    path = written(gb("编号,名称\n" + "".join(f"{a},{b}\n" for a, b in table)))
    assert read(path) == (table, [])
    quoted = written(gb("编号,名称\n" + "".join(f'"{a}","{b}"\n' for a, b in table)))
    assert read(quoted) == (table, [])


def test_lines_of_another_encoding_are_told_apart_and_the_others_read(written):
    path = written(gb("编号,名称\n高,一\n阳,二\n县,三\n") + "高阳,四\n".encode() + gb("镇,五\n") + b"\x81,x\n")
    assert read(path) == (
        [["高", "一"], ["阳", "二"], ["县", "三"], ["镇", "五"]],
        [(4, "wrong_encoding"), (6, "wrong_encoding")],
    )
    path = written("编号,名称\n高,一\n阳,二\n县,三\n".encode() + gb("高阳,四\n") + "镇,五\n".encode())
    assert read(path) == ([["高", "一"], ["阳", "二"], ["县", "三"], ["镇", "五"]], [(4, "wrong_encoding")])


def test_a_file_with_a_mark_and_nothing_else_odd_is_plain(written):
    assert is_plain(written("\ufeffh,i\n高,b\n".encode()))
    assert not is_plain(written(gb("h,i\n高,b\n")))


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", gb("\ufeff")])
def test_a_mark_of_either_encoding_before_the_heading_is_no_part_of_it(hand, tmp_path, mark):
    folder = hand.write(tmp_path / "mark", hand.few(), encoding="gb18030" if mark[0] == 0x84 else "utf-8")
    for path in folder.iterdir():
        path.write_bytes(mark + path.read_bytes())
    assert hand.read(folder).counts["accepted"].sum() == 6


def test_a_heading_in_neither_encoding_is_refused_in_one_line(hand, tmp_path):
    folder = hand.write(tmp_path / "neither", hand.few())
    (folder / "enterprises.csv").write_bytes(b"\x81\xff,name\n\x81\xff,x\n")
    with pytest.raises(RecordsError, match="the heading is readable neither in utf-8 nor in gb18030; export it in UTF"):
        hand.read(folder)


@pytest.mark.thorough
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=30), st.sampled_from([UTF_8, GB_18030]))
def test_whatever_bytes_follow_in_a_file_all_its_lines_are_accepted_or_rejected(hand, tmp_path_factory, noise, coding):
    folder = hand.write(tmp_path_factory.mktemp("noise") / "county", hand.few(), encoding=coding)
    path = folder / "credit_records.csv"
    sound = path.read_bytes()
    path.write_bytes(sound + b"\n".join(noise) + b"\n")
    lines = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[1:]
    # The heading is ASCII, so the file is read whatever encoding the noise speaks for.
    records = hand.read(folder)
    counts = records.counts.set_index("table").loc["credit_records"]
    assert counts["read"] == sum(1 for line in lines if line) == counts["accepted"] + counts["rejected"]
    assert len(records.rejected) == counts["rejected"]
    # The sound rows are ASCII but for one column, so they stand in either encoding or are told apart by it.
    assert counts["accepted"] == 3 or "wrong_encoding" in set(records.rejected["reason"])
