"""What a workbook must be before anything opens it: a zip archive of bounded size, without a document type.

An ``.xlsx`` file is a zip of XML parts. A few kilobytes can declare terabytes, and a few lines of XML can write
themselves out into gigabytes; both are refused here, by the archive's directory and the beginning of each part.
Nothing of the file enters a message.
"""

import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from credit_score.errors import RecordsError

REMEDY = "save it as .xlsx without a password, or export CSV"
# A full sheet of a million rows and a dozen columns is some 600 MB of XML; nothing a unit sends comes near these.
LARGEST_MEMBER = 2 << 30
LARGEST_TOTAL = 4 << 30
# XML of cells shrinks 10 to 40 times, since each cell writes its own place; small parts may shrink more.
BULKY = 50 << 20
LARGEST_RATIO = 200
# A workbook of hundreds of sheets and pictures has some thousands of parts.
MOST_MEMBERS = 10_000
# Parts that are held in memory as a whole; the sheets and the texts are streamed.
LARGEST_WHOLE = 32 << 20
HELD_WHOLE = ("[Content_Types].xml", ".rels", "workbook.xml", "styles.xml", "core.xml", "custom.xml", "theme1.xml")
CHUNK = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0"  # the container of .xls, and of any Office file with a password


class Unreadable(Exception):
    """Why a file is not read as a workbook, in words of this package."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever goes wrong inside becomes a RecordsError of one line that repeats no value of the file.

    A damaged file can make the libraries raise anything at all, so nothing but want of memory passes.
    """
    try:
        yield
    except (RecordsError, MemoryError):
        raise
    except Exception as error:
        told = RecordsError(f"not readable as an Excel workbook: {_why(error)}", where=str(path), remedy=REMEDY)
        raise told from None


def _why(error: Exception) -> str:
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, (BadZipFile, zlib.error, EOFError)):
        return "its archive is damaged"
    if isinstance(error, (ParseError, expat.ExpatError)):
        return "its XML is damaged"
    return f"a part of it is missing or not as Excel writes it ({type(error).__name__})"


@contextmanager
def quiet() -> Iterator[None]:
    """Without openpyxl's warnings of what it leaves out (print areas, extensions): no cell is among it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def check_archive(stream: BinaryIO) -> None:
    """Raise Unreadable, or what zipfile raises, for a file that is not safe to open as a workbook."""
    first = stream.read(len(_OLE))
    if first == _OLE:
        raise Unreadable("it is an old .xls workbook, or has a password")
    if not first.startswith(b"PK"):
        raise Unreadable("it is no .xlsx file, though it is named so")
    with ZipFile(stream) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > LARGEST_TOTAL:
            raise Unreadable("its archive would unpack to more than a workbook can hold")
        for member in members:
            _check_member(member)
        if any(_has_document_type(archive, member) for member in members):
            raise Unreadable("a part of it has a document type (DOCTYPE), which Excel never writes")


def _check_member(member: ZipInfo) -> None:
    """By what the directory declares; a member that holds more ends there, and fails its checksum."""
    size, whole = member.file_size, member.filename.endswith(HELD_WHOLE)
    bomb = size > BULKY and size > LARGEST_RATIO * max(member.compress_size, 1)
    if bomb or size > LARGEST_MEMBER or (whole and size > LARGEST_WHOLE):
        raise Unreadable("its archive would unpack to more than a workbook can hold")
    if member.flag_bits & 1:
        raise Unreadable("its archive has a password")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unreadable("its archive is packed in a way that Excel does not use")


class _Begun(Exception):
    """The first element of a part: no document type can follow."""


class _Declared(Exception):
    """A document type: the only place from which an entity can come."""


def _has_document_type(archive: ZipFile, member: ZipInfo) -> bool:
    """Whether a part declares a document type, in any encoding that the parser knows; parts that are no XML do not."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _raise(_Declared)
    parser.StartElementHandler = _raise(_Begun)
    with archive.open(member) as source:
        try:
            while chunk := source.read(CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)
        except _Declared:
            return True
        except (_Begun, expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that there is not
            return False
    return False


def _raise(signal: type[Exception]):
    def handler(*_: object) -> None:
        raise signal

    return handler
