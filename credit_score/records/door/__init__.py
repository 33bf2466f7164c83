"""The door: every row judged, every person a pseudonym, and nothing in that may not be held."""
