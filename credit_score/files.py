"""Folders that appear whole or not at all.

What is written goes to a hidden folder beside the target and takes its name in one rename, so a
full disk or a crash leaves what stood there before. Replacing an older folder takes two renames; a
kill between the two leaves the older one under a hidden name beside the target.
"""

import glob
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from credit_score.errors import RunError, first_five

TOOL = "credit_score"
DAY = 86_400


@contextmanager
def whole_folder(out: Path | str, *, replaces: str) -> Iterator[Path]:
    """A folder to write into that becomes ``out`` when the block ends without an error.

    An existing ``out`` is replaced only if it is empty or nothing but a folder of the same kind, by its mark
    ``replaces`` (:func:`check_free`). Raises RunError if it holds anything else, or if writing fails.
    """
    target = Path(out).resolve()
    check_free(target, replaces=replaces)
    _sweep(target)
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


def check_free(target: Path, *, replaces: str, inputs: Iterable[Path] = ()) -> None:
    """Raise RunError where what stands at a target is not ours to replace.

    Ours is an empty folder, or one whose file ``replaces`` is a mark of this tool that lists every other file in it
    under ``outputs``. ``inputs`` are read from: none may lie in the target, nor the target in one of them.
    """
    check_apart(target, inputs)
    if target.exists() and not target.is_dir():
        raise RunError("is a file, not a folder", where=str(target), remedy="choose another folder")
    if target.is_dir() and (foreign := _foreign(target, replaces)):
        raise RunError(
            f"the folder holds {first_five(foreign)}, which is not of {replaces}, so it is not ours to replace",
            where=str(target),
            remedy="choose another folder",
        )


def check_apart(target: Path, inputs: Iterable[Path]) -> None:
    """Raise RunError where what is written lies in what is read from, or the other way round."""
    place = target.resolve()
    for source in map(Path.resolve, inputs):
        if source == place or source in place.parents or place in source.parents:
            raise RunError(f"lies in what is read from, {source}", where=str(target), remedy="choose another place")


def _foreign(folder: Path, mark: str) -> list[str]:
    """Files of a folder that its mark does not list; all of them where it has no mark of this tool."""
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir() or p.is_symlink())
    try:
        told = json.loads((folder / mark).read_text(encoding="utf-8"))
        ours = {mark, *told["outputs"]} if told["tool"] == TOOL else set()
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        ours = set()
    return [name for name in files if name not in ours]


@contextmanager
def whole_file(path: Path | str) -> Iterator[Path]:
    """A file to write that becomes ``path`` when the block ends without an error. Raises RunError."""
    target = Path(path).absolute()
    partial = _beside(target, "partial")
    try:
        yield partial
        partial.replace(target)
    except OSError as error:
        what = f"could not write: {error.strerror or error}"
        raise RunError(what, where=str(path), remedy="free space or choose another place") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The only writer of a folder while the block runs; the system lets go when the process ends, however it ends.

    Raises RunError where another holds it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_name(f".{folder.name}.lock"), timeout=0)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with lock:
            yield
    except Timeout:
        raise RunError("another process is writing to it", where=str(folder), remedy="wait, and run again") from None


def _sweep(target: Path) -> None:
    """Remove what writers of this target that were killed more than a day ago have left beside it."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.partial-*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > DAY:
                shutil.rmtree(left, ignore_errors=True)


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
