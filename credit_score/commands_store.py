"""What the commands on a store of records do: taking a folder in, and deleting a person."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from credit_score.commands import Steps, print_json, print_verdict
from credit_score.errors import RecordsError, RunError, masked


def intake(arguments: argparse.Namespace) -> None:
    """A folder of records into a store."""
    from credit_score.files import check_apart
    from credit_score.language import say
    from credit_score.policy import load_policy
    from credit_score.records.store import add_batch

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
    from credit_score.records.chain import Chain
    from credit_score.records.store import is_store

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
    from credit_score.records.chain import subject_digest

    day, places = _by_today(arguments.on), [Path(p) for p in arguments.places]
    kinds = {place: _kind(place) for place in places}
    names = _pseudonyms(arguments.subject)
    held = set()
    for place, (forgetting, _) in kinds.items():
        found = {name: forgetting(place, name, day) for name in names}
        held |= {name for name in names if found[name]}
        rows, files = sum(r.rows for f in found.values() for r in f.values()), sum(map(len, found.values()))
        if rows:
            print(say("told.forgotten", arguments.lang, place=place, rows=rows, files=files))
    before = {name: on for _, deleted in kinds.values() for name in names if (on := deleted.get(subject_digest(name)))}
    if not (held or before):
        what = f"no place given holds this subject ({masked(arguments.subject)})"
        raise RecordsError(what, remedy="give the store and the run folders, and the key for an identity number")
    for name in sorted({*held, *before}):
        on = day if name in held else before[name]
        print(say("told.left", arguments.lang, day=on, hash=subject_digest(name)))
    print(say("told.not_ours", arguments.lang))


def _kind(place: Path) -> tuple[Callable[..., Any], dict[str, str]]:
    """What deletes in a place, a store or a run folder, and what was deleted there before; nothing is changed yet."""
    from credit_score.files import check_free
    from credit_score.records.chain import Chain
    from credit_score.records.forget import forget_in_store
    from credit_score.records.store import is_store
    from credit_score.report import MANIFEST, RunFolder
    from credit_score.report.forget_run import forget_in_run

    if is_store(place):
        return forget_in_store, Chain.read(place).deletions
    run = RunFolder.open(place)
    check_free(place, replaces=MANIFEST)
    deleted = {entry["subject"]: entry["on"] for entry in run.manifest.get("deleted", [])}
    return (lambda folder, subject, day: forget_in_run(RunFolder.open(folder), subject, day)), deleted


def _pseudonyms(subject: str) -> list[str]:
    """What stores and runs may call a person: the pseudonym itself, or those of a number where the key is at hand."""
    from credit_score.records.forget import PERSONS
    from credit_score.records.identity import key_at_hand, pseudonym

    name = subject.strip()
    if name.startswith(PERSONS):
        return [name]
    key = key_at_hand()
    if not key:
        what = f"no key to find this subject by ({masked(subject)})"
        raise RunError(what, remedy="give the pseudonym, or set CREDIT_SCORE_KEY or CREDIT_SCORE_KEY_FILE")
    return [pseudonym(name.upper(), kind, key) for kind in ("person", "sole_proprietor")]
