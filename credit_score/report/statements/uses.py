"""The uses of reports that the log of a run tells, as the register ``report_uses`` takes them in."""

from typing import TYPE_CHECKING

from credit_score.report.statements.log import Log, subjects_of
from credit_score.report.statements.parts import SELF

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report.run_folder import RunFolder

COLUMNS = ("report_use_id", "unit", "report_use", "enterprise_id", "used_on")


def report_uses(run: "RunFolder", log: Log) -> "pd.DataFrame":
    """A row a report issued through a unit, in the columns of the register; what a firm asked for itself is no use yet.

    A sole proprietor stands in it by the pseudonym, as a store knows it; one deleted since is left out.
    """
    import pandas as pd

    issued = [e for e in log.issued if e["kind"] == "enterprise" and e["office"] != SELF]
    names = subjects_of(run, "enterprise", {e["subject"] for e in issued})
    rows = [
        (e["serial"], e["office"], e["use"], names[e["subject"]], e["issued_on"])
        for e in issued
        if e["subject"] in names
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
