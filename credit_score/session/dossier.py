"""The dossier of a draft that is signed: what was decided, and the drafts it was weighed against."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from credit_score.policy import amended
from credit_score.report.dossier import Alternative, Decision, Person, write_dossier
from credit_score.report.what_if import payload
from credit_score.session.bands import bands, better_than_in_force
from credit_score.session.model import Signing
from credit_score.session.state import State


def write(signing: Signing, folder: Path) -> None:
    """Write the dossier's files into a folder."""
    write_dossier(decision(signing), folder)


def decision(signing: Signing) -> Decision:
    """What the dossier says; what was before are the rules of the day from which the draft holds, without it."""
    case, draft = signing.case.at(signing.since), signing.draft
    after = amended(case.policy, signing.amendment)
    state = State(draft).told()
    return Decision(
        case.cube, case.rules, after.at(signing.since), case.in_force.plan(), draft.plan(),
        author=Person(**signing.author), reason=signing.reason, written=date.fromisoformat(signing.written[:10]),
        since=signing.since, status=case.status, signer=Person(**signing.signer), signed_on=signing.signed_on,
        bands=bands(case, draft), alternatives=tuple(_alternative(signing, name) for name in signing.others),
        fingerprints={"run": case.run_hash, "policy": after.fingerprint, "chain": signing.chain},
        payload=payload(case.cube, case.rules, asdict(case.in_force), state=state, status=case.status),
    )  # fmt: skip


def _alternative(signing: Signing, name: str) -> Alternative:
    """A draft that was weighed, and whether it finds more than the rules before, both as they stand."""
    draft, kept = signing.others[name]
    better = better_than_in_force(signing.case.at(signing.since), draft)
    told: Mapping[str, Any] = {"p_better": None if better is None else better["as_it_stands"]}
    return Alternative(name, kept.author["name"], kept.reason, draft.cutoffs, draft.plan(), **told)
