"""What was written out once, kept for the next process where Python keeps bytecode and numba its kernels.

A file is named by all that a statement depends on, and their folder by the program and the libraries that write it:
where either differs, it is written anew. Who can write there can change the program itself, so no one is trusted who
was not before. It holds names of columns and words of a policy, and of no file a cell. Where nothing can be written,
nothing is kept.
"""

import json
import shutil
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from credit_score.errors import RunError
from credit_score.files import whole_file

PROGRAM = Path(__file__).parents[2]
WRITERS = ("ibis-framework", "sqlglot", "duckdb", "pandera")
# Some ten policies' worth, 10 MB; beyond it the next process begins anew.
MOST = 5_000


def recalled(key: object) -> Any:
    """The value of JSON that is kept whole under a key, or None. Keys are of texts, numbers and tuples of them."""
    # Where Python can keep no bytecode at all, it says so by NotImplementedError.
    try:
        digest, told = _file(key).read_text(encoding="utf-8").split("\n")
        return json.loads(told) if digest == _digest(key, told) else None
    except (OSError, ValueError, NotImplementedError):
        return None


def keep(key: object, value: Any) -> None:
    """Keep a value of JSON under a key; where that cannot be written, nothing happens."""
    told = json.dumps(value)
    with suppress(OSError, RunError, NotImplementedError):
        file = _file(key)
        _make(file.parent)
        with whole_file(file) as part:
            part.write_text(f"{_digest(key, told)}\n{told}", encoding="utf-8")


def folder() -> Path:
    """Where the statements of this program lie, whether or not there are any."""
    return Path(cache_from_source(__file__)).with_name(f"statements-{_program()}")


def _file(key: object) -> Path:
    return folder() / _digest(key)


def _digest(key: object, told: str = "") -> str:
    return sha256(f"{key!r}{told}".encode()).hexdigest()


@cache
def _program() -> str:
    """All that a statement is written by, in twelve digits."""
    told = sha256(repr([(name, version(name)) for name in WRITERS]).encode())
    for path in sorted(p for p in PROGRAM.rglob("*") if p.suffix in (".py", ".yaml")):
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


@cache
def _make(place: Path) -> None:
    """The folder, made. What another state of the program wrote goes with it, and so does what is too much."""
    if not place.exists() or sum(1 for _ in place.iterdir()) > MOST:
        for other in place.parent.glob("statements-*"):
            shutil.rmtree(other, ignore_errors=True)
        place.mkdir(parents=True, exist_ok=True)
