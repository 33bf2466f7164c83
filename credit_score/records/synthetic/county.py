"""The synthetic county, from a seed to a folder of raw tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_score.errors import RecordsError
from credit_score.files import whole_folder
from credit_score.records.synthetic.apart import BY, DAYS, TOWN, ApartSink, with_towns
from credit_score.records.synthetic.columns import coded, serial
from credit_score.records.synthetic.describe import MARK, write_notes
from credit_score.records.synthetic.dictionary import EVENT_TABLES, TABLES, schema
from credit_score.records.synthetic.dirt import Soiled, soil
from credit_score.records.synthetic.events import enterprise_records, person_records
from credit_score.records.synthetic.facts import CountyFacts
from credit_score.records.synthetic.firms import Firms, enterprises_table, firms_truth, make_firms
from credit_score.records.synthetic.identifiers import (
    check_sizes,
    enterprise_ids,
    event_ids,
    household_ids,
    inspection_ids,
    inspector_ids,
    person_ids,
    record_ids,
)
from credit_score.records.synthetic.lives import EVENTS, FIRST_UNREPORTED, make_decisions, make_lives
from credit_score.records.synthetic.office import (
    activities_table,
    banks_table,
    government_cases_table,
    posts_table,
)
from credit_score.records.synthetic.people import (
    VILLAGES,
    households_by_village,
    households_table,
    individuals_table,
    make_people,
    youth_households_table,
)
from credit_score.records.synthetic.ratings import later_records
from credit_score.records.synthetic.services import NUMBERED, firm_services
from credit_score.records.synthetic.shape import LEGAL_FORMS, TOWNS, VILLAGES_PER_TOWN
from credit_score.records.synthetic.staff import (
    Staff,
    departments_table,
    inspectors_table,
    inspectors_truth,
    make_staff,
)
from credit_score.records.synthetic.streams import blocks, stream
from credit_score.records.synthetic.sums import scene_uses_table, village_finance_table
from credit_score.records.synthetic.units import units_sink
from credit_score.records.synthetic.visits import inspections_table, inspections_truth, make_visits
from credit_score.records.synthetic.volume import rate_factor
from credit_score.records.synthetic.write import CsvSink, HeldBack, ParquetSink, Sink, check_free

Format = Literal["csv", "parquet", "units"]
SINKS: dict[str, Callable[[Path, str, pa.Schema], Sink]] = {
    "csv": CsvSink, "parquet": ParquetSink, "units": units_sink,
}  # fmt: skip
OF_THE_COUNTY = ("activities", "government_cases", "posts", "village_finance", "scene_uses")
_TOWN_FIELD = pa.field(TOWN, pa.string())
HAPPENED = (*EVENTS, "decisions", "decisions_never_reported")
Progress = Callable[[list[tuple[str, int, int, int]]], Iterable[tuple[str, int, int, int]]]


def make_county(  # noqa: PLR0913 - what a county can be asked for, each by its name
    out: str | Path,
    *,
    n_enterprises: int,
    n_individuals: int,
    seed: int,
    format: Format | None = None,
    dirt: bool = True,
    events: bool = False,
    by: tuple[str, ...] = (),
    records: float | None = None,
    progress: Progress | None = None,
) -> CountyFacts:
    """Write a fictitious county to the new folder `out` and return its counts.

    The same arguments give the same bytes. Memory does not grow with the county: subjects are made and written in
    blocks of 50,000. `format` is ``units`` for files as reporting units send them: GB 18030 and Excel, in Chinese.
    Without it the tables are CSV, in parts Parquet.
    `dirt` adds about 1 % of rows that intake must reject, counted by table and kind. `events` adds what became of
    records and a register of decisions; all other rows stay as they are, but for records that replace corrected ones.
    `by` ``("town",)`` or ``("town", "month")`` writes Parquet tables of subjects, records and visits as folders of
    parts, by the subject's town and the month of report or visit. `records` is about how many credit records a subject
    has on average; more than the 2 or so of before come of higher rates.
    `progress` wraps the list of blocks as tqdm does: it is called with the list and iterated over.

    Raises RecordsError when `out` is not empty, and for sizes, seeds or formats there are not; RunError when writing
    fails, and then nothing is left behind.
    """
    sizes, format = {"n_enterprises": n_enterprises, "n_individuals": n_individuals}, format or _usual(by)
    _check(**sizes, seed=seed, format=format, by=by)
    factor = rate_factor(records, **sizes, seed=seed)
    check_free(Path(out))
    with whole_folder(out, replaces=MARK) as folder:
        with ExitStack() as files:
            columns = schema("credit_records")
            later = HeldBack(files.enter_context(TemporaryFile()), columns.append(_TOWN_FIELD) if by else columns)
            scale = {"by": by, "factor": factor, "records": records}
            told = _Draft(seed=seed, dirt=dirt, format=format, events=events, later=later, **scale)
            draft = _open(files, folder, told)
            draft.taken.update(enterprises=n_enterprises, individuals=n_individuals)
            staff = _put_staff(draft, n_enterprises)
            steps = _steps(n_enterprises, n_individuals)
            for kind, block, start, stop in progress(steps) if progress else steps:
                if kind == "enterprises":
                    _put_firms(draft, staff, block=block, start=start, stop=stop)
                else:
                    _put_people(draft, block=block, start=start, stop=stop)
            _put_pilot(draft, n_enterprises=n_enterprises, n_individuals=n_individuals)
            _put_later(draft)
            _put_replacements(draft)
        facts = draft.facts(Path(out), sizes=(n_enterprises, n_individuals))
        write_notes(folder, facts)
    return facts


@dataclass(frozen=True)
class _Draft:
    """A county being written: its files, the numbers already taken by table, rows and dirt so far."""

    seed: int
    dirt: bool
    format: str
    events: bool
    later: HeldBack
    by: tuple[str, ...] = ()
    factor: float = 1.0
    records: float | None = None
    sinks: dict[str, Sink] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    happened: Counter[str] = field(default_factory=Counter)
    replacements: list[pa.Table] = field(default_factory=list)
    households: np.ndarray = field(default_factory=lambda: np.zeros(len(VILLAGES), np.int64))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of this county, what only a synthetic county knows too."""
        return (*TABLES, *(EVENT_TABLES if self.events else ()))

    def placed(self, table: pa.Table, subject: str, ids: pa.Array, towns: np.ndarray) -> pa.Table:
        """The table, with the town of each subject where it is to be written by town."""
        return with_towns(table, subject, ids, coded(towns, TOWNS)) if self.by else table

    def put(self, name: str, table: pa.Table, *, rng: np.random.Generator | None = None) -> None:
        """Append a block to a table, with dirt where `rng` is given and the county is to have any."""
        soiled = Soiled(table)
        if rng is not None and self.dirt:
            raw = self.format != "parquet"
            soiled = soil(rng, table, table=name, fresh=lambda rows: self._fresh_keys(name, rows), raw=raw)
            for kind, n in soiled.counts.items():
                self.counts[name][self.sinks[name].renames.get(kind, kind)] += n
        self.sinks[name].add(soiled.table, soiled.lines)
        self.rows[name] += soiled.table.num_rows + len(soiled.lines)

    def _fresh_keys(self, name: str, rows: pa.Table) -> pa.Array:
        """Keys that no other row has, one for each of these rows; their own where a key is a subject's."""
        numbers = self.taken[name] + np.arange(rows.num_rows)
        self.taken[name] += rows.num_rows
        if name == "enterprises":
            forms = rows.column("legal_form").to_pylist()
            return enterprise_ids(numbers, np.array([LEGAL_FORMS.index(form) for form in forms]))
        if name in NUMBERED:
            return serial(NUMBERED[name], numbers + 1, width=10)
        return _KEYS[name](numbers) if name in _KEYS else rows.column(0)

    def facts(self, folder: Path, *, sizes: tuple[int, int]) -> CountyFacts:
        """The counts, frozen."""
        return CountyFacts(
            folder=folder,
            format=self.format,
            seed=self.seed,
            n_enterprises=sizes[0],
            n_individuals=sizes[1],
            rows={name: self.rows[name] for name in self.tables if not name.startswith("truth/")},
            dirt={name: dict(self.counts[name]) for name in self.tables if self.counts[name]},
            events={what: self.happened[what] for what in HAPPENED} if self.events else {},
            by=self.by,
            records=self.records,
        )


