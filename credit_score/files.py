"""Folders that appear whole or not at all.

What is written goes to a hidden folder beside the target and takes its name in one rename, so a
full disk or a crash leaves what stood there before. Replacing an older folder takes two renames; a
kill between the two leaves the older one under a hidden name beside the target.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from credit_score.errors import RunError


@contextmanager
def whole_folder(out: Path | str, *, replaces: str) -> Iterator[Path]:
    """A folder to write into that becomes ``out`` when the block ends without an error.

    An existing ``out`` is replaced only if it is empty or holds the file ``replaces``, the mark of a
    folder of the same kind. Raises RunError if it holds anything else, or if writing fails.
    """
    target = Path(out).resolve()
    check_free(target, replaces=replaces)
    partial = _beside(target, "partial")
    try:
        partial.mkdir(parents=True)
        yield partial
        _swap(partial, target)
    except OSError as error:
        raise _failed(error, target, partial) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _beside(target: Path, kind: str) -> Path:
    """A hidden name beside the target that nothing else has."""
    return target.with_name(f".{target.name}.{kind}-{uuid4().hex[:12]}")


def _failed(error: OSError, target: Path, partial: Path) -> RunError:
    named = str(error.filename or "")
    file = f" ({named.removeprefix(f'{partial}/')})" if named and named != str(partial) else ""
    return RunError(
        f"could not write: {error.strerror or error}{file}",
        where=str(target),
        remedy="free space or choose another folder and run again; what stood there before is unchanged",
    )


def check_free(target: Path, *, replaces: str) -> None:
    """Raise RunError where a folder stands that is not ours to replace: one with files but without ``replaces``."""
    if not target.exists():
        return
    if not target.is_dir():
        raise RunError("is a file, not a folder", where=str(target), remedy="choose another folder")
    if any(target.iterdir()) and not (target / replaces).exists():
        raise RunError(
            f"the folder is not empty and holds no {replaces}, so it is not ours to replace",
            where=str(target),
            remedy="choose another folder",
        )


def _swap(partial: Path, target: Path) -> None:
    old = _beside(target, "old")
    if target.exists():
        target.rename(old)
    try:
        partial.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
