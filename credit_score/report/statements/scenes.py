"""The scenes that are open to a person at a score, as the catalogue of scenes tells them."""

from credit_score.report.statements.content import Section
from credit_score.report.told import Told


def open_scenes(told: Told, score_milli: int) -> Section | None:
    """The scenes open at a score in milli-points; None where the policy tells of none to whom they are open."""
    return None
