"""A case for sessions: the run folder of the small county, opened once."""

import pytest

from credit_score.session.case import Case
from credit_score.session.state import State


@pytest.fixture(scope="session")
def case(run_folder):
    """The run of the small county as a session sees it; it is never changed."""
    return Case.open(run_folder)


@pytest.fixture
def state(case):
    """The state that a session begins with."""
    return State(case.in_force)
