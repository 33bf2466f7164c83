"""A command on the command line, and the options that several share."""

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def given(text: str) -> str:
    """A text that is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty")
    return text


def command(commands: Commands, name: str, job: str, text: str) -> argparse.ArgumentParser:
    """A command by its name, with what it does, as ``module.function`` of the package."""
    made = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    made.set_defaults(job=job)
    made.add_argument("--quiet", action="store_true", help="no progress on stderr")
    return made


def run_command(commands: Commands, name: str, job: str, text: str) -> argparse.ArgumentParser:
    """A command on a run folder, told in either language, or for a program to read."""
    made = command(commands, name, job, text)
    made.add_argument("run", type=given, metavar="RUN", help="run folder")
    made.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    json_option(made)
    return made


def policy_option(command: argparse.ArgumentParser) -> None:
    """Under which policy."""
    command.add_argument(
        "--policy", type=given, default="gaoyang", metavar="NAME", help="bundled name or folder (default: gaoyang)"
    )


def json_option(command: argparse.ArgumentParser) -> None:
    """For a program to read."""
    command.add_argument("--json", action="store_true", help="print JSON for a program to read")


def engine_options(command: argparse.ArgumentParser) -> None:
    """Where tables live, and how much room they may take."""
    told = "where tables live: duckdb, in this process (default), or spark, which needs the [spark] extra and Java 17"
    command.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help=told)
    master = "Spark's master, as spark://host:7077 (default: the cores of this machine)"
    command.add_argument("--master", type=given, metavar="URL", help=master)
    memory = "most memory the engine (of a cluster, each executor) may take, as 2GB"
    command.add_argument("--memory", metavar="SIZE", help=memory)
    spill = "folder for what does not fit; of a cluster, one that all its machines share"
    command.add_argument("--spill", type=given, metavar="DIR", help=spill)
    work = (
        "folder to keep in what is computed: after a kill, the same command goes on from there; empty when it is done"
    )
    command.add_argument("--work", type=given, metavar="DIR", help=work)
