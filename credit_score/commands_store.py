"""What the commands on a store of records do: taking a folder in, telling what is due for deletion, and deleting."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, check_outside, print_json, print_verdict, print_words, write_table
from credit_score.errors import RecordsError, RunError, masked

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.records.keeping.forget import Gone

# Columns of what is due, by ground, and their headings.
DUE = {"ground": "due.ground", "subjects": "due.subjects", "records": "due.records", "since": "due.since"}
# What deletes in a place, and what was deleted there before: digest → day.
Kind = tuple[Callable[..., Any], dict[str, str]]


def intake(arguments: argparse.Namespace) -> None:
    """A folder of records into a store."""
    from credit_score.files import check_apart
    from credit_score.language import say
    from credit_score.policy import load_policy
    from credit_score.records.keeping.store import add_batch

    store, folder = Path(arguments.store), Path(arguments.folder)
    check_apart(store, [folder])
    steps = Steps(quiet=arguments.quiet)
    policy, day = load_policy(arguments.policy), _by_today(arguments.received_on)
    before = _last(store)
    records = add_batch(store, folder, policy, received_on=day, progress=steps)
    steps("done")
    if arguments.json:
        print_json({"rows": records.counts.to_dict("records"), "files": records.files.to_dict("records")})
        return
    if len(records.files):
        print_verdict(records, arguments.lang)
    if _last(store) == before:
        print(say("told.nothing_new", arguments.lang))
    print(say("told.last_hash", arguments.lang, hash=_last(store)))


def _last(store: Path) -> str:
    """The last hash of a store's history, empty where there is no store."""
    from credit_score.records.keeping.chain import Chain
    from credit_score.records.keeping.store import is_store

    return Chain.read(store).last if is_store(store) else ""


def _by_today(text: str) -> date:
    """A day that is not in the future: a store grows by days, and one too late would close it."""
    from credit_score.policy.loader import as_date

    day, today = as_date(text), datetime.now(UTC).astimezone().date()
    if day > today:
        raise RecordsError(f"{day} is after today, {today}", remedy="give the day on which it happens")
    return day


def forget(arguments: argparse.Namespace) -> None:
    """A person out of stores and run folders, with the proof."""
    from credit_score.language import say
    from credit_score.records.door.identity import deletion_digest
    from credit_score.records.keeping.forget import Gone

    day, kinds = _by_today(arguments.on), {Path(place): _kind(Path(place)) for place in arguments.places}
    names = _pseudonyms(arguments.subject)
    found = {name: _forgotten(kinds, Gone.of([name]), day) for name in names}
    held = {name for name in names if found[name]}
    _print_forgotten([told for name in names for told in found[name]], arguments.lang)
    before = {name: on for _, deleted in kinds.values() for name in names if (on := deleted.get(deletion_digest(name)))}
    if not (held or before):
        what = f"no place given holds this subject ({masked(arguments.subject)})"
        raise RecordsError(what, remedy="give the store and the run folders, and the key for an identity number")
    for name in sorted({*held, *before}):
        on = day if name in held else before[name]
        print(say("told.left", arguments.lang, day=on, hash=deletion_digest(name)))
    print(say("told.not_ours", arguments.lang))


def _forgotten(kinds: "dict[Path, Kind]", gone: "Gone", day: date) -> list[dict[str, Any]]:
    """Delete in every place; ``place, rows, files`` of each that held any of it."""
    found = {place: forgetting(place, gone, day) for place, (forgetting, _) in kinds.items()}
    return [
        {"place": place, "rows": sum(r.rows for r in files.values()), "files": len(files)}
        for place, files in found.items()
        if files
    ]


def _print_forgotten(places: list[dict[str, Any]], lang: str) -> None:
    from credit_score.language import say

    for place in places:
        print(say("told.forgotten", lang, **place))


