"""The dossier of a draft that is signed: what was decided, and the drafts it was weighed against."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from credit_score.policy import amended, with_head
from credit_score.report.dossier import Alternative, Decision, Person, write_dossier
from credit_score.report.what_if import payload
from credit_score.session.bands import bands, better_than_in_force
from credit_score.session.case import Case
from credit_score.session.drafts import Kept
from credit_score.session.model import Signing
from credit_score.session.state import Draft, State


def write(signing: Signing, folder: Path) -> None:
    """Write the dossier's files into a folder."""
    write_dossier(decision(signing), folder)


def decision(signing: Signing) -> Decision:
    """What the dossier says: the policy as signed, beside what would hold on the same day without the signature."""
    case, draft = signing.case.at(signing.since), signing.draft
    signature = dict(signing.signer) | {"signed_on": signing.signed_on}
    policy = amended(case.policy, with_head(signing.amendment, signature=signature))
    after, state = policy.at(signing.since), State(draft).told()
    status = after.status(synthetic=case.status == "demonstration")
    return Decision(
        case.cube, case.rules, after, case.in_force.plan(), draft.plan(), day=signing.case.day,
        author=Person(**signing.author), reason=signing.reason, written=date.fromisoformat(signing.written[:10]),
        since=signing.since, status=status, signer=Person(**signing.signer), signed_on=signing.signed_on,
        bands=bands(case, draft), alternatives=tuple(_alternative(case, *told) for told in signing.others.items()),
        fingerprints={"run": case.run_hash, "policy": policy.fingerprint, "chain": signing.chain},
        payload=payload(case.cube, signing.case.rules, asdict(case.in_force), state=state, status=status),
    )  # fmt: skip


def _alternative(case: Case, name: str, weighed: tuple[Draft, Kept]) -> Alternative:
    """A draft that was weighed, and whether it finds more than the rules before."""
    draft, kept = weighed
    better = better_than_in_force(case, draft)
    return Alternative(name, kept.author["name"], kept.reason, draft.cutoffs, draft.plan(), better)