_KEYS = {
    "individuals": person_ids,
    "households": household_ids,
    "inspectors": inspector_ids,
    "credit_records": record_ids,
    "inspections": inspection_ids,
    "record_events": event_ids,
    "decisions": lambda numbers: record_ids(FIRST_UNREPORTED + numbers),
    "village_finance": lambda numbers: serial("F-", numbers + 1, width=8),
    "scene_uses": lambda numbers: serial("N-", numbers + 1, width=8),
    "activities": lambda numbers: serial("C-", numbers + 1, width=6),
}


def _usual(by: tuple[str, ...]) -> Format:
    return "parquet" if by else "csv"


def _check(*, n_enterprises: int, n_individuals: int, seed: int, format: str, by: tuple[str, ...]) -> None:
    check_sizes(n_enterprises, n_individuals)
    if seed < 0:
        raise RecordsError(f"seed {seed}", where="synthetic county", remedy="choose a seed of 0 or more")
    if format not in SINKS:
        raise RecordsError(f"format '{format}'", where="synthetic county", remedy=f"choose {' or '.join(SINKS)}")
    if by and (by not in BY or format != "parquet"):
        what, remedy = f"{format} by {','.join(by)}", "choose parquet by town or by town,month"
        raise RecordsError(what, where="synthetic county", remedy=remedy)


