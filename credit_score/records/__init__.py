"""What units report: read, judged, and kept with a reason for every refusal."""

from credit_score.records.intake import Records
from credit_score.records.read import read_records

__all__ = ["Records", "read_records"]
