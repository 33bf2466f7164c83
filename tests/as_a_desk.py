"""Statements as a desk issues them, for tests: when, who asks and why, and for whom there is most to tell."""

from datetime import UTC, datetime

from credit_score.report.statements import Asked

AT = datetime(2023, 7, 1, 10, tzinfo=UTC)
SELF = Asked("本人", "self", "办理贷款", langs=("zh", "en"))
DESK = Asked("窗口03", "administrative_approval", "资格审查", use="bidding", langs=("zh", "en"))


def most_told(run, kind, item=""):
    """The subject of a kind with most counted records; of those with a record of an item, where one is named."""
    rows = run.table("ledger.parquet")
    rows = rows[(rows["subject_kind"] == kind) & rows["item"].str.startswith(item)]
    return rows["subject"].mode()[0]