def _open(files: ExitStack, folder: Path, draft: _Draft) -> _Draft:
    """Open every table of the county; each is closed with `files`."""
    (folder / "truth").mkdir()
    for name in draft.tables:
        apart = draft.by and name in DAYS
        sink = (
            ApartSink(folder, name, schema(name), draft.by)
            if apart
            else SINKS[draft.format](folder, name, schema(name))
        )
        draft.sinks[name] = files.enter_context(closing(sink))
    return draft


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
    visited = inspections_table(visits, firms=firms, start=first_visit)
    draft.put("inspections", draft.placed(visited, "enterprise_id", firms.ids, firms.town), rng=rng)
    draft.put("truth/inspections", inspections_truth(visits, start=first_visit))

    events = stream(draft.seed, "firm_events", block)
    first = draft.taken["credit_records"]
    records = enterprise_records(events, firms=firms, visits=visits, start=first, factor=draft.factor)
    draft.taken["credit_records"] += records.num_rows
    draft.put("credit_records", draft.placed(records, "subject_id", firms.ids, firms.town), rng=rng)
    later = later_records(stream(draft.seed, "later_records", block), firms=firms, records=records)
    draft.later.add(draft.placed(later, "subject_id", firms.ids, firms.town))
    _put_services(draft, firms, records, block=block)
    if draft.events:
        _put_events(draft, firms, records, block=block)


def _put_services(draft: _Draft, firms: Firms, records: pa.Table, *, block: int) -> None:
    """What a block of firms does in the pilot, and what is done with it."""
    dirt, rng = stream(draft.seed, "dirt_of_services", block), stream(draft.seed, "services", block)
    for name, table in firm_services(rng, firms=firms, records=records, start=draft.taken).items():
        draft.taken[name] += table.num_rows
        draft.put(name, table, rng=dirt)


def _put_events(draft: _Draft, firms: Firms, records: pa.Table, *, block: int) -> None:
    """What became of a block's records, and the register of the decisions among them."""
    rng, taken = stream(draft.seed, "dirt_of_events", block), draft.taken
    lives = make_lives(
        stream(draft.seed, "record_events", block), records=records, n_events=taken["record_events"],
        n_replaced=taken["replacements"],
    )  # fmt: skip
    draft.replacements.append(draft.placed(lives.replacements, "subject_id", firms.ids, firms.town))
    taken.update(record_events=lives.events.num_rows, replacements=lives.replacements.num_rows)
    draft.happened.update(lives.events.column("event").to_pylist())
    draft.put("record_events", lives.events, rng=rng)

    register, truth = make_decisions(stream(draft.seed, "decisions", block), records=records, start=taken["decisions"])
    never = truth.filter(pc.invert(truth.column("reported"))).num_rows
    taken["decisions"] += never
    draft.happened.update(decisions=register.num_rows, decisions_never_reported=never)
    draft.put("decisions", register, rng=rng)
    draft.put("truth/decisions", truth)


def _put_pilot(draft: _Draft, *, n_enterprises: int, n_individuals: int) -> None:
    """What banks, providers and the office report of the whole county."""
    dirt, rngs = stream(draft.seed, "dirt_of_pilot"), {name: stream(draft.seed, name) for name in OF_THE_COUNTY}
    tables = {
        "banks": banks_table(),
        "activities": activities_table(rngs["activities"]),
        "government_cases": government_cases_table(rngs["government_cases"]),
        "posts": posts_table(rngs["posts"]),
        "village_finance": village_finance_table(rngs["village_finance"], draft.households),
        "scene_uses": scene_uses_table(rngs["scene_uses"], n_enterprises=n_enterprises, n_individuals=n_individuals),
    }
    for name, table in tables.items():
        draft.taken[name] += table.num_rows
        draft.put(name, table, rng=dirt)


def _put_later(draft: _Draft) -> None:
    """The records that were held back, numbered after all others, so that those keep their place and number."""
    for block, table in enumerate(draft.later.blocks()):
        ids = record_ids(draft.taken["credit_records"] + np.arange(table.num_rows))
        draft.taken["credit_records"] += table.num_rows
        numbered = table.set_column(0, schema("credit_records").field(0), ids)
        draft.put("credit_records", numbered, rng=stream(draft.seed, "dirt_of_later", block))


def _put_replacements(draft: _Draft) -> None:
    """The records that replace corrected ones, after all others, so that those keep their place."""
    for table in draft.replacements:
        draft.put("credit_records", table)


def _put_people(draft: _Draft, *, block: int, start: int, stop: int) -> None:
    """A block of persons, their households and the records about them."""
    rng = stream(draft.seed, "dirt_of_people", block)
    people = make_people(
        stream(draft.seed, "people", block), start=start, stop=stop, first_household=draft.taken["households"]
    )
    draft.taken["households"] += len(people.household_village)
    draft.put("individuals", individuals_table(people), rng=rng)
    draft.put("households", households_table(people), rng=rng)
    draft.households[:] += households_by_village(people)
    youth = youth_households_table(stream(draft.seed, "youth", block), people)
    draft.put("youth_households", youth, rng=stream(draft.seed, "dirt_of_youth", block))

    events = stream(draft.seed, "person_events", block)
    records = person_records(events, people=people, start=draft.taken["credit_records"], factor=draft.factor)
    draft.taken["credit_records"] += records.num_rows
    towns = people.village // VILLAGES_PER_TOWN
    draft.put("credit_records", draft.placed(records, "subject_id", people.ids, towns), rng=rng)
