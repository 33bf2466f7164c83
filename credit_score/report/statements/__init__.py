"""Statements of persons and credit reports of enterprises: to read, to print on A4, and to verify."""

from credit_score.report.statements.content import Statement
from credit_score.report.statements.issuing import Asked, issue
from credit_score.report.statements.log import Log
from credit_score.report.statements.verify import Verified, verified_code, verified_file

__all__ = ["Asked", "Log", "Statement", "Verified", "issue", "verified_code", "verified_file"]
