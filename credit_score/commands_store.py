"""What the commands on a store of records do: taking a folder in, and deleting a person."""

import argparse
from pathlib import Path

from credit_score.commands import Steps, print_json, print_verdict
from credit_score.errors import RecordsError, RunError, masked


def intake(arguments: argparse.Namespace) -> None:
    """A folder of records into a store."""
    from credit_score.files import check_apart
    from credit_score.policy import load_policy
    from credit_score.policy.loader import as_date
    from credit_score.records.store import add_batch

    store, folder = Path(arguments.store), Path(arguments.folder)
    check_apart(store, [folder])
    steps = Steps(quiet=arguments.quiet)
    policy, day = load_policy(arguments.policy), as_date(arguments.received_on)
    records = add_batch(store, folder, policy, received_on=day, progress=steps)
    steps("done")
    if arguments.json:
        print_json({"rows": records.counts.to_dict("records"), "files": records.files.to_dict("records")})
    elif records.fingerprints:
        print_verdict(records, arguments.lang)
    else:
        from credit_score.language import say

        print(say("told.nothing_new", arguments.lang))


def forget(arguments: argparse.Namespace) -> None:
    """A person out of stores and run folders, with the proof."""
    from credit_score.language import say
    from credit_score.policy.loader import as_date
    from credit_score.records.chain import subject_digest

    day, places = as_date(arguments.on), [Path(p) for p in arguments.places]
    kinds = {place: _kind(place) for place in places}
    names = _pseudonyms(arguments.subject)
    told = {place: {n: kinds[place](place, n, day) for n in names} for place in places}
    held = [n for n in names if any(found[n] for found in told.values())]
    if not held:
        what = f"no place given holds this subject ({masked(arguments.subject)})"
        raise RecordsError(what, remedy="give the store and the run folders, and the key for an identity number")
    for place, found in told.items():
        rows = sum(r.rows for name in held for r in found[name].values())
        files = sum(len(found[name]) for name in held)
        print(say("told.forgotten", arguments.lang, place=place, rows=rows, files=files))
    for name in held:
        print(say("told.left", arguments.lang, day=day, hash=subject_digest(name)))
    print(say("told.not_ours", arguments.lang))


def _kind(place: Path):
    """What deletes in a place: a store or a run folder."""
    from credit_score.records.forget import forget_in_store
    from credit_score.records.store import is_store
    from credit_score.report import RunFolder
    from credit_score.report.forget_run import forget_in_run

    if is_store(place):
        return forget_in_store
    RunFolder.open(place)
    return lambda folder, subject, day: forget_in_run(RunFolder.open(folder), subject, day)


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
