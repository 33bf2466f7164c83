"""How tables of persons are published: what is too small to be told."""

from credit_score.policy.dated import Count, Frozen


class Publication(Frozen):
    """``least_count``: the smallest count of persons or households, but for 0, that a table for others tells."""

    least_count: Count
