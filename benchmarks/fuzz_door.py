"""What becomes of broken files: read whole, some rows rejected, or refused in one line; anything else is a fault.

Each file meets the reader alone; those that it takes are then read together through the door, as a folder, and those
that it refuses make the door refuse. Rows are held to the count that the fuzzer made on its own, and no planted
identity number may come through anywhere.
"""

import csv
import re
import resource
import time
import traceback
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_files import Broken
from fuzz_pool import REGISTERS, Pool

import credit_score as cs
from credit_score.engine import open_engine
from credit_score.records.contracts import contracts
from credit_score.records.reading.parts import read_files
from credit_score.report.run_folder import with_words
from credit_score.sheet import write_csv

WHOLE, SOME, REFUSED, FAULT = "read whole", "rows rejected", "refused", "fault"
_DIGITS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass
class Told:
    """What became of a folder of broken files.

    fates : (kind of file, fate) → files; rows : kind of file → rows accounted for; by_fault : (fault of a row, fate) →
    rows; faults : what must never be, in words; slowest : seconds and name of the slowest file; peak : MiB.
    """

    fates: Counter = field(default_factory=Counter)
    rows: Counter = field(default_factory=Counter)
    by_fault: Counter = field(default_factory=Counter)
    mutated: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    door: float = 0.0
    peak: float = 0.0


