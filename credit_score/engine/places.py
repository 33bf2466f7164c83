"""How much memory an engine may take, and where it puts what does not fit."""

import atexit
import re
import shutil
import tempfile
from pathlib import Path

from credit_score.errors import CreditScoreError

_SIZE = re.compile(r"\d+(\.\d+)? ?(MB|GB|TB|MiB|GiB|TiB)")
# What Hive and Spark write by its number in the name of a partition; any other sign, Chinese too, stands as it is.
_SPECIAL = re.compile(r"""[\x00-\x1f\x7f"#%'*/:=?\\{\[\]^]""")
NOWHERE = "__HIVE_DEFAULT_PARTITION__"  # how Hive, Spark and DuckDB call the folder of rows without a value


def partition(column: str, value: str) -> str:
    """The name of the folder of a column's value: ``town=城关镇``, ``town=a%2Fb``."""
    return f"{column}={_SPECIAL.sub(lambda sign: f'%{ord(sign[0]):02X}', value)}"


def check_size(memory: str) -> str:
    """The size as it was given; raises CreditScoreError for one that is none."""
    if not _SIZE.fullmatch(memory):
        raise CreditScoreError(f"memory {memory!r} is not a size", remedy="write it as 2GB or 500MB")
    return memory


def check_folder(place: Path | str) -> Path:
    """The path of a folder that is there or can be made; raises CreditScoreError where a file stands."""
    folder = Path(place)
    if folder.exists() and not folder.is_dir():
        raise CreditScoreError("is a file, not a folder", where=str(folder), remedy="choose another folder")
    return folder


def private_folder(beside: Path | None = None) -> Path:
    """A new folder that only this user can read, in a folder if one is given; gone when Python ends."""
    if beside:
        beside.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="credit-score-", dir=beside))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
