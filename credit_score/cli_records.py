"""The commands on the command line that check records, and those that make and keep them."""

import argparse

from credit_score.cli_command import Commands, command, given, json_option, policy_option

RECORDS = "records as CSV, Excel or Parquet, or a store of them"
SEED = 2023


def add_checks(commands: Commands) -> None:
    """Add what tells how records stand: by row, by unit, by clock."""
    _add_check(commands)
    _add_quality(commands)
    _add_clocks(commands)
    _add_coverage(commands)
    _add_repair(commands)


def add_keeping(commands: Commands) -> None:
    """Add what makes records, takes them in, and deletes them."""
    _add_synth(commands)
    _add_intake(commands)
    _add_forget(commands)
    _add_due(commands)


def _add_check(commands: Commands) -> None:
    text = "read a folder of records and tell what would be rejected, without scoring"
    check = command(commands, "check", "check", text)
    check.add_argument("folder", type=given, metavar="FOLDER", help=RECORDS)
    policy_option(check)
    check.add_argument("--rejected", type=given, metavar="FILE", help="write the rejected rows to a CSV file")
    check.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the reasons (default: en)")
    json_option(check)


def _add_quality(commands: Commands) -> None:
    _on_records(commands, "quality", "withheld, late, missing and wrong (四清零) by unit and month, each by its clock")


def _add_clocks(commands: Commands) -> None:
    clocks = _on_records(commands, "clocks", "every clock by unit, disputes too, and those that still run")
    other = "with the periods of other places, which the county is not held to"
    clocks.add_argument("--compared", action="store_true", help=other)


def _add_coverage(commands: Commands) -> None:
    text = "what the catalogue of resources expects of each unit, and what arrived"
    coverage = _on_records(commands, "coverage", text)
    first = "first day of the first month (default: 1 January of the year before)"
    coverage.add_argument("--since", metavar="DATE", help=first)


def _add_repair(commands: Commands) -> None:
    text = "who may ask for credit repair now or soon, what is missing, and the notices to serve"
    repair = _on_records(commands, "repair", text)
    first = "penalties decided before it are owed no notice (default: the policy's first day of the duty)"
    repair.add_argument("--since", metavar="DATE", help=first)
    repair.add_argument("--reminders", action="store_true", help="list whom to remind, by which day")
    notices = "write the notice of each penalty that was not served one; appears whole or not at all"
    repair.add_argument("--notices", type=given, metavar="DIR", help=notices)


def _on_records(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    """A command that reads records as of a day and tells what they come to."""
    reading = command(commands, name, f"commands_records.{name}", text)
    reading.add_argument("folder", type=given, metavar="FOLDER", help="records, one file a table, or a store of them")
    policy_option(reading)
    reading.add_argument("--as-of", required=True, metavar="DATE", help="the day, as 2023-06-30")
    known = "by what was known on this day: of a store, and for repair of any records"
    reading.add_argument("--as-known-on", metavar="DATE", help=known)
    reading.add_argument("--rows", type=given, metavar="FILE", help="write the rows behind the figures to a CSV file")
    reading.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    json_option(reading)
    return reading


def _add_synth(commands: Commands) -> None:
    synth = command(commands, "synth", "synth", "write a synthetic county in its pilot; nothing in it is real")
    synth.add_argument("--enterprises", type=int, default=2000, metavar="N", help="enterprises (default: %(default)s)")
    synth.add_argument("--individuals", type=int, default=3000, metavar="N", help="persons (default: %(default)s)")
    same = "seed; the same gives the same bytes (default: %(default)s)"
    synth.add_argument("--seed", type=int, default=SEED, metavar="N", help=same)
    forms = "csv (default), parquet (default with --by), or units: as reporting units send them, GB 18030 and Excel"
    synth.add_argument("--format", choices=("csv", "parquet", "units"), help=forms)
    apart = "write Parquet tables of subjects, records and visits in a part a town, or a town and month"
    synth.add_argument("--by", choices=("town", "town,month"), help=apart)
    mean = "about how many credit records a subject has on average (default: as the rates give, 2 to 3)"
    synth.add_argument("--records", type=float, metavar="N", help=mean)
    synth.add_argument("--events", action="store_true", help="with disputes, repairs and a register of decisions")
    synth.add_argument("--no-dirt", dest="dirt", action="store_false", help="without faulty rows")
    synth.add_argument("--out", type=given, required=True, metavar="DIR", help="folder; appears whole or not at all")


def _add_intake(commands: Commands) -> None:
    text = "take a folder of records into a store, which keeps every batch and adds nothing twice"
    intake = command(commands, "intake", "commands_store.intake", text)
    intake.add_argument("folder", type=given, metavar="FOLDER", help="records as CSV, Excel or Parquet")
    intake.add_argument("--store", type=given, required=True, metavar="DIR", help="the store; made with the first")
    intake.add_argument("--received-on", required=True, metavar="DATE", help="the day the folder came, as 2023-06-30")
    policy_option(intake)
    intake.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the reasons (default: en)")
    json_option(intake)


def _add_forget(commands: Commands) -> None:
    text = "delete a person from stores and run folders, leaving a dated hash, and prove it"
    forget = command(commands, "forget", "commands_store.forget", text)
    forget.add_argument("subject", type=given, metavar="SUBJECT", help="pseudonym, or the number with the key at hand")
    forget.add_argument("places", type=given, nargs="+", metavar="DIR", help="stores and run folders to delete from")
    forget.add_argument("--on", required=True, metavar="DATE", help="the day of the deletion, as 2023-06-30")
    forget.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")


def _add_due(commands: Commands) -> None:
    text = "what of natural persons is due for deletion by law, and with --delete its deletion"
    due = command(commands, "due", "commands_store.due", text)
    due.add_argument("store", type=given, metavar="STORE", help="the store of records")
    due.add_argument("runs", type=given, nargs="*", metavar="RUN", help="run folders to delete from as well")
    due.add_argument("--on", required=True, metavar="DATE", help="the day, as 2023-06-30")
    due.add_argument("--delete", action="store_true", help="delete all that is listed, leaving a dated hash of each")
    due.add_argument("--rows", type=given, metavar="FILE", help="write the list to a CSV file")
    due.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    policy_option(due)
    json_option(due)
