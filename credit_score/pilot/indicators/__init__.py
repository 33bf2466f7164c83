"""Indicators of the plan: what each counts on a day and at the ends of months, and how far it is from its target."""

from credit_score.pilot.indicators.light import SIGNS
from credit_score.pilot.indicators.table import indicator_tables
from credit_score.pilot.indicators.words import told

__all__ = ["SIGNS", "indicator_tables", "told"]
