"""Where a county stands on a day: what every part of the pilot reads, and nothing more."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from credit_score.policy import RuleSet
from credit_score.records import Records
from credit_score.records.door.identity import LETTERS
from credit_score.records.duties.four_zeros import four_zeros

if TYPE_CHECKING:
    import ibis
    import pandas as pd

PERSON = f"{LETTERS['person']}-"


@dataclass(frozen=True)
class Standing:
    """Records and rules of a day, with what a run made of them.

    ``known``: the day by whose knowledge records count. ``tables``: of the run, in the engine: ``scores_individual``,
    ``scores_enterprise``, ``ledger``, ``tiers`` and others. ``status``: ``demonstration``, ``draft`` or ``in force``.
    """

    records: Records = field(repr=False)
    rules: RuleSet = field(repr=False)
    known: date
    tables: "dict[str, ibis.Table]" = field(repr=False)
    status: str

    @property
    def on(self) -> date:
        """The as-of day."""
        return self.rules.on

    def has(self, table: str) -> bool:
        """Whether a file of a table was there, be it without a row: without one nothing can be measured by it."""
        return bool((self.records.files["table"] == table).any())

    @property
    def firms(self) -> "ibis.Table":
        """The register of enterprises on the day; a row under the pseudonym of a person is none of it."""
        import ibis

        listed = self.records["enterprises"]
        return listed.filter(~listed.enterprise_id.startswith(PERSON), listed.registered_on <= ibis.date(self.on))

    @cached_property
    def quality(self) -> "pd.DataFrame":
        """The four zeros by unit and month; raises PolicyError without clocks, RecordsError beyond their calendar."""
        return four_zeros(self.records, self.rules)
