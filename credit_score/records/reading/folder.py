"""Which files of a folder are which tables, by their names in Chinese or English."""

from collections.abc import Collection, Mapping
from pathlib import Path
from unicodedata import category

from credit_score.errors import RecordsError, discreet, impersonal
from credit_score.records.contract import Contract
from credit_score.records.reading.vocabulary import plain, table_names, table_of

ENDINGS = (".csv", ".xlsx", ".parquet")
# Control signs, marks of direction, lone surrogates; ends of a line and of a paragraph.
CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")
KINDS = "CSV, Excel (.xlsx) or Parquet"


def files(folder: Path, known: Mapping[str, Contract], held: Collection[str] = ()) -> dict[str, list[Path]]:
    """The files of each table of the contract that a folder holds, in the order of their names.

    Tables that a store holds (``held``) may be absent from the folder. A table may come in several files:
    ``信用记录-税务局.xlsx`` beside ``credit_records.csv``.

    Raises RecordsError for a missing folder or needed table, one name with two endings, and a file that is no table of
    the contract, not of a kind that is read (it would otherwise vanish silently), or whose name holds an identity
    number or a control sign.
    """
    check_folder(folder)
    found: dict[str, list[Path]] = {}
    for path in sorted(p for p in folder.iterdir() if _means_a_table(p, known)):
        found.setdefault(_table(path, known), []).append(path)
    for table, paths in found.items():
        _refuse_two_endings(table, paths)
    missing = [name for name, contract in known.items() if contract.needed and name not in {*found, *held}]
    if missing:
        names = " or ".join(table_names(missing[0])[:2])
        raise RecordsError(f"no file for table {missing[0]!r}", where=str(folder), remedy=f"add {names}, as {KINDS}")
    return found


def check_folder(folder: Path) -> None:
    """Raise RecordsError where there is no such folder."""
    if not folder.is_dir():
        raise RecordsError("no such folder", where=str(folder), remedy=f"give a folder of {KINDS} files")


def _means_a_table(path: Path, known: Mapping[str, Contract]) -> bool:
    """By its ending, or by its name (``inspections.xls``); everything else may lie in the folder too."""
    if path.name.startswith(("~$", ".")):  # what Excel and systems leave beside a file
        return False
    return path.suffix.lower() in ENDINGS or table_of(path.name.split(".")[0], known) is not None


def _table(path: Path, known: Mapping[str, Contract]) -> str:
    table = table_of(path.name.removesuffix(path.suffix), known)
    if any(category(sign) in CONTROL for sign in path.name):
        what, remedy = "the name of a file holds a line end or a control sign", "rename the file"
        raise RecordsError(what, where=str(path.parent), remedy=remedy)
    if impersonal(plain(path.name)) != plain(path.name):
        what, remedy = "the name of a file holds an identity number, and names are kept", "rename the file"
        raise RecordsError(what, where=str(path.parent), remedy=remedy)
    if table is None:
        listed = ", ".join("/".join(table_names(name)[:2]) for name in known)
        raise RecordsError(
            f"{discreet(path.name)!r} is no table", where=str(path.parent), remedy=f"tables are {listed}"
        )
    if path.suffix.lower() not in ENDINGS or not path.is_file():
        raise RecordsError(
            f"{discreet(path.name)!r} is not a {KINDS} file", where=str(path.parent), remedy="export it as one"
        )
    return table


def _refuse_two_endings(table: str, paths: list[Path]) -> None:
    stems = [plain(p.stem) for p in paths]
    if len(set(stems)) < len(stems):
        twice = next(p for p in paths if stems.count(plain(p.stem)) > 1)
        raise RecordsError(
            f"table {table!r} stands in two files named {discreet(twice.stem)!r}",
            where=str(twice.parent),
            remedy="keep one of them",
        )
