"""The set that a county publishes: what of a run may be told to everybody."""

from credit_score.pilot.publication.part import publication_tables

__all__ = ["publication_tables"]