def due(arguments: argparse.Namespace) -> None:
    """What is due for deletion in a store, and, where asked, out of it and of run folders, with the proof."""
    from credit_score.language import say
    from credit_score.policy import load_policy
    from credit_score.policy.loader import as_date
    from credit_score.records import read_records
    from credit_score.records.keeping import due as due_for_deletion
    from credit_score.records.keeping.store import is_store

    check_outside(arguments.rows, arguments.store, *arguments.runs)
    if not is_store(Path(arguments.store)):
        raise RecordsError("is not a store", where=arguments.store, remedy="give the folder that intake made")
    day = _by_today(arguments.on) if arguments.delete else as_date(arguments.on)
    if stores := [place for place in arguments.runs if is_store(Path(place))]:
        raise RunError("is a store of its own", where=stores[0], remedy="ask it alone what is due")
    for place in (*arguments.runs, arguments.store):
        _kind(Path(place))  # all must be there before anything goes
    policy, steps = load_policy(arguments.policy), Steps(quiet=arguments.quiet)
    records = read_records(arguments.store, policy=policy, progress=steps)
    table, strange = (f(records, policy, day) for f in (due_for_deletion.due, due_for_deletion.unjudged))
    if arguments.rows:
        write_table(table, arguments.rows)
    gone = _all_gone(arguments, due_for_deletion.to_forget(table), day, steps) if arguments.delete else []
    steps("done")
    if arguments.json:
        print_json({"on": day, "due": table.to_dict("records"), "not_judged": strange, "deleted": gone})
        return
    _print_due(table, arguments.lang)
    if strange:
        print(say("due.not_judged", arguments.lang, n=strange))
    _print_forgotten(gone, arguments.lang)
    if gone:
        print(say("told.last_hash", arguments.lang, hash=_last(Path(arguments.store))))
        print(say("told.not_ours", arguments.lang))


def _all_gone(arguments: argparse.Namespace, gone: "Gone", day: date, steps: Steps) -> list[dict[str, Any]]:
    """What is due, out of the runs and then the store; out of the runs also what the store deleted before.

    The store comes last: while a run still holds what is due, the store says so.
    """
    from credit_score.records.keeping.chain import Chain
    from credit_score.records.keeping.forget import Gone
    from credit_score.report import RunFolder
    from credit_score.report.forget_run import held_of

    chain, told = Chain.read(Path(arguments.store)), []
    before = {**chain.deletions, **chain.deleted("records")}
    for place in map(Path, arguments.runs):
        steps(f"deleting from {place}")
        run = RunFolder.open(place)
        earlier = held_of(run, {name for name, on in before.items() if on > run.manifest["as_of"]})
        every = Gone(gone.subjects | earlier.subjects, gone.records | earlier.records)
        told += _forgotten({place: _kind(place)}, every, day)
    if gone.subjects or gone.records:
        steps(f"deleting from {arguments.store}")
        told += _forgotten({Path(arguments.store): _kind(Path(arguments.store))}, gone, day)
    return told


def _print_due(table: "pd.DataFrame", lang: str) -> None:
    """By ground: how many persons and records, since when at the longest, and the article."""
    from credit_score.language import reference_in

    print_words("due.list", _by_ground(table, lang), lang)
    for reference in table["reference"].drop_duplicates():
        print(f"  {reference_in(reference, lang)}")


def _by_ground(table: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    from credit_score.language import say

    grouped = table.groupby("ground", sort=False)
    found = grouped.agg(
        subjects=("subject", "nunique"), records=("record_id", lambda r: (r != "").sum()), since=("since", "min")
    )
    found.index = [say(f"due.{ground}", lang) for ground in found.index]
    named = found.rename_axis("ground").reset_index()
    return named.rename(columns={column: say(key, lang) for column, key in DUE.items()})


def _kind(place: Path) -> Kind:
    """What deletes in a place, a store or a run folder, and what was deleted there before; nothing is changed yet."""
    from credit_score.files import check_free
    from credit_score.records.keeping.chain import Chain, deleted_days
    from credit_score.records.keeping.forget import forget_in_store
    from credit_score.records.keeping.store import is_store
    from credit_score.report import MANIFEST, RunFolder
    from credit_score.report.forget_run import forget_in_run

    if is_store(place):
        return forget_in_store, Chain.read(place).deletions
    run = RunFolder.open(place)
    check_free(place, replaces=MANIFEST)
    before = deleted_days(run.manifest.get("deleted", []), "subjects")
    return (lambda folder, gone, day: forget_in_run(RunFolder.open(folder), gone, day)), before


def _pseudonyms(subject: str) -> list[str]:
    """What stores and runs may call a person: the pseudonym itself, or those of a number where the key is at hand."""
    from credit_score.records.door.identity import is_person, key_at_hand, pseudonym

    name = subject.strip()
    if is_person(name):
        return [name]
    key = key_at_hand()
    if not key:
        what = f"no key to find this subject by ({masked(subject)})"
        raise RunError(what, remedy="give the pseudonym, or set CREDIT_SCORE_KEY or CREDIT_SCORE_KEY_FILE")
    return [pseudonym(name.upper(), kind, key) for kind in ("person", "sole_proprietor")]
