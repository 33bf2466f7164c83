"""The command ``publish``: the set of tables of a run that everybody may see."""

import argparse

from credit_score.commands import Steps, print_json, print_words
from credit_score.language import say
from credit_score.told import in_words, rows_of

HEADINGS = {"table": "publish.file", "label": "publish.content", "rows": "publish.rows", "withheld": "publish.withheld"}


def publish(arguments: argparse.Namespace) -> None:
    """Audit the tables from their own numbers, then write them with their data sheet, whole or not at all."""
    from credit_score.report import RunFolder
    from credit_score.report.publication import published_set, write_published_set

    steps = Steps(quiet=arguments.quiet)
    steps("auditing what is to be published")
    made = published_set(RunFolder.open(arguments.run))
    write_published_set(made, arguments.out)
    steps("done")
    if arguments.json:
        about = {name: made.run.manifest[name] for name in ("status", "policy", "as_of")}
        print_json(about | {"out": str(arguments.out), "tables": rows_of(made.summary)})
        return
    told = made.summary.rename(columns={f"label_{arguments.lang}": "label"})[list(HEADINGS)]
    print_words("publish.tables", in_words(told, arguments.lang, headings=HEADINGS, counts=("rows", "withheld")),
                arguments.lang)  # fmt: skip
    print(say("publish.written", arguments.lang, out=arguments.out))
