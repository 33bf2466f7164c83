"""Which files of a folder are which tables, by their names in Chinese or English."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from unicodedata import category
from urllib.parse import unquote

from credit_score.errors import RecordsError, discreet, impersonal
from credit_score.records.contract import Contract
from credit_score.records.reading.vocabulary import plain, table_names, table_of

PARQUET = ".parquet"
ENDINGS = (".csv", ".xlsx", PARQUET)
# Control signs, marks of direction, lone surrogates; ends of a line and of a paragraph.
CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")
KINDS = "CSV, Excel (.xlsx) or Parquet"
# What engines and systems leave beside the parts of a table; a part that is still being written stands in another.
BESIDE, UNFINISHED = (".", "_"), "_temporary"


def files(folder: Path, known: Mapping[str, Contract], held: Collection[str] = ()) -> dict[str, dict[str, Path]]:
    """The files of each table of the contract that a folder holds, by their names in it, in their order.

    Tables that a store holds (``held``) may be absent from the folder. A table may come in several files:
    ``信用记录-税务局.xlsx`` beside ``credit_records.csv``; and in a folder of Parquet files at any depth:
    ``credit_records/town=城关镇/month=2023-06/part-0.parquet``. No part of such a name is a column.

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
    return {table: {p.relative_to(folder).as_posix(): p for p in _each(paths)} for table, paths in found.items()}


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
    _check_name(path)
    if table is None:
        listed = ", ".join("/".join(table_names(name)[:2]) for name in known)
        raise RecordsError(
            f"{discreet(path.name)!r} is no table", where=str(path.parent), remedy=f"tables are {listed}"
        )
    if not (_is_of_parts(path) or (path.suffix.lower() in ENDINGS and path.is_file())):
        raise RecordsError(
            f"{discreet(path.name)!r} is not a {KINDS} file", where=str(path.parent), remedy="export it as one"
        )
    return table


def _check_name(path: Path) -> None:
    """Refuse a name that may not be kept, written as it is or as engines write one in folders of parts (``%20``)."""
    for name in (path.name, unquote(path.name)):
        if any(category(sign) in CONTROL for sign in name):
            what, remedy = "the name of a file holds a line end or a control sign", "rename the file"
            raise RecordsError(what, where=str(path.parent), remedy=remedy)
        if impersonal(plain(name)) != plain(name):
            what, remedy = "the name of a file holds an identity number, and names are kept", "rename the file"
            raise RecordsError(what, where=str(path.parent), remedy=remedy)


def _is_of_parts(path: Path) -> bool:
    return path.is_dir() and path.suffix.lower() in ("", PARQUET)


def _each(paths: list[Path]) -> Iterator[Path]:
    """The files, and of a folder its parts; raises RecordsError for a folder without one."""
    for path in paths:
        parts = sorted(_parts(path)) if path.is_dir() else [path]
        if not parts:
            raise RecordsError(
                "the folder holds no Parquet file", where=str(path), remedy="send it again, or remove it"
            )
        yield from parts


def _parts(folder: Path) -> Iterator[Path]:
    """The Parquet files below a folder. Anything else there is refused, but for what engines leave beside them."""
    for path in folder.iterdir():
        if path.name == UNFINISHED:
            what, remedy = "is not written to its end", "write it again, or remove what is unfinished"
            raise RecordsError(what, where=str(folder), remedy=remedy)
        if path.name.startswith(BESIDE):
            continue
        _check_name(path)
        if path.is_dir() and not path.is_symlink():
            yield from _parts(path)
        elif path.is_file() and path.suffix.lower() == PARQUET:
            yield path
        else:
            what = f"{discreet(path.name)!r} is not a Parquet file, as all files of a table in a folder must be"
            raise RecordsError(what, where=str(folder), remedy="export it as one, or take it out")


def _refuse_two_endings(table: str, paths: list[Path]) -> None:
    stems = [plain(p.stem) for p in paths]
    if len(set(stems)) < len(stems):
        twice = next(p for p in paths if stems.count(plain(p.stem)) > 1)
        raise RecordsError(
            f"table {table!r} stands in two files named {discreet(twice.stem)!r}",
            where=str(twice.parent),
            remedy="keep one of them",
        )
