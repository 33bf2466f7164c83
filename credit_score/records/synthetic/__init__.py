"""A fictitious county of any size, for demonstrations and tests: no real person, firm or place is in it."""

from credit_score.records.synthetic.county import make_county
from credit_score.records.synthetic.facts import CountyFacts

__all__ = ["CountyFacts", "make_county"]
