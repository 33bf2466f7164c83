"""What stands beside the tables: synthetic.json, the public demo key and the data dictionary."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from credit_score.records.door.identity import PUBLIC_KEY
from credit_score.records.synthetic.dictionary import EVENT_TABLES, TABLES, Column
from credit_score.records.synthetic.facts import CountyFacts
from credit_score.records.synthetic.shape import LAST_DAY

VERSION = 1
MARK = "synthetic.json"
DEMO_KEY = PUBLIC_KEY
NOTICE = "Synthetic data. 虚构数据. No person, enterprise, town or event in it is real."

_KINDS = {pa.string(): "text", pa.int32(): "whole number", pa.float64(): "number", pa.bool_(): "true / false"}
_DIRT_MEANING = {
    "bad_identifier": "check digit or length of an identity number or credit code is wrong",
    "duplicate": "the row repeats an earlier row, or its key",
    "impossible_date": "2023-02-30, a date in 2999, or reported before it occurred",
    "unknown_code": "a code that no list of the policy has, such as a sector, a unit or a measure",
    "missing_value": "a field is empty that must not be",
    "minor": "a person aged 12",
    "wrong_encoding": "the line is in another encoding than its file (CSV only)",
    "malformed_row": "the line has too few or too many columns (not in Parquet)",
    "error_value": "a cell holds an Excel error, #REF! (Excel only)",
    "unknown_record": "a record that there is not",
    "unknown_entry": "a bank or a household that there is not",
    "above_whole": "more borrowers in arrears than borrowers",
    "not_first_of_month": "a day within a month in place of the month",
}


def write_notes(folder: Path, facts: CountyFacts) -> None:
    """Write synthetic.json, demo.key and README.md into the folder."""
    _write(folder / MARK, json.dumps(_about(facts), ensure_ascii=False, indent=2) + "\n")
    _write(folder / "demo.key", DEMO_KEY + "\n")
    _write(folder / "README.md", readme(facts))


def readme(facts: CountyFacts) -> str:
    """The data dictionary as Markdown."""
    tables = TABLES | (EVENT_TABLES if facts.events else {})
    parts = [_opening(facts), *(_table(name, columns, facts) for name, columns in tables.items())]
    return "\n".join([*parts, *([_events(facts)] if facts.events else []), _dirt(facts), _MADE])


def _about(facts: CountyFacts) -> dict[str, object]:
    return {
        "synthetic": True,
        "notice": NOTICE,
        "generator": "credit_score.records.synthetic",
        "version": VERSION,
        "seed": facts.seed,
        "format": facts.format,
        "n_enterprises": facts.n_enterprises,
        "n_individuals": facts.n_individuals,
        "last_day": str(LAST_DAY),
        "rows": dict(facts.rows),
        "dirt": {table: dict(counts) for table, counts in facts.dirt.items()},
    } | ({"events": dict(facts.events)} if facts.events else {})


def _opening(facts: CountyFacts) -> str:
    n_firms, n_people = facts.n_enterprises, facts.n_individuals
    options = ("" if facts.format == "csv" else f" --format {facts.format}") + (" --events" if facts.events else "")
    options += "" if facts.dirt else " --no-dirt"
    options += (f" --by {','.join(facts.by)}" if facts.by else "") + (
        f" --records {facts.records:g}" if facts.records else ""
    )
    return f"""# A synthetic county

{NOTICE}

{n_firms:,} enterprises and {n_people:,} individuals, as known on {LAST_DAY}, drawn from seed {facts.seed}.
The same sizes and seed give the same bytes:

    credit-score synth --enterprises {n_firms} --individuals {n_people} --seed {facts.seed}{options} --out DIR

{_AS_UNITS if facts.format == "units" else _PLAIN.format(facts.format)}{_APART if facts.by else ""}
- `synthetic.json`: sizes, and how many rows of each table intake must reject, by kind of reason.
- `demo.key`: a public key for pseudonyms. It protects nothing; never use it with real records.
- `truth/`: what only a synthetic county knows (latent risks, inspector effects). Scoring never reads it.

Identity numbers pass their check digit and carry birth years 1800–1859; enterprise codes pass theirs and carry the
region 999999, which no place has; names begin with 虚构 (fictitious). None can be anyone's.
"""


_PLAIN = "- `*.{}`: the raw tables, one file a table. Dates are ISO text."
_APART = """
- `enterprises/`, `individuals/`, `households/`, `credit_records/`, `inspections/`: tables in parts, by the town of the
  subject and, where asked for, the month of report or visit."""
_AS_UNITS = """- `*.csv` in GB 18030, `*.xlsx`: the raw tables as units send them, credit records in a file a unit.
  Headings and words are Chinese; each unit names columns and writes days in its own way, and here and there digits are
  full-width. Remarks and phone numbers are there to be dropped; the numbers begin with 0000 and are nobody's."""


def _events(facts: CountyFacts) -> str:
    told = "Clean rows of `record_events` by event; decisions, and those that were never reported."
    lines = ["## Events", "", told, ""]
    lines += ["| what | rows |", "| --- | --- |", *(f"| {what} | {n:,} |" for what, n in facts.events.items())]
    return "\n".join(lines) + "\n"


def _table(name: str, columns: tuple[Column, ...], facts: CountyFacts) -> str:
    rows = f" · {facts.rows[name]:,} rows" if name in facts.rows else ""
    lines = [f"## {name}{rows}", "", "| column | type | may be empty | holds |", "| --- | --- | --- | --- |"]
    lines += [f"| {c.name} | {_KINDS[c.kind]} | {'yes' if c.may_be_empty else 'no'} | {c.meaning} |" for c in columns]
    return "\n".join(lines) + "\n"


def _dirt(facts: CountyFacts) -> str:
    lines = ["## Dirt", "", "Rows that intake must reject, one fault each, added to the clean rows on purpose.", ""]
    if not facts.dirt:
        return "## Dirt\n\nNone.\n"
    lines += ["| table | kind | rows | what is wrong |", "| --- | --- | --- | --- |"]
    for table, counts in facts.dirt.items():
        lines += [f"| {table} | {kind} | {n:,} | {_DIRT_MEANING[kind]} |" for kind, n in counts.items()]
    return "\n".join(lines) + "\n"


_MADE = """## How it was made

Each enterprise has a latent risk, the chance that a visit would meet a violation: logistic of a normal whose mean
depends on sector and size. Penalties, lists, judgments, broken commitments and breaches are Poisson events whose
rates grow with it; kept commitments, honours and A ratings fall with it. Departments drew firms at random (every firm
of a department with the stated probability), visited food operators as the law asks, and followed complaints, alerts
and referrals, which reach risky firms more often. A violation that was there was found with 0.8 times the inspector's
effect. Every rate and share is an assumption, tuned so that the tiers of the bundled policy on the last day come near
those published by 丹东 in 2023 (A 65.4, B 25.3, C 7.7, D 1.5 %).

The pilot stands in the middle of its plan: about 17 % of the firms have joined the financing platform since July 2022,
11 % have their real name checked, 9 % authorise queries; four banks of ten have joined. Nearly every firm is rated by
the tax office in April, and some firms with an A lose it. Measures follow from records of the year before, by the
policy's own list. Banks report sums by village; in a village in three, one borrower in five or more is in arrears.
Activities, cases of government bodies and posts are few and the same in number for every size of county. These shares
are assumptions too. All of it shows how the software behaves; it is no evidence about any county.
"""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
