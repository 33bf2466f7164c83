"""Who may be given a statement, and how long it holds."""

from credit_score.policy.dated import Frozen, Names


class Statements(Frozen):
    """``desks``: the units that may issue statements."""

    desks: Names
