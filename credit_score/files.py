"""Folders that appear whole or not at all.

What is written goes to a hidden folder beside the target and takes its name in one rename, so a
full disk or a crash leaves what stood there before. An older folder and the new one change names in
one step where the system can (Linux, on most disks), so that at every moment the target is one of them.
Elsewhere it takes two renames; a kill between the two leaves the older one under a hidden name beside
the target.
"""

import glob
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipInfo

from credit_score.errors import RunError, first_five

TOOL = "credit_score"
DAY = 86_400
# renameat2(2) of Linux: paths as they stand, and the flag by which two names change places.
AT_FDCWD, RENAME_EXCHANGE = -100, 2


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
    if target.exists() and not target.is_file():
        raise RunError("is no ordinary file", where=str(path), remedy="choose another place")
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
def alone(folder: Path, *, who: str = "", wait: float = 0.0) -> Iterator[None]:
    """The only writer of a folder while the block runs; the system lets go when the process ends, however it ends.

    ``who``: a name that others are told meanwhile; ``wait``: seconds until another must have let go. Raises RunError
    where another holds it, with the other's name, machine, process and since when, where they are known.
    """
    from filelock import FileLock, Timeout

    place = folder.resolve()
    lock = FileLock(place.with_name(f".{place.name}.lock"), timeout=wait)
    holder = place.with_name(f".{place.name}.holder.json")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with lock, _telling(holder, who):
            yield
    except Timeout:
        what = f"another process is writing to it{_holder(holder)}"
        raise RunError(what, where=str(folder), remedy="wait, and run again") from None


@contextmanager
def _telling(holder: Path, who: str) -> Iterator[None]:
    """A file beside the lock that tells who holds it; it informs, and the lock decides."""
    if who:
        since = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        told = {"who": who, "host": socket.gethostname(), "pid": os.getpid(), "since": since}
        holder.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    try:
        yield
    finally:
        if who:
            holder.unlink(missing_ok=True)


def _holder(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text(encoding="utf-8"))
        return f": {told['who']}, process {told['pid']} on {told['host']} since {told['since']}"
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ""


def undated(name: str) -> ZipInfo:
    """A compressed part of a zip archive under the first moment that one can tell, so that its bytes tell no time."""
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type, info.create_system = ZIP_DEFLATED, 0
    return info


def clear_leftovers(target: Path) -> None:
    """Remove what any writer of a target has left beside it, of any age; raises RunError where something stays."""
    place = target.resolve()
    for kind in ("partial", "old"):
        for left in place.parent.glob(f".{glob.escape(place.name)}.{kind}-*"):
            with suppress(OSError):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            if left.exists():
                raise RunError("cannot be removed", where=str(left), remedy="remove it by hand")


def _sweep(target: Path) -> None:
    """Remove what writers of this target that were killed more than a day ago have left beside it."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.partial-*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > DAY:
                shutil.rmtree(left, ignore_errors=True)


def _swap(partial: Path, target: Path) -> None:
    """Give the new folder its name; an older one is then under the hidden name, to be removed, or gone."""
    if target.exists() and _exchanged(partial, target):
        return
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


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two paths have changed places in one step; False where system or disk cannot, and nothing has changed."""
    if sys.platform != "linux":
        return False
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return call is not None and not call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fingerprints(folder: Path, *, without: Iterable[str] = ()) -> dict[str, str]:
    """The fingerprint of every file below a folder by its name there, in order; without those named."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return {name: fingerprint(folder / name) for name in names if name not in set(without)}
