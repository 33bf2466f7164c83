"""Field checks of a licence or penalty row, each by the reasons for which the contract rejects a row.

The national standard for such rows (双公示) is not to hand; which fields it asks for is an assumption here. What can be
checked of them the contract checks already, so nothing is checked twice: this is the map from a check to its reasons.

Two checks the contract cannot make, and a run tells them in ``uncounted.csv``: a day in the future (``not_yet``; the
contract knows no today) and an item without a rule (``no_rule``; other items may be reported).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credit_score.records.reading.workbook_cells import REASONS

if TYPE_CHECKING:
    import pandas as pd

TABLE = "credit_records"
COLUMNS = ["check", "columns", "n", "label_zh", "label_en"]


@dataclass(frozen=True)
class FieldCheck:
    """A check by the (column, reason) pairs of the rows it fails; ``label`` is the key of its text."""

    label: str
    pairs: frozenset[tuple[str, str]]


def _check(label: str, **reasons: str) -> FieldCheck:
    return FieldCheck(label, frozenset((column, r) for column, told in reasons.items() for r in told.split()))


FIELD_CHECKS = (
    _check("field_check.document_number", record_id="missing_value identity_number personal_number too_long duplicate"),
    _check(
        "field_check.subject_code", subject_id="missing_value bad_identifier unknown_subject deleted_subject too_long"
    ),
    _check(
        "field_check.decision_date",
        occurred_on="missing_value impossible_date",
        reported_on="missing_value impossible_date",
    ),
    _check("field_check.unit", unit="missing_value identity_number unknown_code"),
    _check(
        "field_check.item", item="missing_value identity_number personal_number unknown_code forbidden_data no_consent"
    ),
    _check(
        "field_check.kind",
        subject_kind="missing_value identity_number unknown_code",
        catalogue_kind="missing_value identity_number unknown_code",
    ),
    FieldCheck("field_check.line", frozenset(("", r) for r in ("wrong_encoding", "malformed_row", *REASONS))),
)


def field_check_table(refusals: "pd.DataFrame") -> "pd.DataFrame":
    """How many rejected rows of ``credit_records`` each check failed, a row a check; a row fails the first it meets.

    Returns ``check, columns, n, label_zh, label_en``.
    """
    import pandas as pd

    from credit_score.language import say

    rows = refusals[refusals["table"] == TABLE]
    met = list(zip(zip(rows["column"], rows["reason"], strict=True), rows["n"], strict=True))
    counted = [
        (c.label.removeprefix("field_check."), ", ".join(sorted({column for column, _ in c.pairs})),
         sum(n for pair, n in met if pair in c.pairs), say(c.label, "zh"), say(c.label, "en"))
        for c in FIELD_CHECKS
    ]  # fmt: skip
    return pd.DataFrame(counted, columns=COLUMNS)
