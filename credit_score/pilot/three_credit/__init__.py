"""Credit households, villages and towns: counted in the engine, told by village and town, never by household."""

from credit_score.pilot.three_credit.part import three_credit_tables

__all__ = ["three_credit_tables"]
