"""The commands of the pilot and its services."""

import argparse

from credit_score.cli_command import Commands, given, run_command
from credit_score.cli_statement import add_statements


def add_pilot(commands: Commands) -> None:
    """Scoreboard, services and what is published, of a run folder."""
    _add_scoreboard(commands)
    _add_three_credit(commands)
    _add_scenes(commands)
    _add_measures(commands)
    _add_finance(commands)
    add_statements(commands)
    _add_publish(commands)


def _add_scenes(commands: Commands) -> None:
    text = "scenes of a run in which credit brings a benefit, and levels of one that a budget carries; changes nothing"
    scenes = run_command(commands, "scenes", "commands_scenes.scenes", text)
    scenes.add_argument("--scene", type=given, metavar="ID", help="find levels of this scene's benefit, for persons")
    scenes.add_argument("--budget", type=float, metavar="YUAN", help="what the provider can pay a month")
    levels = "percent off at each level, the smallest first, as 5,10,20"
    scenes.add_argument("--levels", type=_percents, metavar="P,P,…", help=levels)
    parts = "how members share out over the levels, as 6,3,1 (default: evenly)"
    scenes.add_argument("--parts", type=_whole_numbers, metavar="N,N,…", help=parts)
    price = "yuan of a use without the benefit (default: the scene's)"
    scenes.add_argument("--price", type=float, metavar="YUAN", help=price)
    take_up = "share of those who qualify who use it in a month (default: the scene's)"
    scenes.add_argument("--take-up", type=float, metavar="S", help=take_up)


def _percents(text: str) -> list[float]:
    """Numbers between commas."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("are no numbers between commas, as 5,10,20") from None


def _whole_numbers(text: str) -> list[int]:
    """Whole numbers between commas."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("are no whole numbers between commas, as 6,3,1") from None


def _add_measures(commands: Commands) -> None:
    text = "joint reward and discipline of enterprises: what stands, what units did, what is to be lifted at once"
    measures = run_command(commands, "measures", "commands_measures.measures", text)
    notices = "write the notice of each firm and measure that stands; appears whole or not at all"
    measures.add_argument("--notices", type=given, metavar="DIR", help=notices)
    measures.add_argument("--unit", type=given, metavar="ID", help="only what this unit may take and took")


def _add_three_credit(commands: Commands) -> None:
    text = "credit villages and towns with what they lack, youth demonstration households, and the sectors of the plan"
    three = run_command(commands, "three-credit", "commands_three_credit.three_credit", text)
    three.add_argument("--town", type=given, metavar="NAME", help="only this town, with its villages")


def _add_scoreboard(commands: Commands) -> None:
    text = "where a run stands against every number of the pilot's plan, with gaps and lights"
    pilot = run_command(commands, "pilot", "commands_pilot.pilot", text)
    pilot.add_argument("--unit", type=given, metavar="ID", help="the sheet of one unit, what is late first")
    out = "folder of page, sheets, calendar and tables; appears whole or not at all"
    pilot.add_argument("--out", type=given, metavar="DIR", help=out)


def _add_finance(commands: Commands) -> None:
    text = "firms and banks on the financing platform, what a bank may see, and what its own rule would do to lines"
    finance = run_command(commands, "finance", "commands_finance.finance", text)
    bank = "only the firms that this bank may see: each by its own authorisation that stands"
    finance.add_argument("--bank", type=given, metavar="ID", help=bank)
    rule = "a bank's own rule as YAML (base_line, bands): sums of lines by tier and size, for the county alone"
    finance.add_argument("--rule", type=given, metavar="FILE", help=rule)


def _add_publish(commands: Commands) -> None:
    text = "the tables of a run that everybody may see, audited against working out any small count, with a data sheet"
    publish = run_command(commands, "publish", "commands_publish.publish", text)
    publish.add_argument("--out", type=given, required=True, metavar="DIR", help="folder; appears whole or not at all")
