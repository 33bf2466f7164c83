"""The command ``estimate``: what came back from visits, as rates that may be stated, and tables for the platform."""

import argparse
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, check_outside, print_json, print_words
from credit_score.inspection.estimate.rates import CLOSED, NOBODY, NOT_VISITED, UNSEEN
from credit_score.language import say
from credit_score.told import in_words, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report import RunFolder
    from credit_score.report.findings import Findings

SHOWN = ("firms", "visits", "found", "hajek", "hajek_low", "hajek_high", "naive_visits", "naive")
COLUMNS = {
    "floors": ("tier", "firms", "rate", "needed", "floor", "half_width", "enough"),
    "gradients": ("better", "worse", "odds_ratio", "within", "within_low", "within_high", "within_one"),
    "inspectors": ("department", "inspector", "visits", "found", "expected", "ratio", "low", "high", "apart"),
}
WRITTEN: dict[str, Any] = {
    "shares": ("hajek", "hajek_low", "hajek_high", "naive", "rate", "half_width"),
    "counts": ("firms", "visits", "found", "naive_visits", "needed", "floor"),
    "figures": ("expected", "ratio", "low", "high", "odds_ratio", "within", "within_low", "within_high"),
    "words": {"department": "estimate.department", "inspector": "estimate.inspector"},
}
WHY = {
    NOBODY: "estimate.nobody",
    CLOSED: "estimate.closed",
    NOT_VISITED: "estimate.not_visited",
    UNSEEN: "estimate.unseen",
}
MOST = 10


def estimate(arguments: argparse.Namespace) -> None:
    """Rates by design from what visits found; with --out also as files."""
    from credit_score.report import RunFolder
    from credit_score.report.findings import Listed, find, save_findings
    from credit_score.report.lot import Lot

    steps, run = Steps(quiet=arguments.quiet), RunFolder.open(arguments.run)
    check_outside(arguments.out, arguments.run, *([arguments.lot] if arguments.lot else []))
    listed = Lot.open(arguments.lot).listed_in(run) if arguments.lot else Listed.of_run(run)
    steps("estimating")
    found = find(listed, arguments.visits, arguments.by, half_width=arguments.half_width, budget=arguments.budget)
    left_out = save_findings(found, listed, arguments.out) if arguments.out else 0
    steps("done")
    notes = _notes(found, left_out)
    if arguments.json:
        told = {name: rows_of(getattr(found, name)) for name in COLUMNS}
        rates = {name: rows_of(table) for name, table in found.rates.items()}
        said = [say(key, "en", **values) for key, values in notes]
        print_json({"status": run.manifest["status"], "rates": rates, **told, "notes": said})
    else:
        _print(found, notes, arguments.lang, _names(run, arguments.lang))


def _notes(found: "Findings", left_out: int) -> list[tuple[str, dict[str, Any]]]:
    """What a reader must know of the rates."""
    told: list[tuple[str, dict[str, Any]]] = [("estimate.of_visits", {})]
    if found.n_beside:
        told.append(("estimate.beside", {"n": f"{found.n_beside:,}"}))
    if found.n_silent:
        told.append(("estimate.silent", {"n": f"{found.n_silent:,}", "of": f"{found.n_drawn:,}"}))
    if left_out:
        told.append(("estimate.left_out", {"n": f"{left_out:,}"}))
    return told


def _names(run: "RunFolder", lang: str) -> dict[str, dict[str, str]]:
    """Departments and sectors of the policy by id, in words."""
    from credit_score.report.content import labels

    rules = run.rules()
    return {name: {i: t[lang] for i, t in labels(rules, f"{name}s").items()} for name in ("department", "sector")}


def _print(
    found: "Findings", notes: list[tuple[str, dict[str, Any]]], lang: str, names: dict[str, dict[str, str]]
) -> None:
    for name, table in found.rates.items():
        _print_table(f"estimate.by_{name}", table[[name, *SHOWN]], lang, names)
        for row in table[table["reason"] != ""].to_dict("records"):
            value = names.get(name, {}).get(row[name], row[name])
            print(say("estimate.why", lang, domain=value, reason=_why(row["reason"], lang, names)))
    for name, columns in COLUMNS.items():
        table = getattr(found, name)
        if len(table):
            _print_table(f"estimate.{name}", table[list(columns)].head(MOST), lang, names)
    for key, values in notes:
        print(say(key, lang, **values))


def _print_table(heading: str, table: "pd.DataFrame", lang: str, names: dict[str, dict[str, str]]) -> None:
    worded = {c: table[c].map(lambda v, c=c: names[c].get(v, v)) for c in names if c in table.columns}
    headings = {name: f"estimate.{name}" for name in table.columns}
    print_words(heading, in_words(table.assign(**worded), lang, headings=headings, **WRITTEN), lang)


def _why(reason: str, lang: str, names: dict[str, dict[str, str]]) -> str:
    """Why there is no rate, in words, with the stratum that follows."""
    what, _, place = reason.partition(" (")
    parts = [part.partition(" ") for part in place.removesuffix(")").split(", ") if part]
    told = [f"{say(f'estimate.{name}', lang)} {names.get(name, {}).get(value, value)}" for name, _, value in parts]
    return " ".join([say(WHY[what], lang), *([f"({', '.join(told)})"] if told else [])])
