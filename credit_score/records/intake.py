"""From a folder to :class:`Records`: every row ends in accepted or in rejected, with a reason."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.engine import kept, open_engine
from credit_score.errors import RecordsError, masked
from credit_score.files import fingerprint
from credit_score.policy import Policy, load_policy
from credit_score.records.contracts import Contract, contracts
from credit_score.records.identity import is_synthetic, pseudonym_key
from credit_score.records.judge import FAULT, Check, checks, judged, typed
from credit_score.records.pseudonyms import Pseudonyms
from credit_score.records.raw import Raw, files, read_raw

if TYPE_CHECKING:
    import ibis
    import pandas as pd

REJECTED = ["table", "file", "row", "column", "value", "reason"]
Progress = Callable[[str], None]


def _silent(step: str) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Records:
    """What units reported, as accepted, with what was refused beside it.

    Attributes
    ----------
    tables : table name → accepted rows, in the engine; natural persons carry pseudonyms.
    rejected : one row a refused row: table, file, row (position in the file, header not counted),
        column, value (masked where it identifies), reason.
    counts : per table ``read``, ``accepted``, ``rejected``; read = accepted + rejected.
    fingerprints : file name → SHA-256 of its bytes.
    synthetic : whether the folder says that nothing in it is real.
    """

    folder: Path
    policy_name: str
    engine: "ibis.BaseBackend" = field(repr=False)
    tables: dict[str, "ibis.Table"] = field(repr=False)
    rejected: "pd.DataFrame" = field(repr=False)
    counts: "pd.DataFrame"
    fingerprints: dict[str, str] = field(repr=False)
    synthetic: bool

    def __getitem__(self, name: str) -> "ibis.Table":
        """One accepted table by its name."""
        return self.tables[name]


def read_records(
    folder: Path | str,
    *,
    policy: Policy | str = "gaoyang",
    key: str | bytes | None = None,
    memory: str | None = None,
    progress: Progress = _silent,
) -> Records:
    """Read a folder of CSV or Parquet files under a policy's codes and identifier scheme.

    Rows that break the contract are rejected with a reason and never raise. Raises RecordsError for
    a missing folder or table, an empty file, a wrong heading, or no key for pseudonyms.
    """
    import pandas as pd

    rules = load_policy(policy) if isinstance(policy, str) else policy
    folder = Path(folder)
    known = contracts(rules.model)
    found = files(folder, known)
    engine = open_engine(memory=memory)
    names = Pseudonyms(engine, rules.model.policy.identifiers, pseudonym_key(folder, key))
    tables, rejected, counts = {}, [], []
    for name, contract in known.items():
        progress(f"reading {name}")
        tables[name], refused, count = _take_in(engine, found.get(name), contract, names)
        rejected.append(refused)
        counts.append((name, *count))
    names.forget()
    return Records(
        folder, rules.name, engine, tables,
        pd.concat(rejected, ignore_index=True),
        pd.DataFrame(counts, columns=["table", "read", "accepted", "rejected"]),
        {path.name: fingerprint(path) for path in found.values()},
        is_synthetic(folder),
    )  # fmt: skip


def _take_in(
    engine: "ibis.BaseBackend", path: Path | None, contract: Contract, names: Pseudonyms
) -> tuple["ibis.Table", "pd.DataFrame", tuple[int, int, int]]:
    import pandas as pd

    if path is None:
        return _empty(engine, contract), pd.DataFrame(columns=REJECTED), (0, 0, 0)
    raw = read_raw(engine, path, contract)
    table = names.joined(typed(raw.table, contract), contract)
    listed = checks(table, contract)
    verdict = kept(engine, f"judged_{contract.name}", judged(table, contract, listed))
    accepted = kept(engine, contract.name, _accepted(verdict, contract))
    names.learn(verdict.filter(verdict[FAULT] == -1), contract)
    refused = pd.concat([_rejected(verdict, contract, listed, raw), _unreadable(raw, contract)])
    refused = refused.sort_values("row", kind="stable", ignore_index=True)
    counts = (int(raw.table.count().execute()) + len(raw.broken), int(accepted.count().execute()), len(refused))
    engine.drop_table(f"judged_{contract.name}")
    _check(accepted, contract, path, counts)
    return accepted, refused, counts


def _empty(engine: "ibis.BaseBackend", contract: Contract) -> "ibis.Table":
    import ibis

    schema = ibis.schema({name: str(column.dtype) for name, column in contract.schema.columns.items()})
    return engine.create_table(contract.name, schema=schema, overwrite=True)


def _accepted(verdict: "ibis.Table", contract: Contract) -> "ibis.Table":
    """Rows without a fault, identifiers replaced by what stands for them; no name of a natural person."""
    import ibis

    rows = verdict.filter(verdict[FAULT] == -1)
    columns = {c: rows[f"_subject_{c}"] if c in contract.identifiers else rows[c] for c in contract.columns}
    if contract.name == "enterprises":
        person = rows.legal_form == "sole_proprietor"
        columns["name"] = ibis.ifelse(person, ibis.null("string"), rows["name"])
    return rows.select(**columns)


def _check(accepted: "ibis.Table", contract: Contract, path: Path, counts: tuple[int, int, int]) -> None:
    """The contract once more, by pandera, on what is handed on; and the counts must add up."""
    from pandera.errors import SchemaErrors

    read, n_accepted, n_rejected = counts
    if contract.needed and not read:
        what = "the file holds a heading and no row"
        raise RecordsError(what, where=str(path), remedy="send it again with its rows")
    if read != n_accepted + n_rejected:
        raise RecordsError(f"read {read} rows, but {n_accepted} + {n_rejected} are accounted for", where=str(path))
    if not n_accepted:
        return
    try:
        contract.schema.validate(accepted, lazy=True)
    except SchemaErrors as error:
        columns = ", ".join(sorted({str(c) for c in error.failure_cases["column"]}))
        raise RecordsError(f"accepted rows break the contract in {columns}", where=str(path)) from None


def _rejected(verdict: "ibis.Table", contract: Contract, listed: list[Check], raw: Raw) -> "pd.DataFrame":
    shown = verdict.select("row", FAULT, *(f"_raw_{c}" for c in contract.columns))
    rows = shown.filter(shown[FAULT] >= 0).order_by("row").execute()
    every = [*listed, Check(contract.key, "duplicate", None)]  # type: ignore[arg-type]
    rows["table"], rows["file"] = contract.name, raw.path.name
    rows["column"] = [every[i].column for i in rows[FAULT]]
    rows["reason"] = [every[i].reason for i in rows[FAULT]]
    rows["value"] = [
        _shown(row[f"_raw_{row['column']}"], row["column"], contract) for row in rows.to_dict(orient="records")
    ]
    rows["row"] = raw.position(rows["row"])
    return rows[REJECTED].astype({c: "str" for c in REJECTED if c != "row"})


def _shown(value: object, column: str, contract: Contract) -> str:
    """A refused value as it may be shown: masked if it identifies, or if it could (a long number, a name)."""
    text = value if isinstance(value, str) else ""
    identifying = column in contract.identifiers or column in (contract.key, "name")
    digits = sum(c.isdigit() for c in text)
    return masked(text) if identifying or digits > 8 or len(text) > 40 or not text.isascii() else text


def _unreadable(raw: Raw, contract: Contract) -> "pd.DataFrame":
    rows = raw.broken.assign(table=contract.name, file=raw.path.name, column="")
    rows["value"] = [f"a line of {n:g} bytes" for n in rows["bytes"]]
    return rows[REJECTED]
