"""What a session refuses, in the language of who sits before it."""

from collections.abc import Mapping

from credit_score.errors import CreditScoreError, PolicyError
from credit_score.language import LANGUAGES, say


class Refusal(PolicyError):
    """A command that is not carried out; ``both``: why, and what to do, in each language."""

    def __init__(self, key: str, **values: object) -> None:
        self.both = said_in_both(key, values)
        super().__init__(self.both["en"])


def said_in_both(key: str, values: Mapping[str, object]) -> dict[str, str]:
    """A text of the catalogue in both languages; a value that is a mapping by language stands in each as its own."""
    told = {lang: {n: v[lang] if isinstance(v, dict) else v for n, v in values.items()} for lang in LANGUAGES}
    return {lang: say(key, lang, **told[lang]) for lang in LANGUAGES}


def told(error: CreditScoreError) -> dict[str, str]:
    """An error in both languages; one that is said in English only stands behind a Chinese word."""
    if isinstance(error, Refusal):
        return error.both
    return said_in_both("session.not_done", {"why": str(error)})
