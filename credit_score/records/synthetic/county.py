"""The synthetic county, from a seed to a folder of raw tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from credit_score.errors import RecordsError
from credit_score.files import whole_folder
from credit_score.records.synthetic.describe import MARK, write_notes
from credit_score.records.synthetic.dictionary import RAW_TABLES, TABLES, schema
from credit_score.records.synthetic.dirt import Soiled, soil
from credit_score.records.synthetic.events import enterprise_records, person_records
from credit_score.records.synthetic.facts import CountyFacts
from credit_score.records.synthetic.firms import enterprises_table, firms_truth, make_firms
from credit_score.records.synthetic.identifiers import (
    check_sizes,
    enterprise_ids,
    household_ids,
    inspection_ids,
    inspector_ids,
    person_ids,
    record_ids,
)
from credit_score.records.synthetic.people import households_table, individuals_table, make_people
from credit_score.records.synthetic.shape import LEGAL_FORMS
from credit_score.records.synthetic.staff import (
    Staff,
    departments_table,
    inspectors_table,
    inspectors_truth,
    make_staff,
)
from credit_score.records.synthetic.streams import blocks, stream
from credit_score.records.synthetic.visits import inspections_table, inspections_truth, make_visits
from credit_score.records.synthetic.write import SINKS, Sink, check_free

Format = Literal["csv", "parquet"]
Progress = Callable[[list[tuple[str, int, int, int]]], Iterable[tuple[str, int, int, int]]]


def make_county(
    out: str | Path,
    *,
    n_enterprises: int,
    n_individuals: int,
    seed: int,
    format: Format = "csv",
    dirt: bool = True,
    progress: Progress | None = None,
) -> CountyFacts:
    """Write a fictitious county to the new folder `out` and return its counts.

    The same arguments give the same bytes. Memory does not grow with the county: subjects are made and written in
    blocks of 50,000. `dirt` adds about 1 % of rows that intake must reject, counted by table and kind.
    `progress` wraps the list of blocks as tqdm does: it is called with the list and iterated over.

    Raises RecordsError when `out` is not empty, and for sizes, seeds or formats there are not; RunError when writing
    fails, and then nothing is left behind.
    """
    _check(n_enterprises=n_enterprises, n_individuals=n_individuals, seed=seed, format=format)
    check_free(Path(out))
    with whole_folder(out, replaces=MARK) as folder:
        with ExitStack() as files:
            draft = _open(files, folder, format=format, seed=seed, dirt=dirt)
            draft.taken.update(enterprises=n_enterprises, individuals=n_individuals)
            staff = _put_staff(draft, n_enterprises)
            steps = _steps(n_enterprises, n_individuals)
            for kind, block, start, stop in progress(steps) if progress else steps:
                if kind == "enterprises":
                    _put_firms(draft, staff, block=block, start=start, stop=stop)
                else:
                    _put_people(draft, block=block, start=start, stop=stop)
        facts = draft.facts(Path(out), format=format, sizes=(n_enterprises, n_individuals))
        write_notes(folder, facts)
    return facts


@dataclass(frozen=True)
class _Draft:
    """A county being written: its files, the numbers already taken by table, rows and dirt so far."""

    seed: int
    dirt: bool
    raw: bool
    sinks: dict[str, Sink]
    taken: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in RAW_TABLES})

    def put(self, name: str, table: pa.Table, *, rng: np.random.Generator | None = None) -> None:
        """Append a block to a table, with dirt where `rng` is given and the county is to have any."""
        soiled = Soiled(table)
        if rng is not None and self.dirt:
            soiled = soil(rng, table, table=name, fresh=lambda rows: self._fresh_keys(name, rows), raw=self.raw)
            self.counts[name] += soiled.counts
        self.sinks[name].add(soiled.table, soiled.lines)
        self.rows[name] += soiled.table.num_rows + len(soiled.lines)

    def _fresh_keys(self, name: str, rows: pa.Table) -> pa.Array:
        """Keys that no other row has, one for each of these rows."""
        numbers = self.taken[name] + np.arange(rows.num_rows)
        self.taken[name] += rows.num_rows
        if name == "enterprises":
            forms = rows.column("legal_form").to_pylist()
            return enterprise_ids(numbers, np.array([LEGAL_FORMS.index(form) for form in forms]))
        return _KEYS[name](numbers)

    def facts(self, folder: Path, *, format: Format, sizes: tuple[int, int]) -> CountyFacts:
        """The counts, frozen."""
        return CountyFacts(
            folder=folder,
            format=format,
            seed=self.seed,
            n_enterprises=sizes[0],
            n_individuals=sizes[1],
            rows={name: self.rows[name] for name in RAW_TABLES},
            dirt={name: dict(counts) for name, counts in self.counts.items() if counts},
        )


_KEYS = {
    "individuals": person_ids,
    "households": household_ids,
    "inspectors": inspector_ids,
    "credit_records": record_ids,
    "inspections": inspection_ids,
}


def _check(*, n_enterprises: int, n_individuals: int, seed: int, format: str) -> None:
    check_sizes(n_enterprises, n_individuals)
    if seed < 0:
        raise RecordsError(f"seed {seed}", where="synthetic county", remedy="choose a seed of 0 or more")
    if format not in SINKS:
        raise RecordsError(f"format '{format}'", where="synthetic county", remedy=f"choose {' or '.join(SINKS)}")


def _open(files: ExitStack, folder: Path, *, format: Format, seed: int, dirt: bool) -> _Draft:
    """Open every table of the county; each is closed with `files`."""
    (folder / "truth").mkdir()
    sinks: dict[str, Sink] = {
        name: files.enter_context(closing(SINKS[format](folder, name, schema(name)))) for name in TABLES
    }
    return _Draft(seed=seed, dirt=dirt, raw=format == "csv", sinks=sinks)


def _steps(n_enterprises: int, n_individuals: int) -> list[tuple[str, int, int, int]]:
    """Kind, block, start and stop of every block, enterprises first."""
    sizes = {"enterprises": n_enterprises, "individuals": n_individuals}
    return [(kind, block, *ends) for kind, n in sizes.items() for block, ends in enumerate(blocks(n))]


def _put_staff(draft: _Draft, n_enterprises: int) -> Staff:
    """Departments and inspectors."""
    rng = stream(draft.seed, "inspectors")
    staff = make_staff(rng, n_enterprises=n_enterprises)
    draft.taken["inspectors"] = len(staff.effect)
    draft.put("departments", departments_table(staff))
    draft.put("inspectors", inspectors_table(staff), rng=rng)
    draft.put("truth/inspectors", inspectors_truth(staff))
    return staff


def _put_firms(draft: _Draft, staff: Staff, *, block: int, start: int, stop: int) -> None:
    """A block of enterprises, the visits to them and the records about them."""
    rng = stream(draft.seed, "dirt_of_firms", block)
    firms = make_firms(stream(draft.seed, "firms", block), start=start, stop=stop)
    draft.put("enterprises", enterprises_table(firms), rng=rng)
    draft.put("truth/enterprises", firms_truth(firms))

    visits = make_visits(stream(draft.seed, "visits", block), firms=firms, staff=staff)
    first_visit = draft.taken["inspections"]
    draft.taken["inspections"] += len(visits.firm)
    draft.put("inspections", inspections_table(visits, firms=firms, start=first_visit), rng=rng)
    draft.put("truth/inspections", inspections_truth(visits, start=first_visit))

    events = stream(draft.seed, "firm_events", block)
    records = enterprise_records(events, firms=firms, visits=visits, start=draft.taken["credit_records"])
    draft.taken["credit_records"] += records.num_rows
    draft.put("credit_records", records, rng=rng)


def _put_people(draft: _Draft, *, block: int, start: int, stop: int) -> None:
    """A block of persons, their households and the records about them."""
    rng = stream(draft.seed, "dirt_of_people", block)
    people = make_people(
        stream(draft.seed, "people", block), start=start, stop=stop, first_household=draft.taken["households"]
    )
    draft.taken["households"] += len(people.household_village)
    draft.put("individuals", individuals_table(people), rng=rng)
    draft.put("households", households_table(people), rng=rng)

    events = stream(draft.seed, "person_events", block)
    records = person_records(events, people=people, start=draft.taken["credit_records"])
    draft.taken["credit_records"] += records.num_rows
    draft.put("credit_records", records, rng=rng)
