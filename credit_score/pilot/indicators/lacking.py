"""What is missing where an indicator cannot be measured: told, and never a 0 in its place."""

from credit_score.errors import NotAvailable
from credit_score.language import LANGUAGES, say


class Lacking(NotAvailable):
    """A quantity that cannot be told; ``words`` say in each language what it needs."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__(words["en"])
        self.words = words


def lacks_table(table: str) -> Lacking:
    """The records have no file of a table."""
    return Lacking({lang: say("pilot.needs_table", lang, table=say(f"table.{table}", lang)) for lang in LANGUAGES})


def lacks(key: str, **values: object) -> Lacking:
    """Anything else, by its words in the catalogue."""
    return Lacking({lang: say(key, lang, **values) for lang in LANGUAGES})
