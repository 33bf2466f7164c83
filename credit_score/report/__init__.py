"""Files a person opens: the run folder, the report, the statement of a score."""

from credit_score.report.run_folder import MANIFEST, RunFolder, read_list, save_run
from credit_score.report.statement import statement
from credit_score.report.verify import verified

__all__ = ["MANIFEST", "RunFolder", "read_list", "save_run", "statement", "verified"]
