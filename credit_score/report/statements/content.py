"""What a statement says, as data: every figure and every text of it, and the code that stands for them all."""

import json
from base64 import b32encode
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

GROUPS, OF = 5, 4  # 20 signs of base32 are 100 bits


@dataclass(frozen=True)
class Row:
    """Cells of a table, and what stands below them in small print: grounds, sources, remarks."""

    cells: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a statement under its heading: texts, then a table with headings, or rows of a name and a value."""

    id: str
    heading: str
    texts: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Version:
    """A statement in one language: its title, the run's status in a word and in a sentence, and its sections."""

    lang: str
    title: str
    status_word: str
    status: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Statement:
    """A person's statement or an enterprise's report: whose, under which serial, for how long, in which languages.

    ``run`` is the fingerprint of the run (:func:`credit_score.report.statements.origin.run_fingerprint`), ``status``
    the run's.
    """

    serial: str
    kind: str
    subject: str
    use: str
    office: str
    issued_on: date
    valid_until: date
    run: str
    status: str
    made_by: str
    versions: tuple[Version, ...]

    def told(self) -> dict[str, Any]:
        """All of it as plain data."""
        return asdict(self) | {"issued_on": str(self.issued_on), "valid_until": str(self.valid_until)}

    @property
    def code(self) -> str:
        """The verification code: 100 bits of the SHA-256 of all that is said, in base32, five groups of four."""
        text = json.dumps(self.told(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        signs = b32encode(sha256(text.encode()).digest()).decode()
        return "-".join(signs[i : i + OF] for i in range(0, GROUPS * OF, OF))

    def text(self) -> str:
        """The statement to read on a terminal."""
        return "\n".join(line for version in self.versions for line in _lines(version))


def plain_code(code: str) -> str:
    """A code as it was typed, without blanks and hyphens, in capitals."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


def _lines(version: Version) -> list[str]:
    lines = [version.title, f"{version.status_word} {version.status}".strip()]
    for section in version.sections:
        lines += ["", section.heading, *section.texts]
        if section.headings:
            lines.append("  " + " | ".join(section.headings))
        for row in section.rows:
            lines += ["  " + " | ".join(row.cells), *(f"      {note}" for note in row.notes)]
    return lines
