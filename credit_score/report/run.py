"""What the report needs of a run: the door through which a run comes in, without knowing who made it."""

from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from credit_score.policy import Policy, RuleSet
from credit_score.records import Records

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from credit_score.inspection import Breach
    from credit_score.inspection.county import CountyCube
    from credit_score.long_list import LongList, Tables


class Run(Protocol):
    """A county's run as the report reads it; :class:`credit_score.county.CountyRun` is one."""

    records: Records
    policy: Policy
    rules: RuleSet
    as_known_on: date
    seed: int
    tables: dict[str, "ibis.Table"]
    schedule: "pd.DataFrame"
    workload: "pd.DataFrame"
    since: dict[str, Any] | None

    @property
    def status(self) -> str:
        """``demonstration``, ``draft`` or ``in force``."""

    @property
    def draw(self) -> "pd.DataFrame":
        """The firms to visit."""

    @property
    def rejected(self) -> "pd.DataFrame":
        """Refused rows with their reasons."""

    @property
    def uncounted(self) -> "pd.DataFrame":
        """Accepted records without points on the day: ``subject_kind, item, reason, n``."""

    @property
    def quality(self) -> "pd.DataFrame":
        """The four zeros by unit and month; raises PolicyError or RecordsError where they cannot be told."""

    @property
    def coverage(self) -> "pd.DataFrame":
        """The catalogue of resources by unit; raises NotAvailable where the policy has none."""

    @property
    def tier_shares(self) -> "pd.DataFrame":
        """Per tier: ``tier, firms, share``."""

    @property
    def breaches(self) -> "list[Breach]":
        """The limits of law and capacity that the schedule does not keep."""

    @property
    def drawn(self) -> "LongList":
        """The firms to visit, in the engine and in their order."""

    @property
    def pilot(self) -> "Tables":
        """The tables of the pilot's parts by name."""

    @property
    def county_cube(self) -> "CountyCube":
        """What answers drafts of cut-offs and ratios without the records."""

    @property
    def county_share(self) -> float:
        """Share of registered enterprises visited at least once."""

    def burden(self, by: str) -> "pd.DataFrame":
        """Expected visits a year per firm by ``sector`` or ``size``."""
