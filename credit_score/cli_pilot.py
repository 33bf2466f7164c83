"""The commands of the pilot and its services."""

from credit_score.cli_command import Commands


def add_pilot(commands: Commands) -> None:
    """Scoreboard, services and what is published, of a run folder."""