class Door:
    """A place where folders of broken files are read; ``say`` is told what begins, for the watchdog."""

    def __init__(self, place: Path, pool: Pool, say) -> None:
        self.place, self.pool, self.say = place, pool, say
        self.policy = cs.load_policy("gaoyang")
        self.contracts = contracts(self.policy.model)

    def folder(self, files: list[Broken], name: str) -> Told:
        """What became of the files."""
        told, here = Told(), self.place / name
        here.mkdir(parents=True)
        self._clean(here)
        refused = self._alone(files, here, told)
        taken = [f for f in files if f.name not in refused]
        began = time.perf_counter()
        if taken:
            self.say(f"{name}, the folder of {len(taken)} files")
            self._together(taken, here, told)
        told.door = time.perf_counter() - began
        self._refuses([f for f in files if f.name in refused], here, told)
        told.mutated = sum(f.mutated for f in files)
        told.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return told

    def _clean(self, here: Path) -> None:
        """The registers by which records find their subjects, and one record, so that no table is missing."""
        for name, data in self.pool.notes.items():
            (here / name).write_bytes(data)
        for table in (*REGISTERS, "credit_records"):
            rows = self.pool.known(table) if table in REGISTERS else self.pool.rows[table][:1]
            with (here / f"{table}.csv").open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream, lineterminator="\n").writerows([self.pool.columns[table], *rows])

    def _alone(self, files: list[Broken], here: Path, told: Told) -> set[str]:
        """Each file through the reader alone; the names of those refused."""
        engine, refused = open_engine(), set()
        for file in files:
            path = here / file.name
            path.write_bytes(file.data)
            self.say(file.name)
            began = time.perf_counter()
            try:
                (raw,) = read_files(engine, {file.name: path}, self.contracts[file.table])
                self._count(file, int(raw.table.count().execute()) + len(raw.broken), told)
            except cs.CreditScoreError as error:
                refused.add(file.name)
                told.fates[file.kind, REFUSED] += 1
                self._told_well(str(error), file.name, told)
            except Exception:
                refused.add(file.name)
                told.fates[file.kind, FAULT] += 1
                told.faults.append(f"{file.name}: {file.kind}: crash: {traceback.format_exc(limit=-3)}")
            told.slowest = max(told.slowest, (time.perf_counter() - began, f"{file.name} ({file.kind})"))
            if file.name in refused:
                path.unlink()
        return refused

    def _count(self, file: Broken, read: int, told: Told) -> None:
        if file.rows is not None and read != file.rows:
            told.faults.append(f"{file.name}: {file.kind}: {read} rows read, {file.rows} stand in it")

    def _told_well(self, text: str, name: str, told: Told) -> None:
        if "\n" in text or len(text) > 3000:
            told.faults.append(f"{name}: an error of {len(text)} signs, {text.count(chr(10)) + 1} lines")
        if found := self._leaks(text):
            told.faults.append(f"{name}: an error tells identity numbers: {found}")

    def _together(self, files: list[Broken], here: Path, told: Told) -> None:
        """The files that the reader takes, through the door: all of them must come in, and add up."""
        try:
            records = cs.read_records(here, policy=self.policy)
        except Exception as error:
            told.fates.update((f.kind, FAULT) for f in files)
            one_line = isinstance(error, cs.CreditScoreError)
            text = str(error) if one_line else traceback.format_exc(limit=-3)
            told.faults.append(f"{here.name}: files that the reader takes are refused together: {text}")
            return
        by_name = records.files.set_index("file")
        for file in files:
            row = by_name.loc[file.name]
            self._count(file, int(row["read"]), told)
            if row["read"] != row["accepted"] + row["rejected"]:
                told.faults.append(f"{file.name}: {row['read']} rows are not {row['accepted']} + {row['rejected']}")
            told.fates[file.kind, SOME if row["rejected"] else WHOLE] += 1
            told.rows[file.kind] += int(row["read"])
        if len(records.rejected) != records.counts["rejected"].sum():
            told.faults.append(f"{here.name}: {len(records.rejected)} rows are listed as rejected")
        if by_name["accepted"].sum() != sum(t.count().execute() for t in records.tables.values()):
            told.faults.append(f"{here.name}: accepted tables hold another number of rows")
        self._faults_of_rows(files, records.rejected, told)
        self._search(records, here, told)

    def _faults_of_rows(self, files: list[Broken], rejected, told: Told) -> None:
        """What became of rows by the fault they were given, where positions say which is which."""
        lost = rejected.groupby("file")["row"].agg(set).to_dict()
        for file in files:
            gone = lost.get(file.name, set())
            told.by_fault.update((f, at in gone) for at, f in enumerate(file.faults, start=1) if f is not None)

    def _search(self, records: cs.Records, here: Path, told: Told) -> None:
        """No identity number in what is handed on, and no formula in what is written."""
        accepted = [table.execute().to_csv(index=False) for table in records.tables.values()]
        other = [records.rejected.to_csv(), records.files.to_csv(), records.warnings.to_csv()]
        if found := self._leaks("\n".join([*accepted, *other])):
            told.faults.append(f"{here.name}: identity numbers came through: {found}")
        path = self.place / "rejected.csv"
        write_csv(with_words(records.rejected), path)
        with path.open(newline="", encoding="utf-8") as stream:
            risky = (c for row in csv.reader(stream) for c in row if c.lstrip()[:1] in "=+-@＝＋－＠" and c.strip())
            if wrong := [c for c in risky if not _NUMBER.fullmatch(c)][:3]:
                told.faults.append(f"{here.name}: formulas are written: {wrong}")

    def _leaks(self, text: str) -> list[str]:
        found = set(_DIGITS.findall(unicodedata.normalize("NFKC", text).upper()))
        return sorted(found & self.pool.secrets)

    def _refuses(self, files: list[Broken], here: Path, told: Told) -> None:
        """A folder with all the files that the reader refuses: the door must refuse it, in one line."""
        if not files:
            return
        for file in files:
            (here / file.name).write_bytes(file.data)
        self.say(f"{here.name}, the folder with {len(files)} files to be refused")
        try:
            cs.read_records(here, policy=self.policy)
            told.faults.append(f"{here.name}: the door takes files that the reader refuses")
        except cs.CreditScoreError as error:
            self._told_well(str(error), here.name, told)
        except Exception:
            told.faults.append(f"{here.name}: crash: {traceback.format_exc(limit=-3)}")
