"""One catalogue of Chinese and English words for everything a person reads."""

import re
from functools import cache
from importlib.resources import files
from typing import Literal

from credit_score.errors import CreditScoreError

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Key → language → text, as it stands in ``language.yaml``."""
    import yaml

    text = files("credit_score").joinpath("language.yaml").read_text(encoding="utf-8")
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a quarter of a second less at every command
    data: dict[str, dict[str, str]] = yaml.load(text, Loader=quick)  # noqa: S506 - both are safe loaders
    return data


def say(key: str, lang: str, **values: object) -> str:
    """The text of a key in a language, with values filled in. Raises CreditScoreError if there is none."""
    try:
        text = catalogue()[key][lang]
    except KeyError:
        raise CreditScoreError(f"no text {key!r} in language {lang!r}", remedy="add it to language.yaml") from None
    return text.format(**values) if values else text


def status_told(status: str, lang: str) -> str:
    """What the status of a run (``demonstration``, ``draft``, ``in force``) means for its reader."""
    return say("status." + status.replace(" ", "_"), lang)


def in_both(reference: str) -> dict[str, str]:
    """A reference by language; see :func:`reference_in`."""
    return {lang: reference_in(reference, lang) for lang in LANGUAGES}


def reference_in(reference: str, lang: str) -> str:
    """The part of a reference that is in a language, where it is written ``中文 / English``; else all of it."""
    zh, parted, en = reference.partition(" / ")
    if not (parted and re.search(r"[\u4e00-\u9fff]", zh)):
        return reference
    return zh if lang == "zh" else en
