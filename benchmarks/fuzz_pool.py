"""Clean rows to break, from a synthetic county, with the identity numbers that must never come through."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import cycle
from pathlib import Path
from random import Random

from stdnum.cn import ric

from credit_score.records.door.held_items import conditional
from credit_score.records.synthetic import make_county

REGISTERS = ("enterprises", "individuals")
KEYS = {"households", "departments", "inspectors"}
Rows = list[list[str]]


@dataclass(frozen=True)
class Pool:
    """Columns and rows by table; the key files of a synthetic folder; every identity number in it or to be planted."""

    columns: dict[str, list[str]]
    rows: dict[str, Rows]
    notes: dict[str, bytes]
    secrets: frozenset[str]
    planted: tuple[str, ...]

    def known(self, table: str) -> Rows:
        """The half of a register that stands clean in every folder, so that records find their subjects."""
        return self.rows[table][::2]

    def fresh(self, table: str) -> Rows:
        """The rows to break: the other half of a register, all of another table."""
        return self.rows[table][1::2] if table in REGISTERS else self.rows[table]


def make_pool(place: Path, *, size: int, seed: int) -> Pool:
    """The rows of a clean county with ``size`` enterprises and as many persons."""
    make_county(place, n_enterprises=size, n_individuals=size, seed=seed, dirt=False)
    columns, rows = {}, {}
    for path in sorted(place.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as stream:
            columns[path.stem], *rows[path.stem] = csv.reader(stream)
    _add(columns, rows)
    notes = {name: (place / name).read_bytes() for name in ("synthetic.json", "demo.key")}
    planted = tuple(identity_numbers(60, seed))
    return Pool(columns, rows, notes, frozenset([*planted, *(row[0] for row in rows["individuals"])]), planted)


def _add(columns: dict[str, list[str]], rows: dict[str, Rows]) -> None:
    """The tables that a synthetic county does not have, from those that it has."""
    columns["decisions"] = ["record_id", "unit", "item", "decided_on"]
    rows["decisions"] = [[r[0], r[5], r[3], r[6]] for r in rows["credit_records"][::4]]
    columns["record_events"] = ["event_id", "record_id", "event", "happened_on", "known_on", "unit", "replaced_by"]
    rows["record_events"] = [
        [f"E-{i}", r[0], event, r[7], r[7], r[5], ""]
        for i, (r, event) in enumerate(zip(rows["credit_records"][::5], cycle(["disputed", "told", "upheld"])))
    ]
    columns["consents"] = ["consent_id", "person_id", "purpose", "given_on", "withdrawn_on"]
    rows["consents"] = [
        [f"C-{i}", r[0], purpose, "2022-05-01", ""]
        for i, (r, purpose) in enumerate(zip(rows["individuals"], cycle(conditional())))
    ]


def identity_numbers(n: int, seed: int) -> list[str]:
    """Resident identity numbers that pass every check, born 1930–2006, some in the 15 digits of before 1999."""
    draw = Random(seed)
    listed = []
    for i in range(n):
        born = date(1930, 1, 1) + timedelta(days=draw.randrange(28_000))
        first = f"130628{born:%Y%m%d}{draw.randrange(1, 1000):03d}"
        old = f"130628{born:%y%m%d}{draw.randrange(1, 1000):03d}"
        of_15 = i % 4 == 0 and born.year < 1999  # none was given out since
        listed.append(old if of_15 else first + ric.calc_check_digit(first + "0"))
    return listed


@cache
def words(table: str) -> tuple[list[str], dict[str, list[str]]]:
    """What units call a table and its columns in Chinese."""
    import yaml

    data = yaml.safe_load((files("credit_score.records.reading") / "columns.yaml").read_text(encoding="utf-8"))
    return data["tables"][table]["names"], data["tables"][table]["columns"]
