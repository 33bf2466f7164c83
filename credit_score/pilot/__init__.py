"""The pilot: where the county stands against its plan, and what credit brings to those who live and work there."""

from credit_score.pilot.parts import pilot_tables
from credit_score.pilot.standing import Standing

__all__ = ["Standing", "pilot_tables"]
