"""What a session refuses, in the language of who sits before it."""

from credit_score.errors import CreditScoreError, PolicyError
from credit_score.language import LANGUAGES, say


class Refusal(PolicyError):
    """A command that is not carried out; ``both``: why, and what to do, in each language."""

    def __init__(self, key: str, **values: object) -> None:
        self.both = {lang: say(key, lang, **_in(lang, values)) for lang in LANGUAGES}
        super().__init__(self.both["en"])


def _in(lang: str, values: dict[str, object]) -> dict[str, object]:
    """The values, those that are in both languages in one of them."""
    return {name: value[lang] if isinstance(value, dict) else value for name, value in values.items()}


def told(error: CreditScoreError) -> dict[str, str]:
    """An error in both languages; one that is said in English only stands behind a Chinese word."""
    if isinstance(error, Refusal):
        return error.both
    return {lang: say("session.not_done", lang, why=str(error)) for lang in LANGUAGES}
